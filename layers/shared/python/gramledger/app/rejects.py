"""Reading the rejects of an import: page by page, or by code."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from gramledger.app import keys
from gramledger.app.cursors import pack, unpack
from gramledger.app.lookup import Caller, read_json, recall_import
from gramledger.core import bodies, limits
from gramledger.core.imports import Import
from gramledger.core.problems import ImportConflict
from gramledger.core.rejects import REJECT, advice_of, with_advice
from gramledger.ports import World

FIRST = 5
"""How many rejects of each code are named where they are grouped."""


def list_rejects(
    world: World, caller: Caller, import_id: str, *, limit: int, cursor: str | None
) -> tuple[list[dict[str, Any]], str | None]:
    """Rejects in the order of the file, at most `limit`, and the cursor of the next ones (None at the end).

    Raises NotFound, InvalidRequest for a cursor that is none, ImportConflict before the file has been read.
    """
    record = recall_import(world, caller.tenant, import_id)
    chunk, offset = unpack(cursor, int, int) if cursor else (0, 0)
    found: list[dict[str, Any]] = []
    room = limits.ANSWER_BYTES
    chunks = chunks_with_rejects(world, record)
    while chunk < len(chunks) and len(found) < limit:
        table = rejects_of(world, record, chunks[chunk])
        count = _fitting(table, offset, limit - len(found), room)
        if not count and found:
            break
        taken = table.slice(offset, max(count, 1)).to_pylist()
        room -= sum(len(reject["raw"]) for reject in taken)
        found.extend(with_advice(reject) for reject in taken)
        offset += len(taken)
        if offset >= table.num_rows:
            chunk, offset = chunk + 1, 0
    return found, pack(chunk, offset) if chunk < len(chunks) else None


def group_rejects(world: World, caller: Caller, import_id: str) -> list[dict[str, Any]]:
    """The rejects by code, most frequent first, with what is known of the code, their number, and the first ones.

    Counts are of all rejects; rows that a filter left out are counted and never listed. Raises NotFound, and
    ImportConflict before the file has been read.
    """
    record = recall_import(world, caller.tenant, import_id)
    counts = Counter(_account(world, record)["rejects"])
    firsts = _first_of_each_code(world, record)
    return [
        {"code": code, **advice_of(code), "count": count, "first": firsts.get(code, [])}
        for code, count in sorted(counts.items(), key=lambda found: (-found[1], found[0]))
    ]


def _first_of_each_code(world: World, record: Import) -> dict[str, list[dict[str, Any]]]:
    """Places of the first rejects of each code; a chunk is read only when it holds some that are looked for."""
    found: dict[str, list[dict[str, Any]]] = {}
    for chunk in chunks_with_rejects(world, record):
        lacking = [code for code in chunk["rejects"] if len(found.get(code, [])) < FIRST]
        if not lacking:
            continue
        table = rejects_of(world, record, chunk).select(["row", "line", "column", "found", "code"])
        for code in lacking:
            of_code = table.filter(pc.equal(table["code"], code)).drop_columns(["code"])
            places = found.setdefault(code, [])
            places.extend(of_code.slice(0, FIRST - len(places)).to_pylist())
    return found


def _fitting(table: pa.Table, offset: int, most: int, room: int) -> int:
    """How many rejects from `offset` on fit into so many bytes."""
    sizes = pc.cumulative_sum(pc.binary_length(table["raw"].slice(offset, most)).cast(pa.int64()))
    return pc.sum(pc.less_equal(sizes, room)).as_py() or 0


def chunks_with_rejects(world: World, record: Import) -> list[dict[str, Any]]:
    """The chunks of an import's file that hold rejects, in its order. Raises ImportConflict before it has been read."""
    return [chunk for chunk in _account(world, record)["chunks"] if chunk["rejects"]]


def _account(world: World, record: Import) -> dict[str, Any]:
    """What the import's file holds, as `group_days` left it; nothing when it failed before. Raises ImportConflict."""
    try:
        account: dict[str, Any] = read_json(world.store, keys.days(record.tenant, record.reading))
    except KeyError:
        if record.status == "failed":
            return {"rejects": {}, "chunks": []}
        raise ImportConflict(
            f"The import {record.import_id} has not read its file yet (phase '{record.phase}'). Ask again later."
        ) from None
    return account


def rejects_of(world: World, record: Import, chunk: dict[str, Any]) -> pa.Table:
    """The rejects of one chunk (schema REJECT), rows and lines counted from 1 over the whole file."""
    blob = world.store.read(keys.rejects(record.tenant, record.reading, chunk["index"]))
    table = bodies.decode(blob, REJECT)
    for name in ("row", "line"):
        position = REJECT.get_field_index(name)
        counted = pc.add(table[name], chunk[f"{name}s_before"] + 1)
        table = table.set_column(position, REJECT.field(name), counted)
    return table
