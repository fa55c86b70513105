"""Cell by cell: a block in which something is wrong, read as text, so that every bad cell is named.

A bad row never alters its neighbours: the good ones become the same typed columns that a clean block gives.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
from numpy.typing import NDArray

from gramledger.core.findings import Findings
from gramledger.core.misfits import escaped_quotes, is_no_row, took_in_rows
from gramledger.core.readers import AS_WRITTEN, reader_of
from gramledger.core.records import Records
from gramledger.core.rejects import REJECT, RULES
from gramledger.core.typed import CellKind, Layout, Typed, empty_windows, one_array

Integers = NDArray[np.int64]

_TYPES = {
    CellKind.INSTANT: pa.binary(),
    CellKind.UNIX_TIME: pa.binary(),
    CellKind.UTC_TIME: pa.dictionary(pa.int32(), pa.binary()),
    CellKind.TIME: pa.dictionary(pa.int32(), pa.binary()),
    CellKind.COUNT: pa.binary(),
    CellKind.DECIMAL_COUNT: pa.binary(),
    CellKind.MONEY: pa.dictionary(pa.int32(), pa.binary()),
    CellKind.LOCAL_DAY: pa.dictionary(pa.int32(), pa.binary()),
    CellKind.QUANTITY: pa.dictionary(pa.int32(), pa.binary()),
    CellKind.TEXT: pa.dictionary(pa.int32(), pa.binary()),
}


@dataclass(frozen=True, slots=True)
class BadCell:
    """Why one cell (or, without a column, one whole record) is refused."""

    code: str
    column: int | None = None
    found: str | None = None
    expected: str | None = None
    """What would have been right, where the code alone does not say it."""


@dataclass(frozen=True, slots=True)
class Checked:
    """What became of the records of a block."""

    typed: Typed | None
    """The good ones; null when there are none."""
    kept: Integers
    """Their numbers in the block."""
    bad: dict[int, list[BadCell]]
    """The others, by number, with all that is wrong with them in the order of the columns."""


def check_records(
    block: bytes, records: Records, layout: Layout, findings: Findings | None = None
) -> Checked:
    """Read the records of a block as text and tell the good ones from the bad ones.

    `findings` are the rules of the format that look at more than one cell.
    """
    checked = _check_shapes_and_cells(block, records, layout)
    if findings is not None and checked.typed is not None:
        checked = _without_found(checked, checked.typed, layout, findings)
    for number, cells in checked.bad.items():
        record = block[records.starts[number] : records.stops[number]]
        code = is_no_row(record, {cell.code for cell in cells}, layout)
        if code is not None:
            checked.bad[number] = [BadCell(code)]
    return checked


def _check_shapes_and_cells(block: bytes, records: Records, layout: Layout) -> Checked:
    bad = _misshapen(block, records, layout)
    shaped = np.setdiff1d(np.arange(len(records.starts)), list(bad))
    if not len(shaped):
        return Checked(None, shaped, bad)
    cells = _read_as_text(block, records, shaped, layout)
    blank = reduce(pc.and_, [column.is_null() for column in cells]).to_numpy(zero_copy_only=False)
    bad |= {number: [BadCell("row-blank")] for number in shaped[blank].tolist()}
    empty = empty_windows(dict(zip(layout.names, cells, strict=True)), layout)
    if empty is not None:
        bad |= {number: [BadCell("bucket-empty")] for number in shaped[empty & ~blank].tolist()}
        blank |= empty
    good = ~blank
    typed: dict[str, pa.Array] = {}
    for index, (name, kind) in enumerate(zip(layout.names, layout.kinds, strict=True)):
        column = reader_of(kind, layout)(cells[index])
        typed[name] = column.values
        if column.as_written is not None:
            typed[AS_WRITTEN + name] = column.as_written
        for position, code in column.codes.items():
            if not blank[position]:
                good[position] = False
                cell = BadCell(code, index, _shown(cells[index][position].as_py() or b""))
                bad.setdefault(int(shaped[position]), []).append(cell)
    if not good.any():
        return Checked(None, shaped[good], bad)
    chosen = {name: values.filter(pa.array(good)) for name, values in typed.items()}
    return Checked(Typed.of(chosen, layout), shaped[good], bad)


def _without_found(checked: Checked, typed: Typed, layout: Layout, findings: Findings) -> Checked:
    """The records with those taken out in which something is found."""
    bad: dict[int, list[BadCell]] = {}
    good = np.ones(len(typed), bool)
    for finding in findings(typed):
        good[finding.position] = False
        column = None if finding.field is None else list(layout.names).index(finding.field)
        cell = BadCell(finding.code, column, finding.found)
        bad.setdefault(int(checked.kept[finding.position]), []).append(cell)
    if not bad:
        return checked
    chosen = {name: values.filter(pa.array(good)) for name, values in typed.columns.items()}
    sound = Typed.of(chosen, layout) if good.any() else None
    return Checked(sound, checked.kept[good], checked.bad | bad)


def _misshapen(block: bytes, records: Records, layout: Layout) -> dict[int, list[BadCell]]:
    """Records with another number of fields than the header, and a last one whose quote never closes."""
    bad = {}
    nothing = (layout.delimiter + layout.quote + " \t").encode()
    for number in np.flatnonzero(records.fields != len(layout.header)).tolist():
        if block[records.starts[number] : records.stops[number]].strip(nothing):
            bad[number] = [BadCell("field-count", found=f"{records.fields[number]} fields")]
        else:
            bad[number] = [BadCell("row-blank")]
    doubtful = (*took_in_rows(block, records, layout), *escaped_quotes(block, records, layout))
    bad |= {number: [BadCell("quote-doubtful")] for number in doubtful}
    if records.unclosed and len(records.starts):
        bad[len(records.starts) - 1] = [BadCell("quote-not-closed")]
    return bad


def _read_as_text(block: bytes, records: Records, numbers: Integers, layout: Layout) -> list[pa.Array]:
    """The cells of some records as byte strings, blank ones null, by column.

    A line end goes before the first record: pyarrow would drop a byte order mark at the start.
    """
    if len(numbers) == len(records.starts):
        text = b"\n" + block[: records.end]
    else:
        places = zip(records.starts[numbers].tolist(), records.stops[numbers].tolist(), strict=True)
        text = b"\n".join([b"", *(block[start:stop] for start, stop in places), b""])
    table = pa.csv.read_csv(
        pa.BufferReader(text),
        read_options=layout.read,
        parse_options=layout.parse,
        convert_options=pa.csv.ConvertOptions(
            column_types={name: _TYPES[kind] for name, kind in zip(layout.names, layout.kinds, strict=True)},
            null_values=[""],
            strings_can_be_null=True,
        ),
    )
    if table.num_rows != len(numbers):
        raise AssertionError(f"{len(numbers)} records were found, but pyarrow reads {table.num_rows}")
    return [one_array(column) for column in table.columns]


def reject_table(
    block: bytes,
    records: Records,
    bad: dict[int, list[BadCell]],
    header: list[str],
    *,
    row: int,
    line: int,
    at: int,
) -> pa.Table:
    """The refused records of a block; `row`, `line` and `at` are the counts and the offset at its first byte."""
    numbers = np.array(sorted(bad), np.int64)
    starts = records.starts[numbers]
    first = [bad[number][0] for number in numbers.tolist()]
    raw = (block[a:b] for a, b in zip(starts.tolist(), records.stops[numbers].tolist(), strict=True))
    return pa.table(
        {
            "row": pa.array(numbers + row),
            "line": pa.array(np.searchsorted(records.lines, starts, side="right") + line),
            "offset": pa.array(starts + at),
            "code": [cell.code for cell in first],
            "column": [None if cell.column is None else header[cell.column] for cell in first],
            "found": [cell.found for cell in first],
            "message": ["; ".join(_message(cell, header) for cell in bad[n]) for n in numbers.tolist()],
            "raw": [_shown(octets) for octets in raw],
        },
        schema=REJECT,
    )


def _message(cell: BadCell, header: list[str]) -> str:
    rule = RULES[cell.code]
    found = f" (found {cell.found[:80]!r})" if cell.found else ""
    if cell.code == "field-count":
        return f"{rule.title}{found}; expected: {len(header)} fields"
    where = "" if cell.column is None else f"Column {header[cell.column]!r}: "
    return f"{where}{rule.title}{found}; expected: {cell.expected or rule.expected}"


def _shown(octets: bytes) -> str:
    return octets.decode("utf-8", errors="backslashreplace")
