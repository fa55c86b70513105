"""JSON records as a CSV text: a column for each name."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from itertools import chain
from typing import Any

from gramledger.core import limits
from gramledger.core.convert.json_shapes import rows
from gramledger.core.convert.json_values import Number, Record, records
from gramledger.core.problems import FormatUnknown, NoRows

MORE = "other_members"
"""The column for members whose names did not occur in the first rows, as a JSON object."""

SAMPLE_ROWS = 1000
"""The columns are the names of so many rows; a longer text has the column MORE beside them."""

PIECE_CHARACTERS = 256 * 1024


def table(stream: Iterator[bytes]) -> Iterator[bytes]:
    """UTF-8 pieces of JSON text as pieces of CSV.

    Raises JsonUnreadable, NoRows, and FormatUnknown for too many names.
    """
    found = chain.from_iterable(map(rows, records(stream)))
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
    if len(names) > limits.HEADER_COLUMNS:
        raise FormatUnknown(
            f"The records of the JSON text have {len(names):,} different names; the limit is "
            f"{limits.HEADER_COLUMNS:,}. Upload the export as it was downloaded."
        )
    following = next(found, None)
    if following is None:
        return _written(names, iter(sample), more=False)
    return _written(names, chain(sample, (following,), found), more=True)


def _written(names: list[str], table_rows: Iterator[Record], *, more: bool) -> Iterator[bytes]:
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    known = frozenset(names)
    writer.writerow([*names, MORE] if more else names)
    for row in table_rows:
        cells = [_cell(row.get(name)) for name in names]
        if more:
            others = {name: value for name, value in row.items() if name not in known}
            cells.append(_json(others) if others else "")
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
    return "" if value is None else _json(value)


def _json(value: Any) -> str:
    """A value as JSON, numbers as they were written."""
    if isinstance(value, Number):
        return value
    if isinstance(value, dict):
        return f"{{{','.join(f'{json.dumps(name)}:{_json(inner)}' for name, inner in value.items())}}}"
    if isinstance(value, list):
        return f"[{','.join(map(_json, value))}]"
    return json.dumps(value)
