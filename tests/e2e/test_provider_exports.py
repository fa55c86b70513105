"""Exports of providers through the front door."""

from __future__ import annotations

import pytest
from support.front import Front
from support.provider_texts import OPENAI_26, empty_window, export, openai

pytestmark = pytest.mark.stack


def test_an_openai_usage_export_becomes_entries_with_requests_energy_and_carbon(
    front: Front, project: str
) -> None:
    rows = [openai(), empty_window(OPENAI_26), openai(user_id="user-b", num_model_requests="6.0")]
    done = front.run(
        project, export(OPENAI_26, *rows), filename="completions_usage_2025-11-04_2025-11-05.csv"
    )
    assert (done["status"], done["format"], done["variant"]) == ("completed", "openai-usage", "2026-08")
    receipt = done["receipt"]
    assert (receipt["rows_in"], receipt["imported"], receipt["calculated"]) == (3, 2, 2)
    assert receipt["excluded_by_code"] == {"bucket-empty": 1}
    entries = front.entries(project)
    assert [(entry["ts"], entry["user"], entry["requests"]) for entry in entries] == [
        ("2025-11-04T00:00:00.000Z", "user-a", 4),
        ("2025-11-04T00:00:00.000Z", "user-b", 6),
    ]
    assert entries[0]["tokens"] == {
        "input": 10,
        "cache_write": 30,
        "cache_read": 60,
        "output": 20,
        "total": 120,
        "stated_total": None,
    }
    assert (entries[0]["original"]["project_id"], entries[0]["impact"]["status"]) == ("proj_a", "ok")
    totals = front.get(f"/v1/projects/{project.replace(' ', '%20')}/summary")
    assert (totals["entries"], totals["requests"], totals["tokens"]["total"]) == (2, 10, 240)
    again = front.run(project, export(OPENAI_26, *rows))["receipt"]
    assert (again["imported"], again["duplicate_identical"], again["excluded"]) == (0, 2, 1)
