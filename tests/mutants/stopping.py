"""Mistakes in pausing, cancelling and undoing imports."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import gramledger.app.take_back as undoing
from gramledger.app import resuming
from gramledger.app.lookup import change_import, find_import
from gramledger.core.heads import Head, Version
from gramledger.core.imports import Import
from gramledger.ports import World
from mutants.catalogue import Replaced, mutant


@mutant
def a_cancelled_import_ends_before_its_rows_are_gone() -> Replaced:
    """The record says cancelled first; a crash after that leaves the rows."""

    def hasty(world: World, record: Import) -> Import:
        nothing = undoing._report(record, {}, [])
        ended = change_import(
            world, record, lambda known: known.end_taking_back(world.clock.now_ms(), nothing)
        )
        undoing._take_out(world, record, cause="cancel", actor="ada")
        return find_import(world, ended.tenant, ended.import_id)

    return [(undoing, "_carried_out", hasty)]


@mutant
def days_that_are_not_kept_stay_open() -> Replaced:
    """What is written stays, and the rest is left alone: a late task may write it yet."""
    removal = vars(undoing)["_removal"]

    def open_days(world: World, record: Import, day: str, *, keep: bool, **options: Any) -> Any:
        if keep:
            return lambda _head, _table: None
        return removal(world, record, day, keep=keep, **options)

    return [(undoing, "_removal", open_days)]


@mutant
def a_report_counts_what_the_last_attempt_did() -> Replaced:
    """What an attempt removed before it was cut off is missing from the report of the next one."""
    removal = vars(undoing)["_removal"]
    report = vars(undoing)["_report"]
    done: set[tuple[str, str]] = set()

    def noting(world: World, record: Import, day: str, **options: Any) -> Any:
        take_out = removal(world, record, day, **options)
        done.discard((record.import_id, day))

        def transition(head: Head | None, table: Any) -> Version | None:
            version: Version | None = take_out(head, table)
            if version is not None:
                done.add((record.import_id, day))
            return version

        return transition

    def of_this_attempt(record: Import, pages: Any, kept: list[str]) -> dict[str, Any]:
        mine = {day: head for day, head in pages.items() if day in kept or (record.import_id, day) in done}
        found: dict[str, Any] = report(record, mine, kept)
        return found

    return [(undoing, "_removal", noting), (undoing, "_report", of_this_attempt)]


@mutant
def a_resumed_import_takes_begun_work_for_done() -> Replaced:
    """A portion counts as done when it was dealt out."""
    return [(resuming, "_portions_left", lambda _world, _record: [])]


@mutant
def a_cancelled_import_can_still_be_completed() -> Replaced:
    """Its last task does not look at what was said meanwhile."""

    def complete(record: Import, at: int, receipt: dict[str, Any]) -> Import | None:
        if record.finished:
            return None
        return replace(record._end(at, "completed"), phase="done", receipt=receipt)

    return [(Import, "complete", complete)]


@mutant
def receipts_of_others_stay_as_they_were() -> Replaced:
    """An undo tells nobody whose rows it has set free."""
    return [(undoing, "_refresh", lambda *_: None)]
