"""Taking an import out of the ledger: because it failed, or because somebody has cancelled or undone it.

Its claims leave every page, what they had displaced counts again by itself, and none of its writes can land any more.
Each page is changed by one swap, which also puts the fence and says what was done (`core.removal`). So a task that is
repeated, or was cut off anywhere, goes on where the pages are, and the report is the same.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pyarrow as pa

from gramledger.app import keys
from gramledger.app.announce import announce
from gramledger.app.apply import Place, Transition, change_page
from gramledger.app.computing import COMPUTING
from gramledger.app.finalize import settle
from gramledger.app.lookup import change_import, find_import, read_json, write_json
from gramledger.app.receipts import receipt_of, refresh_receipt, refresh_receipts
from gramledger.core import heads
from gramledger.core.heads import Head, Version
from gramledger.core.imports import TAKEN_BACK, Import
from gramledger.core.problems import InternalError
from gramledger.core.removal import sum_removals
from gramledger.core.sweeping import SYSTEM
from gramledger.ports import World

WRITERS = 8


def take_back(world: World, tenant: str, import_id: str) -> dict[str, Any]:
    """Carry out the word by which an import is taken back, and keep the report; its status.

    Every day that the import was going to change is fenced, whether its task ran or not, so that a task that is still
    alive somewhere finds the fence. Of a cancelled import whose written days stay, the others are fenced. A repeated
    task does what follows the end again, for the one before may have been cut off in it.
    """
    record = find_import(world, tenant, import_id)
    if record.status in TAKEN_BACK:
        record = _carried_out(world, record)
    if record.finished:
        world.uploads.delete(keys.texts(tenant, import_id))
        if record.counts:
            refresh_receipt(world, tenant, record.project_id, import_id)
        record = announce(world, record)
    return {"status": record.status}


def fail_import(
    world: World, tenant: str, import_id: str, error: dict[str, Any], *, confirmed: bool = False
) -> dict[str, Any]:
    """Undo what a failed import had applied, and keep the reason in its record.

    `error` is what the state machine caught: {"Error", "Cause"}. The import is given up first, so that no late task
    completes it while its rows are taken back. An execution whose turn is over (`confirmed` tells which one it is)
    undoes nothing; one that goes on by itself has both turns. An import that was completed before its last task failed
    stays, and what that task left open is done.
    """
    record = find_import(world, tenant, import_id)
    problem = problem_of(error)

    def at_its_turn(known: Import) -> bool:
        return known.has_turn(confirmed=confirmed or known.goes_on_by_itself)

    record = change_import(
        world, record, lambda known: known.give_up(problem) if at_its_turn(known) else None
    )
    if record.status == "completed":
        settle(world, record)
    if not at_its_turn(record):
        return {"status": announce(world, record).status}
    _refresh(world, record, _take_out(world, record, cause="undo", actor=SYSTEM))
    record = change_import(world, record, lambda known: known.fail(world.clock.now_ms(), problem))
    return {"status": announce(world, record).status}


_KEPT = "Nothing of the import was kept. Import the file again; if it fails again, give the operator the import id."


def problem_of(error: dict[str, Any], kept: str = _KEPT) -> dict[str, Any]:
    """The problem document of what the state machine caught; `kept` says what becomes of what was done, and what next.

    A task that refuses raises with the document as its message; anything else is an error of ours, whose name is
    told and whose text stays in the log (it could hold a cell's value).
    """
    try:
        message = json.loads(error.get("Cause") or "{}").get("errorMessage", "")
        document = json.loads(message)
    except (ValueError, TypeError, AttributeError):
        document = None
    if isinstance(document, dict) and "code" in document:
        return document
    accident = InternalError(
        f"A task ended with '{error.get('Error') or 'an unknown error'}' after its retries. {kept}"
    )
    return accident.document()


def _carried_out(world: World, record: Import) -> Import:
    """The import after its rows have left the ledger, with the report of that."""
    ending = record.ending
    assert ending is not None, "nothing is taken back without a word"  # noqa: S101 -- both change together
    cause = "undo" if ending.status == "undone" else "cancel"
    pages = _take_out(world, record, cause=cause, actor=ending.by, keep=ending.keep == "days")
    _refresh(world, record, pages)
    kept = sorted(day for day, head in pages.items() if record.import_id in head.members)
    report = _report(record, pages, kept)
    receipt = receipt_of(world, record, days_of(world, record)).to_json() if kept else None
    write_json(world.store, keys.taken_back(record.tenant, record.import_id), report)
    return change_import(
        world, record, lambda known: known.end_taking_back(world.clock.now_ms(), report, receipt)
    )


def _take_out(world: World, record: Import, *, cause: str, actor: str, keep: bool = False) -> dict[str, Head]:
    """The heads of all days of the import, after it was taken out of them; with `keep` only of those that do not have
    it yet."""
    days = [] if record.dry else days_of(world, record)["days"]

    def take_out(number: int) -> tuple[str, Head | None]:
        day = heads.day_name(number)
        transition = _removal(world, record, day, cause=f"{cause} {record.import_id}", actor=actor, keep=keep)
        return day, change_page(world, Place(record.tenant, record.project_id, day), transition)

    with ThreadPoolExecutor(WRITERS) as writers:
        return {day: head for day, head in writers.map(take_out, days) if head}


def _removal(world: World, record: Import, day: str, *, cause: str, actor: str, keep: bool) -> Transition:
    def transition(head: Head | None, table: pa.Table) -> Version | None:
        there = head is not None and record.import_id in head.members
        fenced = head is not None and record.import_id in head.fenced
        if (there and keep) or (fenced and not there):
            return None
        at = world.clock.now_ms()
        with COMPUTING:
            return heads.version_without(head, day, table, record.import_id, cause=cause, actor=actor, at=at)

    return transition


def days_of(world: World, record: Import) -> dict[str, Any]:
    """The account of the import's days, or one without days where they are not known yet: then no task has written."""
    try:
        account: dict[str, Any] = read_json(world.store, keys.days(record.tenant, record.reading))
    except KeyError:
        return {"days": []}
    return account


def _refresh(world: World, record: Import, pages: Mapping[str, Head]) -> None:
    """Account anew for the other imports on these pages."""
    others = {name for head in pages.values() for name in head.members} - {record.import_id}
    refresh_receipts(world, record.tenant, record.project_id, others)


def _report(record: Import, pages: Mapping[str, Head], kept: list[str]) -> dict[str, Any]:
    """What was done, in numbers of claims and of events, and to which other imports."""
    told = {
        day: head.removals[record.import_id]
        for day, head in pages.items()
        if record.import_id in head.removals
    }
    total = sum_removals(told.values())
    return {
        "days": len(told),
        "first": min(told, default=None),
        "last": max(told, default=None),
        "claims_removed": total.claims,
        "entries_removed": total.removed,
        "entries_restored": total.restored,
        "entries_kept": total.kept,
        "imports": list(total.others),
        "kept_days": kept,
        "claims_kept": sum(pages[day].counts_of(record.import_id).claims for day in kept),
    }
