"""Shares in percent that add up to exactly 100."""

from __future__ import annotations

from collections.abc import Sequence

_PARTS = 1_000_000
"""How many parts a whole has: shares have four decimals."""


def percents(amounts: Sequence[int]) -> list[float]:
    """The share of each amount (none below 0) in their sum, to four decimals; all 0 when the sum is.

    Each is rounded down, and what is missing goes to those that lost most by it, so that all add up.
    """
    whole = sum(amounts)
    if not whole:
        return [0.0] * len(amounts)
    parts = [amount * _PARTS // whole for amount in amounts]
    lost = [amount * _PARTS % whole for amount in amounts]
    for place in sorted(range(len(amounts)), key=lambda place: -lost[place])[: _PARTS - sum(parts)]:
        parts[place] += 1
    return [part * 100 / _PARTS for part in parts]
