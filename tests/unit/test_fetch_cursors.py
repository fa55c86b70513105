"""How far a key has been fetched: what moves a cursor, what is due, and where gaps are."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gramledger.core.backfills import Backfill, Chunk, Wanted
from gramledger.core.fetch_cursors import (
    WINDOWS_KEPT,
    FetchCursor,
    Pending,
    day_before,
    days_between,
    due_daily,
)
from gramledger.core.identity import ulid, ulid_ms
from gramledger.core.problems import InvalidRequest

TODAY = "2025-11-13"
NEW = FetchCursor("acme", "01K9XFT7G1G83EFRTNJJN6PQ8A", "usage/completions", since="2025-10-14")
RAN = 1_763_000_000_000


def import_of(day: str, *, at: int = RAN) -> str:
    """The id of an import of a day that began at an instant."""
    return ulid(at, day.encode())


def done(cursor: FetchCursor, day: str, *, at: int = 1, content: str = "a") -> FetchCursor:
    begun = cursor.begin(day, Pending(import_of(day), content, at))
    assert begun is not None
    settled = begun.settle(day, import_of(day), at, {"imported": 2, "pages": 1}, {})
    assert settled is not None
    return settled


def test_a_cursor_is_named_after_its_endpoint_and_key() -> None:
    assert NEW.name == "usage/completions:key_01K9XFT7G1G83EFRTNJJN6PQ8A"


def test_a_day_counts_only_when_its_import_has_completed() -> None:
    begun = NEW.begin("2025-11-12", Pending("I", "abc", 5))
    assert begun is not None
    assert (begun.through, begun.window("2025-11-12").held) == (None, False)
    settled = begun.settle("2025-11-12", "I", 9, {"imported": 3}, {"bad-cell": 1})
    assert settled is not None
    assert (settled.through, settled.succeeded_at) == ("2025-11-12", 9)
    assert settled.tally == {"imported": 3, "processed": 1}
    assert settled.issues == {"bad-cell": 1}


def test_whatever_comes_late_or_twice_changes_nothing() -> None:
    begun = NEW.begin("2025-11-12", Pending("I", "abc", 5))
    assert begun is not None
    assert begun.begin("2025-11-12", Pending("J", "def", 6)) is None
    assert begun.settle("2025-11-12", "J", 9, {}, {}) is None
    assert begun.miss("2025-11-12", 9, "timeout", import_id="J") is None
    assert begun.confirm("2025-11-12", "abc", 9, {}) is None, "what is on its way is not in the ledger yet"
    settled = begun.settle("2025-11-12", "I", 9, {}, {})
    assert settled is not None
    assert settled.settle("2025-11-12", "I", 10, {}, {}) is None


def test_a_day_that_says_the_same_is_not_confirmed_while_something_else_is_on_its_way() -> None:
    held = done(NEW, "2025-11-12", content="a")
    confirmed = held.confirm("2025-11-12", "a", 9, {"pages": 1})
    assert confirmed is not None
    assert (confirmed.window("2025-11-12").done_at, confirmed.tally["unchanged"]) == (9, 1)
    assert held.confirm("2025-11-12", "b", 9, {}) is None
    begun = held.begin("2025-11-12", Pending("J", "b", 5))
    assert begun is not None
    assert begun.confirm("2025-11-12", "a", 9, {}) is None


def test_an_import_begins_later_than_any_other_of_its_day_whatever_the_clock_says() -> None:
    cursor = done(NEW, "2025-11-12")
    window = cursor.window("2025-11-12")
    assert window.next_at(RAN + 5) == RAN + 5
    assert window.next_at(RAN) == window.next_at(RAN - 60_000) == RAN + 1
    begun = cursor.begin("2025-11-12", Pending(import_of("2025-11-12", at=RAN + 9), "b", RAN + 9))
    assert begun is not None
    assert begun.window("2025-11-12").next_at(RAN) == RAN + 10
    assert ulid_ms(import_of("2025-11-12", at=RAN + 9)) == RAN + 9
    assert NEW.window("2025-11-12").next_at(RAN) == RAN


def test_the_cursor_never_goes_back_but_by_a_reset() -> None:
    cursor = done(done(NEW, "2025-11-12"), "2025-11-01")
    assert cursor.through == "2025-11-12"
    back = cursor.reset("2025-11-05")
    assert (back.through, back.since) == ("2025-11-01", NEW.since)
    assert cursor.reset("2025-10-01").since == "2025-10-01"
    assert cursor.reset("2025-10-01").through is None


def test_gaps_are_the_days_before_the_newest_one_that_the_ledger_does_not_have() -> None:
    assert NEW.gaps() == []
    cursor = done(done(NEW, "2025-11-10"), "2025-10-14")
    assert cursor.gaps("2025-11-08") == ["2025-11-08", "2025-11-09"]
    assert cursor.gaps()[0] == "2025-10-15"


def test_a_missed_day_stays_a_gap_and_says_why() -> None:
    missed = done(NEW, "2025-11-12").miss("2025-11-11", RAN, "provider-throttled")
    assert missed is not None
    assert "2025-11-11" in missed.gaps()
    assert missed.window("2025-11-11").code == "provider-throttled"
    assert missed.tally == {"imported": 2, "pages": 1, "processed": 1, "missed": 1}
    assert done(missed, "2025-11-11").window("2025-11-11").code is None


def test_what_was_missed_while_it_is_held_stays_held() -> None:
    missed = done(NEW, "2025-11-12").miss("2025-11-12", RAN, "timeout")
    assert missed is not None
    assert missed.window("2025-11-12").held
    assert missed.gaps() == done(NEW, "2025-11-12").gaps()


def test_first_of_all_the_last_month_is_due_and_never_today() -> None:
    days = due_daily(NEW, TODAY, began=RAN)
    assert (days[0], days[-1], len(days)) == ("2025-10-14", "2025-11-12", 30)


def test_later_the_gaps_of_the_month_and_the_last_days_are_due() -> None:
    cursor = NEW
    for day in days_between("2025-10-14", "2025-11-12"):
        cursor = done(cursor, day) if day != "2025-10-20" else cursor
    assert due_daily(cursor, TODAY, began=RAN) == ["2025-10-20", "2025-11-10", "2025-11-11", "2025-11-12"]
    assert due_daily(cursor, "2025-11-25", began=RAN)[0] == "2025-11-13", "older gaps are for a backfill"


def test_nothing_is_due_twice_in_one_run() -> None:
    cursor = NEW
    for day in due_daily(NEW, TODAY, began=RAN):
        cursor = done(cursor, day, at=RAN + 1)
    assert due_daily(cursor, TODAY, began=RAN) == []
    assert due_daily(cursor, TODAY, began=RAN + 2) == ["2025-11-10", "2025-11-11", "2025-11-12"]
    missed = cursor.miss("2025-11-12", RAN + 3, "timeout")
    assert missed is not None
    assert "2025-11-12" not in due_daily(missed, TODAY, began=RAN + 2)


def test_an_import_on_its_way_is_due_however_old_its_day_is() -> None:
    begun = NEW.begin("2024-01-01", Pending("I", "abc", 5))
    assert begun is not None
    assert due_daily(begun, TODAY, began=RAN)[0] == "2024-01-01"


@given(
    st.lists(st.tuples(st.sampled_from(["done", "miss", "reset"]), st.integers(0, 40)), max_size=30),
    st.integers(0, 5),
)
def test_a_cursor_survives_its_json_and_what_is_due_covers_every_gap(
    steps: list[tuple[str, int]], ahead: int
) -> None:
    cursor = NEW
    for kind, back in steps:
        day = day_before(TODAY, back + 1)
        if kind == "done":
            cursor = done(cursor, day)
        elif kind == "miss":
            cursor = cursor.miss(day, 3, "timeout") or cursor
        else:
            cursor = cursor.reset(day)
    assert FetchCursor.from_json(json.loads(json.dumps(cursor.to_json()))) == cursor
    today = day_before(TODAY, -ahead)
    recent = [day for day in cursor.gaps() if day >= day_before(today, 30)]
    assert set(recent) <= set(due_daily(cursor, today, began=RAN))


def test_a_cursor_of_the_most_days_fits_into_a_record_of_the_table() -> None:
    days = list(days_between("2020-01-01", "2023-06-01"))
    window = done(NEW, "2025-11-12", content="a" * 64, at=RAN).window("2025-11-12")
    window = replace(window, import_id="I" * 26, counts={"imported": 10**6, "pages": 9, "skipped": 10**6})
    cursor = replace(NEW, windows=dict.fromkeys(days[: WINDOWS_KEPT - 1], window))
    cursor = done(done(cursor, "2025-11-12"), "2025-11-13")
    assert len(cursor.windows) == WINDOWS_KEPT
    assert days[0] not in cursor.windows
    assert len(json.dumps(cursor.to_json(), separators=(",", ":"))) < 380_000


BACKFILL = Backfill(
    "acme", "01K9", "01K8", ("usage/completions", "costs"), "2025-11-01", "2025-11-12", 5, 0, None, "ada", RAN
)


def test_a_backfill_is_dealt_into_chunks_endpoint_by_endpoint() -> None:
    assert BACKFILL.spans() == [
        (endpoint, first, last)
        for endpoint in ("usage/completions", "costs")
        for first, last in (
            ("2025-11-01", "2025-11-05"),
            ("2025-11-06", "2025-11-10"),
            ("2025-11-11", "2025-11-12"),
        )
    ]
    assert Backfill.from_json(json.loads(json.dumps(BACKFILL.to_json()))) == BACKFILL


def test_a_backfill_fetches_what_is_there_again_and_each_day_once() -> None:
    cursor = done(done(NEW, "2025-11-02"), "2025-11-03", at=RAN + 1)
    missed = cursor.miss("2025-11-04", RAN + 2, "timeout")
    assert missed is not None
    assert BACKFILL.due(missed, "2025-11-01", "2025-11-05") == ["2025-11-01", "2025-11-02", "2025-11-05"]
    resumed = replace(BACKFILL, status="incomplete").resume(RAN + 3)
    assert resumed is not None
    assert "2025-11-04" in resumed.due(missed, "2025-11-01", "2025-11-05")
    assert resumed.execution != BACKFILL.execution


def test_a_chunk_says_what_its_days_came_to() -> None:
    cursor = done(done(NEW, "2025-11-01", at=RAN), "2025-11-02", at=RAN)
    cursor = done(cursor, "2025-11-03", at=RAN - 1).miss("2025-11-04", RAN, "timeout") or cursor
    cursor = cursor.confirm("2025-11-02", "a", RAN + 1, {"pages": 1}) or cursor
    chunk = BACKFILL.summed_up(cursor, "2025-11-01", "2025-11-05", RAN + 9)
    assert chunk.counts == {"processed": 2, "missed": 1, "unchanged": 1, "imported": 2, "pages": 2}
    assert chunk.issues == {"timeout": 1}
    kept = BACKFILL.with_chunk(chunk)
    assert kept is not None
    assert kept.with_chunk(chunk) is None
    again = kept.with_chunk(replace(chunk, counts={}))
    assert again is not None
    assert [known.counts for known in again.chunks] == [{}]


def test_a_backfill_with_missed_days_is_incomplete_and_can_be_resumed() -> None:
    chunk = Chunk("costs", "2025-11-01", "2025-11-05", {"missed": 1}, {"timeout": 1}, RAN)
    ended = replace(BACKFILL, chunks=(chunk,)).end(RAN + 1)
    assert ended is not None
    assert ended.status == "incomplete"
    well = BACKFILL.end(RAN + 1)
    assert well is not None
    assert (well.status, well.resume(RAN + 2), well.cancel(RAN + 2)) == ("completed", None, None)


def test_a_paused_backfill_goes_on_and_a_cancelled_one_can_too() -> None:
    paused = BACKFILL.pause()
    assert paused is not None
    assert (paused.pause(), paused.end(RAN)) == (None, None)
    cancelled = paused.cancel(RAN)
    assert cancelled is not None
    assert cancelled.ended_at == RAN
    resumed = cancelled.resume(RAN + 1)
    assert resumed is not None
    assert (resumed.status, resumed.resumed, resumed.ended_at) == ("running", 1, None)


@pytest.mark.parametrize(
    ("form", "first", "last"),
    [
        ({"start": "2025-10-01", "end": "2025-10-31"}, "2025-10-01", "2025-10-31"),
        ({"start": "2025-11-01"}, "2025-11-01", "2025-11-12"),
        ({"days": 3}, "2025-11-10", "2025-11-12"),
        ({"days": 1, "end": "2025-10-31"}, "2025-10-31", "2025-10-31"),
    ],
)
def test_the_days_of_a_backfill_are_named_or_counted(form: dict[str, object], first: str, last: str) -> None:
    wanted = Wanted.from_json(form, TODAY)
    assert (wanted.first, wanted.last, wanted.chunk_days) == (first, last, 5)


@pytest.mark.parametrize(
    ("form", "told"),
    [
        ({}, "either 'start' or 'days'"),
        ({"start": "2025-11-01", "days": 3}, "either 'start' or 'days'"),
        ({"start": "2025-11-01", "end": TODAY}, "is not over yet"),
        ({"start": "2025-11-05", "end": "2025-11-01"}, "Exchange them"),
        ({"start": "2020-01-01"}, "one may have 1,000"),
        ({"start": "1.11.2025"}, "a day such as"),
        ({"days": 0}, "a number from 1"),
        ({"days": True}, "a number from 1"),
        ({"days": 3, "chunk_days": 0}, "'chunk_days'"),
        ({"days": 3, "sleep_ms": -1}, "'sleep_ms'"),
        ({"days": 3, "label": " "}, "'label'"),
    ],
)
def test_a_backfill_that_cannot_be_is_refused(form: dict[str, object], told: str) -> None:
    with pytest.raises(InvalidRequest, match=told):
        Wanted.from_json(form, TODAY)
