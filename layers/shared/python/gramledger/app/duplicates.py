"""Reading the differing duplicates of an import: rows that say something else than the entry of their event."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from gramledger.app import keys
from gramledger.app.apply import Place, read_page
from gramledger.app.cursors import pack, unpack
from gramledger.app.differing import Differing, describe, differing_claims, kept_differing
from gramledger.app.lookup import Caller, read_json, recall_import
from gramledger.core import limits
from gramledger.core.imports import Import
from gramledger.core.original import DENSE
from gramledger.ports import World


def list_duplicates(
    world: World, caller: Caller, import_id: str, *, limit: int, cursor: str | None
) -> tuple[list[dict[str, Any]], str | None]:
    """Differing duplicates in the order of time, at most `limit`, and the cursor of the next ones (None at the end).

    Of an import that is planned, dry or failed they are those that would have been. Raises NotFound, and InvalidRequest
    for a cursor that is none.
    """
    record = recall_import(world, caller.tenant, import_id)
    start, offset = unpack(cursor, str, int) if cursor else (None, 0)
    only_tried = record.dry or record.status == "failed"
    found: list[dict[str, Any]] = []
    room = limits.ANSWER_BYTES
    for name, differing in (_kept if only_tried else _in_pages)(world, record, start):
        for here in range(offset if name == start else 0, len(differing.reasons)):
            described = describe(differing, here)
            room -= len(DENSE.encode(described))
            if len(found) == limit or (found and room < 0):
                return found, pack(name, here)
            found.append(described)
    return found, None


def _in_pages(world: World, record: Import, first: str | None) -> Iterator[tuple[str, Differing]]:
    """Those of each day from `first` on."""
    for head in world.ledger.heads(record.tenant, record.project_id, first, None):
        counts = head.sources.get(record.import_id)
        if counts and counts.duplicate_differing:
            table = read_page(world, Place(record.tenant, record.project_id, head.day), head)
            yield head.day, differing_claims(table, head.terms, record.import_id)


def _kept(world: World, record: Import, first: str | None) -> Iterator[tuple[str, Differing]]:
    """Those of each portion from `first` on, of an import that only tried."""
    try:
        portions = read_json(world.store, keys.days(record.tenant, record.reading))["portions"]
    except KeyError:
        return
    for index in range(portions):
        name = f"{index:05d}"
        differing = kept_differing(world, record, index) if first is None or name >= first else None
        if differing is not None:
            yield name, differing
