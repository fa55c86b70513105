"""The contestants of the parse benchmark: each reads one file and gives the same figures, or says why it cannot.

The stage: parse, validate (dates exist, counts are whole numbers from 0 to 10^12, the total is the sum, the cost is
a number or a known word), normalise (instants in ms, exact costs, 0 charged where the kind says so), count
duplicates (rows less distinct instants) and group by day and model.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

DAY_MS = 86_400_000
TOKENS_MAXIMUM = 10**12
WORDS = ("Included", "Free", "-")
NOT_CHARGED = ("Errored, Not Charged", "Aborted, Not Charged", "Errored, No Charge")
COUNTS = (
    "Input (w/ Cache Write)",
    "Input (w/o Cache Write)",
    "Cache Read",
    "Output Tokens",
    "Total Tokens",
)

Group = tuple[Any, ...]
"""Day since 1970, model, rows, four token sums (cache write, input, cache read, output), cost and charged (mills)."""


@dataclass(frozen=True, slots=True)
class Found:
    """What a contestant finds; comparing it with the others is not part of the stage."""

    duplicates: int
    wrong_totals: int
    groups: Iterable[Group]


@dataclass(frozen=True, slots=True)
class Figures:
    """What every contestant must find."""

    rows: int
    duplicates: int
    wrong_totals: int
    groups: int
    tokens: int
    cost_mills: int
    charged_mills: int
    digest: str
    """SHA-256 of all groups in order: equal only when every sum of every group is."""

    @classmethod
    def of(cls, found: Found) -> Figures:
        """Sum up the groups."""
        ordered = sorted(
            (int(day), str(model), [int(number) for number in sums]) for day, model, *sums in found.groups
        )
        text = "\n".join(f"{day},{model},{sums}" for day, model, sums in ordered)
        totals = [sum(numbers) for numbers in zip(*(sums for _, _, sums in ordered), strict=True)]
        return cls(
            rows=totals[0],
            duplicates=int(found.duplicates),
            wrong_totals=int(found.wrong_totals),
            groups=len(ordered),
            tokens=sum(totals[1:5]),
            cost_mills=totals[5],
            charged_mills=totals[6],
            digest=hashlib.sha256(text.encode()).hexdigest()[:16],
        )
