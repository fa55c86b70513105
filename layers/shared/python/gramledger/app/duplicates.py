"""Reading the differing duplicates of an import: rows that say something else than the entry of their event."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pyarrow as pa

from gramledger.app.apply import Place, read_page
from gramledger.app.cursors import pack, unpack
from gramledger.app.lookup import Caller, find_import
from gramledger.app.show_claims import show_claim
from gramledger.core import bodies, limits, page
from gramledger.core.heads import Head
from gramledger.core.imports import Import
from gramledger.core.original import DENSE
from gramledger.ports import World


def list_duplicates(
    world: World, caller: Caller, import_id: str, *, limit: int, cursor: str | None
) -> tuple[list[dict[str, Any]], str | None]:
    """Differing duplicates in the order of time, at most `limit`, and the cursor of the next ones (None at the end).

    An import that has written nothing has none. Raises NotFound, and InvalidRequest for a cursor that is none.
    """
    record = find_import(world, caller.tenant, import_id)
    day, offset = unpack(cursor, str, int) if cursor else (None, 0)
    found: list[dict[str, Any]] = []
    room = limits.ANSWER_BYTES
    for head, table in _pages(world, record, day):
        losers, winners = _differing(head, table, import_id)
        here = offset if head.day == day else 0
        for loser, winner in zip(losers[here:], winners[here:], strict=True):
            described = _described(table, int(loser), int(winner))
            room -= len(DENSE.encode(described))
            if len(found) == limit or (found and room < 0):
                return found, pack(head.day, here)
            found.append(described)
            here += 1
    return found, None


def _pages(world: World, record: Import, first: str | None) -> Iterator[tuple[Head, pa.Table]]:
    """The heads of the days from `first` on with differing duplicates of the import, and their pages."""
    for head in world.ledger.heads(record.tenant, record.project_id, first, None):
        counts = head.sources.get(record.import_id)
        if counts and counts.duplicate_differing:
            yield head, read_page(world, Place(record.tenant, record.project_id, head.day), head)


def _differing(head: Head, table: pa.Table, source: str) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]:
    """(the claims of a source that differ from the entry of their key, these entries)."""
    verdict = page.verdicts(table, head.terms)
    sources = bodies.one_chunk(table["source"])
    own = np.array([name == source for name in sources.dictionary.to_pylist()])[sources.indices.to_numpy()]
    losers = np.flatnonzero(verdict.differing & own)
    return losers, verdict.against[losers]


def _described(table: pa.Table, loser: int, winner: int) -> dict[str, Any]:
    stated, entry = (table.slice(at, 1).to_pylist()[0] for at in (loser, winner))
    return {
        "row": stated["row"],
        "ts": show_claim(stated)["ts"],
        "key": stated["key"],
        "differs": [name for name in page.STATED if stated[name] != entry[name]],
        "stated": show_claim(stated),
        "entry": {**show_claim(entry), "source": entry["source"]},
    }
