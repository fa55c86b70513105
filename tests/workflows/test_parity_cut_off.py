"""A comparison, and pruning, that are cut off at any call go on as if nothing had been."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import pytest
from support.faults import Faulty
from support.provider_texts import DAY, OPENAI_26, export, openai
from support.runs import ADMIN, import_file, new_world

from gramledger.adapters.memory.world import MemoryWorld
from gramledger.app.lookup import change_import
from gramledger.app.parity import get_parity, list_parity, start_parity
from gramledger.app.parity_run import compare, tell
from gramledger.app.retention import retention_step
from gramledger.app.spans import DaySpan
from gramledger.app.summary import summarise
from gramledger.core.imports import Import
from gramledger.ports import Unavailable

FATES = ("lost", "unheard")


def fetched(known: Import) -> Import:
    return Import.from_json({**known.to_json(), "origin": {"kind": "fetched"}})


def world_with_a_gap(reference: str = "21.0") -> tuple[MemoryWorld, dict[str, str]]:
    """A fetched day, and a comparison that was asked for."""
    world = new_world()
    change_import(world, import_file(world, export(OPENAI_26, openai())), fetched)
    other = import_file(world, export(OPENAI_26, openai(output_tokens=reference)), dry_run=True)
    asked = start_parity(world, ADMIN, "demo", {"imports": [other.import_id]})
    place = {"tenant": "acme", "project_id": asked["project_id"], "report_id": asked["report_id"]}
    return world, place


def cut_off_at(broken: int, fate: str) -> Any:
    return lambda number, _: fate if number == broken else "ok"


def calls_of(work: Any, world: MemoryWorld) -> int:
    watched = Faulty(world, lambda *_: "ok")
    work(watched)
    return len(watched.calls)


@pytest.mark.parametrize("fate", FATES)
def test_a_comparison_that_is_cut_off_ends_with_one_report_and_one_event(fate: str) -> None:
    def work(world: Any) -> None:
        compare(world, **place)
        tell(world, **place)

    world, place = world_with_a_gap()
    calls = calls_of(work, world)
    expected = get_parity(world, ADMIN, "demo", place["report_id"])
    assert calls > 10
    for broken in range(calls):
        world, place = world_with_a_gap()
        # a call that finds nothing fails in its own way, which is part of the work
        with suppress(Unavailable):
            work(Faulty(world, cut_off_at(broken, fate)))
        work(world)
        found = get_parity(world, ADMIN, "demo", place["report_id"])
        told = [event.event_id for event in world.events.announced if event.name == "ParityVariance"]
        assert set(told) == {f"{place['report_id']}-variance"}
        assert (found["causes"], found["seal"]) == (expected["causes"], expected["seal"])
        (listed,), _ = list_parity(world, ADMIN, "demo", limit=5, cursor=None)
        assert (listed["status"], listed["seal"]) == ("finished", expected["seal"])


@pytest.mark.parametrize("fate", FATES)
def test_pruning_that_is_cut_off_goes_on_and_totals_stay(fate: str) -> None:
    def old_world() -> MemoryWorld:
        world, place = world_with_a_gap(reference="20.0")
        compare(world, **place)
        world.clock.sleep((DAY * 1000 + 100 * 86_400_000 - world.clock.now_ms()) / 1000)
        return world

    world = old_world()
    before = summarise(world, ADMIN, "demo", DaySpan(None, None))
    calls = calls_of(retention_step, world)
    assert calls > 5
    for broken in range(calls):
        world = old_world()
        with suppress(Unavailable):
            retention_step(Faulty(world, cut_off_at(broken, fate)))
        _, counts = retention_step(world)
        assert counts in ({"prune": 1}, {"pruned": 1})
        assert retention_step(world)[1] == {"pruned": 1}
        assert summarise(world, ADMIN, "demo", DaySpan(None, None)) == before
