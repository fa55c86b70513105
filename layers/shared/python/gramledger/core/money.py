"""Amounts of money as they are written in exports, read exactly into nano-units (1 = 1e-9 of the currency)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal
from functools import lru_cache

from gramledger.core.separators import COMMA, POINT, UNCERTAIN, DecimalMark

DEFAULT_CURRENCY = "USD"

_NANO_DIGITS = 9

# Cost cells that knowingly state no amount.
WORDS = ("included", "free")
_DASHES = frozenset("-\u2013\u2014")

_SYMBOLS = {"$": "USD", "US$": "USD", "\u20ac": "EUR", "\u00a3": "GBP", "\u00a5": "JPY", "\u20b9": "INR"}
_AMOUNT = re.compile(
    r"(?P<minus>[-\u2212]?)\s?"
    r"(?P<before>US\$|[$\u20ac\u00a3\u00a5\u20b9]|[A-Z]{3})?\s?"
    r"(?P<inner>[-\u2212]?)"
    r"(?P<number>[0-9][0-9.,]*|\.[0-9]+)"
    r"(?P<exponent>[eE][+-]?[0-9]{1,2})?\s?"
    r"(?P<after>US\$|[$\u20ac\u00a3\u00a5\u20b9]|[A-Z]{3})?"
)
_COMMA_GROUPS = re.compile(r"[1-9][0-9]{0,2}(,[0-9]{3})+(\.[0-9]+)?")
_DOT_GROUPS = re.compile(r"[1-9][0-9]{0,2}(\.[0-9]{3})+,[0-9]+|[1-9][0-9]{0,2}(\.[0-9]{3}){2,}")
_ONE_GROUP = re.compile(r"[1-9][0-9]{0,2}[.,][0-9]{3}")
_PLAIN = re.compile(r"[0-9]*\.?[0-9]+|[0-9]+\.")
_DECIMAL_COMMA = re.compile(r"[0-9]+,[0-9]+")


@dataclass(frozen=True, slots=True)
class Amount:
    """One cost cell: `nano` is null where it states no amount; `readable` is false where that is a surprise."""

    nano: int | None
    currency: str
    readable: bool = True


_NO_AMOUNT = Amount(None, DEFAULT_CURRENCY)
_UNREADABLE = Amount(None, DEFAULT_CURRENCY, readable=False)


@lru_cache(maxsize=1 << 16)
def read_amount(text: str, decimal: DecimalMark = POINT) -> Amount:
    """Read a cost cell: `0.02`, `$1,234`, `EUR 3,50`, `(0.10)`, `Included`, `Free`, `-` or blank.

    More than nine decimals are rounded to the nearest nano-unit, half to even. A single comma before three digits
    groups thousands in dollars and is refused in other currencies, where it may as well be a decimal comma.

    `decimal` is the decimal mark of the file. With COMMA a single point before three digits groups thousands; with
    UNCERTAIN a single mark before three digits is refused.
    """
    text = text.strip()
    if not text or text in _DASHES or text.lower().startswith(WORDS):
        return _NO_AMOUNT
    bracketed = text.startswith("(") and text.endswith(")")
    match = _AMOUNT.fullmatch(text[1:-1].strip() if bracketed else text)
    if match is None or (match["before"] and match["after"]) or (match["minus"] and match["inner"]):
        return _UNREADABLE
    symbol = match["before"] or match["after"]
    currency = _SYMBOLS.get(symbol, symbol) if symbol else DEFAULT_CURRENCY
    number = match["number"]
    plain = (
        _with_decimal_comma(number) if decimal == COMMA else _without_separators(number, currency, decimal)
    )
    if plain is None:
        return _UNREADABLE
    # made from text, which is exact for any number of digits; a product would be rounded to the context's 28
    shifted = Decimal(f"{plain}e{int((match['exponent'] or 'e0')[1:]) + _NANO_DIGITS}")
    nano = int(shifted.to_integral_value(ROUND_HALF_EVEN))
    negative = bracketed or bool(match["minus"] or match["inner"])
    return Amount(-nano if negative else nano, currency)


def _without_separators(number: str, currency: str, decimal: DecimalMark) -> str | None:
    """The number with a decimal point and no grouping, or null where the separators leave a doubt."""
    if decimal == UNCERTAIN and _ONE_GROUP.fullmatch(number):
        return None
    if _PLAIN.fullmatch(number):
        return number
    if _COMMA_GROUPS.fullmatch(number):
        doubtful = number.count(",") == 1 and "." not in number and currency != DEFAULT_CURRENCY
        return None if doubtful else number.replace(",", "")
    if _DOT_GROUPS.fullmatch(number):
        return number.replace(".", "").replace(",", ".")
    if _DECIMAL_COMMA.fullmatch(number):
        return number.replace(",", ".")
    return None


def _with_decimal_comma(number: str) -> str | None:
    if "." not in number or _DOT_GROUPS.fullmatch(number) or _ONE_GROUP.fullmatch(number):
        plain = number.replace(".", "").replace(",", ".")
        return plain if _PLAIN.fullmatch(plain) else None
    return None
