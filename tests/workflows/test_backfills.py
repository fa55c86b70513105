"""Backfills: past days are fetched in chunks, and go on where they were, whatever ended them."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import pytest
from support.faults import Faulty
from support.fetching import (
    MONTH,
    OpenAi,
    cursor_of,
    fetch,
    fetching_world,
    key_of,
    ledger_of,
    month_of_usage,
    moody,
    run_imports,
    truth_of,
)
from support.runs import ADMIN

from gramledger.adapters.memory.world import MemoryWorld
from gramledger.app.backfills import (
    cancel_backfill,
    get_backfill,
    give_up_fetch,
    list_backfills,
    pause_backfill,
    resume_backfill,
    start_backfill,
)
from gramledger.app.fetch_runs import Rules, fetch_step, plan_fetch
from gramledger.app.fetch_status import fetch_status, fetch_windows, reset_cursor
from gramledger.app.key_rounds import STEPS_MAXIMUM
from gramledger.app.lookup import Caller
from gramledger.app.provider_keys import delete_key
from gramledger.app.schedules import list_schedules, run_schedule
from gramledger.core.problems import BackfillConflict, Busy, InvalidRequest, NotAllowed, NotFound
from gramledger.core.providers.pages import HttpReply
from gramledger.ports import Unavailable, World

MEMBER = Caller("acme", "bob", frozenset())
FORM = {"key": "main", "start": "2025-10-20", "end": "2025-10-24", "chunk_days": 2, "label": "for the audit"}


def request_of(world: MemoryWorld, backfill_id: str) -> dict[str, Any]:
    """What the last execution of a backfill was started with."""
    known = world.fetching.backfills.get("acme", backfill_id)
    assert known is not None
    return world.workflows.started[known.execution]


@pytest.fixture
def openai() -> OpenAi:
    return OpenAi({"one": month_of_usage(20)})


@pytest.fixture
def world(openai: OpenAi) -> MemoryWorld:
    return fetching_world(openai, main="one")


def days_of(openai: OpenAi, first: str, last: str) -> dict[str, Any]:
    return {day: usage for day, usage in truth_of(openai, "one", first).items() if day <= last}


def test_a_backfill_fetches_its_days_and_accounts_for_each_chunk(world: MemoryWorld, openai: OpenAi) -> None:
    begun = start_backfill(world, ADMIN, FORM)
    assert (begun["status"], begun["percent"], begun["windows"]) == ("running", 0, {"total": 5, "done": 0})
    fetch(world, request_of(world, begun["backfill_id"]))
    ended = get_backfill(world, ADMIN, begun["backfill_id"])
    assert (ended["status"], ended["percent"], ended["label"]) == ("completed", 100, "for the audit")
    assert ledger_of(world, "main") == days_of(openai, "2025-10-20", "2025-10-24")
    assert [(chunk["first"], chunk["last"]) for chunk in ended["chunks"]] == [
        ("2025-10-20", "2025-10-21"),
        ("2025-10-22", "2025-10-23"),
        ("2025-10-24", "2025-10-24"),
    ]
    rows = sum(len(usage) for usage in days_of(openai, "2025-10-20", "2025-10-24").values())
    assert (ended["counts"]["processed"], ended["counts"]["imported"]) == (5, rows)
    assert cursor_of(world, "main").since == "2025-11-08", "what the daily fetch keeps complete stays"


def test_a_backfill_of_days_that_are_there_finds_them_unchanged(world: MemoryWorld) -> None:
    for _ in range(2):
        begun = start_backfill(world, ADMIN, FORM)
        fetch(world, request_of(world, begun["backfill_id"]))
        world.clock.sleep(60)
    counts = get_backfill(world, ADMIN, begun["backfill_id"])["counts"]
    assert (counts["processed"], counts["unchanged"]) == (5, 5)
    assert "imported" not in counts


def test_a_backfill_that_has_taken_all_its_steps_goes_on_in_another_round(
    world: MemoryWorld, openai: OpenAi
) -> None:
    begun = start_backfill(world, ADMIN, FORM)
    request = request_of(world, begun["backfill_id"])
    world.clock.resting = True
    step = fetch_step(world, {**request, "steps": STEPS_MAXIMUM - 1})
    assert (step.next, step.issues) == ("done", {})
    world.clock.resting = False
    assert plan_fetch(world, request) == {"works": [request], "request": request, "more": True}
    fetch(world, request)
    assert plan_fetch(world, request) == {"works": [], "request": request, "more": False}
    assert get_backfill(world, ADMIN, begun["backfill_id"])["status"] == "completed"
    assert ledger_of(world, "main") == days_of(openai, "2025-10-20", "2025-10-24")


def test_a_paused_backfill_rests_and_goes_on_where_it_was(world: MemoryWorld, openai: OpenAi) -> None:
    begun = start_backfill(world, ADMIN, FORM)
    work = request_of(world, begun["backfill_id"])
    world.clock.resting = True
    step = fetch_step(world, work)
    assert step.next == "wait"
    paused = pause_backfill(world, ADMIN, begun["backfill_id"])
    world.clock.resting = False
    run_imports(world)
    assert (paused["status"], fetch_step(world, step.work).next) == ("paused", "done")
    asked = len(openai.asked)
    with pytest.raises(BackfillConflict, match="'paused' and cannot be paused"):
        pause_backfill(world, ADMIN, begun["backfill_id"])
    resume_backfill(world, ADMIN, begun["backfill_id"])
    assert fetch_step(world, work).next == "done", "the execution before has no turn any more"
    assert len(openai.asked) == asked
    fetch(world, request_of(world, begun["backfill_id"]))
    assert get_backfill(world, ADMIN, begun["backfill_id"])["status"] == "completed"
    assert ledger_of(world, "main") == days_of(openai, "2025-10-20", "2025-10-24")


def test_a_cancelled_backfill_keeps_what_it_has_fetched(world: MemoryWorld) -> None:
    begun = start_backfill(world, ADMIN, FORM)
    cancelled = cancel_backfill(world, ADMIN, begun["backfill_id"])
    assert (cancelled["status"], cancelled["ended_at"] is not None) == ("cancelled", True)
    fetch(world, request_of(world, begun["backfill_id"]))
    assert ledger_of(world, "main") == {}


def test_missed_days_leave_a_backfill_incomplete_and_are_tried_again_when_it_is_resumed(
    world: MemoryWorld, openai: OpenAi
) -> None:
    openai.mood = lambda _: HttpReply(503)
    begun = start_backfill(world, ADMIN, FORM)
    fetch(world, request_of(world, begun["backfill_id"]))
    ended = get_backfill(world, ADMIN, begun["backfill_id"])
    assert (ended["status"], ended["counts"]) == ("incomplete", {"missed": 5})
    assert ended["chunks"][0]["issues"] == {"provider-unavailable": 2}
    openai.mood = moody(3)
    for _ in range(8):
        if get_backfill(world, ADMIN, begun["backfill_id"])["status"] == "completed":
            break
        world.clock.sleep(60)
        resume_backfill(world, ADMIN, begun["backfill_id"])
        fetch(world, request_of(world, begun["backfill_id"]))
    healed = get_backfill(world, ADMIN, begun["backfill_id"])
    assert (healed["status"], healed["counts"]["processed"], healed["counts"].get("missed")) == (
        "completed",
        5,
        None,
    )
    assert ledger_of(world, "main") == days_of(openai, "2025-10-20", "2025-10-24")


def test_a_refused_key_leaves_a_backfill_incomplete_after_one_request(
    world: MemoryWorld, openai: OpenAi
) -> None:
    openai.mood = lambda _: HttpReply(401)
    begun = start_backfill(world, ADMIN, FORM)
    fetch(world, request_of(world, begun["backfill_id"]))
    ended = get_backfill(world, ADMIN, begun["backfill_id"])
    assert (ended["status"], len(world.providers.requests)) == ("incomplete", 1)
    assert ended["counts"]["missed"] == 5


def test_a_backfill_whose_execution_has_stopped_says_so_and_can_be_resumed(
    world: MemoryWorld, openai: OpenAi
) -> None:
    begun = start_backfill(world, ADMIN, FORM)
    world.workflows.states[begun["backfill_id"]] = "failed"
    assert get_backfill(world, ADMIN, begun["backfill_id"])["status"] == "stopped"
    resumed = resume_backfill(world, ADMIN, begun["backfill_id"])
    assert resumed["status"] == "running"
    fetch(world, request_of(world, begun["backfill_id"]))
    assert ledger_of(world, "main") == days_of(openai, "2025-10-20", "2025-10-24")


def test_a_backfill_that_never_got_an_execution_can_be_resumed_after_a_minute(world: MemoryWorld) -> None:
    begun = start_backfill(world, ADMIN, FORM)
    world.workflows.started.clear()
    assert get_backfill(world, ADMIN, begun["backfill_id"])["status"] == "running"
    world.clock.sleep(61)
    assert get_backfill(world, ADMIN, begun["backfill_id"])["status"] == "stopped"
    assert resume_backfill(world, ADMIN, begun["backfill_id"])["status"] == "running"


def test_a_step_that_fails_for_good_lets_its_backfill_rest(world: MemoryWorld) -> None:
    begun = start_backfill(world, ADMIN, FORM)
    give_up_fetch(world, request_of(world, begun["backfill_id"]))
    assert get_backfill(world, ADMIN, begun["backfill_id"])["status"] == "paused"
    give_up_fetch(world, {"tenant": "acme", "key_id": "any", "began": 1, "by": "schedule"})


def test_a_backfill_rests_while_its_key_is_disabled_or_fetching_is_switched_off(world: MemoryWorld) -> None:
    begun = start_backfill(world, ADMIN, FORM)
    fetch(world, request_of(world, begun["backfill_id"]), Rules(enabled=False))
    assert get_backfill(world, ADMIN, begun["backfill_id"])["status"] == "paused"
    world.provider_keys.change(
        "acme", key_of(world, "main").key_id, lambda known: known.with_status("disabled")
    )
    with pytest.raises(BackfillConflict, match="is disabled"):
        start_backfill(world, ADMIN, FORM)


def test_a_backfill_waits_after_each_day_as_it_was_asked_to(world: MemoryWorld) -> None:
    begun = start_backfill(world, ADMIN, {**FORM, "sleep_ms": 9000, "end": "2025-10-21"})
    before = world.clock.now_ms()
    fetch(world, request_of(world, begun["backfill_id"]))
    assert world.clock.now_ms() - before >= 18_000


@pytest.mark.parametrize(
    ("form", "told"),
    [
        (None, "a JSON object with a 'key'"),
        ({"key": 5}, "a JSON object with a 'key'"),
        ({**FORM, "speed": 3}, "Unknown member 'speed'"),
        ({**FORM, "endpoints": []}, "a list of names"),
        ({**FORM, "endpoints": ["costs"]}, "is not for costs"),
        ({**FORM, "endpoints": ["what"]}, "no endpoint 'what'"),
        ({"key": "main"}, "either 'start' or 'days'"),
        ({"key": "main", "days": 501, "chunk_days": 1}, "has 501 chunks; one may have 500"),
        ({"key": "main", "start": "2022-12-01", "end": "2023-01-05"}, "no day before 2023-01-08"),
        ({"key": "main", "end": "0001-01-05", "days": 1000}, "no day before 2023-01-08"),
    ],
)
def test_a_backfill_that_cannot_be_is_refused(world: MemoryWorld, form: object, told: str) -> None:
    with pytest.raises(InvalidRequest, match=told):
        start_backfill(world, ADMIN, form)


def test_only_administrators_fetch(world: MemoryWorld) -> None:
    for refused in (
        lambda: start_backfill(world, MEMBER, FORM),
        lambda: list_backfills(world, MEMBER, limit=5, cursor=None),
        lambda: get_backfill(world, MEMBER, "01K9XFT7G1G83EFRTNJJN6PQ8A"),
        lambda: run_schedule(world, MEMBER, "daily-usage"),
        lambda: fetch_status(world, MEMBER, None),
        lambda: reset_cursor(world, MEMBER, {"key": "main", "from": "2025-11-01"}),
    ):
        with pytest.raises(NotAllowed):
            refused()
    assert world.workflows.started == {}


def test_backfills_are_listed_newest_first(world: MemoryWorld) -> None:
    ids = []
    for _ in range(3):
        ids.append(start_backfill(world, ADMIN, FORM)["backfill_id"])
        world.clock.sleep(0.001)
    found, further = list_backfills(world, ADMIN, limit=2, cursor=None)
    assert [known["backfill_id"] for known in found] == ids[:0:-1]
    assert [
        known["backfill_id"] for known in list_backfills(world, ADMIN, limit=2, cursor=further)[0]
    ] == ids[:1]
    with pytest.raises(InvalidRequest, match="no cursor of this list"):
        list_backfills(world, ADMIN, limit=2, cursor="x")
    with pytest.raises(NotFound):
        get_backfill(world, ADMIN, "01K9XFT7G1G83EFRTNJJN6PQZZ")


def test_a_schedule_can_be_run_by_hand_for_the_own_tenant(world: MemoryWorld, openai: OpenAi) -> None:
    shown = list_schedules({"daily-usage": "cron(30 3 * * ? *)"})
    assert [known["name"] for known in shown][:1] == ["daily-usage"]
    assert shown[0]["expression"] == "cron(30 3 * * ? *)"
    begun = run_schedule(world, ADMIN, "daily-usage")
    request = world.workflows.started[begun["run"]]
    assert request == {"tenant": "acme", "by": "ada"}
    fetch(world, request)
    assert ledger_of(world, "main") == truth_of(openai, "one")
    assert run_schedule(world, ADMIN, "sweep")["run"] in world.workflows.started
    with pytest.raises(NotFound, match="Choose one of"):
        run_schedule(world, ADMIN, "lunch")


def test_the_status_of_a_key_tells_gaps_counts_and_issues(world: MemoryWorld, openai: OpenAi) -> None:
    (before,) = fetch_status(world, ADMIN, None)
    assert (before["through"], before["gaps"], before["counts"]) == (None, [], {})
    replies = iter([None, None, HttpReply(400), *[None] * 50])
    openai.page_size = 10
    openai.mood = lambda _: next(replies)
    fetch(world)
    (after,) = fetch_status(world, ADMIN, "main")
    assert (after["through"], after["gaps"]) == (MONTH[-1], ["2025-11-10"])
    assert after["failing"] == {"2025-11-10": "provider-request-refused"}
    assert after["issues"] == {"provider-request-refused": 1}
    assert after["cursor"] == f"usage/completions:key_{key_of(world, 'main').key_id}"
    shown = {window["day"]: window for window in fetch_windows(world, ADMIN, "main", "usage/completions")}
    assert (shown["2025-11-10"]["in_ledger"], shown["2025-11-11"]["in_ledger"]) == (False, True)
    with pytest.raises(InvalidRequest, match="not for 'costs'"):
        fetch_windows(world, ADMIN, "main", "costs")


def test_a_reset_has_days_fetched_again_and_changes_nothing_by_itself(
    world: MemoryWorld, openai: OpenAi
) -> None:
    fetch(world)
    before = ledger_of(world, "main")
    (shown,) = reset_cursor(world, ADMIN, {"key": "main", "from": "2025-11-10"})
    assert (shown["through"], ledger_of(world, "main")) == ("2025-11-09", before)
    asked = len(openai.asked)
    fetch(world)
    assert {day for _, day in openai.asked[asked:]} == {"2025-11-10", "2025-11-11", "2025-11-12"}
    assert ledger_of(world, "main") == before
    assert cursor_of(world, "main").through == MONTH[-1]


@pytest.mark.parametrize(
    ("form", "told"),
    [
        ({}, "'key' and 'from'"),
        ({"key": 3, "from": "2025-11-01"}, "the id or the label"),
        ({"key": "main", "from": "2025-11-13"}, "a day before today"),
        ({"key": "main", "from": "yesterday"}, "a day before today"),
        ({"key": "main", "from": "0001-01-01"}, "no day before 2022-11-09"),
        ({"key": "main", "from": "2025-11-01", "endpoint": "costs"}, "not for 'costs'"),
    ],
)
def test_a_reset_that_cannot_be_is_refused(world: MemoryWorld, form: object, told: str) -> None:
    with pytest.raises(InvalidRequest, match=told):
        reset_cursor(world, ADMIN, form)


def deleted(world: World) -> None:
    """The key is deleted by somebody who tries again until there is none."""
    while True:
        with suppress(Unavailable):
            try:
                delete_key(world, ADMIN, "main")
            except NotFound:
                return


def test_a_key_that_is_deleted_takes_its_cursors_along_and_ends_its_backfills(world: MemoryWorld) -> None:
    fetch(world)
    key, before = key_of(world, "main"), ledger_of(world, "main")
    begun = start_backfill(world, ADMIN, FORM)
    world.clock.resting = True
    step = fetch_step(world, request_of(world, begun["backfill_id"]))
    deleted(world)
    assert fetch_step(world, step.work).next == "done"
    assert world.fetching.cursors.list("acme", key.key_id) == []
    assert world.fetching.throttles.get("acme", key.key_id) is None
    shown = get_backfill(world, ADMIN, begun["backfill_id"])
    assert (shown["status"], shown["key_label"], shown["percent"]) == ("cancelled", None, 0)
    with pytest.raises(BackfillConflict, match="was deleted"):
        resume_backfill(world, ADMIN, begun["backfill_id"])
    assert ledger_of(world, "main") == before, "what was fetched stays"
    assert fetch_status(world, ADMIN, None) == []


@pytest.mark.parametrize("fate", ["lost", "unheard"])
def test_deleting_a_key_goes_on_after_a_failure_at_each_of_its_calls(fate: str) -> None:
    number, calls = 0, 1
    while number < calls:
        world = fetching_world(OpenAi({"one": month_of_usage(20)}), main="one")
        fetch(world)
        begun = start_backfill(world, ADMIN, FORM)
        key = key_of(world, "main")
        faulty = Faulty(world, lambda call, _, at=number: fate if call == at else "ok")
        deleted(faulty)
        assert world.fetching.cursors.list("acme", key.key_id) == []
        assert world.secrets.names() == []
        assert get_backfill(world, ADMIN, begun["backfill_id"])["status"] == "cancelled"
        number, calls = number + 1, len(faulty.calls)
    assert calls > 8


def test_a_fetch_that_is_under_way_makes_no_cursor_of_a_key_that_is_gone(world: MemoryWorld) -> None:
    (work,) = plan_fetch(world, {})["works"]
    key, calls = key_of(world, "main"), Faulty(world, lambda *_: "ok")
    fetch_step(calls, work)
    for cut in range(0, len(calls.calls), 5):
        world = fetching_world(OpenAi({"one": month_of_usage(20)}), main="one")

        def decide(number: int, _name: str, cut: int = cut, world: MemoryWorld = world) -> str:
            if number == cut:
                deleted(world)
            return "ok"

        (work,) = plan_fetch(world, {})["works"]
        with suppress(Busy):
            fetch_step(Faulty(world, decide), work)
        assert fetch_step(world, work).next == "done"
        assert world.fetching.cursors.list("acme", key.key_id) == []
