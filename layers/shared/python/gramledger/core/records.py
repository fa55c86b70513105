"""Where records begin and end in a block of delimited text, exactly as pyarrow's CSV reader sees it.

The rules (those of RFC 4180, with what it leaves open settled as pyarrow settles it):
- a quote is special only as the first character of a field; it opens a quoted part that ends at the next quote
  that is not doubled; whatever follows up to the delimiter is text, quotes included (which character quotes, and
  whether any does, is the dialect's);
- outside quoted parts LF, CR LF and a lone CR end a record; a line without any character is no record.

Two implementations of one rule: whole arrays at a time where every quote stands where the rule is the same as
counting quotes (nearly always), else field by field.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

Integers = NDArray[np.int64]

QUOTE = b'"'
NO_QUOTE = b""
_LF, _CR = 0x0A, 0x0D


@dataclass(frozen=True, slots=True)
class Records:
    """The whole records of a block; all offsets count from its first byte."""

    starts: Integers
    """First byte of each record."""
    stops: Integers
    """Byte after the last one of each record's text (its line end begins there)."""
    fields: Integers
    """Number of fields of each record."""
    boundaries: Integers
    """Every place after a line end outside quotes (blank lines too): where a next record may begin. Ascending."""
    lines: Integers
    """Every place after a line end, inside quotes too. Ascending."""
    unclosed: bool
    """The last record ends with the file inside a quoted part."""

    @property
    def end(self) -> int:
        """Where the whole records end; 0 when there are none."""
        return int(self.boundaries[-1]) if len(self.boundaries) else 0

    def until(self, boundary: int) -> Records:
        """Only what lies before one of the boundaries."""
        count = int(np.searchsorted(self.starts, boundary))
        return Records(
            self.starts[:count],
            self.stops[:count],
            self.fields[:count],
            self.boundaries[self.boundaries <= boundary],
            self.lines[self.lines <= boundary],
            self.unclosed and boundary == self.end,
        )


def find_records(block: bytes, delimiter: bytes, quote: bytes = QUOTE, *, final: bool) -> Records:
    """The whole records of a block that begins at the start of a record.

    Delimiter and quote are one byte each; the quote may be NO_QUOTE. `final` says that the file ends with the block:
    then its last record needs no line end.
    """
    octets = np.frombuffer(block, np.uint8)
    quotes = np.flatnonzero(octets == quote[0]) if quote else np.empty(0, np.int64)
    lines = _line_ends(octets, final=final)
    if not _quotes_pair_up(octets, quotes, delimiter[0]):
        return _find_one_by_one(block, lines, delimiter, quote, final=final)
    delimiters = _outside(np.flatnonzero(octets == delimiter[0]), quotes)
    boundaries = _outside(lines - 1, quotes) + 1
    unclosed = final and len(quotes) % 2 == 1
    if final and (not len(boundaries) or boundaries[-1] < len(octets)) and len(octets):
        boundaries = np.append(boundaries, len(octets))
    starts = np.concatenate(([0], boundaries[:-1])).astype(np.int64) if len(boundaries) else boundaries
    stops = _without_line_end(octets, starts, boundaries, unclosed=unclosed)
    real = stops > starts
    starts, stops = starts[real], stops[real]
    fields = np.searchsorted(delimiters, stops) - np.searchsorted(delimiters, starts) + 1
    return Records(starts, stops, fields, boundaries, lines, unclosed)


def _line_ends(octets: NDArray[np.uint8], *, final: bool) -> Integers:
    """Places after LF, CR LF and lone CR. A CR as the last byte of an unfinished file is not yet decided."""
    ends = np.flatnonzero(octets == _LF) + 1
    returns = np.flatnonzero(octets == _CR)
    if not len(returns):
        return ends
    if returns[-1] == len(octets) - 1 and not final:
        returns = returns[:-1]
    following = octets[np.minimum(returns + 1, len(octets) - 1)]
    lone = returns[(following != _LF)] + 1
    return np.sort(np.concatenate((ends, lone)))


def _quotes_pair_up(octets: NDArray[np.uint8], quotes: Integers, delimiter: int) -> bool:
    """Whether every quote that opens by counting stands where a quote can open, or doubles the one before it.

    By induction over the quotes this makes counting and the rule agree: a quote that closes by counting is inside a
    quoted part by the rule, and the next one either doubles it or begins a field.
    """
    opening = quotes[0::2]
    before = octets[np.maximum(opening - 1, 0)]
    can_open = (opening == 0) | (before == delimiter) | (before == _LF) | (before == _CR)
    doubled = np.concatenate(([False], opening[1:] - 1 == quotes[1::2][: len(opening) - 1]))
    return bool(np.all(can_open | doubled)) if len(opening) else True


def _outside(places: Integers, quotes: Integers) -> Integers:
    """Those of the places that have an even number of quotes before them."""
    return places[np.searchsorted(quotes, places) % 2 == 0]


