"""What others are told of recalculations: one event at the end, one more when it is undone, whatever is cut off."""

from __future__ import annotations

from typing import Any

import pytest
from support.faults import Faulty
from support.files import export, minutes
from support.recalculating import drive, failing_with, planned, recalculated, say
from support.runs import ADMIN, import_file, new_world
from workflows.test_recalculation_cut_off import patiently

from gramledger.adapters.memory.world import MemoryWorld
from gramledger.app import keys
from gramledger.app.lookup import find_project
from gramledger.app.projects import create_project
from gramledger.app.recalculation_steps import days_step, finish_step, plan_step
from gramledger.app.recalculations import (
    cancel_recalculation,
    confirm_recalculation,
    get_recalculation,
    plan_recalculation,
    undo_recalculation,
)
from gramledger.app.save_preset import save_preset
from gramledger.app.sweep import Sweep, sweep
from gramledger.app.sweep_recalculations import sweep_recalculations
from gramledger.core.announcements import summary
from gramledger.ports import Unavailable

pytestmark = pytest.mark.usefixtures("remembered")


def a_world() -> MemoryWorld:
    world = new_world()
    import_file(world, export(minutes(2)))
    save_preset(world, ADMIN, {"id": "nuclear", "grid": {"mode": "zone", "zone": "FRA"}})
    world.events.announced.clear()
    return world


def told(world: MemoryWorld) -> list[tuple[str, str]]:
    """The events and their ids, each once."""
    return list(dict.fromkeys((event.name, event.event_id) for event in world.events.announced))


def test_the_end_is_told_once_with_what_came_of_it_and_undoing_once_more() -> None:
    world = a_world()
    done = recalculated(world, {"preset": "nuclear"})
    own = done["recalculation_id"]
    (event,) = world.events.announced
    assert told(world) == [("RecalculationFinished", f"{own}-ended")]
    assert (event.kind, event.data["preset"]) == ("recalculation.finished", "nuclear@1")
    assert event.data["changed"] == {"days": 1, "entries": 2, "failed": 0}
    assert event.data["gwp_ug"] == {end: done["report"]["gwp_ug"][end] for end in ("before", "after")}
    assert "2 entries have other figures than before" in summary(event)
    say(world, undo_recalculation, done)
    drive(world)
    assert told(world)[1:] == [("RecalculationUndone", f"{own}-undone")]
    assert len(world.events.announced) == 2
    assert "was undone" in summary(world.events.announced[1])


def test_one_that_changes_nothing_says_so_and_of_a_dropped_plan_nothing_is_told() -> None:
    world = a_world()
    dropped = planned(world)
    say(world, cancel_recalculation, dropped)
    assert world.events.announced == []
    recalculated(world)
    assert "Nothing has changed." in summary(world.events.announced[0])


def test_one_that_is_cancelled_half_way_or_fails_says_so_when_its_pages_are_as_before() -> None:
    world = a_world()
    document = planned(world, {"preset": "nuclear"})
    own = document["recalculation_id"]
    place = ("acme", document["project_id"], own)
    say(world, confirm_recalculation, document)
    plan_step(world, *place, "run")
    days_step(world, *place, "run", index=0)
    say(world, cancel_recalculation, document)
    assert world.events.announced == []
    drive(world)
    assert told(world) == [("RecalculationCancelled", f"{own}-ended")]
    second = plan_recalculation(world, ADMIN, "demo", {"preset": "nuclear"})
    failing_with({"Error": "Lambda.Unknown"}, world, second, "preview")
    assert told(world)[1:] == [("RecalculationFailed", f"{second['recalculation_id']}-ended")]
    assert "Reason:" in summary(world.events.announced[-1])


@pytest.mark.parametrize("fate", ["lost", "unheard"])
def test_a_failure_at_any_single_call_of_a_run_loses_no_event(fate: str) -> None:
    def ended(place: int | None) -> int:
        world = a_world()
        document = planned(world, {"preset": "nuclear"})
        say(world, confirm_recalculation, document)
        faulty = Faulty(world, lambda number, _: fate if number == place else "ok")
        drive(world, faulty, patiently)  # type: ignore[arg-type] # a Faulty is a world
        assert told(world) == [("RecalculationFinished", f"{document['recalculation_id']}-ended")]
        return len(faulty.calls)

    for place in range(ended(None)):
        ended(place)


def test_what_follows_an_end_is_made_up_for_when_its_task_gave_up_in_the_middle() -> None:
    world = a_world()
    document = planned(world, {"preset": "nuclear"})
    place = ("acme", document["project_id"], document["recalculation_id"])
    say(world, confirm_recalculation, document)
    (window,) = plan_step(world, *place, "run")["windows"]
    days_step(world, *place, "run", index=window["index"])
    silent: Any = Faulty(world, lambda _, call: "lost" if call == "jobs.get" else "ok")
    with pytest.raises(Unavailable):
        finish_step(silent, *place, "run")
    failing_with({"Error": "Retryable"}, world, document, "run")
    (record,), _ = world.jobs.page("acme", project_id=None, status=None, limit=1, before=None)
    assert record.receipt is not None
    assert record.receipt["ledger_version"] == 2
    assert told(world) == [("RecalculationFinished", f"{document['recalculation_id']}-ended")]


def test_what_was_cut_off_is_made_up_for_by_the_sweep() -> None:
    world = a_world()
    document = planned(world, {"preset": "nuclear"})
    say(world, confirm_recalculation, document)
    deaf: Any = Faulty(world, lambda _, call: "lost" if call == "events.announce" else "ok")
    with pytest.raises(Unavailable):
        drive(world, deaf)
    shown = get_recalculation(world, ADMIN, "demo", document["recalculation_id"])
    assert (shown["status"], world.events.announced) == ("completed", [])
    for _ in range(2):
        assert sweep_recalculations(world, find_project(world, "acme", "demo")) == (0, 0)
    assert told(world) == [("RecalculationFinished", f"{document['recalculation_id']}-ended")]
    assert len(world.events.announced) == 1


def test_one_of_which_objects_are_lost_keeps_the_sweep_from_no_other() -> None:
    world = a_world()
    create_project(world, ADMIN, "other")
    import_file(world, export(minutes(2)), project="other")
    world.events.announced.clear()
    deaf: Any = Faulty(world, lambda _, call: "lost" if call == "events.announce" else "ok")
    owing = []
    for project in ("demo", "other"):
        document = plan_recalculation(world, ADMIN, project, {"preset": "nuclear"})
        drive(world)
        confirm_recalculation(world, ADMIN, project, document["recalculation_id"])
        with pytest.raises(Unavailable):
            drive(world, deaf)
        world.workflows.states |= dict.fromkeys(world.workflows.started, "failed")
        owing.append(document)
    lost, kept = owing
    imports, _ = world.jobs.page("acme", project_id=lost["project_id"], status=None, limit=1, before=None)
    world.store.delete([keys.days("acme", record.reading) for record in imports])
    done = Sweep("acme", dry_run=False, left=None)
    assert sweep(world, done, None) is None
    assert told(world) == [("RecalculationFinished", f"{kept['recalculation_id']}-ended")]
    assert done.counts["troubles"] == 1
