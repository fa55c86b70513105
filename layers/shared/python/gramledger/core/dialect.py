"""The dialect of a delimited text: its delimiter, its quote, and where its header stands.

Nothing is scored by looks where it can be known: the header is the line whose cells are names that some format knows,
and the delimiter and the quote are those that show these names. Only a text without such a line is taken by what
makes its records alike (`core.sniff`).
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from functools import cache
from itertools import islice

import numpy as np

from gramledger.core.problems import FormatUnknown
from gramledger.core.records import NO_QUOTE, QUOTE, Records, find_records
from gramledger.core.sniff import ODD, USUAL, likeliest

APOSTROPHE = b"'"

_HEADER_WITHIN = 64
"""How many lines that are not blank may hold the header, the preamble included."""
_HEADER_LINES = 5
"""Most lines of a header whose quoted names hold line ends."""
_HEADINGS_BELOW = 2
_FEWEST_HEADINGS = 2
_PREAMBLE_BYTES = 8192
"""How far into a text a table without known names may begin."""
_KNOWN_NAMES = 2
"""Fewer known names than this are no header: a sentence may hold one by chance."""

_DIGIT = re.compile(r"\d")
_LINE = re.compile(rb"[^\r\n]+")
_LINE_END = re.compile(rb"\r\n|\n|\r")
# What spreadsheets write for one another as a first line; other programs may have quoted it or filled the row up.
_DECLARED = re.compile(rb'"?sep=([^\w\s"\']|\t)"?[,;|\t]*', re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Table:
    """A table found in the head of a file; offsets count from the head's first byte."""

    delimiter: bytes
    quote: bytes
    """Empty when no character quotes."""
    start: int
    """Where the header begins."""
    lines_before: int
    """Line ends before `start`."""
    preamble: list[str]
    """The lines before the header that are not blank."""
    header: list[str]
    header_rows: int
    """How many records the header takes up, one above the other."""
    records: Records
    """From the header on (it is the first); their offsets count from `start`."""

    def boundary_after(self, count: int) -> int:
        """Where the record after the first `count` may begin."""
        boundaries = self.records.boundaries
        return int(boundaries[np.searchsorted(boundaries, self.records.stops[count - 1])])


@dataclass(frozen=True, slots=True)
class _Header:
    known: int
    delimiter: bytes
    quote: bytes
    start: int
    cells: list[str]
    rows: int = 1


def find_table(head: bytes, known_names: Callable[[list[str]], int], *, final: bool) -> Table:
    """Find header, delimiter and quote in the first bytes of a text (UTF-8, without a byte order mark).

    `known_names` counts how many of some cells are names of columns. `final` says that the head is the whole text.
    Raises FormatUnknown when the head holds no whole record, or two characters may be the quote.
    """
    header = _find_header(head, known_names, final=final)
    text = head[header.start :]
    quote = (
        header.quote if header.quote == APOSTROPHE else _quote_of_cells(text, header.delimiter, final=final)
    )
    records = find_records(text, header.delimiter, quote, final=final)
    if not len(records.starts):
        raise FormatUnknown(
            f"No header was found in the first {len(head):,} bytes. The first line must name the columns, "
            "such as Date, Kind, Model."
        )
    before = head[: header.start]
    first = text[: records.stops[0]]
    return Table(
        delimiter=header.delimiter,
        quote=quote,
        start=header.start,
        lines_before=len(_LINE_END.findall(before)),
        preamble=[_text(line) for line in _LINE.findall(before) if line.strip()],
        header=header.cells if header.rows > 1 else split(first, header.delimiter, quote),
        header_rows=header.rows,
        records=records,
    )


def split(record: bytes, delimiter: bytes, quote: bytes) -> list[str]:
    """The cells of one record."""
    # a file object that gives line ends as they are, for a quoted cell may hold any of them
    text = io.StringIO(_text(record), newline="")
    if quote:
        reader = csv.reader(text, delimiter=delimiter.decode(), quotechar=quote.decode())
    else:
        reader = csv.reader(text, delimiter=delimiter.decode(), quoting=csv.QUOTE_NONE)
    return next(reader)


