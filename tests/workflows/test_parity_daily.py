"""Parity by schedule: settled days are fetched again and compared, each once, and again when they change."""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import replace
from typing import Any

import pytest
from support.faults import Faulty
from support.fetching import OpenAi, fetch, fetching_world, key_of, moody
from support.runs import ADMIN

from gramledger.adapters.memory.world import MemoryWorld
from gramledger.app.key_rounds import STEPS_MAXIMUM
from gramledger.app.parity import get_parity, list_parity
from gramledger.app.parity_daily import parity_step, plan_parity
from gramledger.app.retention import retention_step
from gramledger.app.spans import DaySpan
from gramledger.app.summary import summarise
from gramledger.core.limits import PAYLOAD_BYTES
from gramledger.core.problems import Busy
from gramledger.core.providers.pages import HttpReply
from gramledger.ports import Unavailable

DAYS = [f"2025-11-{day:02}" for day in range(2, 13)]
SETTLED = DAYS[:-3]
MODEL = ("gpt-5-2025-08-07", "default")


def provider(**accounts: dict[str, int]) -> OpenAi:
    """Accounts with so many requests of one model on each day."""
    return OpenAi(
        usage={
            name: {day: {MODEL: requests} for day, requests in days.items()}
            for name, days in accounts.items()
        }
    )


def compared(world: MemoryWorld, request: dict[str, Any] | None = None) -> dict[str, int]:
    """A whole run, as the state machine does it; its counts."""
    counts: dict[str, int] = {}
    plan = plan_parity(world, request or {})
    assert plan["more"] is False
    for work in plan["works"]:
        following = work
        while True:
            try:
                step = parity_step(world, following)
            except Busy:
                continue
            for name, number in step.counts.items():
                counts[name] = counts.get(name, 0) + number
            if step.next == "done":
                break
            if step.next == "wait":
                world.clock.sleep(step.seconds)
            following = step.work
    return counts


def usual() -> tuple[OpenAi, MemoryWorld]:
    openai = provider(secret={day: number + 1 for number, day in enumerate(DAYS)})
    world = fetching_world(openai, since=DAYS[0], demo="secret")
    fetch(world)
    return openai, world


def reports(world: MemoryWorld, label: str = "demo") -> list[dict[str, Any]]:
    found, _ = list_parity(world, ADMIN, label, limit=100, cursor=None)
    return [get_parity(world, ADMIN, label, known["report_id"]) for known in found][::-1]


def test_settled_days_are_compared_once() -> None:
    _, world = usual()
    before = summarise(world, ADMIN, "demo", DaySpan(None, None))
    assert compared(world) == {"compared": len(SETTLED), "gaps": 0}
    found = reports(world)
    assert [(one["from"], one["to"], one["gaps"]) for one in found] == [
        (SETTLED[0], SETTLED[6], []),
        (SETTLED[7], SETTLED[-1], []),
    ]
    assert sorted(day for one in found for day in one["vouches"]) == SETTLED
    assert {one["requested_by"] for one in found} == {"schedule"}
    assert summarise(world, ADMIN, "demo", DaySpan(None, None)) == before
    assert compared(world) == {}


def test_days_that_the_schedule_found_equal_are_pruned_when_they_are_old() -> None:
    _, world = usual()
    compared(world)
    world.clock.sleep(40 * 86_400)
    _, counts = retention_step(world)
    assert counts == {"prune": len(SETTLED), "no-report": len(DAYS) - len(SETTLED)}


def test_a_day_that_was_revised_long_after_is_a_gap_and_is_told_every_day() -> None:
    openai, world = usual()
    openai.usage["secret"]["2025-11-08"][MODEL] += 100
    assert compared(world) == {"compared": len(SETTLED), "gaps": 1}
    (gap,) = reports(world)[0]["gaps"]
    assert (gap["day"], gap["cause"]) == ("2025-11-08", "unexplained")
    assert len([event for event in world.events.announced if event.name == "ParityVariance"]) == 1
    assert compared(world) == {}  # not again on the same day
    world.clock.sleep(86_400)
    assert compared(world)["gaps"] == 1
    assert len([event for event in world.events.announced if event.name == "ParityVariance"]) == 2


def test_a_provider_that_asks_for_patience_again_and_again_is_left_to_the_next_run() -> None:
    openai, world = usual()
    openai.mood = lambda _: HttpReply(429, retry_after=120)
    began = world.clock.now_ms()
    (work,) = plan_parity(world, {})["works"]
    missed = 0
    while world.clock.now_ms() - began < 86_400_000:
        step = parity_step(world, work)
        missed += step.counts.get("missed", 0)
        if step.next == "done":
            break
        world.clock.sleep(step.seconds)
        work = step.work
    assert (step.next, missed) == ("done", 7)
    openai.mood = lambda _: None
    assert compared(world) == {"compared": len(SETTLED), "gaps": 0}


