"""Entries by hand, through the front door: stated, taken in by their import, taken back."""

from __future__ import annotations

import pytest
from support.front import Front

from e2e.test_stopping import until

pytestmark = pytest.mark.stack


def test_stated_usage_is_in_the_ledger_when_its_import_ends_and_leaves_with_it(
    front: Front, project: str
) -> None:
    path = f"/v1/projects/{project.replace(' ', '%20')}"
    usage = {"ts": "2025-11-04T10:00:00Z", "model": "gpt-5", "output": 700}
    made = front.request("POST", f"{path}/entries", body={"entries": [usage]})
    assert made.status == 201, made.body
    done = front.wait(made.body["import_id"])
    assert (done["status"], done["receipt"]["imported"]) == ("completed", 1)
    (entry,) = front.entries(project)
    assert (entry["format"], entry["model"], entry["impact"]["status"]) == ("manual", "gpt-5", "ok")
    assert front.request("POST", f"/v1/imports/{made.body['import_id']}/undo").status == 200
    assert (
        until(front, made.body["import_id"], lambda found: found["status"] == "undone")["taken_back"][
            "entries_removed"
        ]
        == 1
    )
    assert front.entries(project) == []
