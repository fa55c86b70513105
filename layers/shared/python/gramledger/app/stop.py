"""Stopping an import: it is paused and goes on later, it is cancelled, or it is undone after its end.

What people say changes the record at once; tasks look at it when they begin. Rows that may be in the ledger are taken
out by an execution of its own (`app.take_back`), whose name follows from the import: saying it again starts nothing
twice.
"""

from __future__ import annotations

from typing import Any

from gramledger.app import keys
from gramledger.app.announce import announce
from gramledger.app.imports import with_progress
from gramledger.app.lookup import Caller, change_import, find_import, recall_import
from gramledger.app.start_import import start_execution
from gramledger.core.imports import TAKEN_BACK, Import, Keep
from gramledger.core.problems import ImportConflict, InvalidRequest
from gramledger.ports import World


def pause_import(world: World, caller: Caller, import_id: str) -> dict[str, Any]:
    """Let an import rest after the tasks that are under way; the import. Pausing again changes nothing.

    Raises NotAllowed, NotFound, and ImportConflict when it is not running any more.
    """
    caller.need_admin()
    record = find_import(world, caller.tenant, import_id)
    now = world.clock.now_ms()
    record = change_import(world, record, lambda known: known.pause(now))
    if record.paused_at is None:
        raise conflict(record, "paused", "only one that waits for its file or is running can be")
    return with_progress(world, record)


def resume_import(world: World, caller: Caller, import_id: str) -> dict[str, Any]:
    """Let a paused import go on with what is not done yet; the import. Resuming again changes nothing.

    Raises NotAllowed, NotFound, and ImportConflict when it is not paused.
    """
    caller.need_admin()
    record = find_import(world, caller.tenant, import_id)
    now = world.clock.now_ms()
    record = change_import(world, record, lambda known: known.resume(now))
    if not record.resumed or record.over:
        raise conflict(record, "resumed", "it is not paused")
    if record.active:
        start_execution(world, record)
    return with_progress(world, record)


def cancel_import(world: World, caller: Caller, import_id: str, form: object = None) -> dict[str, Any]:
    """Take an import back before its end; the import. `form` may have `keep`: "nothing", or "days" for those that are
    written already. Cancelling again in the same way changes nothing.

    Raises NotAllowed, NotFound, InvalidRequest, and ImportConflict when it has ended, or is ending in another way.
    """
    caller.need_admin()
    keep = _keep(form)
    record = find_import(world, caller.tenant, import_id)
    now = world.clock.now_ms()
    record = change_import(world, record, lambda known: known.cancel(now, by=caller.user, keep=keep))
    ending = record.ending
    if ending is None or (ending.status, ending.keep) != ("cancelled", keep):
        raise conflict(record, "cancelled", "an import that was completed can be undone")
    return _taken_back(world, record)


def undo_import(world: World, caller: Caller, import_id: str) -> dict[str, Any]:
    """Take an import out of the ledger, however long ago it has ended; the import. Later ones stay. Undoing again
    changes nothing.

    Raises NotAllowed, NotFound, and ImportConflict when nothing of it is in the ledger.
    """
    caller.need_admin()
    record = recall_import(world, caller.tenant, import_id)
    if record.counts:
        world.jobs.restore(record)  # where it was cleaned away; otherwise it is there as it is
    now = world.clock.now_ms()
    record = change_import(world, record, lambda known: known.undo(now, by=caller.user))
    if record.ending is None or record.ending.status != "undone":
        raise conflict(
            record, "undone", "only one whose rows are in the ledger can be; one that runs is cancelled"
        )
    return _taken_back(world, record)


def drop_traces(world: World, record: Import) -> None:
    """Remove the file, plan and preview of an import that was cancelled before it could write anything."""
    place = (record.tenant, record.import_id)
    world.uploads.delete(keys.texts(*place))
    world.store.delete(list(world.store.keys(keys.folder(*place))))


def conflict(record: Import, wanted: str, why: str) -> ImportConflict:
    """The problem of an import that cannot be stopped as wanted."""
    state = "failing" if record.problem and not record.finished else record.status
    return ImportConflict(
        f"The import {record.import_id} is '{state}' and cannot be {wanted}: {why}.", status=record.status
    )


def _taken_back(world: World, record: Import) -> dict[str, Any]:
    if record.status in TAKEN_BACK:
        start_execution(world, record)
    elif record.taken_back is None:
        drop_traces(world, record)
    return with_progress(world, announce(world, record) if record.finished else record)


def _keep(form: object) -> Keep:
    given = {} if form is None else form
    if not isinstance(given, dict) or not set(given) <= {"keep"}:
        raise InvalidRequest("The body may be a JSON object with 'keep' and nothing else.")
    match given.get("keep", "nothing"):
        case "nothing":
            return "nothing"
        case "days":
            return "days"
    raise InvalidRequest("'keep' must be 'nothing' or 'days'.")
