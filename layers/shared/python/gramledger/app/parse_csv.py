"""Parsing one chunk: its records become a part of claims and a part of rejects in the store."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from gramledger.app import keys
from gramledger.app.halting import halts
from gramledger.app.lookup import read_json, running_import, write_json
from gramledger.app.texts import need_unchanged
from gramledger.app.window import Window
from gramledger.core import bodies
from gramledger.core.chunks import ChunkReading, read_chunk, record_too_long
from gramledger.core.imports import Progress
from gramledger.core.outliers import find_outliers
from gramledger.core.parts import write_part
from gramledger.core.recognise import Reading
from gramledger.core.rejects import REJECT
from gramledger.core.screening import screen_of
from gramledger.ports import World


@halts
def parse_csv(
    world: World, tenant: str, import_id: str, chunk: dict[str, Any], *, confirmed: bool = False
) -> dict[str, int]:
    """Parse one chunk {index, start, stop, aligned[, wave]}; what was found is kept in the store, its counts returned.

    A repeated task writes the same objects again. Raises RecordTooLong where that is certain from one chunk alone, and
    UploadMismatch where the text was replaced since it was planned.
    """
    record = running_import(world, tenant, import_id, confirmed=confirmed)
    read_as = record.reading
    index, wave = chunk["index"], chunk.get("wave", 0)
    began = world.clock.now_ms()
    plan = read_json(world.store, keys.plan(tenant, read_as))
    text = keys.text(record, plan)
    reading = read_chunk(
        Window(world.uploads, text, plan["size"]).read,
        Reading.from_json(plan["reading"]),
        plan["size"],
        chunk["start"],
        chunk["stop"],
        aligned=chunk["aligned"],
        now_ms=plan["at"],
        meets=read_json(world.store, keys.meets(tenant, read_as, index))["meets"] if wave else (),
        screen=screen_of(plan["conditions"], plan["reading"]["zone"]),
    )
    need_unchanged(world, text, plan["fingerprint"])
    first = plan["reading"]["first"]
    if reading.start == first and reading.end < min(chunk["stop"], plan["size"]):
        raise record_too_long(reading.end)  # the only start that needs no proof: the import ends at once
    part, segments = write_part(reading.claims)
    world.store.write(keys.part(tenant, read_as, index), part)
    if reading.rejects.num_rows:
        blob = bodies.encode(bodies.canonical(reading.rejects, REJECT))
        world.store.write(keys.rejects(tenant, read_as, index), blob)
    write_json(
        world.store,
        keys.chunk(tenant, read_as, index),
        {
            "index": index,
            "start": reading.start,
            "end": reading.end,
            "wave": wave,
            "rows": reading.rows,
            "accepted": reading.accepted,
            "claims": reading.claims.num_rows,
            "lines": reading.lines,
            "users": list(reading.users),
            "rejects": _codes(reading),
            "filtered": reading.filtered,
            "outliers": asdict(find_outliers(reading.claims, plan["usual"])),
            "segments": [segment.to_json() for segment in segments],
        },
    )
    world.jobs.report(
        tenant,
        import_id,
        Progress(
            kind="chunk",
            index=index,
            rows=reading.rows,
            rejected=reading.rejects.num_rows,
            bytes=reading.end - reading.start,
            seconds=(world.clock.now_ms() - began) / 1000,
            confirmed=confirmed,
        ),
    )
    return {"index": index, "rows": reading.rows, "rejected": reading.rejects.num_rows}


def _codes(reading: ChunkReading) -> dict[str, int]:
    counted = reading.rejects["code"].value_counts().to_pylist()
    return dict(sorted((entry["values"], entry["counts"]) for entry in counted))
