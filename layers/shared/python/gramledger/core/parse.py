"""Parsing: from the bytes of a file to claims and rejects, block by block, so that memory is flat in file size.

A block is cut at its last line end and read whole by pyarrow. That the cut is the end of a record needs no look at
the quotes: when pyarrow finds as many records as there are line ends, then either each line end ended a record, or
all but the last did and the last line's quote is open; so lexing that one line proves it. Whatever is not proved is
lexed exactly (`core.records`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from gramledger.core import limits
from gramledger.core.cells import BadCell, check_records, reject_table
from gramledger.core.encoding import UTF8_BOM
from gramledger.core.formats import PROFILES
from gramledger.core.original import originals
from gramledger.core.recognise import Reading
from gramledger.core.records import Records, ends_inside_quotes, find_records
from gramledger.core.screening import Screen, Screened
from gramledger.core.typed import CellKind, Layout, Typed, read_typed

Fetch = Callable[[int, int], bytes]
"""fetch(start, stop) -> the bytes [start, stop) of the file; fewer only where the file ends."""

_BEYOND_GOAL = 64 * 1024
"""How much is read beyond a goal at first, to find the record end there."""
_STRETCH = 256 * 1024
"""How much is compared at once when line ends are counted: what fits a processor's cache."""


@dataclass(frozen=True, slots=True)
class Block:
    """Some whole records of a file."""

    start: int
    end: int
    """The bytes [start, end) of the file."""
    rows: int
    """Records, refused ones included."""
    lines: int
    """Line ends, those inside quotes included."""
    claims: pa.RecordBatch | None
    """Schema CHUNK_CLAIM, rows numbered from the start of the reading; null when there are none."""
    rejects: pa.Table | None
    """Schema REJECT, rows and lines numbered likewise; null when there are none."""
    users: frozenset[str]
    """The names of users, those of rows that a condition took out included; two at most."""
    filtered: Mapping[str, int]
    """Code -> records that were left out by a filter."""


@dataclass(frozen=True, slots=True)
class Context:
    """What is the same for all blocks of a reading."""

    fetch: Fetch
    reading: Reading
    layout: Layout
    size: int
    now_ms: int
    block_bytes: int
    screen: Screen | None = None
    """The conditions that rows must fulfil, where there are any."""

    @property
    def escape(self) -> bytes:
        """A backslash before the quote: it may have been meant to make the quote text."""
        return b"\\" + self.reading.dialect[1] if self.reading.quote else b""


@dataclass(frozen=True, slots=True)
class Place:
    """A record's start: its offset in the file, and how many records and line ends of the reading lie before it."""

    offset: int
    row: int = 0
    line: int = 0


def layout_of(reading: Reading) -> Layout:
    """The columns of a file in their order, with the fields they hold."""
    names = [f"#{index}" for index in range(len(reading.header))]
    kinds = [CellKind.TEXT] * len(names)
    profile = PROFILES[reading.format]
    for field, index in reading.mapping.items():
        names[index], kinds[index] = field, profile.fields[field]
    kept = [name for name in names if name.startswith("#") or name in profile.kept_as_written]
    window = [name for name in names if name in profile.window]
    return Layout(
        reading.header,
        names,
        kinds,
        reading.delimiter,
        kept,
        quote=reading.quote,
        decimal=reading.decimal,
        window=window,
        dates=reading.dates,
        zone=reading.zone,
        unit=reading.unit,
        constants=reading.constants,
        key=[names[index] for index in reading.key],
    )


def read_blocks(context: Context, start: int, goals: Sequence[int]) -> Iterator[Block]:
    """The blocks from a record's start on, until a record ends at the last goal or after it.

    `goals` ascend; the reading also ends where a record ends exactly at one of them. It ends early, before a record
    that is longer than `limits.RECORD_BYTES`.
    """
    place = Place(start)
    remaining = [goal for goal in goals if goal > start]
    while remaining and place.offset < context.size:
        block = _next_block(context, place, remaining[0])
        if block is None:
            return
        yield block
        if block.end in remaining:
            return
        place = Place(block.end, place.row + block.rows, place.line + block.lines)
        remaining = [goal for goal in remaining if goal > block.end]


def _next_block(context: Context, place: Place, goal: int) -> Block | None:
    """The records from a place on: as many as fit a block, but none beyond the first that ends at the goal or later.

    Null when the very first one is longer than a record may be.
    """
    wanted = min(context.block_bytes, goal - place.offset + _BEYOND_GOAL)
    while True:
        window = context.fetch(place.offset, min(place.offset + wanted, context.size))
        final = place.offset + len(window) >= context.size
        block = _read_quickly(window, context, place, goal - place.offset, final=final)
        if block is not None:
            return block
        records = find_records(window, *context.reading.dialect, final=final)
        end = _last_boundary(records, goal - place.offset)
        if end:
            return _read_exactly(window, records.until(end), context, place)
        if final or wanted > limits.RECORD_BYTES:
            return None
        wanted *= 2


