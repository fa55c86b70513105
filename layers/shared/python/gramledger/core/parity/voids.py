"""Differences that are no gaps: windows in which nobody used anything, and usage of which a side leaves names blank."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from gramledger.core.heads import day_name
from gramledger.core.parity.gaps import Gap, Side, Sums, Void, labelled
from gramledger.core.parity.pairs import Basis, Labels


@dataclass(frozen=True, slots=True)
class Empty:
    """One day and combination that only `side` has, and why that is no gap."""

    day: int
    labels: Labels
    side: Side
    reason: Void

    def to_json(self, basis: Basis) -> dict[str, Any]:
        """A JSON object."""
        return {
            "day": day_name(self.day),
            **labelled(basis, self.labels),
            "side": self.side,
            "reason": self.reason,
        }


def without_blanks(gaps: Iterable[Gap]) -> tuple[list[Gap], list[Empty]]:
    """The gaps without those that are one usage under two names, where one of these leaves dimensions blank; and these.

    What a side has under a blank must be, to the last count, the sum of what the other side has under names that fit.
    """
    rest = list(gaps)
    by_day: dict[int, list[Gap]] = defaultdict(list)
    for gap in rest:
        if any(gap.ledger) != any(gap.reference):
            by_day[gap.day].append(gap)
    matched: dict[tuple[int, Labels], Empty] = {}
    for day, found in by_day.items():
        for gap in found:
            if None not in gap.labels or (day, gap.labels) in matched:
                continue
            fitting = [
                other
                for other in found
                if any(other.ledger) != any(gap.ledger)
                and (day, other.labels) not in matched
                and _fits(gap.labels, other.labels)
            ]
            if fitting and _sums_of([gap]) == _sums_of(fitting):
                for one in (gap, *fitting):
                    side: Side = "ledger" if any(one.ledger) else "reference"
                    matched[day, one.labels] = Empty(day, one.labels, side, "blank-metadata")
    return [gap for gap in rest if (gap.day, gap.labels) not in matched], list(matched.values())


def _fits(blank: Labels, named: Labels) -> bool:
    return blank != named and all(
        mine is None or mine == theirs for mine, theirs in zip(blank, named, strict=True)
    )


def _sums_of(gaps: list[Gap]) -> Sums:
    """What the side that has anything says, added up."""
    return tuple(
        sum(column) for column in zip(*(max(g.ledger, g.reference, key=any) for g in gaps), strict=True)
    )
