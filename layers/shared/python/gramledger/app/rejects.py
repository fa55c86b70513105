"""Reading the rejects of an import: page by page, or all of them as CSV."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from gramledger.app import keys
from gramledger.app.cursors import pack, unpack
from gramledger.app.lookup import Caller, find_import, read_json
from gramledger.core import bodies, limits
from gramledger.core.imports import Import
from gramledger.core.problems import ImportConflict
from gramledger.core.rejects import REJECT
from gramledger.ports import World

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
LINK_SECONDS = 300


def list_rejects(
    world: World, caller: Caller, import_id: str, *, limit: int, cursor: str | None
) -> tuple[list[dict[str, Any]], str | None]:
    """Rejects in the order of the file, at most `limit`, and the cursor of the next ones (None at the end).

    Raises NotFound, InvalidRequest for a cursor that is none, ImportConflict before the file has been read.
    """
    record = find_import(world, caller.tenant, import_id)
    chunk, offset = unpack(cursor, int, int) if cursor else (0, 0)
    found: list[dict[str, Any]] = []
    room = limits.ANSWER_BYTES
    chunks = _chunks(world, record)
    while chunk < len(chunks) and len(found) < limit:
        table = _rejects_of(world, record, chunks[chunk])
        count = _fitting(table, offset, limit - len(found), room)
        if not count and found:
            break
        taken = table.slice(offset, max(count, 1)).to_pylist()
        room -= sum(len(reject["raw"]) for reject in taken)
        found.extend(taken)
        offset += len(taken)
        if offset >= table.num_rows:
            chunk, offset = chunk + 1, 0
    return found, pack(chunk, offset) if chunk < len(chunks) else None


def _fitting(table: pa.Table, offset: int, most: int, room: int) -> int:
    """How many rejects from `offset` on fit into so many bytes."""
    sizes = pc.cumulative_sum(pc.binary_length(table["raw"].slice(offset, most)).cast(pa.int64()))
    return pc.sum(pc.less_equal(sizes, room)).as_py() or 0


def rejects_link(world: World, caller: Caller, import_id: str) -> str:
    """An address of all rejects as CSV. Raises NotFound, and ImportConflict when the import is not finished."""
    record = find_import(world, caller.tenant, import_id)
    key = keys.rejects_csv(record.tenant, record.import_id)
    if not record.finished:
        raise ImportConflict(
            f"The import {import_id} is still {record.status}. Ask again when it is finished."
        )
    if world.store.size(key) is None:
        world.store.write_parts(key, csv_of_rejects(world, record))
    return world.store.download_link(
        key, filename=f"rejects-{import_id}.csv", content_type="text/csv; charset=utf-8", seconds=LINK_SECONDS
    )


def csv_of_rejects(world: World, record: Import) -> Iterator[bytes]:
    """All rejects as CSV in UTF-8, a piece for each chunk of the file; cells cannot act as formulas."""
    yield ",".join(REJECT.names).encode() + b"\r\n"
    for chunk in _chunks(world, record):
        table = _rejects_of(world, record, chunk)
        if table.num_rows:
            text = io.StringIO(newline="")
            csv.writer(text).writerows([_inert(cell) for cell in row.values()] for row in table.to_pylist())
            yield text.getvalue().encode()


def _inert(cell: object) -> object:
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(FORMULA_STARTS) else cell


def _chunks(world: World, record: Import) -> list[dict[str, Any]]:
    try:
        chunks: list[dict[str, Any]] = read_json(world.store, keys.days(record.tenant, record.import_id))[
            "chunks"
        ]
    except KeyError:
        if record.status == "failed":
            return []
        raise ImportConflict(
            f"The import {record.import_id} has not read its file yet (phase '{record.phase}'). Ask again later."
        ) from None
    return [chunk for chunk in chunks if chunk["rejects"]]


def _rejects_of(world: World, record: Import, chunk: dict[str, Any]) -> pa.Table:
    """The rejects of one chunk, rows and lines counted from 1 over the whole file."""
    blob = world.store.read(keys.rejects(record.tenant, record.import_id, chunk["index"]))
    table = bodies.decode(blob, REJECT)
    for name in ("row", "line"):
        position = REJECT.get_field_index(name)
        counted = pc.add(table[name], chunk[f"{name}s_before"] + 1)
        table = table.set_column(position, REJECT.field(name), counted)
    return table
