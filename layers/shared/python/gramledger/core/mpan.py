"""MPANs: the numbers of electricity meters in Great Britain."""

from __future__ import annotations

import re

_WEIGHTS = (3, 5, 7, 13, 17, 19, 23, 29, 31, 37, 41, 43)
"""The primes from 3 on, without 11."""


def is_mpan(text: str) -> bool:
    """Whether a text is the core of an MPAN: 13 digits, of which the last one checks the others."""
    digits = re.sub(r"[ -]", "", text)
    if not re.fullmatch(r"[1-9][0-9]{12}", digits):
        return False
    weighed = sum(int(digit) * weight for digit, weight in zip(digits, _WEIGHTS, strict=False))
    return weighed % 11 % 10 == int(digits[-1])
