"""Amounts of energy as they are written in readings, read exactly into micro-watt-hours (1 kWh = 1e9).

Plain numbers are read whole columns at a time; only irregular texts are looked at one by one.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal
from functools import lru_cache

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from gramledger.core import limits
from gramledger.core.separators import COMMA, POINT, DecimalMark

MICRO_WH_PER_KWH = 10**9
READING_MAXIMUM = limits.READING_MAXIMUM_KWH * MICRO_WH_PER_KWH

EXPONENTS = {"wh": 6, "kwh": 9, "mwh": 12}
"""How many decimal digits of each unit make a micro-watt-hour; units by their comparable names."""

REACTIVE = frozenset(("varh", "kvarh", "mvarh", "kvar", "reactive", "ri", "re"))
"""What says that a number is no energy that was used; the last two are the industry's names in Great Britain."""

_DIGITS = 18
_ODD = re.compile(
    r"(?P<sign>[+\-\u2212]?)(?P<number>[0-9][0-9.,]*|[.,][0-9]+)(?:[eE](?P<exponent>[+-]?[0-9]{1,2}))?"
)
_GROUPS = {
    POINT: re.compile(r"[1-9][0-9]{0,2}(?:(?:,[0-9]{3})+\.[0-9]+|(?:,[0-9]{3}){2,})"),
    COMMA: re.compile(r"[1-9][0-9]{0,2}(?:(?:\.[0-9]{3})+,[0-9]+|(?:\.[0-9]{3}){2,})"),
}
_MARK_THAT_MAY_GROUP = re.compile(r"[1-9][0-9]{0,2}[.,][0-9]{3}")


@dataclass(frozen=True, slots=True)
class Energies:
    """What texts say: micro-watt-hours of each, which of them say more than that, and the codes of refused ones."""

    micro: NDArray[np.int64]
    exact: NDArray[np.bool_]
    codes: dict[int, str]


def read_energies(texts: pa.StringArray, decimal: DecimalMark, unit: str) -> Energies:
    """Read distinct texts (none null) in one unit of EXPONENTS; a refused one is 0 and has its code, by index.

    What is finer than a micro-watt-hour is rounded, half to even.
    """
    exponent = EXPONENTS[unit]
    trimmed = pc.utf8_trim_whitespace(texts)
    mark = "," if decimal == COMMA else r"\."
    plain = rf"^(?P<whole>\d{{1,{_DIGITS - exponent}}})(?:{mark}(?P<part>\d{{0,{exponent}}}))?$"
    if decimal not in (POINT, COMMA):
        plain = rf"^(?P<whole>\d{{1,{_DIGITS - exponent}}})(?P<part>)$"
    found = pc.extract_regex(trimmed, plain)
    whole = pc.fill_null(pc.struct_field(found, "whole"), "0").cast(pa.int64()).to_numpy(zero_copy_only=False)
    digits = pc.utf8_rpad(pc.fill_null(pc.struct_field(found, "part"), ""), exponent, "0")
    micro = whole * 10**exponent + digits.cast(pa.int64()).to_numpy(zero_copy_only=False)
    exact = np.ones(len(texts), bool)
    codes = dict.fromkeys(np.flatnonzero(micro > READING_MAXIMUM).tolist(), "reading-too-large")
    for index in np.flatnonzero(found.is_null().to_numpy(zero_copy_only=False)).tolist():
        amount, exact[index], code = _read_odd(trimmed[index].as_py(), decimal, exponent)
        micro[index] = amount
        if code:
            codes[index] = code
    micro[list(codes)] = 0
    return Energies(micro, exact, codes)


@lru_cache(maxsize=1 << 16)
def _read_odd(text: str, decimal: DecimalMark, exponent: int) -> tuple[int, bool, str | None]:
    """(micro-watt-hours, whether that is all it says, the code of a refused text)."""
    match = _ODD.fullmatch(text)
    plain = _without_separators(match["number"], decimal) if match else None
    if match is None or plain is None:
        return 0, True, "reading-not-a-number"
    shifted = Decimal(f"{plain}e{int(match['exponent'] or 0) + exponent}")
    if match["sign"] in ("-", "\u2212") and shifted:
        return 0, True, "reading-negative"
    if shifted > READING_MAXIMUM:
        return 0, True, "reading-too-large"
    micro = int(shifted.to_integral_value(ROUND_HALF_EVEN))
    return micro, micro == shifted, None


def _without_separators(number: str, decimal: DecimalMark) -> str | None:
    """The number with a decimal point and no grouping, or null where its marks leave a doubt."""
    if number.isdigit():
        return number
    if decimal in (POINT, COMMA):
        other = "," if decimal == POINT else "."
        if _GROUPS[decimal].fullmatch(number):
            number = number.replace(other, "")
    elif _MARK_THAT_MAY_GROUP.fullmatch(number):
        return None
    marks = {mark for mark in ".," if mark in number}
    fits = marks <= {decimal} if decimal else len(marks) == 1
    if not fits or sum(map(number.count, marks)) > 1:
        return None
    return number.replace(",", ".")