def _without_line_end(
    octets: NDArray[np.uint8], starts: Integers, boundaries: Integers, *, unclosed: bool
) -> Integers:
    """The ends of the records' text: each boundary less its LF, CR or CR LF."""
    stops = boundaries.astype(np.int64)
    if not len(stops):
        return stops
    last = octets[stops - 1]
    shorter = stops - ((last == _LF) | (last == _CR))
    crlf = (last == _LF) & (shorter > starts) & (octets[np.maximum(shorter - 1, 0)] == _CR)
    shorter = shorter - crlf
    if unclosed:
        shorter[-1] = stops[-1]
    return shorter


@cache
def _field(delimiter: bytes, quote: bytes) -> re.Pattern[bytes]:
    """One field; group `end` is what ends it, `open` the end of the file inside a quoted part.

    Group `inside` is what stands between quotes, and `after` the text between the closing quote and the end.
    """
    end = b"(?P<end>" + re.escape(delimiter) + rb"|\r\n|\n|\r|\Z)"
    rest = b"[^" + re.escape(delimiter) + rb"\r\n]*+"
    if not quote:
        return re.compile(rb"(?P<open>(?!))?" + rest + end)
    inside = b"(?P<inside>(?:[^" + quote + b"]++|" + quote * 2 + b")*+)"
    quoted = quote + inside + b"(?:" + quote + b"(?P<after>" + rest + rb")|(?P<open>\Z))"
    return re.compile(b"(?:" + quoted + b"|(?!" + quote + b")" + rest + b")" + end)


def _fields(block: bytes, delimiter: bytes, quote: bytes) -> Iterator[re.Match[bytes]]:
    position, pattern = 0, _field(delimiter, quote)
    while position < len(block):
        match = pattern.match(block, position)
        assert match is not None, "every text is a field"  # noqa: S101 -- the pattern matches any text
        yield match
        position = match.end()


def _plain_cells(record: bytes, delimiter: bytes, quote: bytes) -> list[bytes] | None:
    """The cells of a record of which none is quoted, or all are and hold no quote, as nearly all records are; None for
    any other one, which is looked at field by field."""
    if not record:
        return None
    if not quote or quote not in record:
        return None if b"\n" in record or b"\r" in record else record.split(delimiter)
    if len(record) < 2 or not (record.startswith(quote) and record.endswith(quote)):
        return None
    between = quote + delimiter + quote
    cells = record[1:-1].split(between)
    return cells if record.count(quote) == 2 * len(cells) else None


def cells_of(record: bytes, delimiter: bytes, quote: bytes = QUOTE) -> list[bytes]:
    """The cells of one record (without its line end), as pyarrow's CSV reader reads them."""
    plain = _plain_cells(record, delimiter, quote)
    if plain is not None:
        return plain
    cells = []
    for field in _fields(record, delimiter, quote):
        inside = field["inside"] if quote else None
        text = record[field.start() : field.start("end")]
        if inside is not None:
            text = inside.replace(quote * 2, quote) + (field["after"] or b"")
        cells.append(text)
    if record.endswith(delimiter) and not ends_inside_quotes(record, delimiter, quote):
        cells.append(b"")
    return cells


def ends_inside_quotes(record: bytes, delimiter: bytes, quote: bytes = QUOTE) -> bool:
    """Whether a text that begins at the start of a record ends inside a quoted part."""
    return any(field["open"] is not None for field in _fields(record, delimiter, quote))


def runs_on(record: bytes, delimiter: bytes, quote: bytes) -> bool:
    """Whether text follows the closing quote of a quoted part that holds a line end."""
    return any(
        field["after"] and (b"\n" in field["inside"] or b"\r" in field["inside"])
        for field in _fields(record, delimiter, quote)
    )


def misquoted(text: bytes, delimiter: bytes, quote: bytes) -> int:
    """How many quoted parts of a text are followed by other text before their field ends, or never close."""
    return sum(bool(field["after"]) or field["open"] is not None for field in _fields(text, delimiter, quote))


def _find_one_by_one(
    block: bytes, lines: Integers, delimiter: bytes, quote: bytes, *, final: bool
) -> Records:
    starts: list[int] = []
    stops: list[int] = []
    counts: list[int] = []
    boundaries: list[int] = []
    start = count = 0
    unclosed = False
    for field in _fields(block, delimiter, quote):
        count += 1
        ending = field["end"]
        at_end = ending == b""
        if ending == delimiter and not (final and field.end() == len(block)):
            continue
        if (at_end or (ending == b"\r" and field.end() == len(block))) and not final:
            break
        count += ending == delimiter  # the file ends with a delimiter: one more, empty field
        stop = field.start("end") + (len(ending) if ending == delimiter else 0)
        boundaries.append(field.end())
        if stop > start:
            starts.append(start)
            stops.append(stop)
            counts.append(count)
        unclosed = field["open"] is not None
        start, count = field.end(), 0
    return Records(
        np.array(starts, np.int64),
        np.array(stops, np.int64),
        np.array(counts, np.int64),
        np.array(boundaries, np.int64),
        lines,
        unclosed,
    )
