"""Rollups: the exact sums of a day's entries, grouped by model, so that reports need no page bodies.

A rollup is a list of groups. Everything summed is an integer (tokens, nano-units of money, micro-units of impact),
so sums are exact, order-free and can be added across days. It is always the fold of the page's entries.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from gramledger.core import bodies, memory
from gramledger.core.claims import BUCKETS
from gramledger.core.impact import MEASURED, QUANTITIES
from gramledger.core.sums import stated_by_group, sums_by_group
from gramledger.core.terms import TermsBySource
from gramledger.core.verdicts import Verdicts

_COLUMNS = ("model", "resolved", "quality", "step", "status", "currency", "rung")
GROUPED = (*_COLUMNS, "format")
"""Columns of a page, and the format of the source that an entry is of, as its terms name it."""
SUMMED = (*BUCKETS, "requests", "cost", "charged", "list_price", "list_savings", *QUANTITIES, *MEASURED)
STATED = ("input", "cost", "output", "list_price")
"""Columns of which it is also counted how many entries state them (a blank is not a 0)."""

_USED = ["source", *_COLUMNS, *SUMMED]

_LARGEST = 2**63 - 1


@dataclass(frozen=True, slots=True)
class Group:
    """The sums of all entries that agree in GROUPED."""

    by: tuple[str | None, ...]
    entries: int
    stated: tuple[int, ...]
    sums: tuple[int, ...]

    def __add__(self, other: Group) -> Group:
        return replace(
            self,
            entries=self.entries + other.entries,
            stated=tuple(a + b for a, b in zip(self.stated, other.stated, strict=True)),
            sums=tuple(a + b for a, b in zip(self.sums, other.sums, strict=True)),
        )

    def value(self, name: str) -> int:
        """The sum of one column of SUMMED."""
        return self.sums[SUMMED.index(name)]

    def label(self, name: str) -> str | None:
        """The group's value of one column of GROUPED."""
        return self.by[GROUPED.index(name)]

    def with_value(self, name: str) -> int:
        """How many entries have a value in one column of STATED."""
        return self.stated[STATED.index(name)]

    @property
    def tokens(self) -> int:
        """All tokens of the four buckets."""
        return sum(self.value(bucket) for bucket in BUCKETS)

    def to_json(self) -> list[Any]:
        """A compact JSON form: [labels, entries, stated, sums]."""
        return [list(self.by), self.entries, list(self.stated), list(self.sums)]

    @staticmethod
    def from_json(form: list[Any]) -> Group:
        """The group of a JSON form."""
        by, entries, stated, sums = form
        return Group(tuple(by), entries, tuple(stated), tuple(sums))


def fold(page: pa.Table, verdict: Verdicts, terms: TermsBySource) -> list[Group]:
    """The groups of a page's entries, sorted by their labels; `terms` are those of its sources."""
    table = page.select(_USED)
    if not verdict.wins.all():
        table = table.filter(pa.array(verdict.wins))
    if not table.num_rows:
        return []
    order, starts, labels = _groups(table, _formats(table, terms))
    sizes = np.diff(np.append(starts, len(order)))
    stated = stated_by_group([table[name] for name in STATED], order, starts)
    summed = sums_by_group([table[name] for name in SUMMED], order, starts)
    groups = [
        Group(*group)
        for group in zip(
            labels, sizes.tolist(), zip(*stated, strict=True), zip(*summed, strict=True), strict=True
        )
    ]
    return sorted(groups, key=_label_order)


def add(rollups: Iterable[Iterable[Group]]) -> list[Group]:
    """The groups of several rollups together."""
    total: dict[tuple[str | None, ...], Group] = {}
    for group in (group for rollup in rollups for group in rollup):
        known = total.get(group.by)
        total[group.by] = group if known is None else known + group
    return sorted(total.values(), key=_label_order)


def _label_order(group: Group) -> tuple[str, ...]:
    return tuple("" if label is None else f"={label}" for label in group.by)


def _formats(table: pa.Table, terms: TermsBySource) -> pa.DictionaryArray:
    """The format of each entry's source; null where nothing is known of what it asks."""
    source = bodies.one_chunk(table["source"])
    asked = [terms.get(name) for name in source.dictionary.to_pylist()]
    formats = sorted({known.format for known in asked if known is not None})
    codes = [None if known is None else formats.index(known.format) for known in asked]
    indices = pa.array(codes, pa.int32()).take(source.indices)
    return pa.DictionaryArray.from_arrays(indices, pa.array(formats, pa.string()))


def _groups(
    table: pa.Table, formats: pa.DictionaryArray
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64], list[tuple[str | None, ...]]]:
    """Rows ordered by group, where each group starts, and each group's labels."""
    columns = [*(bodies.one_chunk(table.column(name)) for name in _COLUMNS), formats]
    codes = [memory.filled(column.indices, -1).astype(np.int64) for column in columns]
    combined, size = np.zeros(table.num_rows, np.int64), 1
    for code, column in zip(codes, columns, strict=True):
        different = len(column.dictionary) + 1
        if size * different > _LARGEST:
            used, combined = np.unique(combined, return_inverse=True)
            size = len(used)
        combined, size = combined * different + code + 1, size * different
    order = np.argsort(combined, kind="stable")
    ordered = combined[order]
    starts = np.flatnonzero(np.r_[True, ordered[1:] != ordered[:-1]])
    firsts = order[starts]
    labels = [
        tuple(
            None if code[row] < 0 else str(column.dictionary[code[row]].as_py())
            for code, column in zip(codes, columns, strict=True)
        )
        for row in firsts
    ]
    return order, starts, labels


