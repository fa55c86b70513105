"""Imports that are paused, cancelled and undone through the front door, in the middle of their work."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import quote

import pytest
from support.files import export, row
from support.front import Front
from support.stacks import deployed_settings

from local.clients import client
from local.stack import Stack

pytestmark = pytest.mark.stack

DAYS = [f"2025-{month:02d}-{day:02d}" for month in range(1, 11) for day in range(1, 29)]
MANY_DAYS = export(
    [row(f"{day}T10:{minute:02d}:00.000Z", cost="0.10") for day in DAYS for minute in range(3)]
)
"""840 rows of 280 days: nine portions to be written one by one, so that there is a middle."""


def say(front: Front, import_id: str, word: str, **body: Any) -> dict[str, Any]:
    answer = front.request("POST", f"/v1/imports/{import_id}/{word}", body=body or None)
    assert answer.status == 200, answer
    found: dict[str, Any] = answer.body
    return found


def until(front: Front, import_id: str, holds: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
    deadline = time.monotonic() + 180
    while time.monotonic() < deadline:
        found: dict[str, Any] = front.get(f"/v1/imports/{import_id}")
        if holds(found):
            return found
        time.sleep(0.05)
    raise AssertionError(f"{import_id} does not get there: {found}")


def ended(found: dict[str, Any]) -> bool:
    return found["status"] in ("completed", "failed", "cancelled", "undone")


@contextmanager
def never_ending(stack: Stack, front: Front, project: str) -> Iterator[None]:
    """Imports into the project do not come to their end meanwhile: they wait for an earlier one that is marked as
    active, and that nobody carries out. So whatever is said to them is said before it."""
    home = front.get(f"/v1/projects/{quote(project)}")["project_id"]
    place = {"TableName": deployed_settings(stack).table}
    mark = {"pk": {"S": f"T#acme#P#{home}#ACTIVE"}, "sk": {"S": "0" * 26}}
    dynamo = client("dynamodb", stack.engine_url)
    dynamo.put_item(**place, Item=mark)
    yield
    dynamo.delete_item(**place, Key=mark)


def writing(found: dict[str, Any]) -> bool:
    return found["phase"] in ("calculate", "finalize", "done")


def test_an_undone_import_leaves_what_a_later_one_has_and_what_it_had_displaced_counts_again(
    front: Front, project: str
) -> None:
    first = front.run(project, export([row(f"2025-11-03T10:0{n}:00.000Z", cost="0.10") for n in range(4)]))
    other = [row(f"2025-11-03T10:0{n}:00.000Z", cost="0.20") for n in (2, 3, 5)]
    later = front.run(project, export(other))
    assert later["receipt"]["duplicate_differing"] == 2
    assert say(front, first["import_id"], "undo")["status"] in ("undoing", "undone")
    undone = until(front, first["import_id"], ended)
    report = undone["taken_back"]
    assert (undone["status"], undone["percent"]) == ("undone", 100)
    numbers = ("claims_removed", "entries_removed", "entries_restored", "entries_kept")
    assert [report[name] for name in numbers] == [4, 2, 2, 0]
    assert report["imports"] == [later["import_id"]]
    assert [entry["cost"]["reported"] for entry in front.entries(project)] == [0.2] * 3
    assert front.get(f"/v1/imports/{later['import_id']}")["receipt"]["imported"] == 3
    assert say(front, first["import_id"], "undo")["status"] == "undone"
    assert front.request("POST", f"/v1/imports/{first['import_id']}/cancel").status == 409


@pytest.mark.parametrize("keep", ["nothing", "days"])
def test_an_import_that_is_cancelled_in_the_middle_leaves_nothing_or_whole_listed_days(
    stack: Stack, front: Front, project: str, keep: str
) -> None:
    with never_ending(stack, front, project):
        import_id = front.send(project, MANY_DAYS)
        until(front, import_id, writing)
        say(front, import_id, "cancel", keep=keep)
    cancelled = until(front, import_id, ended)
    kept = cancelled["taken_back"]["kept_days"]
    found = [entry["ts"][:10] for entry in front.entries(project)]
    time.sleep(2)  # a task that was under way would have come to its writes by now
    assert [entry["ts"][:10] for entry in front.entries(project)] == found
    assert (cancelled["status"], found) == ("cancelled", [day for day in kept for _ in range(3)])
    assert keep == "days" or not kept
    if kept:
        receipt = cancelled["receipt"]
        assert (receipt["imported"], receipt["not_kept"]) == (3 * len(kept), 840 - 3 * len(kept))


def test_a_paused_import_rests_and_is_complete_when_it_was_resumed(
    stack: Stack, front: Front, project: str
) -> None:
    created = front.create(project)
    import_id = str(created["import_id"])
    assert say(front, import_id, "pause")["paused_at"] is not None
    assert front.post_form(created["upload"], MANY_DAYS) in (200, 201, 204)
    until(front, import_id, lambda found: found["status"] == "queued")
    with never_ending(stack, front, project):
        say(front, import_id, "resume")
        until(front, import_id, lambda found: found["phase"] in ("parse", "group", "calculate", "finalize"))
        say(front, import_id, "pause")
        time.sleep(3)  # tasks that were under way end
        rested = front.get(f"/v1/imports/{import_id}")
        time.sleep(2)
        assert front.get(f"/v1/imports/{import_id}") == rested
    assert rested["paused_at"] is not None
    say(front, import_id, "resume")
    done = until(front, import_id, ended)
    assert (done["status"], done["receipt"]["imported"]) == ("completed", 840)
    assert len(front.entries(project, limit=1000)) == 840
