"""Windows that take longer than one task has time for: the next one goes on with them, and nothing is read twice."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from support.faults import Faulty
from support.fetching import OpenAi, cursor_of, fetch, fetching_world, key_of, ledger_of, truth_of
from support.runs import ADMIN

from gramledger.adapters.memory.world import MemoryWorld
from gramledger.app.fetch_day import Fetch, Waiting, fetch_dry
from gramledger.app.fetch_runs import Rules, fetch_step, plan_fetch
from gramledger.app.provider_keys import rotate_key
from gramledger.core.providers.endpoints import OPENAI_USAGE
from gramledger.core.providers.pages import HttpReply, HttpRequest
from gramledger.core.throttle import RATES, Rate

DAY = "2025-11-12"
PAGES = 40
SLOW = Rules(rates={**RATES, "openai": Rate(2, 1)})
"""A page every 30 seconds: a window of 40 takes 20 minutes, and a task reads it for less than 12."""


def slow_provider() -> OpenAi:
    usage = {(f"model-{number:02}", "default"): number + 1 for number in range(PAGES)}
    return OpenAi({"one": {DAY: usage}}, page_size=1)


@pytest.fixture
def openai() -> OpenAi:
    return slow_provider()


@pytest.fixture
def world(openai: OpenAi) -> MemoryWorld:
    return fetching_world(openai, since=DAY, main="one")


def kept(world: MemoryWorld) -> list[str]:
    return list(world.uploads.keys("windows/"))


def first_step(world: MemoryWorld) -> dict[str, Any]:
    """The work after a step that had no time for the whole window."""
    (work,) = plan_fetch(world, {})["works"]
    step = fetch_step(world, work, SLOW)
    assert (step.next, step.seconds) == ("wait", 30)
    return dict(json.loads(json.dumps(step.work)))


def finished(world: MemoryWorld, work: dict[str, Any]) -> None:
    while (step := fetch_step(world, work, SLOW)).next != "done":
        world.clock.sleep(step.seconds)
        work = step.work


def test_every_page_is_read_once_and_nothing_is_left_behind(world: MemoryWorld, openai: OpenAi) -> None:
    work = first_step(world)
    assert 20 < len(openai.asked) < 25
    assert [key.rpartition("/")[2] for key in kept(world)][-1] == "progress.json"
    assert len(kept(world)) == 2
    world.clock.sleep(30)
    finished(world, work)
    assert len(openai.asked) == PAGES
    assert kept(world) == []
    assert ledger_of(world, "main") == truth_of(openai, "one", DAY)
    assert cursor_of(world, "main").tally["pages"] == PAGES


def test_a_token_that_holds_no_longer_begins_the_window_anew(world: MemoryWorld, openai: OpenAi) -> None:
    work = first_step(world)
    replies = [HttpReply(400, b'{"error": {"message": "invalid page"}}')]
    openai.mood = lambda _: replies.pop() if replies else None
    openai.usage["one"][DAY]["model-00", "default"] = 99
    finished(world, work)
    assert ledger_of(world, "main") == truth_of(openai, "one", DAY), "no page of before is mixed in"
    assert cursor_of(world, "main").tally["restarted"] == 1
    assert kept(world) == []


def test_tokens_that_never_hold_are_an_issue_and_leave_nothing(world: MemoryWorld, openai: OpenAi) -> None:
    def mood(request: HttpRequest) -> HttpReply | None:
        return HttpReply(400) if "page=" in request.path else None

    openai.mood = mood
    fetch(world, rules=SLOW)
    cursor = cursor_of(world, "main")
    assert cursor.issues == {"provider-request-refused": 1}
    assert len(openai.asked) == 2, "it was begun anew once"
    assert kept(world) == []


def test_pages_that_have_become_old_are_not_gone_on_with(world: MemoryWorld, openai: OpenAi) -> None:
    first_step(world)
    asked = len(openai.asked)
    openai.usage["one"][DAY]["model-00", "default"] = 99
    world.clock.sleep(3 * 3600)
    fetch(world, rules=SLOW)
    assert len(openai.asked) == asked + PAGES
    assert ledger_of(world, "main") == truth_of(openai, "one", DAY)
    assert kept(world) == []


def test_pages_whose_end_another_task_has_read_are_not_gone_on_with(
    world: MemoryWorld, openai: OpenAi
) -> None:
    first_step(world)
    (part,) = (key for key in kept(world) if not key.endswith(".json"))
    world.uploads.delete([part])
    fetch(world, rules=SLOW)
    assert ledger_of(world, "main") == truth_of(openai, "one", DAY)
    assert kept(world) == []


def test_pages_that_another_secret_has_read_are_not_gone_on_with(world: MemoryWorld, openai: OpenAi) -> None:
    """It may be one of another organisation, which has other usage."""
    work = first_step(world)
    openai.usage["sk-other"] = {DAY: {(f"other-{number:02}", "default"): 7 for number in range(PAGES)}}
    rotate_key(world, ADMIN, "main", {"secret": "sk-other", "check": False})
    finished(world, work)
    assert ledger_of(world, "main") == truth_of(openai, "sk-other", DAY)


def test_a_comparison_shares_no_page_with_the_fetch(world: MemoryWorld, openai: OpenAi) -> None:
    work = first_step(world)
    of_fetch = kept(world)
    again = Fetch(key_of(world, "main"), OPENAI_USAGE, DAY, "ada")
    asked = len(openai.asked)
    while isinstance(found := fetch_dry(world, again, rates=SLOW.rates), Waiting):
        assert set(of_fetch) < set(kept(world))
        world.clock.sleep(found.seconds)
    assert len(openai.asked) == asked + PAGES
    assert kept(world) == of_fetch
    finished(world, work)
    assert kept(world) == []


@pytest.mark.parametrize("fate", ["lost", "unheard"])
def test_a_failure_at_any_call_around_the_end_of_a_task_mixes_and_loses_nothing(fate: str) -> None:
    def calls() -> list[str]:
        watched = Faulty(fetching_world(slow_provider(), since=DAY, main="one"), lambda *_: "ok")
        fetch(watched, rules=SLOW)
        return watched.calls

    numbers = [number for number, name in enumerate(calls()) if name.startswith("uploads.")]
    assert len(numbers) > 6
    for cut in numbers:
        openai = slow_provider()
        world = fetching_world(openai, since=DAY, main="one")
        fetch(Faulty(world, lambda number, _, cut=cut: fate if number == cut else "ok"), rules=SLOW)
        assert ledger_of(world, "main") == truth_of(openai, "one", DAY)
        assert not [key for key in kept(world) if key.endswith("progress.json")]


def test_a_window_that_is_too_large_leaves_nothing(world: MemoryWorld, openai: OpenAi) -> None:
    openai.usage["one"][DAY] = {(f"m{number}", "default"): 1 for number in range(300)}
    rates = replace(SLOW, rates={**RATES, "openai": Rate(10, 1)})
    fetch(world, rules=rates)
    assert cursor_of(world, "main").issues == {"provider-window-too-large": 1}
    assert kept(world) == []
