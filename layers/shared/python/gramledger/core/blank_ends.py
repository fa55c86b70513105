"""Blank cells at the ends of lines: some tools write a delimiter after the last cell of every row, or of the header.

One such row by itself proves nothing: a delimiter too many may as well stand in the middle, and each cell after it in
the place of another. When no row of a file's beginning is as wide as the header, and what is too wide is blank in
every one of them, nothing else can be meant.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import numpy as np

from gramledger.core.dialect import Table, split

_ROWS_ASKED = 200
_LEAST_ROWS = 2


def as_wide_as_rows(text: bytes, table: Table) -> Table:
    """The table with blank names added to its header, or taken off its end, where its rows are all wider or narrower.

    `text` begins with the header. A table whose rows leave it uncertain stays as it is.
    """
    fields = table.records.fields[table.header_rows :][:_ROWS_ASKED]
    wide, names = _usual(fields), len(table.header)
    if wide is None or wide == names:
        return table
    header = _record(text, table, 0)
    if any(_record(text, table, number) != header for number in _rows(table, fields == names)):
        return table
    if wide < names:
        fits = not any(name.strip() for name in table.header[wide:])
        return replace(table, header=table.header[:wide]) if fits else table
    if all(_is_blank(text, table, number, names) for number in _rows(table, fields == wide)):
        return replace(table, header=[*table.header, *[""] * (wide - names)])
    return table


def _usual(fields: np.ndarray[tuple[int], np.dtype[np.int64]]) -> int | None:
    """How many cells most rows have; None where that is one, or too few rows say so."""
    for wide, rows in Counter(fields.tolist()).most_common(1):
        if wide > 1 and rows >= _LEAST_ROWS:
            return int(wide)
    return None


def _rows(table: Table, which: np.ndarray[tuple[int], np.dtype[np.bool_]]) -> list[int]:
    """The numbers of some of the records below the header."""
    return [table.header_rows + int(place) for place in np.flatnonzero(which)]


def _is_blank(text: bytes, table: Table, number: int, names: int) -> bool:
    """Whether a record has nothing beyond the header."""
    cells = split(_record(text, table, number), table.delimiter, table.quote)
    return not any(cell.strip() for cell in cells[names:])


def _record(text: bytes, table: Table, number: int) -> bytes:
    return text[table.records.starts[number] : table.records.stops[number]]
