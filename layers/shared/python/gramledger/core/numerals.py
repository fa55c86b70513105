"""Whole numbers and Unix times that exports write with a decimal point (`4.0`), and UTC instants without a zone.

Tools that keep their tables as floats write counts so. Such cells are read as floats, which are exact up to 2**53,
well beyond every limit, and only whole ones are accepted.
"""

from __future__ import annotations

import re

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from gramledger.core.instants import EARLIEST_MS, INSTANT, LATEST_MS, Instant, read_instant
from gramledger.core.separators import COMMA, GROUP_MARKS, POINT, UNCERTAIN, DecimalMark

_DECIMAL = r"^-?([0-9]{1,200}\.?[0-9]{0,200}|\.[0-9]{1,200})([eE][+-]?[0-9]{1,2})?$"

LATEST_S = LATEST_MS // 1000


def whole_numbers(floats: pa.DoubleArray, most: int) -> pa.Int64Array | None:
    """The numbers as integers, blank ones null; None when one is not whole, negative or above `most`."""
    numbers = floats.fill_null(0).to_numpy() if floats.null_count else floats.to_numpy()
    if not _acceptable(numbers, most).all():
        return None
    return floats.cast(pa.int64())


def _acceptable(numbers: NDArray[np.float64], most: int) -> NDArray[np.bool_]:
    """Which of the numbers are whole and 0 to `most`; those that are no number at all (nan) are not."""
    fine: NDArray[np.bool_] = (numbers >= 0) & (numbers <= most) & (numbers == np.floor(numbers))
    return fine


def unix_instants(floats: pa.DoubleArray) -> pa.TimestampArray | None:
    """Seconds since 1970-01-01T00:00Z as instants; None when one is blank, not whole or out of range."""
    seconds = None if floats.null_count else whole_numbers(floats, LATEST_S)
    return None if seconds is None else pc.multiply(seconds, 1000).cast(INSTANT)


def utc_instants(naive: pa.TimestampArray) -> pa.TimestampArray | None:
    """Instants without a zone, in a column that says it is UTC; None when one is blank or out of range."""
    ms = naive.cast(pa.int64())
    if ms.null_count or (
        len(ms) and not EARLIEST_MS <= pc.min(ms).as_py() <= pc.max(ms).as_py() <= LATEST_MS
    ):
        return None
    return naive.cast(INSTANT)


def read_whole_numbers(
    texts: pa.StringArray, most: int, decimal: DecimalMark = POINT
) -> tuple[pa.Int64Array, dict[int, str]]:
    """The numbers of cells (blank or refused: null), and why the refused ones are, by position.

    The reasons are `fraction` (no whole number, or none at all), `negative` and `too-large`.
    """
    texts = _without_blanks(texts)
    floats = _floats(_with_points(texts, decimal))
    numbers = floats.fill_null(np.nan).to_numpy()
    fine = _acceptable(numbers, most)
    why = {
        position: _reason(float(numbers[position]))
        for position in np.flatnonzero(~fine & texts.is_valid().to_numpy(zero_copy_only=False)).tolist()
    }
    return pc.if_else(pa.array(fine), floats, None).cast(pa.int64()), why


def without_groups(texts: pa.StringArray, decimal: DecimalMark, *, decimals: str = "") -> pa.StringArray:
    """Whole numbers without their thousands separators, where these are certain; other texts as they are.

    A mark groups thousands if it stands before every three digits and is not the file's decimal mark; one that may be
    the decimal mark, where that is not known, has to stand there twice. `decimals` is a pattern of what may follow.
    """
    if not pc.any(pc.match_substring_regex(texts, "[0-9][^0-9][0-9]")).as_py():
        return texts
    for mark in GROUP_MARKS:
        if mark == decimal:
            continue
        least = 2 if decimal == UNCERTAIN and mark in (POINT, COMMA) else 1
        grouped = f"^[1-9][0-9]{{0,2}}(?:{re.escape(mark)}[0-9]{{3}}){{{least},5}}{decimals}$"
        found = pc.match_substring_regex(texts, grouped)
        if pc.any(found).as_py():
            texts = pc.if_else(found, pc.replace_substring(texts, mark, ""), texts)
    return texts


def _with_points(texts: pa.StringArray, decimal: DecimalMark) -> pa.StringArray:
    """Numbers with a decimal point and no thousands separators; null where a mark may be either."""
    if decimal == UNCERTAIN:
        texts = without_groups(texts, decimal)
        return pc.if_else(pc.match_substring_regex(texts, r"^[0-9]{1,3}[.,][0-9]{3}$"), None, texts)
    texts = without_groups(texts, decimal, decimals=f"(?:{re.escape(decimal)}[0-9]*)?")
    return pc.replace_substring(texts, COMMA, POINT) if decimal == COMMA else texts


def _without_blanks(texts: pa.StringArray) -> pa.StringArray:
    trimmed = pc.utf8_trim(texts, " \t")
    return pc.if_else(pc.equal(trimmed, ""), None, trimmed)


def _floats(texts: pa.StringArray) -> pa.DoubleArray:
    """The numbers, null where there is none; all at once where every cell holds one."""
    try:
        return texts.cast(pa.float64())
    except pa.ArrowInvalid:
        return pc.if_else(pc.match_substring_regex(texts, _DECIMAL), texts, None).cast(pa.float64())


def _reason(number: float) -> str:
    if not np.isfinite(number) or number != np.floor(number):
        return "fraction"
    return "negative" if number < 0 else "too-large"


def read_utc_instant(text: str) -> Instant:
    """Read one cell of a column that says it is UTC: as `read_instant`, a missing zone is no doubt."""
    stripped = text.strip()
    instant = read_instant(stripped)
    if instant.code != "date-without-zone":
        return instant
    time = "" if len(stripped) > len("2026-01-02") else "T00"
    return read_instant(f"{stripped}{time}Z")
