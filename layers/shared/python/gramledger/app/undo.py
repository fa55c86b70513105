"""Taking back an import that failed: its claims leave every page, and none of its writes can land any more."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pyarrow as pa

from gramledger.app import keys
from gramledger.app.announce import announce
from gramledger.app.apply import Place, Transition, change_page
from gramledger.app.finalize import refresh_receipt, settle
from gramledger.app.lookup import change_import, find_import, read_json
from gramledger.core import heads, page
from gramledger.core.heads import Head, Version
from gramledger.core.imports import Import
from gramledger.core.problems import InternalError
from gramledger.ports import World

WRITERS = 8


def fail_import(
    world: World, tenant: str, import_id: str, error: dict[str, Any], *, confirmed: bool = False
) -> dict[str, Any]:
    """Undo what a failed import had applied, and keep the reason in its record.

    `error` is what the state machine caught: {"Error", "Cause"}. The import is given up first, so that no late task
    completes it while its rows are taken back. Every day that the import was going to change is fenced, whether its
    task ran or not, so that a task that is still alive somewhere finds the fence. An execution whose turn is over
    (`confirmed` tells which one it is) undoes nothing. An import that was completed before its last task failed stays,
    and what that task left open is done.
    """
    record = find_import(world, tenant, import_id)
    problem = problem_of(error)

    def give_up(known: Import) -> Import | None:
        return known.give_up(problem) if known.has_turn(confirmed=confirmed) else None

    record = change_import(world, record, give_up)
    if record.status == "completed":
        settle(world, record)
    if not record.has_turn(confirmed=confirmed):
        return {"status": announce(world, record).status}
    days = [] if record.dry else _planned_days(world, record)
    others: set[str] = set()

    def take_back(day: str) -> set[str]:
        head = change_page(
            world, Place(tenant, record.project_id, day), _removal(record, day, world.clock.now_ms())
        )
        return set(head.members) if head else set()

    with ThreadPoolExecutor(WRITERS) as writers:
        for found in writers.map(take_back, days):
            others |= found
    for source in sorted(others):
        refresh_receipt(world, tenant, source)
    record = change_import(world, record, lambda known: known.fail(world.clock.now_ms(), problem))
    return {"status": announce(world, record).status}


def problem_of(error: dict[str, Any]) -> dict[str, Any]:
    """The problem document of what the state machine caught.

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
        f"A task ended with '{error.get('Error') or 'an unknown error'}' after its retries. Nothing of the import was "
        "kept. Import the file again; if it fails again, give the operator the import id."
    )
    return accident.document()


def _planned_days(world: World, record: Import) -> list[str]:
    try:
        planned = read_json(world.store, keys.days(record.tenant, record.import_id))
    except KeyError:
        return []
    return [heads.day_name(day) for day in planned["days"]]


def _removal(record: Import, day: str, at: int) -> Transition:
    def transition(head: Head | None, table: pa.Table) -> Version | None:
        if head and record.import_id in head.fenced:
            return None
        left = page.without(table, record.import_id) if table.num_rows else table
        return heads.next_version(
            head,
            day,
            left,
            head.terms_without(record.import_id) if head else {},
            cause=f"undo {record.import_id}",
            actor="system",
            at=at,
            fence=[record.import_id],
        )

    return transition
