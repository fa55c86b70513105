"""Records that are no rows of the table: the header again, a line of totals, or rows taken in by a stray quote.

All of it is told from the record alone, so it never matters in which chunk or block a record is read.
"""

from __future__ import annotations

import re
from functools import cache

import numpy as np

from gramledger.core.records import Records, misquoted, runs_on
from gramledger.core.typed import INSTANTS, CellKind, Layout

_NO_DATE = {"field-count", "date-missing", "date-unreadable", "epoch-unreadable"}
"""Codes of the records that can be no row: those without a date, and those of another shape."""

_CHOSEN = {CellKind.TIME, CellKind.LOCAL_DAY}
_EXACT = {*INSTANTS} - _CHOSEN
_DAY = "date"
"""The field of days whose form and zone a mapping tells."""
_DIGIT = re.compile(rb"[0-9]")
_DIGITS_OF_A_DATE = 8
_DIGITS_OF_A_SHORT_DATE = 4
"""Of the forms that a person chooses: 1/2/25."""
_LEAST_COLUMNS = 2
_ACCIDENTS = 2
"""How many delimiters too many or too few still look like a row."""
_LINE_END = re.compile(rb"\r\n|\n|\r")
_TOTAL = (
    rb"(?:(?:grand|overall|sub)[ -]?)?totals?|sum|(?:gesamt)?summe|gesamt|insgesamt|zwischensumme|"
    rb"totaux|(?:suma )?total(?:e|es)?|totaal|somma|suma|summa"
)


def is_no_row(record: bytes, codes: set[str], layout: Layout) -> str | None:
    """Why a refused record is no row: `header-repeated`, `row-total` or `row-text`; None when it may be one."""
    if not codes & _NO_DATE:
        return None
    quote, delimiter = layout.quote.encode(), layout.delimiter.encode()
    if _line(record.translate(None, quote), delimiter) == _header_line(tuple(layout.header), delimiter):
        return "header-repeated"
    if _total(delimiter, quote).match(record):
        return "row-total"
    if len(layout.header) > _LEAST_COLUMNS and _note(delimiter, quote).fullmatch(record):
        return "row-text"
    return None


@cache
def _header_line(header: tuple[str, ...], delimiter: bytes) -> bytes:
    return _line(delimiter.join(name.encode() for name in header), delimiter)


def _line(text: bytes, delimiter: bytes) -> bytes:
    """As lines are compared: blank cells at the end are not counted (`core.blank_ends`)."""
    return text.lower().rstrip(delimiter + b" \t\r\n").lstrip()


@cache
def _total(delimiter: bytes, quote: bytes) -> re.Pattern[bytes]:
    """A record whose first cell with text names a total and nothing else."""
    between = b"[" + re.escape(delimiter + quote) + rb"\s]*+"
    end = b"[" + re.escape(quote) + rb"\s]*(?:" + re.escape(delimiter) + rb"|\Z)"
    return re.compile(between + b"(?:" + _TOTAL + rb")\s?:?" + end, re.IGNORECASE)


@cache
def _note(delimiter: bytes, quote: bytes) -> re.Pattern[bytes]:
    """A record that fills just one cell, with at least two words of which the first does not begin with a digit."""
    between = b"[" + re.escape(delimiter + quote) + rb"\s]*+"
    word = rb"(?:[A-Za-z]|[\x80-\xff]{2}){2,}+"
    text = b"[^" + re.escape(delimiter + quote) + rb"\r\n]*+"
    return re.compile(
        between + rb"[(*#>-]*+[ ]?" + word + rb"[.,:]?[ ]+(?=[(]?" + word + b")" + text + between
    )


def took_in_rows(block: bytes, records: Records, layout: Layout) -> list[int]:
    """The records of several lines whose quotes most likely were never meant to join these lines.

    That is so where text follows the closing quote, where a later line is a row by itself (when quotes are taken for
    text it is as wide as the header, or about so where the quote lies within a whole row, and has a date), or where the
    first and the last line are both as wide as the header or wider. What such a record says is not certain, so none of
    it is read.
    """
    if not layout.quote:
        return []
    inside = np.searchsorted(records.lines, records.stops, side="right") - np.searchsorted(
        records.lines, records.starts, side="right"
    )
    return [
        number
        for number in np.flatnonzero(inside).tolist()
        if _took_in(block[records.starts[number] : records.stops[number]], layout)
    ]


def escaped_quotes(block: bytes, records: Records, layout: Layout) -> list[int]:
    """The records with a backslash before a quote that closes a part of a cell: most likely it was to be text.

    A file that escapes quotes so from its first rows on has been rewritten (`core.convert.quoting`).
    """
    if not layout.quote:
        return []
    mark = b"\\" + layout.quote.encode()
    found = set()
    place = block.find(mark, 0, records.end)
    while place >= 0:
        number = int(np.searchsorted(records.starts, place, side="right")) - 1
        stop = int(records.stops[number])
        if misquoted(block[records.starts[number] : stop], layout.delimiter.encode(), mark[1:]):
            found.add(number)
        place = block.find(mark, max(stop, place + 1), records.end)
    return sorted(found)


def _took_in(record: bytes, layout: Layout) -> bool:
    delimiter, wide = layout.delimiter.encode(), len(layout.header) - 1
    first, *later = _LINE_END.split(record)
    whole = first.count(delimiter) >= wide
    if whole and later[-1].count(delimiter) >= wide:
        return True
    # a cell may hold what looks like rows of another table, but hardly where its first line completes its own row
    quote = layout.quote.encode()
    accidents = _ACCIDENTS if whole and delimiter in first.rpartition(quote)[2] else 0
    if any(_is_a_row(line.split(delimiter), layout, accidents) for line in later):
        return True
    return runs_on(record, delimiter, quote)


def _is_a_row(cells: list[bytes], layout: Layout, accidents: int) -> bool:
    """Whether a line has a date where rows have it, and their width but for so many delimiters."""
    strange = abs(len(cells) - len(layout.header))
    date, least = _date_column(layout)
    if strange > accidents or date >= len(cells):
        return False
    return len(_DIGIT.findall(cells[date])) >= (_DIGITS_OF_A_DATE if strange else least)


def _date_column(layout: Layout) -> tuple[int, int]:
    """Which column holds the date of a row (else the first), and the fewest digits of a date in it."""
    for index, (name, kind) in enumerate(zip(layout.names, layout.kinds, strict=True)):
        if kind in _EXACT:
            return index, _DIGITS_OF_A_DATE
        if kind in _CHOSEN or name == _DAY:
            return index, _DIGITS_OF_A_SHORT_DATE
    return 0, _DIGITS_OF_A_DATE
