"""Imports that wait for a word, through the front door and over a restart of the stack."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest
from support.files import export, minutes, row
from support.front import Front

from local.clients import client
from local.stack import Stack

pytestmark = pytest.mark.stack

CONTENT = export([*minutes(30), row("never")])


def until_planned(front: Front, import_id: str) -> dict[str, Any]:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        found: dict[str, Any] = front.get(f"/v1/imports/{import_id}")
        if found["status"] not in ("waiting", "queued", "processing"):
            return found
        time.sleep(0.1)
    raise AssertionError(f"{import_id} is not planned in time")


def decide(front: Front, import_id: str, word: str) -> Any:
    answer = front.request("POST", f"/v1/imports/{import_id}/{word}")
    assert answer.status == 200, answer
    return answer.body


def test_a_planned_import_shows_its_preview_and_goes_on_when_it_is_confirmed(
    front: Front, project: str
) -> None:
    import_id = front.send(project, CONTENT, confirm="manual")
    assert until_planned(front, import_id)["status"] == "planned"
    preview = front.get(f"/v1/imports/{import_id}/preview")
    assert (preview["format"], len(preview["rows"]), preview["estimated_rows"]) == ("cursor", 10, 31)
    foreseen = preview["outcomes"]
    assert (foreseen["rows_in"], foreseen["new"], foreseen["rejected"]) == (31, 30, 1)
    assert len(front.get(f"/v1/imports/{import_id}/rejects")["rejects"]) == 1
    assert front.entries(project) == []
    assert decide(front, import_id, "confirm")["status"] == "queued"
    decide(front, import_id, "confirm")
    done = front.wait(import_id)
    receipt = done["receipt"]
    assert (done["status"], receipt["imported"], receipt["rejected"]) == ("completed", 30, 1)
    afterwards = {**receipt, "new": receipt["imported"]}
    assert foreseen == {name: afterwards[name] for name in foreseen}
    assert len(front.entries(project)) == 30


def test_a_discarded_import_leaves_only_its_record(front: Front, project: str, stack: Stack) -> None:
    import_id = front.send(project, CONTENT, confirm="manual")
    until_planned(front, import_id)
    assert decide(front, import_id, "discard")["status"] == "cancelled"
    assert front.entries(project) == []
    s3 = client("s3", stack.engine_url)
    for bucket in ("UploadsBucket", "LedgerBucket"):
        listed = s3.list_objects_v2(Bucket=stack.outputs[bucket]).get("Contents", ())
        left = [entry["Key"] for entry in listed if import_id in entry["Key"]]
        assert [key for key in left if not key.startswith("records/")] == []  # that it was, and how it ended


def test_a_planned_import_outlives_a_stop_and_a_kill_of_the_stack_and_starts_by_itself_after_neither(
    tmp_path: Path,
) -> None:
    with Stack(tmp_path, 0) as stack:
        front = Front(stack.url, stack.token("acme", user="ada"))
        assert front.request("POST", "/v1/projects", body={"name": "patient"}).status == 201
        import_id = front.send("patient", CONTENT, confirm="manual")
        until_planned(front, import_id)
    with Stack(tmp_path, 0) as stack:
        kept, began = tmp_path / "state/dynamodb.json", time.time()
        front = Front(stack.url, stack.token("acme", user="ada"))
        assert front.get(f"/v1/imports/{import_id}")["status"] == "planned"
        assert front.request("POST", "/v1/projects", body={"name": "something to keep"}).status == 201
        deadline = time.monotonic() + 60
        while kept.stat().st_mtime < began:
            assert time.monotonic() < deadline, "the state is not kept in time"
            time.sleep(0.1)
        stack.kill()
    with Stack(tmp_path, 0) as stack:
        front = Front(stack.url, stack.token("acme", user="ada"))
        time.sleep(3)  # uploads are announced again after a kill; whatever that starts shows itself by now
        assert front.get(f"/v1/imports/{import_id}")["status"] == "planned"
        decide(front, import_id, "confirm")
        assert front.wait(import_id)["receipt"]["imported"] == 30
