"""What is announced of an import, and when nothing is."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from support.announced import AT, RECEIPT

from gramledger.core.announcements import KINDS, TERMINAL, Event, outstanding, summary
from gramledger.core.imports import Import

PROBLEM = {
    "code": "format-unknown",
    "title": "No known format",
    "detail": "The header is 'Ada; 13'",
    "status": 422,
}


def record(**changes: Any) -> Import:
    known = Import(
        "acme", "01J0000000000000000000000A", "01J0000000000000000000000P", "demo", "a.csv", "ada", AT
    )
    return replace(known, **changes)


ENDS = [
    ({"status": "completed", "receipt": RECEIPT}, "ImportFinished"),
    ({"status": "completed", "receipt": {**RECEIPT, "rejected": 1}}, "ImportFinishedWithRejects"),
    ({"status": "failed", "problem": PROBLEM}, "ImportFailed"),
    ({"status": "cancelled"}, "ImportCancelled"),
]


@pytest.mark.parametrize(("end", "name"), ENDS)
def test_each_way_to_end_has_its_event(end: dict[str, Any], name: str) -> None:
    (event,) = outstanding(record(completed_at=AT + 5, **end))
    assert (event.name, event.tenant, event.at) == (name, "acme", AT + 5)
    assert event.event_id == "01J0000000000000000000000A-ended"


@pytest.mark.parametrize("status", ["waiting", "queued", "processing", "planned"])
def test_an_import_that_goes_on_owes_nothing(status: Any) -> None:
    assert outstanding(record(status=status)) == []


def test_an_import_that_is_given_up_owes_nothing_before_it_has_failed() -> None:
    assert outstanding(record(status="processing", problem=PROBLEM)) == []


@pytest.mark.parametrize(("end", "name"), ENDS)
def test_what_was_announced_is_not_owed_any_more(end: dict[str, Any], name: str) -> None:
    ended = record(completed_at=AT + 5, **end)
    (event,) = outstanding(ended)
    announced = ended.with_announced(event.event_id)
    assert announced is not None, name
    assert outstanding(announced) == []
    assert announced.with_announced(event.event_id) is None


def test_a_later_receipt_does_not_make_another_event() -> None:
    first = record(status="completed", completed_at=AT, receipt=RECEIPT)
    later = replace(first, receipt={**RECEIPT, "imported": 4, "duplicate_identical": 2})
    assert outstanding(first)[0].event_id == outstanding(later)[0].event_id


def test_an_event_survives_the_bus() -> None:
    (event,) = outstanding(record(status="completed", completed_at=AT, receipt=RECEIPT))
    detail = json.loads(json.dumps(event.to_json()))
    assert Event.from_json(event.name, detail) == event


def test_the_body_is_what_standard_webhooks_recommends_and_small() -> None:
    (event,) = outstanding(record(status="failed", completed_at=AT, problem=PROBLEM, filename="ü" * 255))
    body = json.loads(event.body())
    assert set(body) == {"type", "timestamp", "data"}
    assert (body["type"], body["timestamp"]) == ("import.failed", "2025-11-13T02:13:20.000Z")
    assert len(event.body().encode()) < 20_000


def test_nothing_that_may_quote_a_file_is_told() -> None:
    (event,) = outstanding(record(status="failed", completed_at=AT, problem=PROBLEM))
    assert event.data["problem"] == {"code": "format-unknown", "title": "No known format"}
    assert "Ada" not in json.dumps(event.to_json())


@pytest.mark.parametrize(
    ("end", "told"),
    [
        (
            ENDS[0][0],
            "finished at 2025-11-13T02:13:20.000Z. Rows: 10 (5 imported, 2 duplicate, 3 left out). Import 01J",
        ),
        (ENDS[1][0], "finished with rejected rows at"),
        (ENDS[2][0], "failed at 2025-11-13T02:13:20.000Z. Reason: No known format. Import 01J"),
        (ENDS[3][0], "was cancelled at 2025-11-13T02:13:20.000Z. Import 01J"),
    ],
)
def test_the_summary_says_what_became_of_the_file(end: dict[str, Any], told: str) -> None:
    (event,) = outstanding(record(completed_at=AT, **end))
    assert summary(event).startswith("The import of a.csv into demo (tenant acme) ")
    assert told in summary(event)


def test_the_summary_of_a_dry_run_says_so() -> None:
    (event,) = outstanding(record(status="completed", completed_at=AT, receipt=RECEIPT, dry_run=True))
    assert summary(event).startswith("The dry run of a.csv")


def test_an_import_that_is_undone_has_two_events_with_their_own_times() -> None:
    taken = {"taken_back_at": AT + 9, "receipt": RECEIPT, "completed_at": AT, "phase": "done"}
    ended, undone = outstanding(record(status="undone", **taken))
    assert (ended.name, ended.at, ended.data["status"]) == ("ImportFinished", AT, "completed")
    assert (undone.name, undone.at, undone.data["status"]) == ("ImportUndone", AT + 9, "undone")
    assert undone.event_id == "01J0000000000000000000000A-undone"
    assert outstanding(record(status="undoing", **taken)) == [ended]
    assert outstanding(record(status="undone", announced=[ended.event_id], **taken)) == [undone]


def test_an_import_that_was_cancelled_with_days_kept_and_then_undone_was_cancelled_first() -> None:
    taken: dict[str, Any] = {"taken_back_at": AT + 9, "receipt": RECEIPT, "completed_at": AT}
    ended, undone = outstanding(record(status="undone", phase="calculate", **taken))
    assert (ended.name, ended.data["status"]) == ("ImportCancelled", "cancelled")
    assert undone.name == "ImportUndone"


def test_a_cancelled_import_whose_days_stay_says_how_many_rows() -> None:
    (event,) = outstanding(record(status="cancelled", completed_at=AT, receipt=RECEIPT))
    assert event.data["rows"]["imported"] == 5
    assert outstanding(record(status="cancelling")) == []


def test_a_day_that_is_fetched_again_to_be_compared_tells_nobody_of_its_end() -> None:
    ended = {"status": "completed", "completed_at": AT, "receipt": RECEIPT, "dry_run": True}
    assert len(outstanding(record(**ended))) == 1
    assert outstanding(record(**ended, origin={"kind": "fetched"})) == []
    assert len(outstanding(record(**{**ended, "dry_run": False}, origin={"kind": "fetched"}))) == 1


def test_every_event_has_a_dotted_name_of_its_own() -> None:
    kinds = [KINDS[name] for name in TERMINAL]
    assert len(set(kinds)) == len(kinds) == 10
    assert [kind for kind in kinds if not kind.startswith("import.")] == [
        *("recalculation.finished", "recalculation.failed"),
        *("recalculation.cancelled", "recalculation.undone", "parity.variance"),
    ]
