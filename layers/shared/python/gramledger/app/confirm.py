"""Deciding about a planned import: it goes on, or it is gone."""

from __future__ import annotations

from typing import Any

from gramledger.app import keys
from gramledger.app.announce import announce
from gramledger.app.imports import with_progress
from gramledger.app.lookup import Caller, change_import, find_import, read_json
from gramledger.app.mappings import template_of
from gramledger.app.preview import foreseen
from gramledger.app.start_import import start_execution
from gramledger.app.stop import drop_traces
from gramledger.core.edits import parse_edits, place_of
from gramledger.core.imports import Import
from gramledger.core.options import Options
from gramledger.core.problems import EditImpossible, ImportConflict, RowsDiffer
from gramledger.ports import World


def confirm_import(world: World, caller: Caller, import_id: str, form: object = None) -> dict[str, Any]:
    """Let a planned import go on; the import. Confirming again changes nothing.

    `form` may correct options of the import: then its file is read again. Raises NotAllowed, NotFound, InvalidRequest,
    EditImpossible, RowsDiffer, and ImportConflict when there is nothing to confirm, or it has been confirmed with
    other options.
    """
    caller.need_admin()
    record = find_import(world, caller.tenant, import_id)
    now = world.clock.now_ms()
    options = record.options.changed({} if form is None else form)
    template_of(world, record.tenant, options)
    if record.status == "planned":
        _check(world, record, options)
    record = change_import(world, record, lambda known: known.go_ahead(now, options))
    if record.confirmed_at is None:
        raise _conflict(record, "confirmed")
    if record.options != options:
        raise ImportConflict(
            f"The import {import_id} has been confirmed with other options before.", status=record.status
        )
    if not record.finished:
        start_execution(world, record)
    return with_progress(world, record)


def discard_import(world: World, caller: Caller, import_id: str) -> dict[str, Any]:
    """End a planned import and remove its file, plan and preview; the import. Discarding again changes nothing.

    Raises NotAllowed, NotFound, and ImportConflict when it is not planned.
    """
    caller.need_admin()
    record = find_import(world, caller.tenant, import_id)
    now = world.clock.now_ms()

    def discard(known: Import) -> Import | None:
        return known.cancel(now, by=caller.user) if known.status == "planned" else None

    record = change_import(world, record, discard)
    if record.status != "cancelled":
        raise _conflict(record, "discarded")
    drop_traces(world, record)
    return with_progress(world, announce(world, record))


def _check(world: World, record: Import, options: Options) -> None:
    """Raises EditImpossible and RowsDiffer. What these look at is gone as soon as somebody else has discarded the plan,
    which the caller finds in the record."""
    try:
        _check_edits(world, record, options)
        _check_differing(world, record, options)
    except KeyError:
        if find_import(world, record.tenant, record.import_id).status == "planned":
            raise


def _check_edits(world: World, record: Import, options: Options) -> None:
    """Raises EditImpossible while the import still waits, where an edit names no cell of its file."""
    edits = parse_edits(options.edits)
    header = (
        read_json(world.store, keys.plan(record.tenant, record.reading))["reading"]["header"] if edits else []
    )
    for edit in edits:
        place_of(edit, header)
        if edit.row > (record.rows_total or 0):
            raise EditImpossible(
                f"There is no row {edit.row:,} to be edited: the file has {record.rows_total or 0:,} rows.",
                row=edit.row,
            )


def _check_differing(world: World, record: Import, options: Options) -> None:
    """Raises RowsDiffer where the import is to fail if rows differ, and its preview says that some do."""
    if options.on_conflict != "fail" or options != record.options:
        return
    outcomes = foreseen(world, record)["outcomes"]
    if outcomes and outcomes["duplicate_differing"]:
        raise RowsDiffer(
            f"{outcomes['duplicate_differing']:,} rows differ from what is there, and the import is to fail then. List "
            "them, and confirm it with another 'on_conflict', or discard it.",
            rows=outcomes["duplicate_differing"],
        )


def _conflict(record: Import, decision: str) -> ImportConflict:
    if record.confirm == "auto":
        why = "it was created to go on by itself"
    else:
        why = f"it is '{record.status}', and only a planned one can be"
    return ImportConflict(f"The import {record.import_id} cannot be {decision}: {why}.", status=record.status)
