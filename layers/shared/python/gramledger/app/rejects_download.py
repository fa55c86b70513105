"""The rejects of an import as a file, to be corrected and imported again (`core.rejects_file`)."""

from __future__ import annotations

from collections.abc import Iterator

import pyarrow.compute as pc

from gramledger.app import keys
from gramledger.app.lookup import Caller, read_json, recall_import
from gramledger.app.rejects import chunks_with_rejects, rejects_of
from gramledger.core import rejects_file
from gramledger.core.imports import Import
from gramledger.core.problems import ImportConflict, NotFound
from gramledger.core.recognise import Reading
from gramledger.core.rejects import EXCLUDED
from gramledger.ports import World

LINK_SECONDS = 300

ROWS_AT_ONCE = 10_000
"""How many rows are made text at a time: a chunk may have millions of the shortest."""


def rejects_link(world: World, caller: Caller, import_id: str) -> str:
    """An address of the file of rejects.

    Raises NotFound (also where nothing of the import could be read), and ImportConflict while it is under way.
    """
    record = recall_import(world, caller.tenant, import_id)
    key = keys.rejects_csv(record.tenant, record.reading)
    if not record.finished and record.status != "planned":
        raise ImportConflict(
            f"The import {import_id} is still {record.status}. Ask again when it is finished."
        )
    if world.store.size(key) is None:
        world.store.write_parts(key, rejects_csv(world, record))
    return world.store.download_link(
        key, filename=f"rejects-{import_id}.csv", content_type="text/csv; charset=utf-8", seconds=LINK_SECONDS
    )


def rejects_csv(world: World, record: Import) -> Iterator[bytes]:
    """The file of rejects (rows that were left out knowingly are none), in pieces of some of them.

    Raises NotFound when the import has no plan, because its file could not be read.
    """
    try:
        plan = read_json(world.store, keys.plan(record.tenant, record.reading))
    except KeyError:
        raise NotFound(
            f"The file of the import {record.import_id} was not read, so there are no rejected rows.",
            import_id=record.import_id,
        ) from None
    reading = Reading.from_json(plan["reading"])
    yield rejects_file.first_line(reading)
    for chunk in chunks_with_rejects(world, record):
        table = rejects_of(world, record, chunk)
        refused = table.filter(pc.invert(pc.is_in(table["code"], EXCLUDED)))
        for rows in refused.to_batches(max_chunksize=ROWS_AT_ONCE):
            yield rejects_file.lines(rows.to_pylist(), reading, record.import_id)
