"""The receipts of imports: what became of their rows, as the pages are now, and keeping that right when others change
them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

from gramledger.app import keys
from gramledger.app.lookup import change_import, find_import, logged_long_ago, read_json, write_json
from gramledger.core.heads import Head
from gramledger.core.imports import Import
from gramledger.core.problems import ImportConflict
from gramledger.core.receipt import Receipt, write_receipt
from gramledger.core.rejects import RULES
from gramledger.core.rollup import SourceCounts
from gramledger.ports import World

WRITERS = 8


def refresh_receipts(
    world: World, tenant: str, project_id: str, import_ids: Iterable[str], *, rebuilt: bool = False
) -> None:
    """Account anew for each of the imports of a project (`refresh_receipt`), several at a time: after a recalculation
    or a rebuild these are all that it has. Raises the first error."""
    refresh = partial(refresh_receipt, world, tenant, project_id, rebuilt=rebuilt)
    with ThreadPoolExecutor(WRITERS) as writers:
        list(writers.map(refresh, sorted(import_ids)))


def refresh_receipt(
    world: World, tenant: str, project_id: str, import_id: str, *, rebuilt: bool = False
) -> None:
    """Account anew for an import that counts, and whose claims another one may have displaced or set free; or whose
    pages were rebuilt, for then their versions may count from the beginning.

    Of an import whose record was cleaned away the receipt is kept for ever, and has to be right; the record is put back
    for that. What became of rows is not changed by a rebuild, which leaves such imports alone.
    """
    record = world.jobs.get(tenant, import_id)
    if record is None and not rebuilt:
        record = logged_long_ago(world, tenant, import_id, project_id=project_id)
        if record is not None and record.counts:
            world.jobs.restore(record)
    if record is None or not (record.counts or record.status == "completed"):
        return
    if record.counts:
        try:
            receipt = receipt_of(world, record, read_json(world.store, keys.days(tenant, record.reading)))
        except ImportConflict:
            return
        record = change_import(
            world, record, lambda known: known.with_receipt(receipt.to_json(), rebuilt=rebuilt)
        )
    _log_receipt(world, record)


def _log_receipt(world: World, record: Import) -> None:
    """Keep the receipt beside the claims; whoever comes late with an older one puts the newest in its place."""
    kept = None
    while kept != record.receipt:
        kept = record.receipt
        write_json(world.store, keys.receipt(record.tenant, record.import_id), kept)
        record = find_import(world, record.tenant, record.import_id)


def receipt_of(world: World, record: Import, days: dict[str, Any]) -> Receipt:
    """The account of an import as its pages are now (`days` is that of its file). Of a cancelled one whose written days
    stay, the other claims are not kept.

    Raises ImportConflict when rows of it are on their way out of the ledger, so that there is no account now.
    """
    if record.dry:
        counts, version = dict(_outcomes(world, record, days["portions"])), 0
    else:
        counts, version = {}, 0
        for head in own_heads(world, record, days):
            counts[head.day] = head.sources.get(record.import_id, SourceCounts())
            version += head.version
    refused = {code: count for code, count in days["rejects"].items() if not RULES[code].excluded}
    excluded = {code: count for code, count in days["rejects"].items() if RULES[code].excluded}
    try:
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
            whole=record.ending is None or record.ending.keep == "nothing",
        )
    except ValueError:
        _refuse_if_taken_back(world, record)
        raise


def _refuse_if_taken_back(world: World, record: Import) -> None:
    """Raise ImportConflict when the import is, or was, taken back since its record was read."""
    known = find_import(world, record.tenant, record.import_id)
    if known.status != record.status:
        raise ImportConflict(
            f"The import {record.import_id} is '{known.status}' by now, and has no receipt.",
            status=known.status,
        )


def own_heads(world: World, record: Import, days: dict[str, Any]) -> Iterator[Head]:
    """The heads of the pages that hold claims of the import, or are replaced by it."""
    if days["days"]:
        for head in world.ledger.heads(record.tenant, record.project_id, days["first"], days["last"]):
            if record.import_id in head.members:
                yield head


def _outcomes(world: World, record: Import, portions: int) -> Iterator[tuple[str, SourceCounts]]:
    for index in range(portions):
        form = read_json(world.store, keys.outcome(record.tenant, record.reading, index))
        for day, counts in form["days"].items():
            yield day, SourceCounts(**counts)