@dataclass(frozen=True, slots=True)
class SourceCounts:
    """What became of one source's claims on one day."""

    imported: int = 0
    updated: int = 0
    duplicate_identical: int = 0
    duplicate_differing: int = 0
    superseded: int = 0
    """Claims that counted until a later source updated or replaced them."""
    removed: int = 0
    """Entries of earlier sources that this one replaces without saying anything of their keys; no claims of its own."""
    calculated: int = 0
    needs_recalculation: int = 0
    not_applicable: int = 0
    warnings: dict[str, int] = field(default_factory=dict)

    def __add__(self, other: SourceCounts) -> SourceCounts:
        warnings = dict(self.warnings)
        for code, count in other.warnings.items():
            warnings[code] = warnings.get(code, 0) + count
        return SourceCounts(
            self.imported + other.imported,
            self.updated + other.updated,
            self.duplicate_identical + other.duplicate_identical,
            self.duplicate_differing + other.duplicate_differing,
            self.superseded + other.superseded,
            self.removed + other.removed,
            self.calculated + other.calculated,
            self.needs_recalculation + other.needs_recalculation,
            self.not_applicable + other.not_applicable,
            warnings,
        )

    @property
    def claims(self) -> int:
        """All claims of the source that were counted."""
        counting = self.imported + self.updated
        return counting + self.duplicate_identical + self.duplicate_differing + self.superseded


_STATUS = {
    "ok": "calculated",
    "needs_recalculation": "needs_recalculation",
    "not_applicable": "not_applicable",
}


def count_sources(page: pa.Table, verdict: Verdicts) -> dict[str, SourceCounts]:
    """For every source of a page, the outcomes of its claims and its warnings.

    Outcomes and calculation states are those of the moment: they are a function of all claims and terms. Warnings are
    counted over the source's entries. A source without claims is there where it replaces entries of others.
    """
    counted = _counted(page, verdict) if page.num_rows else {}
    for name, removed in verdict.removed.items():
        if removed:
            counted[name] = replace(counted.get(name, SourceCounts()), removed=removed)
    return counted


def _counted(page: pa.Table, verdict: Verdicts) -> dict[str, SourceCounts]:
    """The counts of the sources that have claims."""
    source = bodies.one_chunk(page["source"])
    codes = source.indices.to_numpy(zero_copy_only=False)
    size = len(source.dictionary)
    outcomes = {
        "imported": verdict.wins & ~verdict.updated,
        "updated": verdict.updated,
        "duplicate_identical": verdict.identical,
        "duplicate_differing": verdict.differing,
        "superseded": verdict.superseded,
    }
    found = {name: np.bincount(codes[mask], minlength=size) for name, mask in outcomes.items()}
    states: dict[str, npt.NDArray[np.int64]] = dict(_by_value(page, "status", codes, verdict.wins, size))
    warnings = {
        code: np.bincount(codes[carries], minlength=size)
        for code, carries in _warned(page, verdict.wins).items()
    }
    return {
        name: SourceCounts(
            **{outcome: int(counts[i]) for outcome, counts in found.items()},
            **{counter: int(states[status][i]) for status, counter in _STATUS.items() if status in states},
            warnings={code: int(counts[i]) for code, counts in warnings.items() if counts[i]},
        )
        for i, name in enumerate(source.dictionary.to_pylist())
    }


def _by_value(
    page: pa.Table, name: str, sources: npt.NDArray[np.int64], wins: npt.NDArray[np.bool_], size: int
) -> Iterator[tuple[str, npt.NDArray[np.int64]]]:
    """For each value of a column, how many entries of each source have it."""
    column = bodies.one_chunk(page[name])
    if not len(column.dictionary):
        return
    codes = memory.filled(column.indices, -1)
    for code, value in enumerate(column.dictionary.to_pylist()):
        yield value, np.bincount(sources[wins & (codes == code)], minlength=size)


def _warned(page: pa.Table, wins: npt.NDArray[np.bool_]) -> dict[str, npt.NDArray[np.bool_]]:
    """For each warning code, which entries carry it, be it for what was said or for its impact (or for both)."""
    found: dict[str, npt.NDArray[np.bool_]] = {}
    for name in ("warnings", "impact_warnings"):
        column = bodies.one_chunk(page[name])
        spoken = [value.split() for value in column.dictionary.to_pylist()]
        indices = memory.filled(column.indices, len(spoken))
        for code in {code for codes in spoken for code in codes}:
            carries = np.array([*(code in codes for codes in spoken), False])[indices] & wins
            found[code] = found[code] | carries if code in found else carries
    return dict(sorted(found.items()))
