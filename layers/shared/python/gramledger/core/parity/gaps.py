"""Gaps: where the two sides are apart, and the one cause that each gap has."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Literal, get_args

from gramledger.core.heads import day_name
from gramledger.core.parity.pairs import Basis, Labels

Cause = Literal[
    "missing-window",
    "day-boundary",
    "late-usage",
    "token-semantics",
    "price",
    "duplicate",
    "nothing-to-compare",
    "unexplained",
]
CAUSES: tuple[Cause, ...] = get_args(Cause)

Side = Literal["ledger", "reference"]

Void = Literal["no-usage", "blank-metadata"]
"""Why a difference is no gap: nobody used anything, or a side leaves dimensions blank and the sums agree."""

Sums = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Gap:
    """One day and combination of dimensions (a number since 1970-01-01, and labels in the order of the basis) in which
    the sides are apart. `side` is the one that the cause speaks of: what lacks a window, counts twice, is behind."""

    day: int
    labels: Labels
    ledger: Sums
    reference: Sums
    cause: Cause = "unexplained"
    side: Side | None = None
    detail: str = ""

    def named(self, cause: Cause, side: Side | None, detail: str) -> Gap:
        """The gap with its cause, and what shows it in a sentence."""
        return replace(self, cause=cause, side=side, detail=detail)

    def to_json(self, basis: Basis) -> dict[str, Any]:
        """A JSON object."""
        return {
            "day": day_name(self.day),
            **labelled(basis, self.labels),
            "cause": self.cause,
            "side": self.side,
            "detail": self.detail,
            "ledger": dict(zip(basis.measures, self.ledger, strict=True)),
            "reference": dict(zip(basis.measures, self.reference, strict=True)),
        }


def labelled(basis: Basis, labels: Labels) -> dict[str, str | None]:
    """The labels by their dimensions."""
    return dict(zip(basis.dimensions, labels, strict=True))


def label(basis: Basis, labels: Labels, name: str) -> str | None:
    """One label; None where the dimension is not compared."""
    return labels[basis.dimensions.index(name)] if name in basis.dimensions else None


def value(basis: Basis, sums: Sums, name: str) -> int:
    """One sum; 0 where the measure is not compared."""
    return sums[basis.measures.index(name)] if name in basis.measures else 0
