"""The file of an import's rejects: to be corrected in any spreadsheet, and imported again.

Its first columns are those of the original file, so that a corrected row stands where it stood; the COLUMNS after
them say where the row was and what is wrong with it. On its way in the file becomes a text like the original one:
those columns are gone, and every row is what it would have been there.

A row that does not fit the header has no cells that could be told apart. Its original columns are left blank and its
text is in `_raw`; unless they are filled in, the row is refused again.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from gramledger.core import limits
from gramledger.core.csv_text import FORMULA, guarded
from gramledger.core.dialect import Table, find_table
from gramledger.core.encoding import UTF8_BOM
from gramledger.core.problems import RecordTooLong, RejectsMixed
from gramledger.core.recognise import Reading
from gramledger.core.records import QUOTE, cells_of, find_records
from gramledger.core.rejects import RULES

COLUMNS = (
    *("_import", "_row", "_line", "_offset", "_code", "_column"),
    *("_found", "_message", "_repair", "_raw"),
)
"""What follows the original columns."""

_TELLING = ("_import", "_code", "_raw")
"""A header with these is that of such a file."""

_WITHOUT_CELLS = ("field-count", "quote-not-closed", "quote-doubtful")
"""Codes of the rows whose cells cannot be told apart."""
_NOT_UTF8 = RULES["not-utf8"].title

_WINDOW_BYTES = limits.MIB
_LONGEST_BYTES = 4 * limits.RECORD_BYTES
"""Longest row: the cells, the raw text, and room for doubled quotes."""


def first_line(reading: Reading) -> bytes:
    """The header of the file of rejects."""
    return _line([*reading.header, *COLUMNS], reading.delimiter)


def lines(rejects: Iterable[dict[str, Any]], reading: Reading, import_id: str) -> bytes:
    """Some rejects (rows of schema REJECT, counted from 1) as lines of the file; no cell can act as a formula."""
    rows = ([guarded(cell) for cell in _row(reject, reading, import_id)] for reject in rejects)
    return _lines(rows, reading.delimiter)


def _row(reject: dict[str, Any], reading: Reading, import_id: str) -> list[str]:
    cells = [""] * len(reading.header)
    if reject["code"] not in _WITHOUT_CELLS and _NOT_UTF8 not in reject["message"]:
        given = cells_of(reject["raw"].encode(), *reading.dialect)
        if len(given) == len(cells):
            cells = [cell.decode("utf-8", errors="replace") for cell in given]
    stated = {"import": import_id, **reject, "repair": RULES[reject["code"]].repair}
    return cells + [_text(stated[name.removeprefix("_")]) for name in COLUMNS]


def _text(value: object) -> str:
    return "" if value is None else str(value)


def _unguarded(cell: str) -> str:
    """A cell without the quote that `guarded` has put before it."""
    return cell[1:] if cell.startswith("'") and FORMULA.match(cell) else cell


def _line(cells: Sequence[str], delimiter: str) -> bytes:
    return _lines([cells], delimiter)


def _lines(rows: Iterable[Sequence[str]], delimiter: str) -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=delimiter).writerows(rows)
    return text.getvalue().encode()


@dataclass(frozen=True, slots=True)
class RejectsFile:
    """A file of rejects that has come back, told by its header."""

    import_id: str
    """Whose rejects they are, as the first row says; blank when it does not."""
    columns: list[str]
    """All columns, in their order."""
    start: int
    """Where the header begins, in bytes."""
    delimiter: bytes
    quote: bytes

    def restored(self, stream: Iterable[bytes]) -> Iterator[bytes]:
        """The pieces of the file as those of a text like the original one: its header and the rows below it.

        Raises RejectsMixed when a row is of another import, and RecordTooLong.
        """
        yield self.restored_header
        records = self._records(stream)
        next(records, None)  # the header
        for record in records:
            yield self._restored_row(record)

    @property
    def header(self) -> list[str]:
        """The original columns."""
        return [self.columns[index] for index in self._own]

    @property
    def _own(self) -> list[int]:
        return [index for index, name in enumerate(self.columns) if name not in COLUMNS]

    @property
    def restored_header(self) -> bytes:
        """The first line of the restored text."""
        return _line(self.header, self.delimiter.decode())

    def reading_like(self, original: Reading) -> Reading | None:
        """How to read the restored text: as its original was read; None when the columns are others by now."""
        if original.header != self.header:
            return None
        header = self.restored_header
        return replace(
            original,
            encoding="utf-8",
            first=len(header),
            lines_before=len(find_records(header, self.delimiter, QUOTE, final=True).lines),
            delimiter=self.delimiter.decode(),
            quote=QUOTE.decode(),
            preamble=[],
        )

    def _records(self, stream: Iterable[bytes]) -> Iterator[bytes]:
        """The records of the file, its header first."""
        held, skipped = b"", 0
        for piece in stream:
            skip = min(self.start - skipped, len(piece))
            held, skipped = held + piece[skip:], skipped + skip
            if len(held) < _WINDOW_BYTES:
                continue
            found = find_records(held, self.delimiter, self.quote, final=False)
            if not found.end and len(held) > _LONGEST_BYTES:
                raise RecordTooLong(
                    f"A row of the rejects file is longer than {_LONGEST_BYTES:,} bytes; most likely a quote in it "
                    "is never closed. Correct it and upload the file again."
                )
            yield from _cut(held, found.starts.tolist(), found.stops.tolist())
            held = held[found.end :]
        found = find_records(held, self.delimiter, self.quote, final=True)
        yield from _cut(held, found.starts.tolist(), found.stops.tolist())

    def _restored_row(self, record: bytes) -> bytes:
        cells = [
            cell.decode("utf-8", errors="replace") for cell in cells_of(record, self.delimiter, self.quote)
        ]
        delimiter = self.delimiter.decode()
        if len(cells) != len(self.columns):
            return _line(
                [record.decode("utf-8", errors="replace")], delimiter
            )  # one cell: refused for its width
        named = cells[self.columns.index("_import")].strip()
        if named not in ("", self.import_id):
            raise RejectsMixed(
                f"The file holds rejects of the imports {self.import_id} and {named[:26]}. Upload the rejects of each "
                "import as a file of their own."
            )
        own = [_unguarded(cells[index]) for index in self._own]
        blank = not any(cell.strip() for cell in own)
        return _line([_unguarded(cells[self.columns.index("_raw")])] if blank else own, delimiter)


def rejects_file(head: bytes, size: int) -> RejectsFile | None:
    """The file of rejects that begins so (UTF-8 text); None when it is none.

    Raises FormatUnknown where it is not certain which character quotes.
    """
    if not all(name.encode() in head.lower() for name in _TELLING):
        return None
    begin = len(UTF8_BOM) if head.startswith(UTF8_BOM) else 0
    text = head[begin:]
    table = find_table(
        text, lambda cells: sum(_plain(cell) in COLUMNS for cell in cells), final=len(head) >= size
    )
    columns = [_plain(name) if _plain(name) in COLUMNS else name for name in table.header]
    if not set(_TELLING) <= set(columns):
        return None
    return RejectsFile(
        import_id=_first_import(text[table.start :], table, columns),
        columns=columns,
        start=begin + table.start,
        delimiter=table.delimiter,
        quote=table.quote,
    )


def _plain(name: str) -> str:
    return name.strip().lower()


def _first_import(text: bytes, table: Table, columns: list[str]) -> str:
    """The import that the first row names; blank when there is no such row in the head."""
    for start, stop in zip(
        table.records.starts[1:2].tolist(), table.records.stops[1:2].tolist(), strict=True
    ):
        cells = cells_of(text[start:stop], table.delimiter, table.quote)
        if len(cells) == len(columns):
            return cells[columns.index("_import")].decode("utf-8", errors="replace").strip()
    return ""


def _cut(text: bytes, starts: Sequence[int], stops: Sequence[int]) -> Iterator[bytes]:
    return (text[start:stop] for start, stop in zip(starts, stops, strict=True))
