"""Pairs: for each day and combination of dimensions, what the ledger and the reference say, side by side."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from gramledger.core import bodies
from gramledger.core.claims import DAY_MS
from gramledger.core.heads import day_name
from gramledger.core.parity.buckets import BUCKET, DIMENSIONS, MEASURES, TOKENS
from gramledger.core.parity.tolerances import Tolerances

Integers = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]
Labels = tuple[str | None, ...]

_LARGEST = 2**63 - 1


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two sides (schema BUCKET), the span of days that is looked at (numbers since 1970-01-01, inclusive), and by what.

    The ledger's buckets may reach a day beyond the span on both ends: days of another zone do so. `estimated` says that
    the ledger's money is list prices.
    """

    ledger: pa.Table
    reference: pa.Table
    span: tuple[int, int]
    tolerances: Tolerances = field(default_factory=Tolerances)
    estimated: bool = False

    def inside(self, pairs: Pairs) -> Mask:
        """The pairs that are of the span."""
        found: Mask = (pairs.days >= self.span[0]) & (pairs.days <= self.span[1])
        return found


@dataclass(frozen=True, slots=True)
class Basis:
    """By what the two sides can be compared: the dimensions and measures that both of them state."""

    dimensions: tuple[str, ...]
    measures: tuple[str, ...]

    @property
    def volume(self) -> list[int]:
        """The places of the measures that say how much a day has: tokens, or all where no tokens are compared."""
        return [i for i, name in enumerate(self.measures) if name in TOKENS] or list(
            range(len(self.measures))
        )


def basis_of(ledger: pa.Table, reference: pa.Table) -> Basis:
    """What both sides state somewhere; where one side has no bucket at all, what the other one does."""

    sides = [side for side in (ledger, reference) if side.num_rows]
    return Basis(stated(DIMENSIONS, *sides), stated(MEASURES, *sides))


def stated(names: Sequence[str], *sides: pa.Table) -> tuple[str, ...]:
    """Those of some columns that each of the sides states somewhere."""
    return tuple(name for name in names if all(side[name].null_count < side.num_rows for side in sides))


@dataclass(frozen=True, slots=True)
class Pairs:
    """One row for each day and combination that a side has a bucket of, by day and labels.

    `days` are numbers since 1970-01-01; `labels` are in the order of the basis' dimensions; sums are in the order of
    its measures, a blank counted as 0.
    """

    basis: Basis
    days: Integers
    labels: list[Labels]
    ledger: Integers
    """Sums, one row for each pair and one column for each measure; the same of the reference."""
    reference: Integers
    ledger_buckets: Integers
    """How many buckets the sums are of; the same of the reference."""
    reference_buckets: Integers
    ledger_mute: Mask
    """Where a side has usage and states it in no measure of the basis, only in others; the same of the reference."""
    reference_mute: Mask

    def __len__(self) -> int:
        return len(self.days)

    def only(self, chosen: Mask) -> Pairs:
        """Some of the pairs."""
        return Pairs(
            self.basis,
            self.days[chosen],
            [self.labels[place] for place in np.flatnonzero(chosen)],
            self.ledger[chosen],
            self.reference[chosen],
            self.ledger_buckets[chosen],
            self.reference_buckets[chosen],
            self.ledger_mute[chosen],
            self.reference_mute[chosen],
        )

    def gaps(self, tolerances: Tolerances) -> Mask:
        """The pairs whose sides are too far apart in some measure."""
        found = np.zeros(len(self), bool)
        for index, name in enumerate(self.basis.measures):
            found |= tolerances.outside(name, self.ledger[:, index], self.reference[:, index])
        return found

    def incomparable(self, tolerances: Tolerances) -> Mask:
        """The pairs without a gap of which a side states something that is not compared at all; every pair, where there
        is no common measure."""
        if not self.basis.measures:
            return np.ones(len(self), bool)
        found: Mask = (self.ledger_mute | self.reference_mute) & ~self.gaps(tolerances)
        return found

    def empty(self) -> Mask:
        """The pairs in which nobody used anything."""
        nothing: Mask = ~((self.ledger != 0).any(axis=1) | (self.reference != 0).any(axis=1))
        return nothing & ~self.ledger_mute & ~self.reference_mute


def pair(
    ledger: pa.Table,
    reference: pa.Table,
    basis: Basis,
    *,
    ledger_shift: int = 0,
    reference_shift: int = 0,
) -> Pairs:
    """The pairs of two tables of buckets; a shift (ms) is added to the instants of a side before its days are told."""
    both = bodies.concat([side for side in (ledger, reference) if side.num_rows], BUCKET)
    count = ledger.num_rows
    shifts = np.full(both.num_rows, reference_shift, np.int64)
    shifts[:count] = ledger_shift
    days = (both["ts"].to_numpy() + shifts) // DAY_MS
    columns = [bodies.one_chunk(both[name]) for name in basis.dimensions]
    codes = [c.indices.fill_null(-1).to_numpy(zero_copy_only=False).astype(np.int64) for c in columns]
    firsts, inverse = _distinct([days, *codes])
    sides = (slice(0, count), slice(count, None))
    sums = [_sums(both, inverse, len(firsts), basis, side) for side in sides]
    mute = [_mute(both, inverse, len(firsts), basis, side) for side in sides]
    names = [[*column.dictionary.to_pylist(), None] for column in columns]  # code -1 is the last one
    labels = [
        tuple(texts[code[row]] for texts, code in zip(names, codes, strict=True)) for row in firsts.tolist()
    ]
    (ours, our_count), (theirs, their_count) = sums
    return Pairs(basis, days[firsts], labels, ours, theirs, our_count, their_count, *mute)


