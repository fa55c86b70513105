"""Editing: the text of a file with the new values in some of its cells, in one pass and in bounded memory.

Every record stays a record, so rows keep their numbers. Records without edits keep their bytes.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from gramledger.core import limits
from gramledger.core.edits import Edit, place_of
from gramledger.core.problems import EditImpossible
from gramledger.core.recognise import Reading
from gramledger.core.records import Records, cells_of, find_records

_WINDOW_BYTES = limits.MIB


class Editor:
    """Edits of one file, which is read so."""

    def __init__(self, reading: Reading, edits: Sequence[Edit]) -> None:
        self._reading = reading
        self._columns = len(reading.header)
        self._edits: dict[int, dict[int, str]] = {}
        for edit in edits:
            self._edits.setdefault(edit.row, {})[place_of(edit, reading.header)] = edit.value

    def edited(self, stream: Iterable[bytes]) -> Iterator[bytes]:
        """The pieces of the file with the edits. Raises EditImpossible."""
        held, ahead, row = b"", self._reading.first, 0
        for piece in stream:
            held += piece
            if ahead:  # byte order mark, preamble and header
                taken = held[:ahead]
                held, ahead = held[len(taken) :], ahead - len(taken)
                yield taken
            if len(held) >= _WINDOW_BYTES:
                found = find_records(held, *self._reading.dialect, final=False)
                yield self._window(held[: found.end], found, row)
                held, row = held[found.end :], row + len(found.starts)
        found = find_records(held, *self._reading.dialect, final=True)
        yield self._window(held, found, row)
        self._require_all(row + len(found.starts))

    def _window(self, text: bytes, found: Records, before: int) -> bytes:
        """The text with the edits of its records; `before` of them lie before it."""
        parts, done = [], 0
        for row in sorted(self._edits):
            number = row - before - 1
            if 0 <= number < len(found.starts):
                start, stop = int(found.starts[number]), int(found.stops[number])
                parts += [text[done:start], self._record(row, text[start:stop])]
                done = stop
        return b"".join([*parts, text[done:]])

    def _record(self, row: int, record: bytes) -> bytes:
        cells = cells_of(record, *self._reading.dialect)
        if len(cells) != self._columns:
            raise EditImpossible(
                f"Row {row} cannot be edited: it has {len(cells)} fields and the header {self._columns} columns. "
                "Correct it in the file, or in the file of rejects.",
                row=row,
            )
        for place, value in self._edits[row].items():
            cells[place] = value.encode()
        return self._reading.delimiter.encode().join(self._written(row, cell) for cell in cells)

    def _written(self, row: int, cell: bytes) -> bytes:
        delimiter, quote = self._reading.dialect
        special = any(mark in cell for mark in (delimiter, b"\r", b"\n"))
        if not quote:
            if special:
                raise EditImpossible(
                    f"Row {row} cannot hold a delimiter or a line end in a cell: nothing quotes in this file.",
                    row=row,
                )
            return cell
        return quote + cell.replace(quote, quote * 2) + quote if special or quote in cell else cell

    def _require_all(self, rows: int) -> None:
        beyond = [row for row in self._edits if row > rows]
        if beyond:
            raise EditImpossible(
                f"There is no row {beyond[0]:,} to be edited: the file has {rows:,} rows.", row=beyond[0]
            )
