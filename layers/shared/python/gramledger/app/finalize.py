"""Ending an import: the receipt, from what the pages say of it, and a place for its rejects.

An import to be confirmed comes here first without having written a page: then what its receipt would be becomes part of
its preview, and it waits.
"""

from __future__ import annotations

from typing import Any

from gramledger.app import keys
from gramledger.app.announce import announce
from gramledger.app.differing import kept_differing, rows_differ
from gramledger.app.foresee import estimate
from gramledger.app.halting import halts
from gramledger.app.lookup import (
    change_import,
    find_import,
    read_json,
    require_turn,
)
from gramledger.app.preview import keep_foreseen
from gramledger.app.receipts import own_heads, receipt_of, refresh_receipts
from gramledger.app.rejects_download import rejects_csv
from gramledger.app.sentinel import remember_shape
from gramledger.core.imports import Import
from gramledger.core.receipt import Receipt
from gramledger.ports import World

PATIENCE_MS = 600_000
"""How long an import waits for the ones created before it."""


@halts
def finalize(world: World, tenant: str, import_id: str, *, confirmed: bool = False) -> dict[str, Any]:
    """Complete the import; {"wait": True} while an import created before it into the project is still running, and
    {"go_on": True} when it was only tried up to here and may now be carried out.

    An earlier import's claims win wherever both name a key, so its end decides what this one's receipt says.
    """
    record = find_import(world, tenant, import_id)
    if record.status == "completed":
        settle(world, record)
    if not record.has_turn(confirmed=confirmed):
        goes_on = record.goes_on_by_itself and record.has_turn(confirmed=True)
        return _answer(record, go_on=goes_on and not confirmed)
    record = change_import(world, record, lambda known: known.enter("finalize", world.clock.now_ms()))
    require_turn(record, confirmed=confirmed)
    earlier = [other for other in world.jobs.active(tenant, record.project_id) if other < import_id]
    if earlier and not record.dry and world.clock.now_ms() - record.phase_at < PATIENCE_MS:
        return _answer(record, wait=True)
    days = read_json(world.store, keys.days(tenant, record.reading))
    if days["rejects"]:
        world.store.write_parts(keys.rejects_csv(tenant, record.reading), rejects_csv(world, record))
    receipt = receipt_of(world, record, days)
    _refuse_differing(world, record, days, receipt)
    if record.rehearsed:
        return _tried(world, record, days, receipt)
    if days["portions"] and not record.dry_run:
        remember_shape(world, record)
    record = change_import(
        world, record, lambda known: known.complete(world.clock.now_ms(), receipt.to_json())
    )
    if record.status == "completed":
        settle(world, record)
    return _answer(record)


def _answer(record: Import, *, wait: bool = False, go_on: bool = False) -> dict[str, Any]:
    return {"wait": wait, "go_on": go_on, "status": record.status}


def _tried(world: World, record: Import, days: dict[str, Any], receipt: Receipt) -> dict[str, Any]:
    """Show what would happen; then the import waits for a person, or goes on by itself."""
    keep_foreseen(world, record, receipt, estimate(world, record, days))
    now = world.clock.now_ms()
    if record.confirm == "manual":
        return _answer(change_import(world, record, lambda known: known.wait_for_confirmation(now)))
    record = change_import(world, record, lambda known: known.confirm_itself(now))
    return _answer(record, go_on=record.goes_on_by_itself)


def _refuse_differing(world: World, record: Import, days: dict[str, Any], receipt: Receipt) -> None:
    """Raise RowsDiffer where the import is to fail then; a person who has to confirm it sees it in the preview."""
    waits = record.rehearsed and record.confirm == "manual"
    if record.options.on_conflict != "fail" or not receipt.duplicate_differing or waits:
        return
    found = (kept_differing(world, record, index) for index in range(days["portions"]))
    raise rows_differ([one for one in found if one], receipt.duplicate_differing)


def settle(world: World, record: Import) -> None:
    """What follows a completion. A repeated task does it again, for the one before may have been cut off in it."""
    tenant, import_id = record.tenant, record.import_id
    sources = [import_id]
    if not record.dry_run:
        sources = _affected(world, record, read_json(world.store, keys.days(tenant, record.reading)))
    refresh_receipts(world, tenant, record.project_id, sources)
    world.uploads.delete(keys.texts(tenant, import_id))
    announce(world, find_import(world, tenant, import_id))


def _affected(world: World, record: Import, days: dict[str, Any]) -> list[str]:
    """This import, and the sources whose claims it may have displaced or set free: those created after it that share a
    page with it, and where anybody updates or replaces, or has taken over without (as readings do from guesses), all of
    the page."""
    sources = {record.import_id}
    for head in own_heads(world, record, days):
        every = any(asked.alters for asked in head.terms.values())
        every = every or any(counts.updated or counts.superseded for counts in head.sources.values())
        sources.update(source for source in head.members if every or source > record.import_id)
    return sorted(sources)