def sums_by_source(
    buckets: pa.Table, basis: Basis, *, shift: int
) -> Iterator[tuple[int, Labels, str, tuple[int, ...]]]:
    """(day, labels, source, sums) of each source's part in each day and combination of one side."""
    if not buckets.num_rows:
        return
    days = (buckets["ts"].to_numpy() + shift) // DAY_MS
    columns = [bodies.one_chunk(buckets[name]) for name in (*basis.dimensions, "source")]
    codes = [c.indices.fill_null(-1).to_numpy(zero_copy_only=False).astype(np.int64) for c in columns]
    firsts, inverse = _distinct([days, *codes])
    sums, _ = _sums(buckets, inverse, len(firsts), basis, slice(None))
    names = [[*column.dictionary.to_pylist(), None] for column in columns]
    for place, row in enumerate(firsts.tolist()):
        *labels, source = (texts[code[row]] for texts, code in zip(names, codes, strict=True))
        yield int(days[row]), tuple(labels), str(source), tuple(int(sum_) for sum_ in sums[place])


def sources_by_day(buckets: pa.Table) -> dict[str, list[str]]:
    """The sources that have a bucket on each day."""
    if not buckets.num_rows:
        return {}
    days = buckets["ts"].to_numpy() // DAY_MS
    sources = bodies.one_chunk(buckets["source"])
    firsts, _ = _distinct([days, sources.indices.to_numpy(zero_copy_only=False).astype(np.int64)])
    found: dict[str, list[str]] = {}
    for row in firsts.tolist():
        found.setdefault(day_name(int(days[row])), []).append(sources[row].as_py())
    return {day: sorted(names) for day, names in found.items()}


def coarsened(buckets: pa.Table, step_ms: int) -> pa.Table:
    """The buckets with their instants cut to whole steps and equal ones added up, so that there are few of them."""
    if not buckets.num_rows:
        return buckets
    steps = buckets["ts"].to_numpy() // step_ms
    texts = [name for name in BUCKET.names if BUCKET.field(name).type != pa.int64()]
    columns = [bodies.one_chunk(buckets[name]) for name in texts]
    codes = [c.indices.fill_null(-1).to_numpy(zero_copy_only=False).astype(np.int64) for c in columns]
    firsts, inverse = _distinct([steps, *codes])
    if len(firsts) == buckets.num_rows:
        return buckets.set_column(0, BUCKET.field("ts"), pa.array(steps * step_ms))
    kept = buckets.take(pa.array(firsts))
    added: dict[str, pa.Array] = {"ts": pa.array((steps * step_ms)[firsts])}
    for name in MEASURES:
        values, stated = _zero_filled(buckets[name])
        sums, known = np.zeros(len(firsts), np.int64), np.zeros(len(firsts), bool)
        np.add.at(sums, inverse, values)
        np.logical_or.at(known, inverse, stated)
        added[name] = pa.array(sums, mask=~known)
    return pa.table({name: added.get(name, kept[name]) for name in BUCKET.names}, schema=BUCKET)


def _sums(
    table: pa.Table, inverse: Integers, groups: int, basis: Basis, side: slice
) -> tuple[Integers, Integers]:
    values = [_zero_filled(table[name])[0][side] for name in basis.measures]
    reach = max((int(np.abs(column).max(initial=0)) for column in values), default=0)
    kind = np.int64 if reach * len(table) <= _LARGEST else object  # beyond 64 bits by Python's integers
    sums = np.zeros((groups, len(values)), kind)
    for index, column in enumerate(values):
        np.add.at(sums[:, index], inverse[side], column.astype(kind, copy=False))
    return sums, np.bincount(inverse[side], minlength=groups).astype(np.int64)


def _mute(table: pa.Table, inverse: Integers, groups: int, basis: Basis, side: slice) -> Mask:
    """The groups in which a side has something in the measures that are not compared, and states none of the others."""
    stated, other = np.zeros(groups, bool), np.zeros(groups, bool)
    for name in MEASURES:
        values, known = _zero_filled(table[name])
        if name in basis.measures:
            np.logical_or.at(stated, inverse[side], known[side])
        else:
            np.logical_or.at(other, inverse[side], values[side] != 0)
    return other & ~stated


def _zero_filled(column: pa.ChunkedArray) -> tuple[Integers, Mask]:
    """The values with 0 for blanks, and where there are any."""
    array = bodies.one_chunk(column)
    return array.fill_null(0).to_numpy(zero_copy_only=False), array.is_valid().to_numpy(zero_copy_only=False)


def _distinct(columns: Sequence[Integers]) -> tuple[Integers, Integers]:
    """The first row of each distinct combination, by the columns in their order, and each row's combination."""
    size = len(columns[0])
    if not size:
        return np.zeros(0, np.int64), np.zeros(0, np.int64)
    order = np.lexsort(tuple(reversed(columns)))
    new = np.zeros(size, bool)
    new[0] = True
    for column in columns:
        new[1:] |= column[order][1:] != column[order][:-1]
    inverse = np.empty(size, np.int64)
    inverse[order] = np.cumsum(new) - 1
    return order[new], inverse
