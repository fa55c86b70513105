"""Meter readings through the front door."""

from __future__ import annotations

import pytest
from support.front import Front
from support.meter_texts import a_day, mpan, numbered, wide

pytestmark = pytest.mark.stack


def test_the_days_of_both_clock_changes_become_measured_entries(front: Front, project: str) -> None:
    days = [a_day("2025-03-30", 46), a_day("2025-10-26", 50), a_day("2025-10-27", 47)]
    done = front.run(project, wide(days, numbered(lambda n: f"HH{n:02}", 50)), filename="half-hourly.csv")
    assert (done["status"], done["format"], done["variant"]) == (
        "completed",
        "meter-half-hourly",
        "50 periods",
    )
    receipt = done["receipt"]
    assert (receipt["rows_in"], receipt["rows_accepted"], receipt["claims"]) == (3, 2, 96)
    assert (receipt["imported"], receipt["calculated"]) == (96, 96)
    assert receipt["rejects_by_code"] == {"reading-missing": 1}
    entries = front.entries(project)
    assert len({entry["ts"] for entry in entries}) == 96
    assert entries[0]["reading"] == {"meter": mpan(7), "kwh": 0.001, "seconds": 1800}
    assert (entries[0]["ts"], entries[46]["ts"]) == ("2025-03-30T00:00:00.000Z", "2025-10-25T23:00:00.000Z")
    totals = front.get(f"/v1/projects/{project.replace(' ', '%20')}/summary")
    assert totals["measured"]["readings"] == 96
    assert totals["measured"]["energy_kwh"]["value"] == 2.356
    assert totals["energy_kwh"]["value"] == 0
