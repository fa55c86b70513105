"""What the deployment does by schedule, and doing it by hand, for the own tenant."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from gramledger.app.lookup import Caller
from gramledger.app.sweeps import ask_for_sweep
from gramledger.core.identity import ulid
from gramledger.core.problems import NotFound
from gramledger.ports import World

Form = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Schedule:
    """One schedule: what it does, and how it is begun by hand; that says by which name the work is known."""

    name: str
    description: str
    begin: Callable[[World, Caller], str]


def _fetch(world: World, caller: Caller) -> str:
    name = ulid(world.clock.now_ms(), world.chance.bytes(10))
    world.workflows.start("daily_usage", name, {"tenant": caller.tenant, "by": caller.user})
    return name


def _sweep(world: World, caller: Caller) -> str:
    return str(ask_for_sweep(world, caller, None)["sweep_id"])


def _compare(world: World, caller: Caller) -> str:
    name = ulid(world.clock.now_ms(), world.chance.bytes(10))
    world.workflows.start("parity_daily", name, {"tenant": caller.tenant, "by": caller.user})
    return name


def _retain(world: World, caller: Caller) -> str:
    from gramledger.app.retention import ask_for_retention  # noqa: PLC0415 -- brings pyarrow, which lists go without

    return str(ask_for_retention(world, caller, None)["run_id"])


SCHEDULES: Mapping[str, Schedule] = {
    schedule.name: schedule
    for schedule in (
        Schedule("daily-usage", "Fetches what providers have on usage, up to yesterday", _fetch),
        Schedule("parity", "Fetches settled days again and compares them with the ledger", _compare),
        Schedule("retention", "Prunes provider windows that a sealed report vouches for", _retain),
        Schedule("sweep", "Finds what stopped half-way or was left behind and puts it right", _sweep),
    )
}


def list_schedules(expressions: Mapping[str, str]) -> list[Form]:
    """All schedules, and when each runs by itself (`expressions` of EventBridge Scheduler, by name; None: never)."""
    return [
        {
            "name": schedule.name,
            "description": schedule.description,
            "expression": expressions.get(schedule.name),
        }
        for schedule in SCHEDULES.values()
    ]


def run_schedule(world: World, caller: Caller, name: str) -> Form:
    """Do now what a schedule does, for the caller's tenant: {name, run}, where `run` names the work.

    Raises NotAllowed and NotFound.
    """
    caller.need_admin()
    schedule = SCHEDULES.get(name)
    if schedule is None:
        raise NotFound(f"There is no schedule '{name}'. Choose one of {', '.join(SCHEDULES)}.")
    return {"name": name, "run": schedule.begin(world, caller)}
