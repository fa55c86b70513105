"""Cells corrected with the confirmation, through the front door."""

from __future__ import annotations

import pytest
from support.files import export, minutes, row
from support.front import Front

from e2e.test_confirmation import until_planned

pytestmark = pytest.mark.stack


def test_a_cell_is_corrected_when_its_import_is_confirmed(front: Front, project: str) -> None:
    import_id = front.send(project, export([*minutes(5), row("never", model="gpt-5")]), confirm="manual")
    assert until_planned(front, import_id)["status"] == "planned"
    path = f"/v1/imports/{import_id}/confirm"
    edit = {"row": 6, "column": "Date", "value": "2025-11-04T12:00:00.000Z"}
    refused = front.request("POST", path, body={"edits": [{**edit, "row": 7}]})
    assert (refused.status, refused.body["code"], refused.body["row"]) == (422, "edit-impossible", 7)
    assert front.request("POST", path, body={"edits": [edit]}).status == 200
    done = front.wait(import_id)
    assert done["status"] == "completed", done["problem"]
    assert (done["receipt"]["imported"], done["receipt"]["rejected"]) == (6, 0)
    assert (done["converted"], done["options"]["edits"]) == ("1 cell edited", [edit])
    assert "2025-11-04T12:00:00.000Z" in [entry["ts"] for entry in front.entries(project)]
