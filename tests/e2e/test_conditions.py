"""Filters, rules and warnings through the front door."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from support.files import export, minutes, row
from support.front import Front

pytestmark = pytest.mark.stack


def test_filters_leave_rows_out_and_rules_refuse_them(front: Front, project: str) -> None:
    content = export([*minutes(5, day="2025-11-03"), *minutes(5, day="2025-11-04"), row(model="gpt-4")])
    (known,) = [found for found in front.get("/v1/projects")["projects"] if found["name"] == project]
    path = f"/v1/projects/{known['project_id']}"
    changed = front.request("PATCH", path, body={"settings": {"rules": {"models": ["gpt-5*"]}}})
    assert changed.body["settings"]["rules"] == {"models": ["gpt-5*"]}
    done = front.run(project, content, filters={"dates": {"from": "2025-11-04"}})
    receipt = done["receipt"]
    assert done["options"]["filters"] == {"dates": {"from": "2025-11-04"}}
    assert (receipt["imported"], receipt["rejects_by_code"], receipt["excluded_by_code"]) == (
        5,
        {"rule-model": 1},
        {"filtered-date": 5},
    )
    (reject,) = front.get(f"/v1/imports/{done['import_id']}/rejects")["rejects"]
    assert (reject["line"], reject["column"], reject["found"]) == (12, "Model", "gpt-4")
    assert front.run(project, content)["receipt"]["imported"] == 5
    assert len(front.entries(project)) == 10
    answer = front.request("PATCH", path, body={"settings": {"rules": {"bounds": {"cost": {"max": "x"}}}}})
    assert (answer.status, answer.body["code"]) == (400, "invalid-request")


def test_what_is_far_from_the_projects_history_is_named(front: Front, project: str) -> None:
    today = datetime.now(UTC).date()
    days = [(today - timedelta(days=back)).isoformat() for back in range(2, 8)]
    front.run(project, export([line for day in days for line in minutes(6, day=day)]))
    done = front.run(project, export([row(f"{today}T00:00:00.000Z", buckets=(0, 0, 0, 5000))] * 2))
    assert done["receipt"]["warnings"]["tokens-outlier"] == 2
    assert done["receipt"]["outliers"][0] == {
        "row": 1,
        "ts": f"{today}T00:00:00.000Z",
        "model": "gpt-5",
        "tokens": 5000,
        "usual": 10,
    }
