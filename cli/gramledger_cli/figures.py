"""Numbers as people read them: separators, units that fit, three significant digits, ranges."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

NONE = "-"
"""Shown where there is no figure; never 0."""


def count(number: int | None) -> str:
    """`1,234`."""
    return NONE if number is None else f"{number:,}"


def counted(number: int, one: str, many: str) -> str:
    """`1 row`, `1,234 rows`."""
    return f"{number:,} {one if number == 1 else many}"


def significant(number: float) -> str:
    """Three significant digits without an exponent: `1.23`, `0.00456`, `1,234`."""
    rounded = float(f"{number:.3g}")  # first, for 0.09999 has the decimals of 0.100
    if not rounded:
        return "0"
    digits = max(0, 2 - math.floor(math.log10(abs(rounded))))
    return f"{number:,.{digits}f}"


def percent(number: float | None) -> str:
    """`12.3 %`; `<0.1 %` is not nothing."""
    if number is None:
        return NONE
    return "<0.1 %" if 0 < number < 0.05 else f"{number:.1f} %"


def money(amount: float | None, currency: str | None) -> str:
    """`40.854 USD`: at least two decimals, and no more than four."""
    if amount is None:
        return NONE
    whole, decimals = f"{amount:,.4f}".split(".")
    return f"{whole}.{decimals.rstrip('0').ljust(2, '0')} {currency or ''}".rstrip()


def price(amount: float, currency: str) -> str:
    """`1.23 USD`, and `0.0000123 USD` where two decimals would show nothing."""
    return money(amount, currency) if abs(amount) >= 0.01 else f"{significant(amount)} {currency}"


Amount = tuple[float, str, str]
"""An amount of money, its currency, and a mark behind it or nothing."""


def amounts(column: Sequence[Amount | None]) -> list[str]:
    """A column of money whose decimal points stand below each other: all have as many decimals as one of them needs."""
    stated = [amount for amount in column if amount]
    shown = [price(number, currency).split(" ")[0] for number, currency, _ in stated if abs(number) >= 0.01]
    decimals = max((len(text.partition(".")[2]) for text in shown), default=2)
    marks = max((len(mark) for _, _, mark in stated), default=0)
    return [NONE + " " * marks if amount is None else _amount(amount, decimals, marks) for amount in column]


def _amount(amount: Amount, decimals: int, marks: int) -> str:
    number, currency, mark = amount
    tiny = 0 < abs(number) < 10**-decimals / 2
    return f"{significant(number) if tiny else f'{number:,.{decimals}f}'} {currency}{mark:<{marks}}"


def size(length: int) -> str:
    """`12.3 MB` (decimal units)."""
    for unit, scale in (("GB", 10**9), ("MB", 10**6), ("kB", 10**3)):
        if length >= scale:
            return f"{length / scale:.1f} {unit}"
    return f"{length} bytes"


def seconds(duration: float | None) -> str:
    """`0.42 s`, `12.3 s`, `2 min 05 s`."""
    if duration is None:
        return NONE
    if duration < 10:
        return f"{duration:.2f} s"
    if duration < 60:
        return f"{duration:.1f} s"
    minutes, rest = divmod(round(duration), 60)
    return f"{minutes} min {rest:02d} s"


Range = Mapping[str, float]
"""`low`, `value` and `high` in one unit."""

Units = tuple[tuple[str, float], ...]
"""Names and scales of a quantity's units, the largest first."""

ENERGY: Units = (("MWh", 1e3), ("kWh", 1.0), ("Wh", 1e-3), ("mWh", 1e-6))
CARBON: Units = (("t", 1e3), ("kg", 1.0), ("g", 1e-3), ("mg", 1e-6))
WATER: Units = (("m3", 1e3), ("L", 1.0), ("mL", 1e-3))


def unit_for(value: float, units: Units) -> tuple[str, float]:
    """The largest unit in which the value is at least 1; for 0 the second, which is the usual one."""
    magnitude = abs(value)
    return next((unit for unit in units if magnitude >= unit[1]), units[-1] if magnitude else units[1])


def energy(kwh: Range | None) -> str:
    """`1.23 kWh (0.91 to 1.80)` from a range in kWh."""
    return _range(kwh, ENERGY)


def exact(amount: float, units: Units) -> str:
    """`1.23 kWh` from an amount without a range, in the unit whose scale is 1."""
    unit, scale = unit_for(amount, units)
    return f"{significant(amount / scale)} {unit}"


def carbon(kg: Range | None) -> str:
    """`1.23 kg CO2e (0.91 to 1.80)` from a range in kg."""
    return _range(kg, CARBON, " CO2e")


def water(litres: Range | None) -> str:
    """`1.23 L (0.91 to 1.80)` from a range in litres."""
    return _range(litres, WATER)


def bounds(stated: Range, scale: float) -> str:
    """`0.91 to 1.80`."""
    return f"{significant(stated['low'] / scale)} to {significant(stated['high'] / scale)}"


def _range(stated: Range | None, units: Units, of: str = "") -> str:
    """The unit is that of the value; the bounds are in the same one."""
    if stated is None:
        return NONE
    unit, scale = unit_for(stated["value"], units)
    return f"{significant(stated['value'] / scale)} {unit}{of} ({bounds(stated, scale)})"
