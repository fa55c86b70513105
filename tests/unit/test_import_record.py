"""The record of an import: what may follow what, whatever words and tasks come in whatever order."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gramledger.core.imports import ACTIVE, FINISHED, Import, Progress, Status
from gramledger.core.options import Options
from gramledger.core.standing import standing

RECEIPT = {"rows_in": 4, "imported": 3, "updated": 0, "rejected": 1, "ledger_version": 1}
REPORT = {"claims": 3}
PROBLEM = {"code": "no-rows", "status": 422}

CHANGES: dict[str, Callable[[Import, int], Import | None]] = {
    "queue": lambda r, at: r.queue(at, 10),
    **{
        phase: (lambda r, at, phase=phase: r.enter(phase, at) if phase in r.course else None)  # type: ignore[misc] # bound at once
        for phase in ("plan", "parse", "group", "calculate", "finalize")
    },
    "wait": lambda r, at: r.wait_for_confirmation(at) if "confirm" in r.course else None,
    "confirm": lambda r, at: r.go_ahead(at, Options()),
    "complete": lambda r, at: r.complete(at, RECEIPT),
    "give up": lambda r, _: r.give_up(PROBLEM),
    "fail": lambda r, at: r.fail(at, PROBLEM),
    "pause": lambda r, at: r.pause(at),
    "resume": lambda r, at: r.resume(at),
    "cancel": lambda r, at: r.cancel(at, by="ada"),
    "cancel, keeping days": lambda r, at: r.cancel(at, by="ada", keep="days"),
    "undo": lambda r, at: r.undo(at, by="ada"),
    "end": lambda r, at: r.end_taking_back(at, REPORT),
    "end with days": lambda r, at: r.end_taking_back(at, REPORT, RECEIPT),
}

FOLLOWS: dict[Status, set[Status]] = {
    "waiting": {"queued", "processing", "cancelled", "planned", "failed", "completed"},
    "queued": {"processing", "cancelling", "planned", "failed", "completed"},
    "processing": {"planned", "cancelling", "completed", "failed"},
    "planned": {"queued", "cancelled", "failed", "completed", "processing"},
    "cancelling": {"cancelled", "failed"},
    "completed": {"undoing"},
    "undoing": {"undone", "failed"},
    "cancelled": {"undoing"},
    "failed": set(),
    "undone": set(),
}
"""What one change may make of each status."""


def new(**facts: Any) -> Import:
    return Import("acme", "01I", "01P", "demo", "u.csv", "ada", 1, **facts)


def after(*names: str, **facts: Any) -> Import:
    """The record after these changes, each of which must be accepted; one every second."""
    record = new(**facts)
    for number, name in enumerate(names, start=1):
        changed = CHANGES[name](record, 1000 * number)
        assert changed is not None, (name, record)
        record = changed
    return record


@given(st.lists(st.sampled_from(sorted(CHANGES)), max_size=30), st.sampled_from(("auto", "manual")))
def test_whatever_is_said_in_whatever_order_status_and_percentage_only_move_forward(
    names: list[str], confirm: Any
) -> None:
    record = new(confirm=confirm)
    for number, name in enumerate(names, start=1):
        changed = CHANGES[name](record, 1000 * number)
        if changed is None:
            continue
        assert changed.status == record.status or changed.status in FOLLOWS[record.status], name
        assert standing(changed, ()).percent >= standing(record, ()).percent, name
        assert (changed.paused_at is None) or not changed.over, name
        assert not (changed.finished and changed.active)
        assert all(spent >= 0 for spent in changed.seconds.values()), name
        assert Import.from_json(json.loads(json.dumps(changed.to_json()))) == changed
        record = changed


def test_a_paused_import_is_not_active_and_goes_on_where_it_was() -> None:
    paused = after("queue", "plan", "parse", "pause")
    assert (paused.status, paused.active, paused.has_turn(confirmed=False)) == ("processing", False, True)
    resumed = paused.resume(9000)
    assert resumed is not None
    assert (resumed.phase, resumed.active, resumed.resumed) == ("parse", True, 1)
    assert resumed.seconds == {"plan": 1.0, "parse": 1.0, "paused": 5.0}
    assert resumed.enter("group", 9500) is not None


def test_the_time_before_the_file_came_is_no_pause_of_the_import() -> None:
    assert after("pause", "queue", "resume").seconds == {"paused": 1.0}
    assert after("pause", "resume", "queue").seconds == {"paused": 0.0}


@pytest.mark.parametrize(
    ("before", "said"),
    [
        (("queue", "plan", "parse", "calculate", "complete"), "pause"),
        (("queue", "pause"), "pause"),
        (("queue",), "resume"),
        (("queue", "plan", "give up"), "pause"),
        (("queue", "plan", "give up"), "cancel"),
        (("queue", "plan", "complete"), "cancel"),
        (("queue", "cancel", "end"), "cancel"),
        (("queue", "cancel"), "complete"),
        (("queue", "cancel"), "plan"),
        (("queue", "cancel"), "give up"),
        (("queue", "plan"), "undo"),
        (("queue", "plan", "fail"), "undo"),
        (("queue", "cancel", "end"), "undo"),
        (("queue", "plan", "complete", "undo", "end"), "undo"),
        (("queue",), "end"),
    ],
)
def test_a_word_that_comes_too_early_too_late_or_twice_changes_nothing(
    before: tuple[str, ...], said: str
) -> None:
    assert CHANGES[said](after(*before), 99_000) is None


def test_a_dry_run_has_nothing_to_be_undone() -> None:
    assert after("queue", "plan", "complete", dry_run=True).undo(9000, by="ada") is None


@pytest.mark.parametrize("before", [(), ("queue", "plan", "parse", "finalize", "wait")])
def test_an_import_of_which_nothing_is_written_is_cancelled_at_once(before: tuple[str, ...]) -> None:
    cancelled = after(*before, "cancel", confirm="manual")
    assert (cancelled.status, cancelled.ended_at) == ("cancelled", 1000 * (len(before) + 1))


def test_a_cancelled_import_that_keeps_days_counts_and_can_be_undone() -> None:
    kept = after("queue", "plan", "calculate", "cancel, keeping days", "end with days")
    assert (kept.status, kept.counts, kept.taken_back) == ("cancelled", True, REPORT)
    assert standing(kept, ()).imported == 3
    newer = kept.with_receipt({**RECEIPT, "ledger_version": 2})
    assert newer is not None
    assert newer.undo(9000, by="ada") is not None
    gone = after("queue", "plan", "calculate", "cancel", "end")
    assert (gone.status, gone.counts, gone.with_receipt({**RECEIPT, "ledger_version": 9})) == (
        "cancelled",
        False,
        None,
    )


def test_an_undone_import_ended_when_it_was_undone_and_keeps_its_last_receipt() -> None:
    undone = after("queue", "plan", "complete", "undo", "end")
    assert (undone.completed_at, undone.ended_at, undone.receipt) == (3000, 5000, RECEIPT)
    assert (undone.counts, standing(undone, ()).percent, standing(undone, ()).imported) == (False, 100, 0)


def test_progress_of_a_cancelled_import_stays_where_it_was() -> None:
    running = after("queue", "plan", "parse", text_size=100)
    tasks = [Progress("chunk", 0, 5, bytes=50)]
    cancelling = running.cancel(9000, by="ada")
    assert cancelling is not None
    cancelled = cancelling.end_taking_back(9500, REPORT)
    assert cancelled is not None
    reached = [standing(record, tasks).percent for record in (running, cancelling, cancelled)]
    assert reached == [26, 26, 26]


def test_every_status_is_known_to_what_follows_it() -> None:
    assert set(FOLLOWS) >= ACTIVE | FINISHED


@pytest.mark.parametrize(
    ("names", "since"),
    [
        ((), 1),
        (("queue", "pause"), None),
        (("queue", "plan", "pause", "resume", "wait"), 5000),
        (("queue", "plan", "wait", "confirm"), None),
        (("queue", "plan", "wait", "cancel"), 4000),
        (("queue", "plan", "wait", "confirm", "complete", "undo", "end"), 7000),
    ],
)
def test_the_days_that_a_record_is_kept_count_from_its_last_end_or_from_when_it_began_to_wait(
    names: tuple[str, ...], since: int | None
) -> None:
    assert after(*names, confirm="manual").idle_since == since
