"""Recalculations by themselves: planned or carried out when a project's figures are calculated in another way."""

from __future__ import annotations

from typing import Any

import pytest
from support.files import export, row
from support.recalculating import drive, planned, recalculated
from support.runs import ADMIN, import_file, new_world, pages

from gramledger.adapters.memory.world import MemoryWorld
from gramledger.app import sweep_recalculations
from gramledger.app.projects import change_project
from gramledger.app.propose import AGAIN_MS, SWEEP, propose_recalculation
from gramledger.app.recalculation_records import change_recalculation, known_recalculation
from gramledger.app.recalculations import (
    confirm_recalculation,
    list_recalculations,
    pause_recalculation,
    plan_recalculation,
    resume_recalculation,
    undo_recalculation,
)
from gramledger.app.save_preset import save_preset
from gramledger.app.sweep import sweep_step
from gramledger.app.sweep_recalculations import GRACE_MS
from gramledger.core.problems import InvalidRequest


def world_that_wants(recalculate: str) -> MemoryWorld:
    world = new_world()
    import_file(world, export([row("2025-11-04T10:00:00.000Z", model="gpt-5", buckets=(1, 2, 3, 400))]))
    change_project(world, ADMIN, "demo", {"settings": {"recalculate": recalculate}})
    save_preset(world, ADMIN, {"id": "ours", "grid": {"mode": "zone", "zone": "FRA"}})
    return world


def sweep(world: MemoryWorld) -> list[dict[str, Any]]:
    """The project's recalculations after a sweep, and after all that it started; newest first."""
    world.clock.sleep(1)
    sweep_step(world)
    drive(world)
    found, _ = list_recalculations(world, ADMIN, "demo", limit=100, cursor=None)
    return found


def adopt(world: MemoryWorld, **change: Any) -> None:
    change_project(world, ADMIN, "demo", change)


def test_a_project_is_left_alone_unless_it_wants_otherwise() -> None:
    world = world_that_wants("never")
    adopt(world, preset="ours")
    assert sweep(world) == []


def test_a_plan_that_changes_nothing_is_dropped_and_not_made_again() -> None:
    world = world_that_wants("propose")
    assert [found["status"] for found in sweep(world)] == ["planned"]
    assert [found["status"] for found in sweep(world)] == ["cancelled"]
    assert [found["status"] for found in sweep(world)] == ["cancelled"]


def test_another_preset_is_proposed_once_and_waits_for_a_word() -> None:
    world = world_that_wants("propose")
    sweep(world)
    before = pages(world)
    adopt(world, preset="ours")
    found = sweep(world)[0]
    assert (found["status"], found["basis"]["preset"], found["requested_by"]) == ("planned", "ours@1", SWEEP)
    assert found["preview"]["entries"] == 1
    assert len(sweep(world)) == 2
    assert pages(world) == before
    confirm_recalculation(world, ADMIN, "demo", found["recalculation_id"])
    assert [other["status"] for other in sweep(world)] == ["completed", "cancelled"]
    assert len(sweep(world)) == 2


def test_where_it_may_run_it_is_carried_out_and_a_new_meaning_of_a_name_counts_too() -> None:
    world = world_that_wants("run")
    adopt(world, preset="ours")
    assert [found["status"] for found in sweep(world)] == ["completed"]
    assert pages(world)["2025-11-04"][0]["preset"] == "ours@1"
    adopt(world, settings={"aliases": {"gpt-5": "openai/gpt-5-nano"}})
    assert [found["status"] for found in sweep(world)] == ["completed", "completed"]
    assert pages(world)["2025-11-04"][0]["resolved"] == "openai/gpt-5-nano"


def test_a_plan_of_what_is_no_more_adopted_gives_way_to_the_next_one() -> None:
    world = world_that_wants("propose")
    adopt(world, preset="ours")
    assert sweep(world)[0]["status"] == "planned"
    save_preset(world, ADMIN, {"id": "ours", "grid": {"mode": "zone", "zone": "POL"}})
    adopt(world, preset="ours")
    found = sweep(world)
    assert [one["status"] for one in found] == ["planned", "cancelled"]
    assert found[0]["basis"]["preset"] == "ours@2"


def test_one_that_failed_is_tried_again_a_day_later() -> None:
    world = world_that_wants("propose")
    adopt(world, preset="ours")
    home = world.projects.named("acme", "demo")
    assert home is not None
    world.clock.sleep(1)
    assert propose_recalculation(world, home)
    (started,) = [name for name, request in world.workflows.started.items() if "turn" in request]
    record = known_recalculation(world, "acme", home.project_id, started)
    change_recalculation(world, record, lambda known: known.fail(world.clock.now_ms(), {"detail": "lost"}))
    assert not propose_recalculation(world, home)
    world.clock.sleep(AGAIN_MS / 1000)
    assert propose_recalculation(world, home)


