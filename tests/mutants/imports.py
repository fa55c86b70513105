"""Mistakes in the life of an import: its record, its tasks, its receipt, its end."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import functions.finalize.app as finalize_function
import functions.undo.app as undo_function
import gramledger.app.finalize as finalizing
import gramledger.app.take_back as undoing
from gramledger.app import keys, portions
from gramledger.app.finalize import finalize
from gramledger.app.lookup import Caller, change_import, find_import
from gramledger.app.stop import drop_traces
from gramledger.core.imports import Import
from gramledger.ports import World
from mutants.catalogue import Replaced, mutant
from simulation import schedule


@mutant
def a_late_task_turns_the_phase_back() -> Replaced:
    """Phases are set, not entered."""

    def enter(record: Import, phase: Any, at: int, **facts: Any) -> Import:
        return replace(
            record, status="processing", phase=phase, phase_at=at, started_at=record.started_at or at, **facts
        )

    return [(Import, "enter", enter)]


@mutant
def a_failed_import_can_still_be_completed() -> Replaced:
    """The last word has whoever speaks last."""

    def complete(record: Import, at: int, receipt: dict[str, Any]) -> Import:
        return replace(record._end(at, "completed"), phase="done", receipt=receipt)

    return [(Import, "complete", complete)]


@mutant
def a_discard_is_heard_after_the_confirmation() -> Replaced:
    """Whoever looks at the plan last decides."""

    def discard_import(world: World, caller: Caller, import_id: str) -> dict[str, Any]:
        record = find_import(world, caller.tenant, import_id)
        now = world.clock.now_ms()
        record = change_import(
            world, record, lambda known: None if known.finished else known._end(now, "cancelled")
        )
        drop_traces(world, record)
        return {}

    return [(schedule, "discard_import", discard_import)]


@mutant
def an_import_is_not_given_up_before_it_is_undone() -> Replaced:
    """A last task that is still alive completes the import while its rows are taken back."""
    return [(Import, "give_up", lambda _record, _problem: None)]


@mutant
def an_earlier_import_that_comes_late_tells_nobody() -> Replaced:
    """Receipts are written once, and never again."""
    return [(finalizing, "_affected", lambda _world, record, _days: [record.import_id])]


@mutant
def a_completed_import_is_never_touched_again() -> Replaced:
    """A task that was cut off after the completion leaves open what follows it."""

    def touchy(world: World, tenant: str, import_id: str, **options: Any) -> dict[str, Any]:
        record = find_import(world, tenant, import_id)
        if record.finished:
            return {"wait": False, "go_on": False, "status": record.status}
        return finalize(world, tenant, import_id, **options)

    return [(finalize_function, "finalize", touchy)]


@mutant
def an_import_fails_before_it_is_undone() -> Replaced:
    """The record says failed first; a crash after that leaves the rows."""

    def hasty(world: World, tenant: str, import_id: str, error: dict[str, Any], **_: Any) -> dict[str, Any]:
        record = find_import(world, tenant, import_id)
        if record.finished:
            return {"status": record.status}
        change_import(
            world, record, lambda known: known.fail(world.clock.now_ms(), undoing.problem_of(error))
        )
        undoing._take_out(world, record, cause="undo", actor="system")
        return {"status": "failed"}

    return [(undo_function, "fail_import", hasty)]


@mutant
def a_failed_import_is_not_undone() -> Replaced:
    """It is marked as failed, and that is that."""
    return [(undoing, "days_of", lambda *_: {"days": []})]


@mutant
def rows_are_counted_from_each_chunk() -> Replaced:
    """A chunk does not know of the rows before it, and its rows take the names of others."""
    claims_of = vars(portions)["claims_of"]
    return [
        (
            portions,
            "claims_of",
            lambda table, *, source, rows_before: claims_of(
                table, source=source, rows_before=0 * rows_before
            ),
        )
    ]


@mutant
def parts_of_all_tenants_have_one_place() -> Replaced:
    """A key is made without its tenant."""
    part = keys.part
    return [(keys, "part", lambda _tenant, import_id, index: part("acme", import_id, index))]


@mutant
def progress_is_shown_by_the_last_task() -> Replaced:
    """What a task reports replaces what the others did."""
    from gramledger.adapters.memory.jobs import MemoryJobs

    def report(jobs: Any, tenant: str, import_id: str, progress: Any) -> None:
        jobs._progress[tenant, import_id] = {(progress.kind, progress.index): progress}

    return [(MemoryJobs, "report", report)]
