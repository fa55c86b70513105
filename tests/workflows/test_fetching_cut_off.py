"""A fetch that is cut off at any call goes on where it was: no day is left out, and none is imported twice."""

from __future__ import annotations

import random
from typing import Any

import pytest
from support.faults import Faulty
from support.fetching import OpenAi, cursor_of, fetch, fetching_world, ledger_of, run_imports, truth_of

from gramledger.app.fetch_runs import fetch_step, plan_fetch
from gramledger.ports import Unavailable

DAY = "2025-11-12"
USAGE = {
    "2025-11-11": {("gpt-4o-mini", "default"): 3},
    DAY: {("gpt-4o-mini", "default"): 1, ("gpt-5", "flex"): 2, ("gpt-5", "default"): 4},
}
STEPS = 400
"""More steps than any fetch of two days needs."""


def calls_of_a_fetch() -> int:
    """How many calls a fetch of one day makes that is not cut off."""
    world = fetching_world(OpenAi({"one": USAGE}), since=DAY, main="one")
    faulty = Faulty(world, lambda *_: "ok")
    fetch(faulty)
    return len(faulty.calls)


CALLS = calls_of_a_fetch()


def check(world: Any, openai: OpenAi, since: str, *, imports: int) -> None:
    cursor = cursor_of(world, "main")
    assert (cursor.through, cursor.gaps()) == (DAY, [])
    truth = truth_of(openai, "one", since)
    assert ledger_of(world, "main") == truth
    records, _ = world.jobs.page("acme", project_id=None, status="completed", limit=50, before=None)
    assert len(records) == imports, "each day is imported once"
    assert cursor.tally["imported"] == sum(len(usage) for usage in truth.values())
    assert all(window.pending is None for window in cursor.windows.values())


@pytest.mark.parametrize("fate", ["lost", "unheard"])
def test_a_fetch_goes_on_after_a_failure_at_each_of_its_calls(fate: str) -> None:
    assert CALLS > 15
    for cut in range(CALLS):
        openai = OpenAi({"one": USAGE})
        world = fetching_world(openai, since=DAY, main="one")
        faulty = Faulty(world, lambda number, _, cut=cut: fate if number == cut else "ok")
        fetch(faulty)
        check(world, openai, DAY, imports=1)


@pytest.mark.parametrize("seed", range(12))
def test_two_runs_at_once_that_are_killed_and_begun_again_leave_nothing_out(seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311 -- repeatable on purpose
    openai = OpenAi({"one": USAGE})
    world = fetching_world(openai, since="2025-11-11", main="one")
    world.clock.resting = True
    killed: dict[str, bool] = {}

    def decide(_number: int, _name: str) -> str:
        return "lost" if killed.get("now") and chance.random() < 0.2 else "ok"

    faulty = Faulty(world, decide)
    works = [*plan_fetch(world, {})["works"], *plan_fetch(world, {"by": "ada"})["works"]]
    for _ in range(STEPS):
        if not works:
            break
        place = chance.randrange(len(works))
        killed["now"] = chance.random() < 0.5
        try:
            step = fetch_step(faulty, works[place])
        except Unavailable:
            continue
        works[place] = step.work
        if step.next == "done":
            works.pop(place)
        if chance.random() < 0.5:
            killed["now"] = False
            run_imports(world)
    assert not works
    check(world, openai, "2025-11-11", imports=2)


def test_another_run_that_comes_between_any_two_calls_does_no_harm() -> None:
    revised = {**USAGE, DAY: {("gpt-4o-mini", "default"): 8}}
    for cut in range(CALLS):
        openai = OpenAi({"one": dict(USAGE)})
        world = fetching_world(openai, since=DAY, main="one")

        def decide(
            number: int, _name: str, cut: int = cut, openai: OpenAi = openai, world: Any = world
        ) -> str:
            if number == cut:
                openai.usage["one"] = dict(revised)
                fetch(world)
            return "ok"

        fetch(Faulty(world, decide))
        world.clock.sleep(60)
        fetch(world)
        cursor = cursor_of(world, "main")
        records, _ = world.jobs.page("acme", project_id=None, status="completed", limit=50, before=None)
        assert ledger_of(world, "main") == truth_of(openai, "one", DAY), cut
        assert cursor.window(DAY).pending is None
        assert cursor.window(DAY).import_id == max(record.import_id for record in records), cut
