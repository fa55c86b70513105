"""Rejects through the front door: by code, and corrected and imported again."""

from __future__ import annotations

import pytest
from support.files import export, minutes, row
from support.front import Front

pytestmark = pytest.mark.stack


def test_rejects_are_grouped_downloaded_corrected_and_imported(front: Front, project: str) -> None:
    content = export([*minutes(20), row("2025-11-40T00:30:00.000Z"), row(cost="-1"), "a,b"])
    done = front.run(project, content)
    assert done["status"] == "completed", done["problem"]
    assert done["receipt"]["rejected"] == 3
    path = f"/v1/imports/{done['import_id']}/rejects"
    groups = front.get(path, group="code")["groups"]
    assert [(group["code"], group["count"]) for group in groups] == [
        ("cost-negative", 1),
        ("date-unreadable", 1),
        ("field-count", 1),
    ]
    assert groups[0]["first"] == [{"row": 22, "line": 23, "column": "Cost", "found": "-1"}]
    (first, *_) = front.get(path)["rejects"]
    assert first["repair"].startswith("Write the date in that form")
    address = front.request("GET", path, query={"format": "csv"}).headers["Location"]
    status, rejects = front.fetch(address)
    assert status == 200
    again = front.run(
        project, rejects.replace(b"2025-11-40T00:30", b"2025-11-04T00:30").replace(b"'-1", b"1")
    )
    assert again["status"] == "completed", again["problem"]
    assert (again["converted"], again["receipt"]["imported"], again["receipt"]["rejects_by_code"]) == (
        f"rejects of import {done['import_id']}",
        2,
        {"field-count": 1},
    )
    assert len(front.entries(project)) == 22


@pytest.mark.parametrize("query", [{"group": "line"}, {"format": "xml"}])
def test_other_groups_and_forms_are_refused(front: Front, project: str, query: dict[str, str]) -> None:
    done = front.run(project, export(minutes(1)))
    answer = front.request("GET", f"/v1/imports/{done['import_id']}/rejects", query=query)
    assert (answer.status, answer.body["code"]) == (400, "invalid-request")
