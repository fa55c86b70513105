"""The records of recalculations: finding, changing and logging them, starting what is to be done, and showing them."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from gramledger.app.log import log_recalculation
from gramledger.app.lookup import Caller, find_project
from gramledger.core.identity import is_ulid
from gramledger.core.iso import iso
from gramledger.core.problems import NotFound
from gramledger.core.recalculations import Recalculation
from gramledger.ports import World

Change = Callable[[Recalculation], Recalculation | None]


def known_recalculation(world: World, tenant: str, project_id: str, recalculation_id: str) -> Recalculation:
    """The recalculation of that id. Raises NotFound."""
    record = (
        world.recalculations.get(tenant, project_id, recalculation_id) if is_ulid(recalculation_id) else None
    )
    if record is None:
        raise NotFound(
            f"There is no recalculation '{recalculation_id}' of the project. List the recalculations.",
            recalculation_id=recalculation_id,
        )
    return record


def find_recalculation(world: World, caller: Caller, project: str, recalculation_id: str) -> Recalculation:
    """A recalculation of a project that the caller names by its id or name. Raises NotFound."""
    home = find_project(world, caller.tenant, project)
    return known_recalculation(world, home.tenant, home.project_id, recalculation_id)


def change_recalculation(world: World, record: Recalculation, change: Change) -> Recalculation:
    """The record after a pure change under compare-and-swap (unchanged when it had gone further already); logged.

    Raises RecalculationConflict where another one of the project has its turn.
    """
    place = (record.tenant, record.project_id, record.recalculation_id)
    after = world.recalculations.change(*place, change) or record
    log_recalculation(world, after)
    return after


def start_turn(world: World, record: Recalculation) -> bool:
    """Start the execution whose turn it is; False if that was started before, or there is nothing to do."""
    if record.turn is None:
        return False
    request = {
        "tenant": record.tenant,
        "project_id": record.project_id,
        "recalculation_id": record.recalculation_id,
        "turn": record.turn,
    }
    return world.workflows.start("recalculate", record.execution, request)


def begin_turn_again(world: World, record: Recalculation) -> Recalculation:
    """Let another execution take the place of the one whose turn it was; the record afterwards. A name that was used
    before is passed over, and nothing is done for a recalculation that has gone on meanwhile."""
    while True:
        seen = record.execution
        after = change_recalculation(world, record, partial(_again, seen=seen))
        if after.turn is None or after.execution == seen or start_turn(world, after):
            return after
        record = after


def _again(known: Recalculation, *, seen: str) -> Recalculation | None:
    return known.begin_again() if known.execution == seen else None


def show_recalculation(record: Recalculation, *, done: int = 0) -> dict[str, Any]:
    """A recalculation as clients see it; `done` is the number of windows that the present turn has done."""
    selection = record.selection
    return {
        "recalculation_id": record.recalculation_id,
        "project_id": record.project_id,
        "project_name": record.project_name,
        "status": record.status,
        "percent": _percent(record, done),
        "windows": {"done": done, "total": record.windows},
        "basis": record.basis.to_json(),
        "selection": {
            "from": selection.first,
            "to": selection.last,
            "models": None if selection.models is None else list(selection.models),
            "entries": None
            if selection.entries is None
            else [{"ts": iso(ts), "key": key} for ts, key in selection.entries],
        },
        "asked": dict(record.asked),
        "confirm": record.confirm,
        "preview": record.preview,
        "report": record.report,
        "problem": record.problem,
        "taken_back": record.taken_back,
        "requested_by": record.requested_by,
        "confirmed_by": record.confirmed_by,
        "taken_back_by": record.taken_back_by,
        "created_at": iso(record.created_at),
        "confirmed_at": iso(record.confirmed_at),
        "paused_at": iso(record.paused_at),
        "completed_at": iso(record.completed_at),
        "taken_back_at": iso(record.taken_back_at),
    }


def _percent(record: Recalculation, done: int) -> int:
    """How much of what is being done now is done."""
    if record.finished or record.status == "planned":
        return 100
    return 100 * done // record.windows if record.windows else 0