def test_a_project_without_entries_has_nothing_to_recalculate() -> None:
    world = new_world()
    adopt(world, settings={"recalculate": "run"})
    assert sweep(world) == []


@pytest.mark.parametrize("value", ["always", 1, True, ["run"]])
def test_a_project_says_never_propose_or_run(value: object) -> None:
    with pytest.raises(InvalidRequest, match="never, propose, run"):
        adopt(new_world(), settings={"recalculate": value})


@pytest.mark.parametrize("ended", ["failed", "aborted", "timed-out"])
def test_one_whose_execution_ended_before_its_time_goes_on(ended: str) -> None:
    world = world_that_wants("never")
    before = pages(world)
    started = plan_recalculation(world, ADMIN, "demo", {"preset": "ours", "confirm": "auto"})[
        "recalculation_id"
    ]
    world.workflows.states[started] = ended  # type: ignore[assignment] # one of Execution
    assert sweep_of(world) == 0, "it may just be starting"
    world.clock.sleep(GRACE_MS / 1000)
    assert sweep_of(world) == 1
    assert sweep_of(world) == 0, "the new one runs"
    drive(world)
    (found,), _ = list_recalculations(world, ADMIN, "demo", limit=9, cursor=None)
    assert found["status"] == "completed"
    assert pages(world) != before
    world.clock.sleep(GRACE_MS / 1000)
    assert sweep_of(world) == 0


def test_an_execution_that_goes_on_with_the_next_turn_is_left_alone() -> None:
    world = world_that_wants("never")
    started = plan_recalculation(world, ADMIN, "demo", {"preset": "ours"})["recalculation_id"]
    home = world.projects.named("acme", "demo")
    assert home is not None
    drive(world)
    record = known_recalculation(world, "acme", home.project_id, started)
    change_recalculation(world, record, lambda known: known.run(world.clock.now_ms(), by="ada"))
    world.workflows.states.pop(started)  # as if it went on after its preview
    world.clock.sleep(GRACE_MS / 1000)
    assert sweep_of(world) == 0


def test_an_old_one_whose_taking_back_has_ended_before_its_time_goes_on(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sweep_recalculations, "LATEST", 2)
    world = world_that_wants("never")
    old = recalculated(world, {"preset": "ours"})["recalculation_id"]
    for _ in range(2):
        planned(world)
    undo_recalculation(world, ADMIN, "demo", old)
    world.workflows.states[f"{old}-undoing"] = "failed"
    world.clock.sleep(GRACE_MS / 1000)
    assert sweep_of(world) == 1
    drive(world)
    found, _ = list_recalculations(world, ADMIN, "demo", limit=9, cursor=None)
    assert [one["status"] for one in found] == ["planned", "planned", "undone"]


def sweep_of(world: MemoryWorld) -> int:
    """How many recalculations a sweep begins again."""
    _, counts = sweep_step(world)
    return counts.get("recalculations", 0)


def test_a_plan_that_somebody_confirms_at_that_moment_is_carried_out() -> None:
    world = world_that_wants("propose")
    adopt(world, preset="ours")
    waiting = sweep(world)[0]["recalculation_id"]
    adopt(world, settings={"aliases": {"gpt-5": "openai/gpt-5-nano"}})
    look = world.recalculations.page

    def confirmed_after_the_look(*place: Any, **how: Any) -> Any:
        found = look(*place, **how)
        confirm_recalculation(world, ADMIN, "demo", waiting)
        return found

    home = world.projects.named("acme", "demo")
    assert home is not None
    world.recalculations.page = confirmed_after_the_look  # type: ignore[method-assign]
    propose_recalculation(world, home)
    world.recalculations.page = look  # type: ignore[method-assign]
    drive(world)
    found, _ = list_recalculations(world, ADMIN, "demo", limit=9, cursor=None)
    assert found[-1]["recalculation_id"] == waiting
    assert found[-1]["status"] == "completed"


def test_one_that_is_to_run_and_meets_another_at_work_runs_after_its_end() -> None:
    world = world_that_wants("run")
    other = planned(world, {"preset": "ours"})["recalculation_id"]
    confirm_recalculation(world, ADMIN, "demo", other)
    pause_recalculation(world, ADMIN, "demo", other)
    adopt(world, settings={"aliases": {"gpt-5": "openai/gpt-5-nano"}})
    assert [found["status"] for found in sweep(world)] == ["planned", "processing"]
    assert [found["status"] for found in sweep(world)] == ["planned", "processing"], "the other one rests"
    resume_recalculation(world, ADMIN, "demo", other)
    drive(world)
    assert [found["status"] for found in sweep(world)] == ["completed", "cancelled", "completed"]
    assert pages(world)["2025-11-04"][0]["resolved"] == "openai/gpt-5-nano"
    assert len(sweep(world)) == 3