def _last_boundary(records: Records, goal: int) -> int:
    """The first boundary at or after the goal, else the last one; none beyond a record that is too long."""
    boundaries = records.boundaries
    overlong = records.starts[records.stops - records.starts > limits.RECORD_BYTES]
    if len(overlong):
        boundaries = boundaries[boundaries <= overlong[0]]
    if not len(boundaries):
        return 0
    return int(boundaries[min(int(np.searchsorted(boundaries, goal)), len(boundaries) - 1)])


def _read_quickly(window: bytes, context: Context, place: Place, goal: int, *, final: bool) -> Block | None:
    """The records of a window, where it is proved cheaply that they are whole and every cell is fine; else null."""
    end = (window.find(b"\n", goal - 1) if goal <= len(window) else window.rfind(b"\n")) + 1
    if final and (not end or goal > len(window)):
        end = len(window)
    if (
        not end
        or window.startswith(UTF8_BOM)
        or _may_hold_overlong(window, end)
        or _has_lone_return(window, end)
        or _may_hold_escape(window, end, context.escape)
    ):
        return None
    lines = _count_line_feeds(window, end)
    unended = not window.endswith(b"\n", 0, end)
    last_line = window[window.rfind(b"\n", 0, end - 1) + 1 : end]
    if ends_inside_quotes(last_line, *context.reading.dialect):
        return None
    typed = read_typed(pa.py_buffer(window).slice(0, end), context.layout)
    if typed is None or len(typed) != lines + unended:
        return None
    findings = PROFILES[context.reading.format].findings
    if findings is not None and findings(typed):
        return None
    claims = _claims(typed, np.arange(place.row, place.row + len(typed)), context)
    users = _users(claims)
    screened = context.screen.of(claims) if context.screen else Screened(claims)
    if screened.broken:
        return None
    stop = place.offset + end
    return Block(place.offset, stop, len(typed), lines, screened.kept, None, users, screened.filtered)


def _may_hold_escape(window: bytes, end: int, escape: bytes) -> bool:
    """Whether there is a backslash before a quote. One byte alone is looked for first: that is many times as fast."""
    return escape != b"" and window.find(b"\\", 0, end) >= 0 and window.find(escape, 0, end) >= 0


def _count_line_feeds(window: bytes, end: int) -> int:
    """Several times as fast as bytes.count, which looks for one line end after the other."""
    octets = np.frombuffer(window, np.uint8, end)
    return sum(int(np.count_nonzero(octets[at : at + _STRETCH] == 10)) for at in range(0, end, _STRETCH))


def _may_hold_overlong(window: bytes, end: int) -> bool:
    """Whether some line may be longer than a record may be: such a line covers a multiple of the limit."""
    for probe in range(limits.RECORD_BYTES, end, limits.RECORD_BYTES):
        line_end = window.find(b"\n", probe, end)
        if (end if line_end < 0 else line_end) - (window.rfind(b"\n", 0, probe) + 1) > limits.RECORD_BYTES:
            return True
    return False


def _has_lone_return(window: bytes, end: int) -> bool:
    """Whether a CR stands alone: it ends a record too, and is not counted as a line end here."""
    if window.find(b"\r", 0, end) < 0:
        return False
    return window.count(b"\r", 0, end) != window.count(b"\r\n", 0, end)


def _read_exactly(window: bytes, records: Records, context: Context, place: Place) -> Block:
    """The records of a window, each looked at by itself."""
    findings = PROFILES[context.reading.format].findings
    checked = check_records(window, records, context.layout, findings)
    bad, rejects = dict(checked.bad), None
    claims = None if checked.typed is None else _claims(checked.typed, checked.kept + place.row, context)
    screened, users = None if claims is None else Screened(claims), _users(claims)
    if claims is not None and context.screen:
        screened = context.screen.of(claims)
        for broken in screened.broken:
            column = context.reading.mapping.get(broken.field)
            cell = BadCell(broken.code, column, broken.found, broken.expected)
            bad.setdefault(broken.row - place.row, []).append(cell)
    if bad:
        rejects = reject_table(
            window,
            records,
            bad,
            context.reading.header,
            row=place.row,
            line=place.line,
            at=place.offset,
        )
    return Block(
        place.offset,
        place.offset + records.end,
        len(records.starts),
        len(records.lines),
        screened.kept if screened else None,
        rejects,
        users,
        screened.filtered if screened else {},
    )


def _users(claims: pa.RecordBatch | None) -> frozenset[str]:
    """The names of users; two are enough to know that there are several."""
    if claims is None or claims.column("user").null_count == len(claims):
        return frozenset()
    names = claims.column("user").unique().to_pylist()
    return frozenset(sorted(name for name in names if name is not None)[:2])


def _claims(typed: Typed, rows: NDArray[np.int64], context: Context) -> pa.RecordBatch:
    profile = PROFILES[context.reading.format]
    return profile.claims_of(typed, rows, originals(typed, context.layout), context.now_ms)
