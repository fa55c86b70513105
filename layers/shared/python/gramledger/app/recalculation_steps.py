"""The steps of the state machine `recalculate`: it previews a recalculation, carries it out, or takes it back.

What is to be done follows from the record (`Recalculation.turn`), and an execution names what it was started for: where
the two differ, it has nothing more to do. Each step may be repeated, and cut off anywhere.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from gramledger.app import keys
from gramledger.app.announce import announce_recalculation
from gramledger.app.lookup import read_json, write_json_once
from gramledger.app.recalculate_days import WindowOfDays
from gramledger.app.recalculation_lists import keep_file, keep_lists
from gramledger.app.recalculation_plan import make_plan, read_window
from gramledger.app.recalculation_records import (
    change_recalculation,
    known_recalculation,
)
from gramledger.app.receipts import refresh_receipts
from gramledger.app.take_back import problem_of
from gramledger.core.problems import RecalculationConflict
from gramledger.core.recalculations import Recalculation, Turn
from gramledger.ports import World

Form = dict[str, Any]

_KEPT = "What it had changed is as it was before. Plan it again; if it fails again, give the operator its id."


def plan_step(world: World, tenant: str, project_id: str, recalculation_id: str, turn: Turn) -> Form:
    """{windows: [{index}]}: those of which something is left to do. The preview begins with making the plan."""
    record = _whose_turn(world, tenant, project_id, recalculation_id, turn)
    if record.plan is None:
        name, windows = make_plan(world, record)
        record = change_recalculation(world, record, lambda known: known.with_plan(name, windows))
    done = {key.rpartition("/")[2] for key in world.store.keys(_found(record, turn, ""))}
    left = [index for index in range(record.windows) if f"{index:05d}.json" not in done]
    return {"windows": [{"index": index} for index in left]}


def days_step(
    world: World, tenant: str, project_id: str, recalculation_id: str, turn: Turn, *, index: int
) -> Form:
    """{index, days}: what is to be done with the days of a window; on how many of them anything changes.

    What was found is kept once: a task that comes late, when others have changed its pages, alters nothing of it.

    Raises Busy, and RecalculationConflict where it is not the execution's turn.
    """
    record = _whose_turn(world, tenant, project_id, recalculation_id, turn)
    window = WindowOfDays(world, record, read_window(world, record, index))
    found: list[Any]
    if turn == "take_back":
        found = window.taken_back()
    else:
        found = [day.to_json() for day in (window.foreseen() if turn == "preview" else window.carried_out())]
    write_json_once(world.store, _found(record, turn, f"{index:05d}.json"), found)
    return {"index": index, "days": len(found)}


def finish_step(world: World, tenant: str, project_id: str, recalculation_id: str, turn: Turn) -> Form:
    """{status, turn}: list and sum up what was found, and account anew for the imports whose claims have other figures.
    The turn is `run` where the recalculation is to be carried out at once.

    A repeated task does what follows the end again, for the one before may have been cut off in it. Raises
    RecalculationConflict where another execution has begun and not everything is found.
    """
    record = known_recalculation(world, tenant, project_id, recalculation_id)
    if record.turn != turn:
        return _answer(_followed(world, record, turn), after=turn)
    _need_all(world, record, turn)
    report: Form
    if turn == "take_back":
        report = {"days": sum(1 for _ in _outcomes(world, record, turn))}
    else:
        report = keep_lists(world, record, turn, _outcomes(world, record, turn))
    if turn == "run":
        keep_file(world, record)
    now, execution = world.clock.now_ms(), record.execution_of(turn)

    def ended(known: Recalculation) -> Recalculation | None:
        if turn == "take_back":
            return known.end_taking_back(now, report)
        if turn == "run":
            return known.complete(now, report, execution=execution)
        return known.with_preview(report, execution=execution)

    record = change_recalculation(world, record, ended)
    return _answer(_followed(world, record, turn), after=turn)


def give_up_step(
    world: World, tenant: str, project_id: str, recalculation_id: str, turn: Turn, *, error: Form
) -> Form:
    """{status, turn}: keep why a recalculation has failed. The turn is `take_back` where something may be written, or
    where taking it back is what failed. Of one that had ended, what its last task left open is done."""
    record = known_recalculation(world, tenant, project_id, recalculation_id)
    if record.turn == turn and turn != "take_back":
        now, problem = world.clock.now_ms(), problem_of(error, _KEPT)
        record = change_recalculation(world, record, lambda known: known.fail(now, problem))
    if record.finished:
        record = settle_recalculation(world, record)
    return _answer(record, after=turn)


def _answer(record: Recalculation, *, after: Turn) -> Form:
    """The status, and what the same execution has to do next."""
    goes_on = record.turn == "take_back" if after != "preview" else record.turn == "run"
    return {"status": record.status, "turn": record.turn if goes_on else None}


def windows_done(world: World, record: Recalculation) -> int:
    """How many windows the present turn has done, be it paused or not."""
    if record.turn_begun is None:
        return record.windows
    return sum(1 for _ in world.store.keys(_found(record, record.turn_begun, "")))


def _followed(world: World, record: Recalculation, turn: Turn) -> Recalculation:
    """The record after what follows the end of a turn."""
    if turn == "preview" and record.status == "planned" and record.confirm == "auto":
        now = world.clock.now_ms()
        record = change_recalculation(world, record, lambda known: known.run(now, by=known.requested_by))
    elif record.finished:
        record = settle_recalculation(world, record)
    return record


def settle_recalculation(world: World, record: Recalculation) -> Recalculation:
    """What follows the end of a recalculation: imports are accounted for anew, and then others are told. So one that
    owes an event may have been cut off in it."""
    if record.begun:
        sources = _sources(world, record, "run" if record.counts else "take_back")
        refresh_receipts(world, record.tenant, record.project_id, sources)
    return announce_recalculation(world, record)


def _sources(world: World, record: Recalculation, turn: Turn) -> set[str]:
    """The sources whose claims have other figures than before; of what was taken back, all that may have."""
    if turn == "run":
        return {source for day in _outcomes(world, record, turn) for source in day["sources"]}
    windows = (read_window(world, record, index) for index in range(record.windows))
    return {source for window in windows for sources in window.days.values() for source in sources}


def _need_all(world: World, record: Recalculation, turn: Turn) -> None:
    done = sum(1 for _ in world.store.keys(_found(record, turn, "")))
    if done != record.windows:
        raise RecalculationConflict(
            f"Of the recalculation {record.recalculation_id} another execution does {record.windows - done} windows.",
            status=record.status,
        )


def _outcomes(world: World, record: Recalculation, turn: Turn) -> Iterator[Any]:
    for key in world.store.keys(_found(record, turn, "")):
        yield from read_json(world.store, key)


def _found(record: Recalculation, turn: Turn, name: str) -> str:
    """Where it is kept what a turn has found. An execution that begins again does everything again; what was found when
    it was carried out stays known, also where taking it back begins again."""
    place = (record.tenant, record.project_id, record.recalculation_id)
    what = record.status if turn == "take_back" else record.plan
    return keys.recalculation(*place, f"{turn}/{what}-{record.execution_of(turn)}/{name}")


def _whose_turn(
    world: World, tenant: str, project_id: str, recalculation_id: str, turn: Turn
) -> Recalculation:
    """The record. Raises RecalculationConflict where it is not this execution's turn to work on it."""
    record = known_recalculation(world, tenant, project_id, recalculation_id)
    if record.turn != turn:
        paused = " and paused" if record.paused_at is not None else ""
        raise RecalculationConflict(
            f"The recalculation {recalculation_id} is '{record.status}'{paused}: this execution has nothing to do.",
            status=record.status,
        )
    return record
