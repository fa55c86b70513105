"""The marks in numbers: which one is before the decimals and which groups thousands, where a file makes it certain."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final, Literal

DecimalMark = Literal[".", ",", ""]
POINT: Final = "."
COMMA: Final = ","
UNCERTAIN: Final = ""

GROUP_MARKS: Final = (",", ".", "'", "\u2019", " ", "\u00a0", "\u202f")
"""What groups thousands somewhere: comma, point, apostrophes, and blanks that may be narrow or not break a line."""


_MANY_TO_ONE = 20


def _certain(mark: str, other: str) -> re.Pattern[str]:
    """An amount whose mark cannot group thousands: other than three digits follow it, or only zeros stand before it,
    or the other mark groups thousands before it."""
    forms = (
        rf"[0-9]*{mark}(?:[0-9]{{1,2}}|[0-9]{{4,}})",
        rf"0*{mark}[0-9]+",
        rf"[0-9]{{1,3}}(?:{other}[0-9]{{3}})+{mark}[0-9]+",
    )
    return re.compile(rf"(?<![0-9.,])(?:{'|'.join(forms)})(?![0-9.,])")


_POINT = _certain(r"\.", ",")
_COMMA = _certain(",", r"\.")


def decimal_mark(amounts: Iterable[str], *, otherwise: DecimalMark) -> DecimalMark:
    """The decimal mark that some amounts prove; `otherwise` when they prove none, UNCERTAIN when they prove both.

    A few amounts do not stand against many: in a damaged row any text may stand in the place of an amount.
    """
    point = comma = 0
    for amount in amounts:
        point += _POINT.search(amount) is not None
        comma += _COMMA.search(amount) is not None
    if point and comma:
        if max(point, comma) < _MANY_TO_ONE * min(point, comma):
            return UNCERTAIN
        return POINT if point > comma else COMMA
    if point:
        return POINT
    return COMMA if comma else otherwise
