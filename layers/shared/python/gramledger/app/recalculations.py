"""Recalculations, as people ask for them: planned, confirmed, paused, resumed, cancelled and undone.

What people say changes the record at once; tasks look at it when they begin. What is to be done then is started as an
execution whose name follows from the record, so saying it again starts nothing twice.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

from gramledger.app import cursors
from gramledger.app.bases import basis_now
from gramledger.app.log import log_recalculation
from gramledger.app.lookup import Caller, find_project
from gramledger.app.recalculation_records import (
    change_recalculation,
    find_recalculation,
    show_recalculation,
    start_turn,
)
from gramledger.app.recalculation_steps import windows_done
from gramledger.core import limits
from gramledger.core.heads import Head
from gramledger.core.identity import ulid
from gramledger.core.problems import InvalidRequest, RecalculationConflict
from gramledger.core.projects import Project
from gramledger.core.recalculation import Selection
from gramledger.core.recalculation_request import RecalculationRequest, read_request
from gramledger.core.recalculations import Recalculation
from gramledger.ports import World

Form = dict[str, Any]


def plan_recalculation(world: World, caller: Caller, project: str, form: object = None) -> Form:
    """Begin to find out what a recalculation would change; the recalculation (`core.recalculation_request` says what
    may be asked).

    Raises NotFound, InvalidRequest, and NotAllowed where it is to be carried out by itself.
    """
    asked = read_request(form)
    if asked.confirm == "auto":
        caller.need_admin()
    home = find_project(world, caller.tenant, project)
    now = world.clock.now_ms()
    record = Recalculation(
        tenant=home.tenant,
        project_id=home.project_id,
        project_name=home.name,
        recalculation_id=ulid(now, world.chance.bytes(10)),
        requested_by=caller.user,
        created_at=now,
        basis=basis_now(world, home, asked.preset),
        selection=_selection(world, home, asked),
        asked=asked.to_json(),
        confirm=asked.confirm,
    )
    _check_size(record)
    world.recalculations.create(record)
    log_recalculation(world, record)
    start_turn(world, record)
    return show_recalculation(record)


def _check_size(record: Recalculation) -> None:
    """Raises InvalidRequest where so much is named, or found by a filter, that no record holds it."""
    size = len(json.dumps(record.to_json(), ensure_ascii=False).encode())
    if size > limits.RECALCULATION_BYTES:
        raise InvalidRequest(
            f"What the recalculation is about takes {size:,} bytes to say; it may take {limits.RECALCULATION_BYTES:,}. "
            "Select by days, or fewer models or entries.",
            limit=limits.RECALCULATION_BYTES,
        )


def get_recalculation(world: World, caller: Caller, project: str, recalculation_id: str) -> Form:
    """A recalculation, and how far it is. Raises NotFound."""
    return _shown(world, find_recalculation(world, caller, project, recalculation_id))


def list_recalculations(
    world: World, caller: Caller, project: str, *, limit: int, cursor: str | None
) -> tuple[list[Form], str | None]:
    """The recalculations of a project, newest first, from the cursor on, and the next cursor; fewer than `limit` where
    these would be more than an answer may hold.

    Raises NotFound and InvalidRequest.
    """
    home = find_project(world, caller.tenant, project)
    (before,) = cursors.unpack(cursor, str) if cursor else (None,)
    found, further = world.recalculations.page(home.tenant, home.project_id, limit=limit, before=before)
    shown: list[Form] = []
    room = limits.ANSWER_BYTES
    for record in found:
        form = _shown(world, record)
        room -= len(json.dumps(form)) + len(", ")
        if room < 0 and shown:
            return shown, cursors.pack(shown[-1]["recalculation_id"])
        shown.append(form)
    return shown, cursors.pack(further) if further else None


def confirm_recalculation(world: World, caller: Caller, project: str, recalculation_id: str) -> Form:
    """Carry a planned recalculation out. Confirming again changes nothing.

    Raises NotAllowed, NotFound, and RecalculationConflict when it is not planned, another one has its turn, or one that
    was planned later has been carried out.
    """
    now = world.clock.now_ms()
    return _said(
        world,
        caller,
        project,
        recalculation_id,
        change=lambda known: known.run(now, by=caller.user),
        said=lambda record: record.begun and record.status in ("processing", "completed"),
        wanted="confirmed: only one that is planned can be",
    )


def pause_recalculation(world: World, caller: Caller, project: str, recalculation_id: str) -> Form:
    """Let a recalculation rest after the tasks that are under way. Pausing again changes nothing.

    Raises NotAllowed, NotFound, and RecalculationConflict when it is not being carried out.
    """
    now = world.clock.now_ms()
    return _said(
        world,
        caller,
        project,
        recalculation_id,
        change=lambda known: known.pause(now),
        said=lambda record: record.paused_at is not None,
        wanted="paused: only one that is being carried out can be",
    )


def resume_recalculation(world: World, caller: Caller, project: str, recalculation_id: str) -> Form:
    """Let a paused recalculation go on with what is not done yet. Resuming again changes nothing.

    Raises NotAllowed, NotFound, and RecalculationConflict when it is not paused.
    """
    return _said(
        world,
        caller,
        project,
        recalculation_id,
        change=Recalculation.resume,
        said=lambda record: bool(record.resumed) and record.status in ("processing", "completed"),
        wanted="resumed: it is not paused",
    )


def cancel_recalculation(world: World, caller: Caller, project: str, recalculation_id: str) -> Form:
    """Take a recalculation back before its end: nothing of it stays. Cancelling again changes nothing.

    Raises NotAllowed, NotFound, and RecalculationConflict when it has ended.
    """
    now = world.clock.now_ms()
    return _said(
        world,
        caller,
        project,
        recalculation_id,
        change=lambda known: known.cancel(now, by=caller.user),
        said=lambda record: record.status in ("cancelling", "cancelled"),
        wanted="cancelled: one that was completed can be undone",
    )


def undo_recalculation(world: World, caller: Caller, project: str, recalculation_id: str) -> Form:
    """Take a recalculation back after its end; later ones stay. Undoing again changes nothing.

    Raises NotAllowed, NotFound, and RecalculationConflict when it was not completed, or another one has its turn.
    """
    return _said(
        world,
        caller,
        project,
        recalculation_id,
        change=lambda known: known.undo(by=caller.user),
        said=lambda record: record.status in ("undoing", "undone"),
        wanted="undone: only one that was completed can be",
    )


def _selection(world: World, project: Project, asked: RecalculationRequest) -> Selection:
    """What was asked for, with a filter by quality or status as the names of the models that it means now."""
    models = asked.models
    if asked.filtered:
        found: dict[str | None, None] = {}
        for head in world.ledger.heads(project.tenant, project.project_id, asked.first, asked.last):
            found.update(dict.fromkeys(_named(head, asked)))
        named = sorted(found, key=lambda name: (name is None, name or ""))
        models = tuple(name for name in named if models is None or name in models)
    return Selection(asked.first, asked.last, models, asked.entries)


def _named(head: Head, asked: RecalculationRequest) -> Iterator[str | None]:
    """The names of models of which a day has entries of the quality and status that are asked for."""
    for group in head.groups:
        if asked.matches(group.label("quality"), group.label("status")):
            yield group.label("model")


def _said(
    world: World,
    caller: Caller,
    project: str,
    recalculation_id: str,
    *,
    change: Callable[[Recalculation], Recalculation | None],
    said: Callable[[Recalculation], bool],
    wanted: str,
) -> Form:
    """The recalculation after somebody's word; what is to be done then is started."""
    caller.need_admin()
    record = find_recalculation(world, caller, project, recalculation_id)
    record = change_recalculation(world, record, change)
    if not said(record):
        raise RecalculationConflict(
            f"The recalculation {recalculation_id} is '{record.status}' and cannot be {wanted}.",
            recalculation_id=recalculation_id,
            status=record.status,
        )
    start_turn(world, record)
    return _shown(world, record)


def _shown(world: World, record: Recalculation) -> Form:
    return show_recalculation(record, done=windows_done(world, record))
