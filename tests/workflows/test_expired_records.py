"""Imports whose record was cleaned away: the log still has it, so they can be shown and undone."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from support.files import export, row
from support.runs import ADMIN, import_file, new_world, pages

from gramledger.adapters.memory.jobs import MemoryJobs
from gramledger.adapters.memory.world import MemoryWorld
from gramledger.app import keys
from gramledger.app.imports import get_import
from gramledger.app.lookup import Caller, read_json
from gramledger.app.rejects import list_rejects
from gramledger.app.stop import pause_import, undo_import
from gramledger.app.take_back import take_back
from gramledger.core.imports import Import
from gramledger.core.limits import RECORD_SECONDS
from gramledger.core.problems import ImportConflict, NotFound

DAYS = ("2025-11-03", "2025-11-04")
CONTENT = export([*(row(f"{day}T10:0{n}:00.000Z", cost="0.10") for day in DAYS for n in range(3)), row("no")])
OTHER = export([row(f"{day}T10:0{n}:00.000Z", cost="0.20") for day in DAYS for n in (0, 5)])


def expired(world: MemoryWorld, *gone: Import) -> MemoryWorld:
    """The world when the records of some imports have been cleaned away."""
    world.clock.sleep(RECORD_SECONDS + 1)
    left = MemoryJobs()
    names = {record.import_id for record in gone}
    for record in world.jobs.page("acme", project_id=None, status=None, limit=100, before=None)[0]:
        if record.import_id not in names:
            left.restore(record)
    return replace(world, jobs=left)


def kept_receipt(world: MemoryWorld, record: Import) -> dict[str, Any]:
    found: dict[str, Any] = read_json(world.store, keys.receipt(record.tenant, record.import_id))
    return found


def test_an_import_is_undone_long_after_its_record_was_cleaned_away() -> None:
    world, without = new_world(), new_world()
    first, second = import_file(world, CONTENT), import_file(world, OTHER)
    import_file(without, OTHER)
    world = expired(world, first)
    shown = undo_import(world, ADMIN, first.import_id)
    assert (shown["status"], shown["ending"]["by"]) == ("undoing", "ada")
    assert f"{first.import_id}-undo" in world.workflows.started
    assert take_back(world, "acme", first.import_id) == {"status": "undone"}
    left = [[(r["ts"], r["cost_text"]) for r in rows] for rows in pages(world).values()]
    assert left == [[(r["ts"], r["cost_text"]) for r in rows] for rows in pages(without).values()]
    report = get_import(world, ADMIN, first.import_id)["taken_back"]
    assert (report["claims_removed"], report["entries_restored"], report["imports"]) == (
        6,
        2,
        [second.import_id],
    )
    assert [event.name for event in world.events.announced] == [
        "ImportFinishedWithRejects",
        "ImportFinished",
        "ImportUndone",
    ]


def test_receipts_of_others_are_right_after_an_undo_though_their_records_are_cleaned_away() -> None:
    world = new_world()
    first, second = import_file(world, CONTENT), import_file(world, OTHER)
    assert kept_receipt(world, second)["imported"] == 2
    world = expired(world, first, second)
    undo_import(world, ADMIN, first.import_id)
    take_back(world, "acme", first.import_id)
    assert kept_receipt(world, second)["imported"] == 4
    assert get_import(expired(world, second), ADMIN, second.import_id)["receipt"]["imported"] == 4


def test_undoing_again_after_the_record_of_the_undo_was_cleaned_away_changes_nothing() -> None:
    world = new_world()
    record = import_file(world, CONTENT)
    undo_import(world, ADMIN, record.import_id)
    take_back(world, "acme", record.import_id)
    told = list(world.events.announced)
    world = expired(world, record)
    assert undo_import(world, ADMIN, record.import_id)["status"] == "undone"
    assert (pages(world), world.events.announced) == ({}, told)


def test_an_import_is_shown_with_its_rejects_after_its_record_was_cleaned_away() -> None:
    world = new_world()
    record = import_file(world, CONTENT)
    before = get_import(world, ADMIN, record.import_id)
    world = expired(world, record)
    assert get_import(world, ADMIN, record.import_id) == before
    assert [
        reject["row"] for reject in list_rejects(world, ADMIN, record.import_id, limit=9, cursor=None)[0]
    ] == [7]
    with pytest.raises(NotFound):
        get_import(world, Caller("rival", "eve", frozenset({"admin"})), record.import_id)


def test_what_ended_long_ago_without_rows_in_the_ledger_cannot_be_undone() -> None:
    world = new_world()
    record = import_file(world, CONTENT, dry_run=True)
    world = expired(world, record)
    with pytest.raises(ImportConflict, match="cannot be undone"):
        undo_import(world, ADMIN, record.import_id)
    assert world.jobs.get("acme", record.import_id) is None
    with pytest.raises(NotFound):
        pause_import(world, ADMIN, record.import_id)


def test_the_log_is_not_searched_for_an_import_too_young_to_be_cleaned_away() -> None:
    world = new_world()
    record = import_file(world, CONTENT)
    gone = replace(world, jobs=MemoryJobs())
    with pytest.raises(NotFound):
        get_import(gone, ADMIN, record.import_id)
