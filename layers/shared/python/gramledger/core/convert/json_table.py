"""JSON records as a CSV text: a column for each name."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from itertools import chain
from typing import Any

from gramledger.core import limits
from gramledger.core.convert.conversion import refuse_sparse
from gramledger.core.convert.json_shapes import rows
from gramledger.core.convert.json_values import Record, records, text_of
from gramledger.core.problems import FormatUnknown, NoRows

MORE = "other_members"
"""The column for members whose names did not occur in the first rows, as a JSON object."""

SAMPLE_ROWS = 1000
"""The columns are the names of so many rows; a longer text has the column MORE beside them."""

PIECE_CHARACTERS = 256 * 1024


def table(stream: Iterator[bytes]) -> Iterator[bytes]:
    """UTF-8 pieces of JSON text as pieces of CSV.

    Raises JsonUnreadable, NoRows, FormatUnknown for too many names, and ExpandsTooFar for a sparse table.
    """
    read = _Counted(stream)
    found = chain.from_iterable(map(rows, records(read)))
    sample: list[Record] = []
    weight = 0
    for row in found:
        sample.append(row)
        weight += sum(map(len, row)) + sum(len(v) for v in row.values() if isinstance(v, str))
        if len(sample) == SAMPLE_ROWS or weight > limits.JSON_RECORD_CHARACTERS:
            break
    names = list(dict.fromkeys(chain.from_iterable(sample)))
    if not names:
        raise NoRows("The JSON text holds no records. Choose a longer period and export again.")
    following = next(found, None)
    if len(names) + (following is not None) > limits.HEADER_COLUMNS:
        raise FormatUnknown(
            f"The records of the JSON text have {len(names):,} different names; the limit is "
            f"{limits.HEADER_COLUMNS:,}. Upload the export as it was downloaded."
        )
    following_rows = () if following is None else chain((following,), found)
    written = 0
    for piece in _written(names, chain(sample, following_rows), more=following is not None):
        written += len(piece)
        refuse_sparse(read.count, written, "JSON text")
        yield piece


class _Counted:
    """A stream that counts its bytes."""

    def __init__(self, stream: Iterator[bytes]) -> None:
        self._stream = stream
        self.count = 0

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        piece = next(self._stream)
        self.count += len(piece)
        return piece


def _written(names: list[str], table_rows: Iterator[Record], *, more: bool) -> Iterator[bytes]:
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    header = [*names, MORE] if more else names
    columns = {name: index for index, name in enumerate(names)}
    writer.writerow(header)
    for row in table_rows:
        cells, others = [""] * len(header), {}
        for name, value in row.items():
            if name in columns:
                cells[columns[name]] = _cell(value)
            else:
                others[name] = value
        if others:
            cells[-1] = text_of(others)
        writer.writerow(cells)
        if buffer.tell() >= PIECE_CHARACTERS:
            yield _taken(buffer)
    yield _taken(buffer)


def _taken(buffer: io.StringIO) -> bytes:
    # half a surrogate pair is no character: it stays the escape sequence that it was
    piece = buffer.getvalue().encode("utf-8", errors="backslashreplace")
    buffer.seek(0)
    buffer.truncate()
    return piece


def _cell(value: Any) -> str:
    """A member as the text of a cell; null is blank."""
    if isinstance(value, str):
        return value
    return "" if value is None else text_of(value)
