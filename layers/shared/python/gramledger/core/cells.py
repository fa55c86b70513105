"""Cell by cell: a block in which something is wrong, read as text, so that every bad cell is named.

A bad row never alters its neighbours: the good ones become the same typed columns that a clean block gives.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial, reduce

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
from numpy.typing import NDArray

from gramledger.core import limits
from gramledger.core.instants import EARLIEST_MS, INSTANT, LATEST_MS, Instant, read_instants
from gramledger.core.misfits import is_no_row, took_in_rows
from gramledger.core.money import read_amount
from gramledger.core.numerals import LATEST_S, read_utc_instant, read_whole_numbers
from gramledger.core.records import Records
from gramledger.core.rejects import REJECT, RULES
from gramledger.core.separators import DecimalMark
from gramledger.core.typed import (
    COST_MAXIMUM_NANO,
    CellKind,
    Layout,
    Typed,
    coded,
    empty_windows,
    limited,
    one_array,
)

Integers = NDArray[np.int64]

AS_WRITTEN = "as written: "
"""Before a column's name: the column of its cells' text, where the typed value does not say everything."""

_TYPES = {
    CellKind.INSTANT: pa.binary(),
    CellKind.UNIX_TIME: pa.binary(),
    CellKind.UTC_TIME: pa.dictionary(pa.int32(), pa.binary()),
    CellKind.COUNT: pa.binary(),
    CellKind.DECIMAL_COUNT: pa.binary(),
    CellKind.MONEY: pa.dictionary(pa.int32(), pa.binary()),
    CellKind.TEXT: pa.dictionary(pa.int32(), pa.binary()),
}
_INTEGER = r"^-?[0-9]+$"
_FITS_64_BITS = r"^(-?0*[0-9]{1,18}|0[xX][0-9A-Fa-f]{1,16})$"


@dataclass(frozen=True, slots=True)
class BadCell:
    """Why one cell (or, without a column, one whole record) is refused."""

    code: str
    column: int | None = None
    found: str | None = None


@dataclass(frozen=True, slots=True)
class Checked:
    """What became of the records of a block."""

    typed: Typed | None
    """The good ones; null when there are none."""
    kept: Integers
    """Their numbers in the block."""
    bad: dict[int, list[BadCell]]
    """The others, by number, with all that is wrong with them in the order of the columns."""


@dataclass(frozen=True, slots=True)
class _Column:
    """One column read from text: its values, the codes of bad ones by position, and texts to keep as written."""

    values: pa.Array
    codes: dict[int, str]
    as_written: pa.DictionaryArray | None = None


def check_records(block: bytes, records: Records, layout: Layout) -> Checked:
    """Read the records of a block as text and tell the good ones from the bad ones."""
    checked = _check_shapes_and_cells(block, records, layout)
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
        column = _reader(kind, layout)(cells[index])
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


def _misshapen(block: bytes, records: Records, layout: Layout) -> dict[int, list[BadCell]]:
    """Records with another number of fields than the header, and a last one whose quote never closes."""
    bad = {}
    nothing = (layout.delimiter + layout.quote + " \t").encode()
    for number in np.flatnonzero(records.fields != len(layout.header)).tolist():
        if block[records.starts[number] : records.stops[number]].strip(nothing):
            bad[number] = [BadCell("field-count", found=f"{records.fields[number]} fields")]
        else:
            bad[number] = [BadCell("row-blank")]
    bad |= {number: [BadCell("quote-doubtful")] for number in took_in_rows(block, records, layout)}
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


def _as_utf8(octets: pa.BinaryArray) -> tuple[pa.StringArray, dict[int, str]]:
    """The texts (without what is no UTF-8), and the code of those that held any such bytes, by index."""
    try:
        return octets.cast(pa.string()), {}
    except pa.ArrowInvalid:
        given = octets.to_pylist()
        texts = [None if cell is None else cell.decode("utf-8", errors="ignore") for cell in given]
        wrong = [
            index for index, text in enumerate(texts) if text is not None and text.encode() != given[index]
        ]
        return pa.array(texts, pa.string()), dict.fromkeys(wrong, "not-utf8")


def _by_position(cells: pa.DictionaryArray, codes: dict[int, str]) -> dict[int, str]:
    """Codes of distinct texts as codes of all cells that hold them."""
    if not codes:
        return {}
    indices = cells.indices.fill_null(-1).to_numpy()
    positions = np.flatnonzero(np.isin(indices, list(codes)))
    return {position: codes[int(indices[position])] for position in positions.tolist()}


def _read_text(cells: pa.DictionaryArray) -> _Column:
    texts, codes = _as_utf8(cells.dictionary)
    return _Column(pa.DictionaryArray.from_arrays(cells.indices, texts), _by_position(cells, codes))


def _read_money(cells: pa.DictionaryArray, decimal: DecimalMark) -> _Column:
    texts, codes = _as_utf8(cells.dictionary)
    for index, text in enumerate(texts.to_pylist()):
        nano = limited(read_amount(text, decimal).nano)
        if not 0 <= nano <= COST_MAXIMUM_NANO:
            codes.setdefault(index, "cost-negative" if nano < 0 else "cost-too-large")
    return _Column(pa.DictionaryArray.from_arrays(cells.indices, texts), _by_position(cells, codes))


def _read_counts(cells: pa.BinaryArray) -> _Column:
    texts, codes = _as_utf8(cells)
    texts = pc.utf8_trim(texts, " \t")
    numbers = _integers(texts)
    within = pc.and_(pc.greater_equal(numbers, 0), pc.less_equal(numbers, limits.TOKENS_MAXIMUM))
    blank = pc.fill_null(pc.equal(texts, ""), True)
    fine = pc.or_(pc.fill_null(within, False), blank)
    for position in np.flatnonzero(~fine.to_numpy(zero_copy_only=False)).tolist():
        codes.setdefault(position, _count_code(texts[position].as_py()))
    return _Column(numbers, codes)


def _integers(texts: pa.StringArray) -> pa.Int64Array:
    """The numbers, null where there is none; all at once where every cell holds one."""
    try:
        return texts.cast(pa.int64())
    except pa.ArrowInvalid:
        fits = pc.match_substring_regex(texts, _FITS_64_BITS)
        return pc.if_else(fits, texts, None).cast(pa.int64())


def _count_code(text: str) -> str:
    if not re.fullmatch(_INTEGER, text):
        return "tokens-not-a-number"
    return "tokens-negative" if text.startswith("-") else "tokens-too-many"


def _read_dates(cells: pa.BinaryArray) -> _Column:
    texts, codes = _as_utf8(cells)
    ms, odd = read_instants(texts)
    codes = {index: instant.code for index, instant in odd if instant.code} | codes
    inexact = [index for index, instant in odd if not instant.exact]
    values = pa.array(ms, pa.int64()).cast(INSTANT)
    if not inexact:
        return _Column(values, codes)
    at = np.full(len(texts), len(inexact))
    at[inexact] = np.arange(len(inexact))
    return _Column(values, codes, coded([*(texts[index].as_py() for index in inexact), None], at))


def _read_unix_times(cells: pa.BinaryArray) -> _Column:
    texts, codes = _as_utf8(cells)
    seconds, why = read_whole_numbers(texts, LATEST_S)
    refused = {position: _UNIX_TIME_CODES[reason] for position, reason in why.items()}
    missing = dict.fromkeys(np.flatnonzero(seconds.is_null()).tolist(), "date-missing")
    return _Column(pc.multiply(seconds, 1000).cast(INSTANT), missing | refused | codes)


def _read_utc_times(cells: pa.DictionaryArray) -> _Column:
    """Each distinct text is read once."""
    texts, codes = _as_utf8(cells.dictionary)
    read = [_utc_instant(text) for text in texts.to_pylist()]
    codes = {index: instant.code for index, instant in enumerate(read) if instant.code} | codes
    ms = np.array([*(instant.ms for instant in read), 0], np.int64)
    at = cells.indices.fill_null(len(read)).to_numpy()
    refused = dict.fromkeys(np.flatnonzero(at == len(read)).tolist(), "date-missing")
    values = pa.array(ms[at]).cast(INSTANT)
    inexact = [
        text if not instant.exact else None for text, instant in zip(texts.to_pylist(), read, strict=True)
    ]
    as_written = coded([*inexact, None], at) if any(inexact) else None
    return _Column(values, refused | _by_position(cells, codes), as_written)


def _utc_instant(text: str) -> Instant:
    """As pyarrow reads it, where it does."""
    try:
        ms = pa.scalar(text).cast(pa.timestamp("ms")).value
    except pa.ArrowInvalid:
        return read_utc_instant(text)
    return Instant(ms) if EARLIEST_MS <= ms <= LATEST_MS else Instant(code="date-out-of-range")


def _read_decimal_counts(cells: pa.BinaryArray) -> _Column:
    texts, codes = _as_utf8(cells)
    numbers, why = read_whole_numbers(texts, limits.TOKENS_MAXIMUM)
    return _Column(numbers, {position: _COUNT_CODES[reason] for position, reason in why.items()} | codes)


_UNIX_TIME_CODES = {
    "fraction": "epoch-unreadable",
    "negative": "date-out-of-range",
    "too-large": "date-out-of-range",
}
_COUNT_CODES = {
    "fraction": "tokens-not-a-number",
    "negative": "tokens-negative",
    "too-large": "tokens-too-many",
}


def _reader(kind: CellKind, layout: Layout) -> Callable[[pa.Array], _Column]:
    return partial(_read_money, decimal=layout.decimal) if kind is CellKind.MONEY else _READERS[kind]


_READERS: dict[CellKind, Callable[[pa.Array], _Column]] = {
    CellKind.INSTANT: _read_dates,
    CellKind.UNIX_TIME: _read_unix_times,
    CellKind.UTC_TIME: _read_utc_times,
    CellKind.COUNT: _read_counts,
    CellKind.DECIMAL_COUNT: _read_decimal_counts,
    CellKind.TEXT: _read_text,
}


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
    return f"{where}{rule.title}{found}; expected: {rule.expected}"


def _shown(octets: bytes) -> str:
    return octets.decode("utf-8", errors="backslashreplace")
