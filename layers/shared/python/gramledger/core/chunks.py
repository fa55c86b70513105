"""Chunks: a file is read by many workers at once, each at its own byte range, and the joins are proved.

A worker that starts somewhere inside a file guesses where the first record begins, reads whole records from there,
and reports where its reading starts and ends. The guess needs no trust: `chain` follows the readings from the first
record of the file, each beginning exactly where the one before ended. A reading from a true record start is exact,
so a chain that reaches the end of the file is exactly what one worker would have read. What does not fit is read
again in one more wave: from every end that no reading continues, up to the first start that it meets.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pyarrow as pa

from gramledger.core import limits
from gramledger.core.claims import CHUNK_CLAIM
from gramledger.core.parse import Block, Context, Fetch, layout_of, read_blocks
from gramledger.core.problems import RecordTooLong
from gramledger.core.recognise import Reading
from gramledger.core.records import Records, find_records
from gramledger.core.rejects import REJECT
from gramledger.core.screening import Screen

_WINDOW_BYTES = 16 * 1024
_SAMPLE = 8
"""How many records after a guessed start are compared with the header."""


@dataclass(frozen=True, slots=True)
class ChunkReading:
    """What one worker read: whole records only."""

    start: int
    end: int
    rows: int
    """Records, refused ones included."""
    lines: int
    """Line ends, those inside quotes included."""
    claims: pa.Table
    """Schema CHUNK_CLAIM; rows are numbered from 0 in the chunk."""
    rejects: pa.Table
    """Schema REJECT; rows and lines are numbered from 0 in the chunk, offsets count from the start of the file."""
    users: tuple[str, ...]
    """The names of users, two at most: enough to know whether a file names several."""
    filtered: dict[str, int]
    """Code -> records that a filter left out; they are neither claims nor rejects."""

    @property
    def accepted(self) -> int:
        """Records that made claims, be it one or many: claims are in the order of their records."""
        rows = self.claims["row"].to_numpy()
        return int(np.count_nonzero(rows[1:] != rows[:-1])) + bool(len(rows))


@dataclass(frozen=True, slots=True)
class Span:
    """Where the reading of one chunk starts and ends, in bytes."""

    index: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Redo:
    """A stretch to read again from a start that is known, up to the first of `meets` that it reaches exactly."""

    start: int
    meets: tuple[int, ...]
    """Starts of later readings in ascending order, and the size of the file as the last one."""


@dataclass(frozen=True, slots=True)
class Chain:
    """The readings that follow one another from the first record on, and what is missing to reach the end."""

    path: tuple[Span, ...]
    redo: tuple[Redo, ...]

    @property
    def complete(self) -> bool:
        """Whether the path reaches the end of the file."""
        return not self.redo


def cut(size: int, first: int, target: int = limits.CHUNK_BYTES) -> list[tuple[int, int]]:
    """Nominal byte ranges of about equal length, none longer than the target; together [first, size)."""
    count = max(1, -(-(size - first) // target))
    edges = [first + (size - first) * index // count for index in range(count + 1)]
    return [(start, stop) for start, stop in pairwise(edges) if start < stop]


def read_chunk(
    fetch: Fetch,
    reading: Reading,
    size: int,
    start: int,
    stop: int,
    *,
    aligned: bool,
    now_ms: int,
    meets: Sequence[int] = (),
    block_bytes: int = limits.BLOCK_BYTES,
    screen: Screen | None = None,
) -> ChunkReading:
    """Read the whole records from `start` to the first record end at or after `stop`.

    `aligned` says that a record starts at `start`; else the worker looks for the first one after it. With `meets`
    (of a Redo) the reading goes on beyond `stop` to the first of these places at which a record ends exactly.
    A reading that stops early, before a record longer than `limits.RECORD_BYTES`, raises nothing: only `chain` knows
    whether its start was a true one.
    """
    at = start if aligned else guess_start(fetch, reading, size, start)
    if at is None:
        at = size
    goals = tuple(meets) or (stop,)
    context = Context(fetch, reading, layout_of(reading), size, now_ms, block_bytes, screen or None)
    blocks = list(read_blocks(context, at, goals))
    if not aligned and not blocks:
        at = size  # nothing to read here: a place where no chain can pass
    return ChunkReading(
        start=at,
        end=blocks[-1].end if blocks else at,
        rows=sum(block.rows for block in blocks),
        lines=sum(block.lines for block in blocks),
        claims=_claims(blocks),
        rejects=pa.concat_tables(
            [REJECT.empty_table(), *(b.rejects for b in blocks if b.rejects is not None)]
        ),
        users=tuple(sorted(frozenset[str]().union(*(block.users for block in blocks)))[:2]),
        filtered=dict(sum((Counter(block.filtered) for block in blocks), Counter[str]())),
    )


def _claims(blocks: Iterable[Block]) -> pa.Table:
    batches = [block.claims for block in blocks if block.claims is not None]
    return pa.Table.from_batches(batches, CHUNK_CLAIM).unify_dictionaries()


def guess_start(fetch: Fetch, reading: Reading, size: int, start: int) -> int | None:
    """Where the first record at or after `start` probably begins; null when no line end is near.

    Both states are tried, inside and outside of a quoted part; the better one is that whose next records have as
    many fields as the header.
    """
    if start <= reading.first:
        return reading.first
    delimiter, quote = reading.dialect
    wanted = _WINDOW_BYTES
    while True:
        window = fetch(start - 2, min(start + wanted, size))
        final = start - 2 + len(window) >= size
        outside = b"x" if quote and window.startswith(quote) else window[:1]
        guesses = [
            _first_after(
                find_records(state + window[1:], delimiter, quote, final=final), 2, len(reading.header)
            )
            for state in ((outside, quote) if quote else (outside,))
        ]
        score, place = max(guesses, key=lambda guess: guess[0])
        if place is not None and (score > 0 or final or wanted > limits.RECORD_BYTES):
            return start - 2 + place
        if final or wanted > limits.RECORD_BYTES:
            return None
        wanted *= 4


def _first_after(records: Records, least: int, columns: int) -> tuple[float, int | None]:
    """(how well the records after it fit the header, the first boundary at or after `least`)."""
    later = records.boundaries[records.boundaries >= least]
    if not len(later):
        return 0.0, None
    place = int(later[0])
    sample = records.fields[records.starts >= place][:_SAMPLE]
    return (float(np.mean(sample == columns)) if len(sample) else 0.0), place


def chain(spans: Iterable[Span], first: int, size: int) -> Chain:
    """Prove that readings join, from the first record to the end of the file.

    Raises RecordTooLong where a reading from a true start came to nothing.
    """
    by_start: dict[int, Span] = {}
    for span in spans:
        known = by_start.get(span.start)
        if known is None or span.end > known.end:
            by_start[span.start] = span
    path: list[Span] = []
    place = first
    while place < size and place in by_start:
        span = by_start[place]
        if span.end <= span.start:
            raise record_too_long(place)
        path.append(span)
        place = span.end
    return Chain(tuple(path), () if place >= size else _missing(by_start, first, size))


def record_too_long(place: int) -> RecordTooLong:
    """The problem of a record, known to begin at a place, that has no end within the limit."""
    return RecordTooLong(
        f"The record at byte {place:,} is longer than {limits.RECORD_BYTES:,} bytes; most likely a quote "
        "in it is never closed. Correct it and upload the file again.",
        offset=place,
    )


def _missing(by_start: dict[int, Span], first: int, size: int) -> tuple[Redo, ...]:
    """One stretch for each place where a reading may have to go on and none does.

    Also those after readings that may be false: if they are true, this wave completes them; if not, no chain will
    come across them. So after one more wave every end on the true path continues, and the path reaches the end.
    """
    ends = {first, *(span.end for span in by_start.values())}
    starts = sorted({*by_start, size})
    return tuple(
        Redo(place, tuple(start for start in starts if start > place))
        for place in sorted(ends)
        if place < size and place not in by_start
    )
