"""The rows of a worksheet, as the texts of a CSV.

Source: ECMA-376 part 1, sections 18.3 (worksheets), 18.4 (shared strings) and 18.8 (styles); 18.17.4 for dates.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import IO

from gramledger.core import limits
from gramledger.core.convert.xml_stream import walk
from gramledger.core.problems import WorkbookUnreadable

SHEET_ROWS = 1 << 20

_REFERENCE = re.compile(r"([A-Z]{1,3})([0-9]{1,7})")
_NATURAL = re.compile("[0-9]{1,9}")
_FIRST_CERTAIN_DATE = 61  # serials before 1900-03-01 count a day that never was
_LAST_DATE = 2_958_466
_EPOCH_1900, _EPOCH_1904 = datetime(1899, 12, 30), datetime(1904, 1, 1)  # noqa: DTZ001 -- sheets know no zones
_STATED_DATES = {*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)}
_NOT_PLACES = re.compile(r'"[^"]*"|\\.|_.|\*.|\[[^\]]*\]')


@dataclass(slots=True)
class Styles:
    """Which cell styles show a number as a date."""

    formats: dict[str, str] = field(default_factory=dict)
    cells: list[str] = field(default_factory=list)
    since_1904: bool = False

    def is_date(self, style: str | None) -> bool:
        """Whether cells of this style hold instants."""
        index = natural(style) or 0
        if index >= len(self.cells):
            return False
        number = self.cells[index]
        code = self.formats.get(number)
        if code is None:
            return natural(number) in _STATED_DATES
        return bool(re.search("[dmyhs]", _NOT_PLACES.sub("", code.lower()).split(";")[0]))


def rows(part: IO[bytes], strings: Sequence[str], styles: Styles) -> Iterator[tuple[int, list[str]]]:
    """(1-based number, cells up to the last one with a text) of each row that has any. Raises WorkbookUnreadable."""
    reader = _Reader(strings, styles)
    for _ in walk(part, reader.begin, reader.end, reader.text):
        yield from reader.rows
        reader.rows.clear()


class _Reader:
    """Collects rows from the elements row, c, v, and is/t."""

    def __init__(self, strings: Sequence[str], styles: Styles) -> None:
        self.rows: list[tuple[int, list[str]]] = []
        self._strings = strings
        self._styles = styles
        self._number = 0
        self._cells: list[str] = []
        self._column = 0
        self._type: str | None = None
        self._style: str | None = None
        self._value = ""
        self._inside = False

    def begin(self, name: str, found: dict[str, str]) -> None:
        """An element begins."""
        if name == "row":
            self._number = self._row_number(found.get("r"))
            self._cells, self._column = [], 0
        elif name == "c":
            self._column = _column(found.get("r"), self._column)
            self._type, self._style, self._value = found.get("t"), found.get("s"), ""
        elif name in ("v", "t"):
            self._inside = True

    def text(self, piece: str) -> None:
        """Text within an element."""
        if self._inside:
            self._value += piece
            if len(self._value) > limits.RECORD_BYTES:
                raise WorkbookUnreadable(
                    f"A cell of the sheet's row {self._number} has more than {limits.RECORD_BYTES:,} characters. "
                    "Repair it, or save the sheet as CSV."
                )

    def end(self, name: str) -> None:
        """An element ends."""
        if name in ("v", "t"):
            self._inside = False
        elif name == "c":
            if written := self._written():
                self._cells += [""] * (self._column - 1 - len(self._cells))
                self._cells.append(written)
        elif name == "row" and self._cells:
            self.rows.append((self._number, self._cells))

    def _row_number(self, stated: str | None) -> int:
        number = self._number + 1 if stated is None else natural(stated) or 0
        if not self._number < number <= SHEET_ROWS:
            raise WorkbookUnreadable(
                f"The sheet's row {self._number} is followed by row {number}. Save it again, or as CSV."
            )
        return number

    def _written(self) -> str:
        value = self._value
        if self._type == "s":
            index = natural(value)
            if index is None or index >= len(self._strings):
                raise WorkbookUnreadable(
                    f"A cell of the sheet's row {self._number} names a text that the workbook does not hold. "
                    "Save it again, or as CSV."
                )
            return self._strings[index]
        if self._type == "b":
            return "TRUE" if value == "1" else "FALSE"
        return _number(value, self._styles, self._style) if self._type in (None, "n") else value


def natural(text: str | None) -> int | None:
    """A number of at most nine digits; None for anything else."""
    return int(text) if text and _NATURAL.fullmatch(text) else None


def _column(reference: str | None, before: int) -> int:
    """The 1-based column of a cell; without a reference it is the next one."""
    column = before + 1
    if reference is not None:
        match = _REFERENCE.fullmatch(reference)
        column = 0
        for letter in match[1] if match else "":
            column = column * 26 + ord(letter) - ord("A") + 1
    if not before < column <= limits.HEADER_COLUMNS:
        raise WorkbookUnreadable(
            f"The sheet has a cell at {(reference or 'a place')[:20]!r} after its column {before}; a table may have "
            f"{limits.HEADER_COLUMNS:,} columns, in their order. Save just the table, or save it as CSV.",
            limit=limits.HEADER_COLUMNS,
        )
    return column


def _number(value: str, styles: Styles, style: str | None) -> str:
    """A number without the noise of its binary form, or the instant that it shows; else the text as it is."""
    try:
        number = float(value)
    except ValueError:
        return value
    if styles.is_date(style) and _FIRST_CERTAIN_DATE <= number < _LAST_DATE:
        epoch = _EPOCH_1904 if styles.since_1904 else _EPOCH_1900
        instant = epoch + timedelta(milliseconds=round(number * 86_400_000))
        return instant.isoformat(timespec="milliseconds")
    return str(int(number)) if number.is_integer() and abs(number) < 1 << 53 else repr(number)
