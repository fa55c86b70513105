"""Recalculations in memory: what the state machine `recalculate` does, over a world of fakes."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import pyarrow as pa

from gramledger.adapters.memory.world import MemoryWorld
from gramledger.app import recalculation_steps as machine
from gramledger.app.recalculation_lists import tables_of
from gramledger.app.recalculation_records import find_recalculation
from gramledger.app.recalculation_report import list_days
from gramledger.app.recalculations import confirm_recalculation, get_recalculation, plan_recalculation
from gramledger.app.save_preset import save_preset
from gramledger.core.heads import Head
from gramledger.core.problems import Busy, Problem, RecalculationConflict
from gramledger.ports import World
from support.files import export, minutes, row
from support.runs import ADMIN, import_file, new_world

DAYS = ("2025-11-04", "2025-11-05", "2025-11-06")
COMPOSER = "composer-1"
"""A name that is nobody's until an alias says whose."""

Work = Callable[[], dict[str, Any]]
Attempt = Callable[[Work], dict[str, Any]]


def once(work: Work) -> dict[str, Any]:
    """How a task is carried out where nothing goes wrong."""
    return work()


def execute(world: World, request: Mapping[str, Any], attempt: Attempt = once) -> None:
    """One execution of the state machine, as a function would see it."""
    following: str | None = request["turn"]
    while following:
        following = _turn(world, {**request, "turn": following}, attempt)


def _turn(world: World, request: Mapping[str, Any], attempt: Attempt) -> str | None:
    """What the execution does next, after one turn."""
    try:
        plan = attempt(partial(machine.plan_step, world, **request))
        for window in plan["windows"]:
            attempt(partial(machine.days_step, world, **request, index=window["index"]))
        following = attempt(partial(machine.finish_step, world, **request))["turn"]
    except RecalculationConflict:
        return None
    except Problem as problem:
        if isinstance(problem, Busy):
            raise
        message = json.dumps({"errorMessage": json.dumps(problem.document())})
        error = {"Error": "Final", "Cause": message}
        turn: str | None = attempt(partial(machine.give_up_step, world, **request, error=error))["turn"]
        return turn
    return "run" if following == "run" else None


def drive(world: MemoryWorld, seen: World | None = None, attempt: Attempt = once) -> None:
    """Run all executions of recalculations that were started and have not run, and those that they start; `seen` is the
    world as the functions see it."""
    while waiting := [
        name
        for name, request in world.workflows.started.items()
        if "turn" in request and name not in world.workflows.states
    ]:
        for name in waiting:
            execute(seen or world, world.workflows.started[name], attempt)
            world.workflows.states[name] = "succeeded"


def planned(world: MemoryWorld, form: dict[str, Any] | None = None) -> dict[str, Any]:
    """A recalculation with its preview."""
    world.clock.sleep(0.001)  # ids that sort by time
    recalculation_id = plan_recalculation(world, ADMIN, "demo", form)["recalculation_id"]
    drive(world)
    return get_recalculation(world, ADMIN, "demo", recalculation_id)


def recalculated(world: MemoryWorld, form: dict[str, Any] | None = None) -> dict[str, Any]:
    """A recalculation that was planned, confirmed and carried out."""
    recalculation_id = planned(world, form)["recalculation_id"]
    confirm_recalculation(world, ADMIN, "demo", recalculation_id)
    drive(world)
    return get_recalculation(world, ADMIN, "demo", recalculation_id)


def changed_days(world: World, recalculation_id: str) -> list[dict[str, Any]]:
    """What the recalculation shows of each day."""
    found = list_days(world, ADMIN, "demo", recalculation_id, limit=1000, cursor=None)
    assert found["next_cursor"] is None
    days: list[dict[str, Any]] = found["days"]
    return days


def changed_claims(world: World, recalculation_id: str) -> list[pa.Table]:
    """The changes of each day, also of claims that do not count."""
    record = find_recalculation(world, ADMIN, "demo", recalculation_id)
    return [table for _, table in tables_of(world, record, "changes")]


def some_imports() -> MemoryWorld:
    """Three days of two models, of which one is unknown, and a fourth file that says something else of one day."""
    world = new_world()
    for day in DAYS:
        rows = [*minutes(4, day=day), row(f"{day}T12:00:00.000Z", model=COMPOSER, buckets=(10, 20, 30, 400))]
        import_file(world, export(rows))
    import_file(world, export(minutes(6, day=DAYS[1], cost="9.99")))
    save_preset(world, ADMIN, {"id": "nuclear", "grid": {"mode": "zone", "zone": "FRA"}})
    return world


def heads_of(world: MemoryWorld) -> list[Head]:
    """The heads of all days of the project."""
    home = world.projects.named("acme", "demo")
    assert home is not None
    return list(world.ledger.heads("acme", home.project_id, None, None))


def bodies_of(world: MemoryWorld) -> dict[str, str | None]:
    """The hash of every page."""
    return {head.day: head.body for head in heads_of(world)}


def say(world: MemoryWorld, word: Any, document: dict[str, Any]) -> dict[str, Any]:
    """The document, once the word (confirm, cancel, ...) has been said."""
    found: dict[str, Any] = word(world, ADMIN, "demo", document["recalculation_id"])
    return found


def failing_with(error: dict[str, Any], world: MemoryWorld, document: dict[str, Any], turn: Any) -> Any:
    """What the state machine does when a task of a turn has given up."""
    place = ("acme", document["project_id"], document["recalculation_id"], turn)
    return machine.give_up_step(world, *place, error=error)
