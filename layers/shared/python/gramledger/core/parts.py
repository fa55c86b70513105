"""Parts: the claims of one chunk as blobs of whole days, so that a task can read just the days it needs.

Claims are sorted by time; consecutive days share a blob until it has SEGMENT_ROWS rows. A part is its blobs one
after another; its segments say where each begins and which days it holds. Parts are the log of the ledger.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from gramledger.core import bodies
from gramledger.core.claims import CHUNK_CLAIM, CLAIM, DAY_MS

SEGMENT_ROWS = 8192


@dataclass(frozen=True, slots=True)
class Segment:
    """One blob of a part: bytes [offset, offset + length), and (day, rows) of each day in it, ascending."""

    offset: int
    length: int
    days: tuple[tuple[int, int], ...]

    def touches(self, first: int, last: int) -> bool:
        """Whether the span of its days meets the days first to last."""
        return self.days[0][0] <= last and first <= self.days[-1][0]

    def to_json(self) -> list[object]:
        """A compact JSON form."""
        return [self.offset, self.length, [list(day) for day in self.days]]

    @staticmethod
    def from_json(form: Sequence[object]) -> Segment:
        """The segment of a JSON form."""
        offset, length, days = form
        if not isinstance(offset, int) or not isinstance(length, int) or not isinstance(days, list):
            raise TypeError("a segment is [offset, length, days]")
        return Segment(offset, length, tuple((day, rows) for day, rows in days))


def write_part(claims: pa.Table) -> tuple[bytes, list[Segment]]:
    """The part of a chunk's claims (schema CHUNK_CLAIM), and its segments."""
    if not claims.num_rows:
        return b"", []
    ts = bodies.one_chunk(claims["ts"]).to_numpy()
    if not bool(np.all(ts[1:] >= ts[:-1])):
        order = np.argsort(ts, kind="stable")
        claims, ts = claims.take(pa.array(order)), ts[order]
    days = ts // DAY_MS
    starts = np.flatnonzero(np.r_[True, days[1:] != days[:-1]])
    sizes = np.diff(np.append(starts, len(days)))
    blobs: list[bytes] = []
    segments: list[Segment] = []
    offset = first = 0
    for last in _segment_ends(sizes.tolist()):
        begin, end = int(starts[first]), int(starts[last - 1] + sizes[last - 1])
        blob = bodies.encode(bodies.canonical(claims.slice(begin, end - begin), CHUNK_CLAIM))
        held = tuple((int(days[starts[i]]), int(sizes[i])) for i in range(first, last))
        segments.append(Segment(offset, len(blob), held))
        blobs.append(blob)
        offset, first = offset + len(blob), last
    return b"".join(blobs), segments


def read_part(
    fetch: Callable[[int, int], bytes], segments: Iterable[Segment], first: int, last: int
) -> pa.Table:
    """The claims (schema CHUNK_CLAIM) of the days first to last, reading only the bytes that hold them."""
    wanted = [segment for segment in segments if segment.touches(first, last)]
    if not wanted:
        return CHUNK_CLAIM.empty_table()
    begin, end = wanted[0].offset, wanted[-1].offset + wanted[-1].length
    content = memoryview(fetch(begin, end))
    tables = [
        bodies.decode(content[s.offset - begin : s.offset - begin + s.length], CHUNK_CLAIM) for s in wanted
    ]
    table = bodies.concat(tables, CHUNK_CLAIM)
    inside = pc.and_(pc.greater_equal(table["ts"], first * DAY_MS), pc.less(table["ts"], (last + 1) * DAY_MS))
    return table if pc.all(inside).as_py() else table.filter(inside)


def claims_of(table: pa.Table, *, source: str, rows_before: int) -> pa.Table:
    """The chunk's claims as claims of a source (schema CLAIM): rows are counted from 1 over the whole file."""
    rows = pc.add(bodies.one_chunk(table["row"]), rows_before + 1)
    sources = pa.DictionaryArray.from_arrays(pa.array(np.zeros(table.num_rows, np.int32)), pa.array([source]))
    added = {"source": sources, "row": rows}
    return pa.Table.from_arrays(
        [added[name] if name in added else table[name] for name in CLAIM.names], schema=CLAIM
    )


def _segment_ends(sizes: Sequence[int]) -> list[int]:
    """After which days a segment ends, so that each but the last holds at least SEGMENT_ROWS rows."""
    ends: list[int] = []
    held = 0
    for index, size in enumerate(sizes, start=1):
        held += size
        if held >= SEGMENT_ROWS:
            ends.append(index)
            held = 0
    if held:
        ends.append(len(sizes))
    return ends
