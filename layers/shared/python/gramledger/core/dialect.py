"""The dialect of a delimited text: its delimiter, its quote, and where its header stands.

Nothing is scored by looks alone: the header is the line whose cells are names that some format knows, and the
delimiter and the quote are those that show these names. Only a file without such a line is split at what its first
line has most of, so that the refusal can say what was found.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache
from itertools import islice

import numpy as np

from gramledger.core.problems import FormatUnknown
from gramledger.core.records import NO_QUOTE, QUOTE, Records, find_records

DELIMITERS = (b",", b";", b"\t", b"|")
APOSTROPHE = b"'"

_HEADER_WITHIN = 64
"""How many lines that are not blank may hold the header, the preamble included."""
_KNOWN_NAMES = 2
"""Fewer known names than this are no header: a sentence may hold one by chance."""

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
    records: Records
    """From the header on (it is the first); their offsets count from `start`."""


@dataclass(frozen=True, slots=True)
class _Header:
    known: int
    delimiter: bytes
    quote: bytes
    start: int


def find_table(head: bytes, known_names: Callable[[list[str]], int], *, final: bool) -> Table:
    """Find header, delimiter and quote in the first bytes of a text (UTF-8, without a byte order mark).

    `known_names` counts how many of some cells are names of columns. `final` says that the head is the whole text.
    Raises FormatUnknown when the head holds no whole record, or two characters may be the quote.
    """
    header = _find_header(head, known_names)
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
    return Table(
        delimiter=header.delimiter,
        quote=quote,
        start=header.start,
        lines_before=len(_LINE_END.findall(before)),
        preamble=[_text(line) for line in _LINE.findall(before) if line.strip()],
        header=split(text[: records.stops[0]], header.delimiter, quote),
        records=records,
    )


def split(record: bytes, delimiter: bytes, quote: bytes) -> list[str]:
    """The cells of one record."""
    if quote:
        reader = csv.reader([_text(record)], delimiter=delimiter.decode(), quotechar=quote.decode())
    else:
        reader = csv.reader([_text(record)], delimiter=delimiter.decode(), quoting=csv.QUOTE_NONE)
    return next(reader)


def _text(octets: bytes) -> str:
    return octets.decode("utf-8", errors="replace")


def _find_header(head: bytes, known_names: Callable[[list[str]], int]) -> _Header:
    """The first of the lines with the most known names, else the first line that is not blank."""
    delimiters: Iterable[bytes] = DELIMITERS
    lines = list(islice((line for line in _LINE.finditer(head) if line[0].strip()), _HEADER_WITHIN))
    declared = _DECLARED.fullmatch(lines[0][0].strip(b" ")) if lines else None
    if declared and len(lines) > 1:
        delimiters, lines = (declared[1],), lines[1:]
    best = None
    for line in lines:
        for delimiter in delimiters:
            if delimiter not in line[0]:
                continue
            for quote in (QUOTE, APOSTROPHE):
                if quote == QUOTE or quote in line[0]:
                    known = known_names(split(line[0], delimiter, quote))
                    if known >= _KNOWN_NAMES and (best is None or known > best.known):
                        best = _Header(known, delimiter, quote, line.start())
    if best is not None:
        return best
    first = lines[0] if lines else None
    most = max(delimiters, key=lambda delimiter: first[0].count(delimiter) if first else 0)
    return _Header(0, most, QUOTE, first.start() if first else 0)


def _quote_of_cells(text: bytes, delimiter: bytes, *, final: bool) -> bytes:
    """The quote of a text whose header names none: the double quote, unless the cells prove another one.

    An apostrophe is one when cells stand between apostrophes that have to (they hold a delimiter, a line end or a
    doubled apostrophe), or all rows have such cells. Nothing quotes when the whole text is at hand, no cell of it
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
            # a reading of fewer records fits easily: it has swallowed what does not
            swallowed = usual[1] < count
            if (fitting == count) == (usual[0] == usual[1]) or (fitting < count and swallowed):
                raise FormatUnknown(
                    "Some cells stand between double quotes and others between apostrophes, so it is not certain "
                    "which of them quotes. Save the file with one kind of quote and upload it again."
                )
            return APOSTROPHE if fitting == count else QUOTE
    if final and QUOTE in text and not marked:
        fitting, count = _fitting(text, delimiter, NO_QUOTE, final=final)
        if fitting == count > _fitting(text, delimiter, QUOTE, final=final)[0]:
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
    needs = (delimiter, quote, b"\n", b"\r")
    return any(need in cell for cell in cells for need in needs)


def _fitting(text: bytes, delimiter: bytes, quote: bytes, *, final: bool) -> tuple[int, int]:
    """(records as wide as the first one, all records)."""
    fields = find_records(text, delimiter, quote, final=final).fields
    return int(np.count_nonzero(fields == fields[0])) if len(fields) else 0, len(fields)