def test_a_key_takes_few_steps_so_that_the_history_of_an_execution_holds_many() -> None:
    _, world = usual()
    (work,) = plan_parity(world, {})["works"]
    steps = 1
    while (step := parity_step(world, work)).next != "done":
        world.clock.sleep(step.seconds)
        work, steps = step.work, steps + 1
    assert steps <= 2 * 2 + 1, "each of the two reports waits for its dry runs"
    assert len(reports(world)) == 2


def test_a_key_that_has_taken_all_its_steps_is_left_to_the_next_run() -> None:
    _, world = usual()
    (work,) = plan_parity(world, {})["works"]
    step = parity_step(world, {**work, "steps": STEPS_MAXIMUM - 1})
    assert (step.next, step.counts) == ("done", {"unfinished": 1})
    assert compared(world) == {"compared": len(SETTLED), "gaps": 0}


def test_the_keys_of_very_many_tenants_are_compared_in_rounds_that_fit_into_a_payload() -> None:
    _, world = usual()
    key = key_of(world, "demo")
    for number in range(2100):
        tenant = f"tenant-{number:04}"
        world.projects.create(replace(world.projects.list("acme")[0], tenant=tenant))
        world.provider_keys.create(replace(key, tenant=tenant))
    planned: list[str] = []
    plan = {"request": {}, "more": True}
    while plan["more"]:
        plan = plan_parity(world, plan["request"])
        planned += [work["tenant"] for work in plan["works"]]
        assert len(json.dumps(plan)) < PAYLOAD_BYTES
    assert planned == ["acme", *(f"tenant-{number:04}" for number in range(2100))]


def about_to_compare() -> tuple[MemoryWorld, dict[str, Any]]:
    """A world whose first seven days have been fetched again, and the work that compares them."""
    openai = provider(secret={day: number + 1 for number, day in enumerate(SETTLED[:7])})
    world = fetching_world(openai, since=SETTLED[0], demo="secret")
    fetch(world)
    (work,) = plan_parity(world, {})["works"]
    while True:
        step = parity_step(world, work)
        work = step.work
        if len(work["chunk"]["imports"]) == 7:
            world.clock.sleep(3)
            return world, work
        world.clock.sleep(step.seconds)


def test_a_step_that_is_cut_off_leaves_one_report_and_none_that_runs_for_ever() -> None:
    world, work = about_to_compare()
    watched = Faulty(world, lambda *_: "ok")
    parity_step(watched, work)
    written = [number for number, name in enumerate(watched.calls) if name == "store.write"]
    assert len(written) > 10
    for cut in written[:24:6]:
        world, work = about_to_compare()
        with suppress(Unavailable):
            parity_step(Faulty(world, lambda number, _, cut=cut: "lost" if number == cut else "ok"), work)
        parity_step(world, work)
        found, _ = list_parity(world, ADMIN, "demo", limit=100, cursor=None)
        assert [(one["status"], one["from"]) for one in found if one["to"] == SETTLED[6]] == [
            ("finished", SETTLED[0])
        ]


def test_a_provider_in_a_mood_is_waited_for() -> None:
    openai, world = usual()
    openai.mood = moody(3)
    for _ in range(20):
        if not compared(world):
            break
    assert sorted(day for one in reports(world) for day in one["vouches"]) == SETTLED


def test_two_keys_of_two_projects_are_compared_apart() -> None:
    openai = provider(one=dict.fromkeys(DAYS, 3), two=dict.fromkeys(DAYS, 5))
    world = fetching_world(openai, since=DAYS[0], first="one", second="two")
    fetch(world)
    assert compared(world) == {"compared": 2 * len(SETTLED), "gaps": 0}
    assert all(one["within_tolerance"] for label in ("first", "second") for one in reports(world, label))


def test_days_without_usage_are_compared_too() -> None:
    openai = provider(secret={DAYS[0]: 3})
    world = fetching_world(openai, since=DAYS[0], demo="secret")
    fetch(world)
    assert compared(world) == {"compared": len(SETTLED), "gaps": 0}
    assert compared(world) == {}


def test_nothing_is_compared_where_fetching_is_off_or_the_key_is_disabled() -> None:
    _, world = usual()
    assert plan_parity(world, {}, enabled=False)["works"] == []
    assert len(plan_parity(world, {"tenant": "acme", "by": "ada"})["works"]) == 1
    assert plan_parity(world, {"tenant": "other"})["works"] == []
    (work,) = plan_parity(world, {})["works"]
    world.provider_keys.delete("acme", key_of(world, "demo").key_id)
    assert parity_step(world, work).next == "done"


@pytest.mark.parametrize("status", [401, 403])
def test_a_key_that_is_refused_is_left_to_the_daily_fetch(status: int) -> None:

    openai, world = usual()
    openai.mood = lambda _: HttpReply(status, b'{"error": {"message": "no"}}')
    assert compared(world) == {"missed": 7}