def headings_below(text: bytes, table: Table, typed: Collection[int]) -> int:
    """How many rows below the header still belong to it: units and explanations, before the first row with numbers.

    `text` begins with the header; `typed` are the columns that hold times and numbers. In such a row these cells have
    letters or signs and no digit, at least two of them do, and the row after it has digits in all that it fills.
    """
    rows = [
        split(text[start:stop], table.delimiter, table.quote)
        for start, stop in islice(
            zip(table.records.starts, table.records.stops, strict=True),
            table.header_rows,
            table.header_rows + _HEADINGS_BELOW + 1,
        )
    ]
    cells = [[row[at].strip() for at in sorted(typed) if at < len(row) and row[at].strip()] for row in rows]
    digits = [[bool(_DIGIT.search(cell)) for cell in filled] for filled in cells]
    for count, found in enumerate(digits):
        if found and all(found):
            return count
        if any(found) or len(found) < _FEWEST_HEADINGS:
            break
    return 0


def delimiter_of(head: bytes, known_names: Callable[[list[str]], int], *, final: bool) -> bytes:
    """The delimiter of a text alone, told like that of its table."""
    return _find_header(head, known_names, final=final).delimiter


def _text(octets: bytes) -> str:
    return octets.decode("utf-8", errors="replace")


def _find_header(head: bytes, known_names: Callable[[list[str]], int], *, final: bool) -> _Header:
    """The first of the lines with the most known names, else the first one that a table may begin with."""
    delimiters: tuple[bytes, ...] = ()
    lines = list(islice((line for line in _LINE.finditer(head) if line[0].strip()), _HEADER_WITHIN))
    declared = _DECLARED.fullmatch(lines[0][0].strip(b" ")) if lines else None
    if declared and len(lines) > 1:
        delimiters, lines = (declared[1],), lines[1:]
    best = _named(lines, delimiters or USUAL, known_names)
    if best is None and not delimiters:
        best = _named(lines, ODD, known_names)
    if best is None:
        return _by_looks(head, lines[0].start() if lines else 0, delimiters, final=final)
    return _with_neighbours(best, lines, known_names)


def _named(
    lines: list[re.Match[bytes]], delimiters: tuple[bytes, ...], known_names: Callable[[list[str]], int]
) -> _Header | None:
    """The first of the lines with the most known names; None if no line has any."""
    best = None
    for number, line in enumerate(lines):
        for delimiter in delimiters:
            most = line[0].count(delimiter) + 1
            if most < _KNOWN_NAMES or (best and most <= best.known and line[0].count(QUOTE) % 2 == 0):
                continue  # it cannot hold more of them
            for quote in (QUOTE, APOSTROPHE):
                if quote == QUOTE or quote in line[0]:
                    cells = split(_closed(lines, number, quote), delimiter, quote)
                    known = known_names(cells)
                    if known >= _KNOWN_NAMES and (best is None or known > best.known):
                        best = _Header(known, delimiter, quote, line.start(), cells)
    return best


def _closed(lines: list[re.Match[bytes]], number: int, quote: bytes) -> bytes:
    """A line, with those that follow as long as a quote is open: names of columns may have several lines."""
    line = lines[number]
    text = line[0]
    for following in lines[number + 1 : number + _HEADER_LINES] if text.count(quote) % 2 else ():
        text = line.string[line.start() : following.end()]
        if text.count(quote) % 2 == 0:
            return text
    return line[0]


def _with_neighbours(
    header: _Header, lines: list[re.Match[bytes]], known_names: Callable[[list[str]], int]
) -> _Header:
    """The header with the rows above or below it, where their cells make more known names together."""
    if header.known >= len(header.cells):
        return header
    number = next(at for at, line in enumerate(lines) if line.start() == header.start)
    best = header
    for first, last in ((number - 1, number), (number - 2, number), (number, number + 1)):
        if first < 0 or last >= len(lines):
            continue
        rows = [split(line[0], header.delimiter, header.quote) for line in lines[first : last + 1]]
        if any(len(row) != len(header.cells) for row in rows):
            continue
        cells = [
            _name(above, spread, below, known_names)
            for above, spread, below in zip(
                zip(*rows[:-1], strict=True),
                zip(*map(_spread, rows[:-1]), strict=True),
                rows[-1],
                strict=True,
            )
        ]
        known = known_names(cells)
        if known > best.known:
            start, count = lines[first].start(), last - first + 1
            best = _Header(known, header.delimiter, header.quote, start, cells, count)
    return best


def _name(
    above: Iterable[str], spread: Iterable[str], below: str, known_names: Callable[[list[str]], int]
) -> str:
    """The name of a column: its own cell where that is one, else with the cells above it, else with the headings
    that reach over it."""
    names = [" ".join(filter(None, map(str.strip, (*cells, below)))) for cells in ((), above, spread)]
    return next((name for name in names if known_names([name])), names[1])


