"""One process doing an import alone: the peer of `./run bench import`.

`python -m bench.alone FILE TABLE BUCKET PROJECT` parses the file, calculates, and writes every page of an empty
project by compare-and-swap, with the product's own core and adapters; prints seconds and entries as JSON.
"""

from __future__ import annotations

import json
import os
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from pathlib import Path

import pyarrow as pa

from gramledger.adapters.aws.ledger import DynamoLedger
from gramledger.adapters.aws.objects import S3Objects
from gramledger.app.computing import COMPUTING
from gramledger.core import bodies, factors, heads, list_prices, page, presets
from gramledger.core.chunks import ChunkReading, cut, read_chunk
from gramledger.core.claims import CLAIM, DAY_MS
from gramledger.core.formats import PROFILES
from gramledger.core.parts import claims_of
from gramledger.core.recognise import recognise
from gramledger.core.terms import Terms
from gramledger.core.valuing import value

SOURCE = "0" * 26
TENANT = "bench"
WRITERS = 8


def main(file: Path, ledger: DynamoLedger, project: str) -> dict[str, float]:
    """Import the file; seconds, and the entries of all pages."""
    began = time.perf_counter()
    stated = stated_claims(file, SOURCE)
    days = bodies.one_chunk(stated["ts"]).to_numpy() // DAY_MS
    cuts = [0, *((days[1:] != days[:-1]).nonzero()[0] + 1).tolist(), len(days)]

    def write(span: tuple[int, int]) -> int:
        begin, end = span
        day = heads.day_name(int(days[begin]))
        current = ledger.head(TENANT, project, day)
        with COMPUTING:
            merged = page.merge(page.empty(), stated.slice(begin, end - begin))
            version = heads.next_version(
                current, day, merged, {SOURCE: Terms("cursor")}, cause=SOURCE, actor="bench", at=_now()
            )
        assert ledger.commit(TENANT, project, version), "another writer was there"
        return version.head.entries

    with ThreadPoolExecutor(WRITERS) as writers:
        entries = sum(writers.map(write, pairwise(cuts)))
    return {"seconds": time.perf_counter() - began, "entries": entries}


def stated_claims(file: Path, source: str) -> pa.Table:
    """The claims of a file as a source states them, with their values; sorted by time."""
    preset = presets.load("default")
    now = _now()
    claims, known = claims_of_file(file, source, now), factors.load(preset.factors_id)
    return value(claims, preset, known, list_prices.load(), calculated_at=now)


def _now() -> int:
    return time.time_ns() // 1_000_000


def claims_of_file(file: Path, source: str, now: int) -> pa.Table:
    """The claims of a file, parsed and checked, with their keys and absolute rows; sorted by time."""
    size = file.stat().st_size
    tables: list[pa.Table] = []
    chunks: list[ChunkReading] = []
    before = 0
    with file.open("rb") as opened:
        handle = opened.fileno()

        def fetch(start: int, stop: int) -> bytes:
            return os.pread(handle, stop - start, start)

        reading = recognise(fetch(0, 65_536), size, file.name)
        place = reading.first
        for _, stop in cut(size, reading.first):
            chunk = read_chunk(fetch, reading, size, place, stop, aligned=True, now_ms=now)
            chunks.append(chunk)
            tables.append(claims_of(chunk.claims, source=source, rows_before=before))
            before, place = before + chunk.rows, chunk.end
    several_users = len({user for chunk in chunks for user in chunk.users}) > 1
    profile = PROFILES[reading.format]
    return profile.identify(bodies.concat(tables, CLAIM), several_users).sort_by("ts")


if __name__ == "__main__":
    path, table, bucket, project_id = sys.argv[1:]
    json.dump(main(Path(path), DynamoLedger(table, S3Objects(bucket)), project_id), sys.stdout)
