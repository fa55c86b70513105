"""The comparison as a whole: two tables of buckets in, every difference with its cause out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from gramledger.core.parity.boundaries import Boundary, Shifted, find_runs, find_shifts
from gramledger.core.parity.buckets import MEASURES
from gramledger.core.parity.causes import Evidence, causes_of
from gramledger.core.parity.gaps import Gap, Side, Sums
from gramledger.core.parity.pairs import Basis, Comparison, Integers, Pairs, basis_of, pair, stated
from gramledger.core.parity.pieces import pieces_of, stream_of
from gramledger.core.parity.tolerances import Tolerances
from gramledger.core.parity.voids import Empty, without_blanks


@dataclass(frozen=True, slots=True)
class DaySums:
    """One day as a whole: what both sides have, and how far they are apart (percent of the reference's tokens, or of
    its money or requests where no tokens are compared)."""

    day: int
    ledger: Sums
    reference: Sums
    percent: float


@dataclass(frozen=True, slots=True)
class Findings:
    """What a comparison found; `combinations` is how many days and combinations either side has."""

    basis: Basis
    combinations: int
    days: tuple[DaySums, ...]
    gaps: tuple[Gap, ...]
    voids: tuple[Empty, ...]
    boundaries: tuple[Boundary, ...]


def examine(comparison: Comparison) -> Findings:
    """Compare two sides over a span of days."""
    ledger, reference = comparison.ledger, comparison.reference
    basis = basis_of(ledger, reference)
    everything = pair(ledger, reference, basis)
    inside = everything.only(comparison.inside(everything))
    open_gaps, blank = without_blanks(_gaps_of(inside, comparison.tolerances))
    settled = list(_incomparable(comparison, inside))
    boundaries: list[Boundary] = []
    if open_gaps:
        for shifted in find_shifts(comparison, everything):
            boundaries.append(shifted.boundary)
            mine = [gap for gap in open_gaps if stream_of(basis, gap.labels) == shifted.boundary.stream]
            open_gaps = [gap for gap in open_gaps if gap not in mine]
            settled += _by_shifted_days(comparison, mine, shifted)
    evidence = _evidence(comparison, basis)
    named = [one for gap in open_gaps for one in causes_of(gap, evidence)]
    for boundary, run in find_runs(named, basis):
        boundaries.append(boundary)
        text = boundary.sentence()
        named = [
            gap.named("day-boundary", boundary.side, text) if any(gap is one for one in run) else gap
            for gap in named
        ]
    gaps = sorted((*settled, *named), key=lambda gap: (gap.day, str(gap.labels), gap.cause))
    return Findings(
        basis,
        len(inside),
        tuple(_day_sums(inside)),
        tuple(gaps),
        (*_voids_of(inside), *blank),
        tuple(boundaries),
    )


def _gaps_of(pairs: Pairs, tolerances: Tolerances) -> list[Gap]:
    return [
        Gap(int(pairs.days[i]), pairs.labels[i], _sums(pairs.ledger, i), _sums(pairs.reference, i))
        for i in np.flatnonzero(pairs.gaps(tolerances)).tolist()
    ]


def _incomparable(comparison: Comparison, pairs: Pairs) -> Iterator[Gap]:
    """What a side states and nothing of the other one can be held against: neither equal nor apart."""
    chosen = pairs.incomparable(comparison.tolerances)
    if not chosen.any():
        return
    said = [stated(MEASURES, table) for table in (comparison.ledger, comparison.reference)]
    ours, theirs = (", ".join(names) or "nothing" for names in said)
    text = f"The ledger states {ours}; the reference states {theirs}"
    compared = ", ".join(pairs.basis.measures)
    for i in np.flatnonzero(chosen).tolist():
        mute: Side = "ledger" if pairs.ledger_mute[i] else "reference"
        detail = (
            f"{text}; of this combination the {mute} has none of what both state ({compared})."
            if compared
            else f"{text}: there is no common measure."
        )
        gap = Gap(int(pairs.days[i]), pairs.labels[i], _sums(pairs.ledger, i), _sums(pairs.reference, i))
        yield gap.named("nothing-to-compare", mute if compared else None, detail)


def _evidence(
    comparison: Comparison, basis: Basis, ledger_shift: int = 0, reference_shift: int = 0
) -> Evidence:
    ours = pieces_of(comparison.ledger, basis, shift=ledger_shift)
    theirs = pieces_of(comparison.reference, basis, shift=reference_shift)
    return Evidence(basis, comparison.tolerances, ours, theirs, comparison.estimated)


def _by_shifted_days(comparison: Comparison, gaps: list[Gap], shifted: Shifted) -> Iterator[Gap]:
    """The gaps of a stream whose days are those of another zone: what agrees by these days, and what is apart still."""
    basis, boundary = shifted.pairs.basis, shifted.boundary
    mine = [
        gap
        for gap in _gaps_of(shifted.pairs, comparison.tolerances)
        if stream_of(basis, gap.labels) == boundary.stream
    ]
    still = {(gap.day, gap.labels) for gap in mine}
    for gap in gaps:
        if (gap.day, gap.labels) not in still:
            yield gap.named("day-boundary", boundary.side, boundary.sentence())
    evidence = _evidence(comparison, basis, shifted.ledger_shift, shifted.reference_shift)
    for gap in mine:
        yield from causes_of(gap, evidence)


def _voids_of(pairs: Pairs) -> Iterator[Empty]:
    if not pairs.basis.measures:
        return  # whether nobody used anything is not known
    for i in np.flatnonzero(pairs.empty()).tolist():
        if not (pairs.ledger_buckets[i] and pairs.reference_buckets[i]):
            side: Side = "ledger" if pairs.ledger_buckets[i] else "reference"
            yield Empty(int(pairs.days[i]), pairs.labels[i], side, "no-usage")


def _day_sums(pairs: Pairs) -> Iterator[DaySums]:
    columns = pairs.basis.volume
    for day in np.unique(pairs.days).tolist():
        chosen = pairs.days == day
        ledger, reference = pairs.ledger[chosen], pairs.reference[chosen]
        apart = int(np.abs(ledger - reference)[:, columns].sum())
        whole = int(reference[:, columns].sum())
        percent = round(100 * apart / whole, 4) if whole else (100.0 if apart else 0.0)
        yield DaySums(int(day), _total(ledger), _total(reference), percent)


def _sums(side: Integers, place: int) -> Sums:
    return tuple(int(number) for number in side[place])


def _total(side: Integers) -> Sums:
    return tuple(int(number) for number in side.sum(axis=0))
