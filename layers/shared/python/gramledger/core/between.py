"""What has become of a day's entries from one instant to another, and what the difference is made of.

*data* are entries that came, went, or state something else now: all of their difference. An entry that states the same
is told apart as in `core.changes`: what it had, by its old basis today (*method*), by the new settings with the old
factors (*preset*), and what it has (*factors* is the rest). All are integers, and before + data + method + preset +
factors = after.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pyarrow as pa

from gramledger.core import bodies
from gramledger.core.changes import MEASURES, STAGES, Present, amounts, between
from gramledger.core.claims import CLAIM, TEXT
from gramledger.core.page import PAGE, STATED
from gramledger.core.recalculation import Basis
from gramledger.core.revaluing import Values, present_bases
from gramledger.core.typed import coded
from gramledger.core.verdicts import Indices, Mask, codes_of, keyed

CAME, WENT, RESTATED, REVALUED = KINDS = ("came", "went", "restated", "revalued")
"""What may have become of an entry: it came, it went, it states something else, or its figures are others."""

PARTS = ("data", *STAGES)
_FIGURES = tuple(f"{measure}_{part}" for measure in MEASURES for part in ("before", *PARTS, "after"))

DIFFERENCE = pa.schema(
    [
        *(CLAIM.field(name) for name in ("ts", "key", "model")),
        pa.field("kind", TEXT, nullable=False),
        *(pa.field(name, pa.int64(), nullable=False) for name in _FIGURES),
    ]
)
"""One row for each entry that differs; no figure counts as 0."""


@dataclass(frozen=True, slots=True)
class _Pairs:
    """The entries of both instants in one table, and the rows of each entry then and now; -1 where it is not there.
    `same` are those that are there at both, and state the same."""

    table: pa.Table
    old: Indices
    new: Indices
    same: Mask


def differences(
    old: pa.Table, new: pa.Table, present: Present, values: Values, *, calculated_at: int
) -> pa.Table:
    """What differs (schema DIFFERENCE) from the entries `old` of a day to `new` (each of schema PAGE, as page.entries
    gives them), sorted by time. `present` knows the bases of all their figures."""
    pairs = _paired(old, new)
    steps = {measure: _steps(pairs, amounts(pairs.table, measure)) for measure in MEASURES}
    kinds = _kinds(pairs)
    rows = np.flatnonzero(kinds == KINDS.index(REVALUED))
    before, after = (pairs.table.take(pa.array(side[rows])) for side in (pairs.old, pairs.new))
    for some, middle in _middles(before, after, present, values, calculated_at):
        for measure in MEASURES:
            for column, table in zip(("method", "preset"), middle, strict=True):
                steps[measure][column][rows[some]] = amounts(table, measure)
    found = np.flatnonzero(kinds >= 0)
    shown = np.where(pairs.new >= 0, pairs.new, pairs.old)[found]
    named = pairs.table.take(pa.array(shown))
    columns = {name: named[name] for name in ("ts", "key", "model")}
    columns["kind"] = coded([*KINDS], kinds[found])
    for measure, states in steps.items():
        columns[f"{measure}_before"] = pa.array(states["before"][found])
        for part, (earlier, later) in zip(PARTS, pairwise(states.values()), strict=True):
            columns[f"{measure}_{part}"] = pa.array((later - earlier)[found])
        columns[f"{measure}_after"] = pa.array(states["factors"][found])
    return bodies.canonical(pa.table(columns), DIFFERENCE)


def _paired(old: pa.Table, new: pa.Table) -> _Pairs:
    both = bodies.concat([old, new], PAGE)
    later = np.arange(both.num_rows) >= old.num_rows
    order = np.lexsort((later, codes_of(both, "key"), codes_of(both, "ts")))
    table, later = both.take(pa.array(order)), later[order]
    first = keyed(table, ()).first
    number = np.cumsum(first) - 1
    sides = []
    for side in (~later, later):
        at = np.full(int(first.sum()), -1, np.int64)
        at[number[side]] = np.flatnonzero(side)
        sides.append(at)
    then, now = sides
    same = (then >= 0) & (now >= 0) & keyed(table, STATED).same(then, now)
    return _Pairs(table, then, now, same)


def _kinds(pairs: _Pairs) -> Indices:
    """The place in KINDS of what became of each entry; -1 of those that are as they were."""
    kinds = np.full(len(pairs.old), KINDS.index(RESTATED), np.int64)
    kinds[pairs.old < 0] = KINDS.index(CAME)
    kinds[pairs.new < 0] = KINDS.index(WENT)
    kinds[pairs.same] = -1
    for measure in MEASURES:
        figures = amounts(pairs.table, measure)
        kinds[pairs.same & (figures[pairs.old] != figures[pairs.new])] = KINDS.index(REVALUED)
    return kinds


def _steps(pairs: _Pairs, figures: Indices) -> dict[str, Indices]:
    """What each entry came to before, and after each part of the change; where nothing is revalued, data is all."""
    before = np.where(pairs.old >= 0, figures[pairs.old], 0)
    after = np.where(pairs.new >= 0, figures[pairs.new], 0)
    data = np.where(pairs.same, before, after)
    return {"before": before, "data": data, "method": data.copy(), "preset": data.copy(), "factors": after}


def _middles(
    before: pa.Table, after: pa.Table, present: Present, values: Values, calculated_at: int
) -> Iterable[tuple[Indices, tuple[pa.Table, pa.Table]]]:
    """For entries of one old and one new basis at a time: which they are, and what they come to in between."""
    old, new = (_by_basis(table, present) for table in (before, after))
    for earlier, some in old:
        for later, others in new:
            rows = np.intersect1d(some, others)
            if len(rows):
                was, now = (table.take(pa.array(rows)) for table in (before, after))
                yield rows, between(was, now, earlier, later, at=calculated_at, values=values)


def _by_basis(table: pa.Table, present: Present) -> list[tuple[Basis, Indices]]:
    return present_bases(table, present.origins, present.rulings) if table.num_rows else []
