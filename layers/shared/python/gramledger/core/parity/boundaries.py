"""Day boundaries: two sides that tell the same usage by days of different time zones.

Where a side says more than whole days, its instants are shifted until the days agree. Where both know whole days only,
what one day lacks must be in the neighbouring ones: the sums of a run of days agree although its days do not.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Any

import numpy as np
import pyarrow as pa

from gramledger.core import bodies
from gramledger.core.claims import DAY_MS
from gramledger.core.parity.buckets import BUCKET, STREAM
from gramledger.core.parity.gaps import Cause, Gap, Side
from gramledger.core.parity.pairs import Basis, Comparison, Mask, Pairs, coarsened, pair
from gramledger.core.parity.pieces import Stream, stream_of

MINUTE_MS = 60_000
STEP_MS = 15 * MINUTE_MS
OFFSETS = sorted({*range(-720, 841, 30), 345, 525, 765}, key=lambda minutes: (minutes % 60 > 0, abs(minutes)))
"""The offsets from UTC that are in use, in minutes: of several that fit, whole hours and the smallest one first."""

AGREEING_DAYS = 2
"""How many days with usage must agree by the shifted days: one may do so by chance."""

OPEN: frozenset[Cause] = frozenset(("unexplained", "late-usage", "missing-window"))
"""Causes that give way where a run of days proves a boundary."""


@dataclass(frozen=True, slots=True)
class Boundary:
    """A stream of which a side (`side`) counts by days that begin at another hour than midnight UTC.

    `minutes` is the offset from UTC (None where only whole days are known); the percentages are how far the sides are
    apart, added up over the days, by days of UTC and by those of the other zone (or of the whole run).
    """

    stream: Stream
    side: Side
    minutes: int | None
    utc_percent: float
    local_percent: float

    def to_json(self) -> dict[str, Any]:
        """A JSON object."""
        return {
            **dict(zip(STREAM, self.stream, strict=True)),
            "side": self.side,
            "offset_minutes": self.minutes,
            "utc_percent": self.utc_percent,
            "local_percent": self.local_percent,
        }

    def sentence(self) -> str:
        """What shows it."""
        how = (
            f"by days of {_offset(self.minutes)}"
            if self.minutes is not None
            else "over the neighbouring days together"
        )
        return (
            f"The {self.side}'s days do not begin at midnight UTC: {self.utc_percent:.2f} % apart by days of UTC, "
            f"{self.local_percent:.2f} % {how}."
        )


@dataclass(frozen=True, slots=True)
class Shifted:
    """A boundary, and the pairs of its stream by the shifted days."""

    boundary: Boundary
    pairs: Pairs
    ledger_shift: int
    reference_shift: int


def find_shifts(comparison: Comparison, pairs: Pairs) -> Iterator[Shifted]:
    """The streams whose days agree when a side is shifted."""
    sides_known = _finer(comparison.ledger, comparison.reference)
    if sides_known is None:
        return
    shifts, other = sides_known
    small = [coarsened(side, STEP_MS) for side in (comparison.ledger, comparison.reference)]
    gaps = pairs.gaps(comparison.tolerances) & comparison.inside(pairs)
    at_fault = {stream_of(pairs.basis, pairs.labels[i]) for i in np.flatnonzero(gaps)}
    for stream in sorted(at_fault, key=str):
        ledger, reference = (_of_stream(side, pairs.basis, stream) for side in small)
        found = _best(replace(comparison, ledger=ledger, reference=reference), pairs.basis, shifts)
        if found:
            minutes, shifted, percents = found
            shift = minutes * MINUTE_MS
            ledger_shift, reference_shift = (shift, 0) if shifts == "ledger" else (0, shift)
            yield Shifted(Boundary(stream, other, minutes, *percents), shifted, ledger_shift, reference_shift)


def _finer(ledger: pa.Table, reference: pa.Table) -> tuple[Side, Side] | None:
    """The side that is shifted because it knows hours, and the other one, whose days are then in doubt."""
    if _knows_hours(ledger):
        return "ledger", "reference"
    return ("reference", "ledger") if _knows_hours(reference) else None


def _knows_hours(buckets: pa.Table) -> bool:
    return len(np.unique(buckets["ts"].to_numpy() % DAY_MS)) > 1 if buckets.num_rows else False


def _best(
    comparison: Comparison, basis: Basis, shifts: Side
) -> tuple[int, Pairs, tuple[float, float]] | None:
    """The offset by which the fewest days differ, if it explains more than half of them; the pairs by it, and how far
    the sides are apart by days of UTC and by these."""
    ledger, reference, span = comparison.ledger, comparison.reference, comparison.span
    plain = pair(ledger, reference, basis)
    plain = plain.only(comparison.inside(plain))
    before = _days_of(plain, plain.gaps(comparison.tolerances))
    # another boundary moves usage between days, so one alone is no sign of it
    if len(before) < AGREEING_DAYS:
        return None
    best: tuple[int, int, Pairs] | None = None
    for minutes in OFFSETS:
        shift, judged = minutes * MINUTE_MS, comparison
        if shifts == "ledger":
            tried = pair(ledger, reference, basis, ledger_shift=shift)
        else:  # beyond its ends the reference is not known
            tried = pair(ledger, reference, basis, reference_shift=shift)
            judged = replace(comparison, span=(span[0] + (minutes > 0), span[1] - (minutes < 0)))
        tried = tried.only(judged.inside(tried))
        apart = tried.gaps(comparison.tolerances)
        wrong = _days_of(tried, apart)
        agreeing = _days_of(tried, ~apart & ~tried.empty()) - wrong
        if (
            len(agreeing) >= AGREEING_DAYS
            and 2 * len(wrong) < len(before)
            and (best is None or len(wrong) < best[0])
        ):
            best = (len(wrong), minutes, tried)
    if best is None or best[1] == 0:
        return None
    return best[1], best[2], (_percent(plain), _percent(best[2]))


def find_runs(gaps: Iterable[Gap], basis: Basis) -> Iterator[tuple[Boundary, list[Gap]]]:
    """Runs of days, in one combination of dimensions each, whose sums agree although every day differs."""
    still_open = sorted((gap for gap in gaps if gap.cause in OPEN), key=_order)
    for _, found in groupby(still_open, key=lambda gap: gap.labels):
        run: list[Gap] = []
        for gap in found:
            if run and gap.day != run[-1].day + 1:
                run = []
            run.append(gap)
            if len(run) > 1 and not any(_difference(run)):
                yield _boundary_of(run, basis), run
                run = []


def _order(gap: Gap) -> tuple[str, int]:
    return str(gap.labels), gap.day


def _difference(run: list[Gap]) -> list[int]:
    return [sum(gap.ledger[i] - gap.reference[i] for gap in run) for i in range(len(run[0].ledger))]


def _boundary_of(run: list[Gap], basis: Basis) -> Boundary:
    apart = sum(abs(gap.ledger[i] - gap.reference[i]) for gap in run for i in basis.volume)
    whole = sum(gap.reference[i] for gap in run for i in basis.volume)
    percent = round(100 * apart / whole, 4) if whole else 0.0
    return Boundary(stream_of(basis, run[0].labels), "reference", None, percent, 0.0)


def _of_stream(buckets: pa.Table, basis: Basis, stream: Stream) -> pa.Table:
    chosen = np.ones(buckets.num_rows, bool)
    for name, wanted in zip(STREAM, stream, strict=True):
        if name not in basis.dimensions:
            continue
        column = bodies.one_chunk(buckets[name])
        codes = column.indices.fill_null(-1).to_numpy(zero_copy_only=False)
        known = column.dictionary.to_pylist()
        if wanted is None:
            chosen &= codes == -1
        else:
            chosen &= codes == known.index(wanted) if wanted in known else False
    return bodies.canonical(buckets.filter(pa.array(chosen)), BUCKET)


def _days_of(pairs: Pairs, chosen: Mask) -> set[int]:
    return set(pairs.days[chosen].tolist())


def _percent(pairs: Pairs) -> float:
    """How far the sides are apart, added up over days and combinations, in tokens where these are compared."""
    ours, theirs = (side[:, pairs.basis.volume] for side in (pairs.ledger, pairs.reference))
    whole = int(np.abs(theirs).sum())
    return round(100 * int(np.abs(ours - theirs).sum()) / whole, 4) if whole else 0.0


def _offset(minutes: int) -> str:
    hours, rest = divmod(abs(minutes), 60)
    return f"UTC{'-' if minutes < 0 else '+'}{hours:02d}:{rest:02d}"
