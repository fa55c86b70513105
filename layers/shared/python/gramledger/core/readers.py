"""The cells of one column, read from text as its kind says, so that every bad one is named."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from gramledger.core import limits
from gramledger.core.dates import finer_than_ms, read_times
from gramledger.core.instants import EARLIEST_MS, INSTANT, LATEST_MS, Instant, read_instants
from gramledger.core.money import read_amount
from gramledger.core.numerals import LATEST_S, read_utc_instant, read_whole_numbers, without_groups
from gramledger.core.separators import DecimalMark
from gramledger.core.typed import COST_MAXIMUM_NANO, CellKind, Layout, coded, limited

AS_WRITTEN = "as written: "
"""Before a column's name: the column of its cells' text, where the typed value does not say everything."""

_INTEGER = r"^-?[0-9]+$"
_FITS_64_BITS = r"^(-?0*[0-9]{1,18}|0[xX][0-9A-Fa-f]{1,16})$"


@dataclass(frozen=True, slots=True)
class Column:
    """One column read from text: its values, the codes of bad ones by position, and texts to keep as written."""

    values: pa.Array
    codes: dict[int, str]
    as_written: pa.DictionaryArray | None = None


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


def _read_text(cells: pa.DictionaryArray) -> Column:
    texts, codes = _as_utf8(cells.dictionary)
    return Column(pa.DictionaryArray.from_arrays(cells.indices, texts), _by_position(cells, codes))


def _read_money(cells: pa.DictionaryArray, decimal: DecimalMark) -> Column:
    texts, codes = _as_utf8(cells.dictionary)
    for index, text in enumerate(texts.to_pylist()):
        nano = limited(read_amount(text, decimal).nano)
        if not 0 <= nano <= COST_MAXIMUM_NANO:
            codes.setdefault(index, "cost-negative" if nano < 0 else "cost-too-large")
    return Column(pa.DictionaryArray.from_arrays(cells.indices, texts), _by_position(cells, codes))


def _read_counts(cells: pa.BinaryArray, decimal: DecimalMark) -> Column:
    texts, codes = _as_utf8(cells)
    texts = pc.utf8_trim(texts, " \t")
    numbers = _integers(without_groups(texts, decimal))
    within = pc.and_(pc.greater_equal(numbers, 0), pc.less_equal(numbers, limits.TOKENS_MAXIMUM))
    blank = pc.fill_null(pc.equal(texts, ""), True)
    fine = pc.or_(pc.fill_null(within, False), blank)
    for position in np.flatnonzero(~fine.to_numpy(zero_copy_only=False)).tolist():
        codes.setdefault(position, _count_code(texts[position].as_py()))
    return Column(numbers, codes)


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


def _read_dates(cells: pa.BinaryArray) -> Column:
    texts, codes = _as_utf8(cells)
    ms, odd = read_instants(texts)
    codes = {index: instant.code for index, instant in odd if instant.code} | codes
    inexact = [index for index, instant in odd if not instant.exact]
    values = pa.array(ms, pa.int64()).cast(INSTANT)
    if not inexact:
        return Column(values, codes)
    at = np.full(len(texts), len(inexact))
    at[inexact] = np.arange(len(inexact))
    return Column(values, codes, coded([*(texts[index].as_py() for index in inexact), None], at))


def _read_unix_times(cells: pa.BinaryArray) -> Column:
    texts, codes = _as_utf8(cells)
    seconds, why = read_whole_numbers(texts, LATEST_S)
    refused = {position: _UNIX_TIME_CODES[reason] for position, reason in why.items()}
    missing = dict.fromkeys(np.flatnonzero(seconds.is_null()).tolist(), "date-missing")
    return Column(pc.multiply(seconds, 1000).cast(INSTANT), missing | refused | codes)


def _read_utc_times(cells: pa.DictionaryArray) -> Column:
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
    return Column(values, refused | _by_position(cells, codes), as_written)


def _utc_instant(text: str) -> Instant:
    """As pyarrow reads it, where it does."""
    try:
        ms = pa.scalar(text).cast(pa.timestamp("ms")).value
    except pa.ArrowInvalid:
        return read_utc_instant(text)
    return Instant(ms) if EARLIEST_MS <= ms <= LATEST_MS else Instant(code="date-out-of-range")


def _read_times(cells: pa.DictionaryArray, layout: Layout) -> Column:
    texts, octets = _as_utf8(cells.dictionary)
    ms, codes = read_times(texts, layout.dates, layout.zone)
    at = cells.indices.fill_null(len(texts)).to_numpy()
    missing = dict.fromkeys(np.flatnonzero(at == len(texts)).tolist(), "date-missing")
    values = pa.array(np.append(ms, 0)[at]).cast(INSTANT)
    finer = {*finer_than_ms(texts)} - {*codes}
    inexact = [text if index in finer else None for index, text in enumerate(texts.to_pylist())]
    as_written = coded([*inexact, None], at) if finer else None
    return Column(values, missing | _by_position(cells, codes | octets), as_written)


def _read_decimal_counts(cells: pa.BinaryArray, decimal: DecimalMark) -> Column:
    texts, codes = _as_utf8(cells)
    numbers, why = read_whole_numbers(texts, limits.TOKENS_MAXIMUM, decimal)
    return Column(numbers, {position: _COUNT_CODES[reason] for position, reason in why.items()} | codes)


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


def reader_of(kind: CellKind, layout: Layout) -> Callable[[pa.Array], Column]:
    """What reads the cells (binary, or a dictionary of it) of a column of this kind."""
    if kind is CellKind.TIME:
        return partial(_read_times, layout=layout)
    if kind in _MARKED:
        return partial(_MARKED[kind], decimal=layout.decimal)
    return _READERS[kind]


_MARKED: dict[CellKind, Callable[..., Column]] = {
    CellKind.COUNT: _read_counts,
    CellKind.DECIMAL_COUNT: _read_decimal_counts,
    CellKind.MONEY: _read_money,
}
"""Those whose numbers may have separators."""

_READERS: dict[CellKind, Callable[[pa.Array], Column]] = {
    CellKind.INSTANT: _read_dates,
    CellKind.UNIX_TIME: _read_unix_times,
    CellKind.UTC_TIME: _read_utc_times,
    CellKind.LOCAL_DAY: _read_text,
    CellKind.QUANTITY: _read_text,
    CellKind.TEXT: _read_text,
}
