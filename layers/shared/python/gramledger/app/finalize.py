"""Ending an import: the receipt, from what the pages say of it, and a place for its rejects.

An import to be confirmed comes here first without having written a page: then what its receipt would be becomes part of
its preview, and it waits.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from gramledger.app import keys
from gramledger.app.announce import announce
from gramledger.app.foresee import estimate
from gramledger.app.lookup import change_import, find_import, read_json, write_json
from gramledger.app.preview import complete_preview
from gramledger.app.rejects_download import rejects_csv
from gramledger.app.sentinel import remember_shape
from gramledger.core.heads import Head
from gramledger.core.imports import Import
from gramledger.core.receipt import Receipt, write_receipt
from gramledger.core.rejects import RULES
from gramledger.core.rollup import SourceCounts
from gramledger.ports import World

PATIENCE_MS = 600_000
"""How long an import waits for the ones created before it."""


def finalize(world: World, tenant: str, import_id: str, *, confirmed: bool = False) -> dict[str, Any]:
    """Complete the import; {"wait": True} while an import created before it into the project is still running.

    An earlier import's claims win wherever both name a key, so its end decides what this one's receipt says.
    """
    record = find_import(world, tenant, import_id)
    if record.status == "completed":
        settle(world, record)
    if not record.has_turn(confirmed=confirmed):
        return {"wait": False, "status": record.status}
    record = change_import(world, record, lambda known: known.enter("finalize", world.clock.now_ms()))
    earlier = [other for other in world.jobs.active(tenant, record.project_id) if other < import_id]
    if earlier and not record.dry and world.clock.now_ms() - record.phase_at < PATIENCE_MS:
        return {"wait": True, "status": record.status}
    days = read_json(world.store, keys.days(tenant, import_id))
    if days["rejects"]:
        world.store.write_parts(keys.rejects_csv(tenant, import_id), rejects_csv(world, record))
    receipt = _receipt(world, record, days)
    if record.rehearsed:
        complete_preview(world, record, receipt, estimate(world, record, days))
        record = change_import(world, record, lambda known: known.wait_for_confirmation(world.clock.now_ms()))
        return {"wait": False, "status": record.status}
    if days["portions"] and not record.dry_run:
        remember_shape(world, record)
    record = change_import(
        world, record, lambda known: known.complete(world.clock.now_ms(), receipt.to_json())
    )
    if record.status == "completed":
        settle(world, record)
    return {"wait": False, "status": record.status}


def settle(world: World, record: Import) -> None:
    """What follows a completion. A repeated task does it again, for the one before may have been cut off in it."""
    tenant, import_id = record.tenant, record.import_id
    sources = [import_id]
    if not record.dry_run:
        sources = _touched_later(world, record, read_json(world.store, keys.days(tenant, import_id)))
    for source in sources:
        refresh_receipt(world, tenant, source)
    world.uploads.delete(keys.texts(tenant, import_id))
    announce(world, find_import(world, tenant, import_id))


def refresh_receipt(world: World, tenant: str, import_id: str) -> None:
    """Account anew for a completed import whose claims another one may have displaced or set free."""
    record = world.jobs.get(tenant, import_id)
    if record is None or record.status != "completed":
        return
    if not record.dry_run:
        receipt = _receipt(world, record, read_json(world.store, keys.days(tenant, import_id)))
        record = change_import(world, record, lambda known: known.with_receipt(receipt.to_json()))
    _log_receipt(world, record)


def _log_receipt(world: World, record: Import) -> None:
    """Keep the receipt beside the claims; whoever comes late with an older one puts the newest in its place."""
    kept = None
    while kept != record.receipt:
        kept = record.receipt
        write_json(world.store, keys.receipt(record.tenant, record.import_id), kept)
        record = find_import(world, record.tenant, record.import_id)


def _receipt(world: World, record: Import, days: dict[str, Any]) -> Receipt:
    if record.dry:
        counts, version = dict(_outcomes(world, record, days["portions"])), 0
    else:
        counts, version = {}, 0
        for head in _own_heads(world, record, days):
            counts[head.day] = head.sources[record.import_id]
            version += head.version
    refused = {code: count for code, count in days["rejects"].items() if not RULES[code].excluded}
    excluded = {code: count for code, count in days["rejects"].items() if RULES[code].excluded}
    return write_receipt(
        rows_in=days["rows"],
        rows_accepted=days["accepted"],
        claims=days["claims"],
        refused=refused,
        excluded=excluded,
        outliers=days["outliers"],
        days=counts,
        sha256=record.sha256 or "",
        ledger_version=version,
    )


def _own_heads(world: World, record: Import, days: dict[str, Any]) -> Iterator[Head]:
    """The heads of the pages that hold claims of the import."""
    if days["days"]:
        for head in world.ledger.heads(record.tenant, record.project_id, days["first"], days["last"]):
            if record.import_id in head.sources:
                yield head


def _outcomes(world: World, record: Import, portions: int) -> Iterator[tuple[str, SourceCounts]]:
    for index in range(portions):
        form = read_json(world.store, keys.outcome(record.tenant, record.import_id, index))
        for day, counts in form["days"].items():
            yield day, SourceCounts(**counts)


def _touched_later(world: World, record: Import, days: dict[str, Any]) -> list[str]:
    """This import, and the sources created after it that share a page with it."""
    sources = {record.import_id}
    for head in _own_heads(world, record, days):
        sources.update(source for source in head.sources if source > record.import_id)
    return sorted(sources)