def _spread(row: list[str]) -> list[str]:
    """A row of headings, each over all columns up to the next one."""
    spread: list[str] = []
    for cell in row:
        spread.append(cell if cell.strip() or not spread else spread[-1])
    return spread


def _by_looks(head: bytes, start: int, delimiters: tuple[bytes, ...], *, final: bool) -> _Header:
    """The first record that fills at least two cells and is as wide as most; else the very first one."""
    text = head[start:]
    shape = likeliest(text, delimiters, final=final)
    records = find_records(text, shape.delimiter, final=final)
    width = shape.width
    for begin, end, fields in zip(records.starts, records.stops, records.fields, strict=True):
        if begin >= _PREAMBLE_BYTES:
            break
        cells = split(text[begin:end], shape.delimiter, QUOTE)
        if fields == width and sum(bool(cell.strip()) for cell in cells) > 1:
            return _Header(0, shape.delimiter, QUOTE, start + int(begin), cells)
        if sum(bool(cell.strip()) for cell in cells) > 1:
            break
    return _Header(0, shape.delimiter, QUOTE, start, [])


def _quote_of_cells(text: bytes, delimiter: bytes, *, final: bool) -> bytes:
    """The quote of a text whose header names none: the double quote, unless the cells prove another one.

    An apostrophe is one when cells stand between apostrophes that have to (they hold a delimiter, a line end or a
    doubled apostrophe), or all rows have such cells. Nothing quotes when the whole text is at hand, no cell of one line
    stands between quotes, and every row is as wide as the header only if quotes are text.
    Raises FormatUnknown when both characters quote by their looks and the widths of the rows do not decide.
    """
    marked = _cells_between(text, delimiter, QUOTE)
    apostrophes = _cells_between(text, delimiter, APOSTROPHE)
    if apostrophes:
        fitting, count = _fitting(text, delimiter, APOSTROPHE, final=final)
        if _have_to_be_quoted(apostrophes, delimiter, APOSTROPHE) or len(apostrophes) >= count:
            if not marked:
                return APOSTROPHE
            usual = _fitting(text, delimiter, QUOTE, final=final)
            # a reading of fewer records fits easily: it has swallowed what does not, as cells of several lines may have
            swallowed = usual[1] < count or any(b"\n" in cell or b"\r" in cell for cell in marked)
            if (fitting == count) == (usual[0] == usual[1]) or (fitting < count and swallowed):
                raise FormatUnknown(
                    "Some cells stand between double quotes and others between apostrophes, so it is not certain "
                    "which of them quotes. Save the file with one kind of quote and upload it again."
                )
            return APOSTROPHE if fitting == count else QUOTE
    if final and QUOTE in text and all(b"\n" in cell or b"\r" in cell for cell in marked):
        fitting, count = _fitting(text, delimiter, NO_QUOTE, final=final)
        usual = _fitting(text, delimiter, QUOTE, final=final)
        if fitting == count > usual[0] and (not marked or usual[0] < usual[1]):
            return NO_QUOTE
    return QUOTE


def _cells_between(text: bytes, delimiter: bytes, quote: bytes) -> list[bytes]:
    """What stands between quotes, where these fill a cell from the delimiter or line end before to that after it."""
    return _quoted(delimiter, quote).findall(text) if quote in text else []


@cache
def _quoted(delimiter: bytes, quote: bytes) -> re.Pattern[bytes]:
    inside = b"((?:[^" + quote + b"]|" + quote * 2 + b")*+)"
    border = b"[" + re.escape(delimiter) + rb"\r\n]"
    return re.compile(b"(?:^|(?<=" + border + b"))" + quote + inside + quote + b"(?=" + border + rb"|\Z)")


def _have_to_be_quoted(cells: list[bytes], delimiter: bytes, quote: bytes) -> bool:
    together = b"\0".join(cells)
    return any(need in together for need in (delimiter, quote, b"\n", b"\r"))


def _fitting(text: bytes, delimiter: bytes, quote: bytes, *, final: bool) -> tuple[int, int]:
    """(records as wide as the first one and closed, all records)."""
    records = find_records(text, delimiter, quote, final=final)
    if not len(records.fields):
        return 0, 0
    fitting = int(np.count_nonzero(records.fields == records.fields[0]))
    return fitting - records.unclosed, len(records.fields)
