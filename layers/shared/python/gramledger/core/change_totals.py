"""What the changes of a recalculation come to, by day and model and in all, in integers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from gramledger.core import bodies
from gramledger.core.changes import MEASURES, STAGES
from gramledger.core.sums import sums_by_group

STEPS = ("before", *STAGES, "after")
UNITS: Mapping[str, str] = {"energy": "energy_uwh", "gwp": "gwp_ug", "list_price": "list_price_nanousd"}
"""The names of the measures with their units, in which they are told."""

_NOTHING = (0,) * len(STEPS)
_COLUMNS = tuple(f"{measure}_{step}" for measure in MEASURES for step in STEPS)

Integers = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class ChangeTotals:
    """How many claims have changed, how many of these are entries, of how many entries the calculation failed, and what
    the changed entries came to before and after, with what the difference is made of (in the order of STEPS)."""

    claims: int = 0
    entries: int = 0
    failed: int = 0
    sums: Mapping[str, tuple[int, ...]] = field(default_factory=lambda: dict.fromkeys(MEASURES, _NOTHING))

    def __add__(self, other: ChangeTotals) -> ChangeTotals:
        sums = {
            name: tuple(a + b for a, b in zip(mine, other.sums[name], strict=True))
            for name, mine in self.sums.items()
        }
        return ChangeTotals(
            self.claims + other.claims, self.entries + other.entries, self.failed + other.failed, sums
        )

    def to_json(self) -> dict[str, Any]:
        """A JSON object."""
        sums = {UNITS[name]: dict(zip(STEPS, numbers, strict=True)) for name, numbers in self.sums.items()}
        return {"claims": self.claims, "entries": self.entries, "failed": self.failed, **sums}

    @staticmethod
    def from_json(form: Mapping[str, Any]) -> ChangeTotals:
        """The totals of a JSON object that `to_json` gave."""
        sums = {name: tuple(form[unit][step] for step in STEPS) for name, unit in UNITS.items()}
        return ChangeTotals(form["claims"], form["entries"], form["failed"], sums)


def totals(changes: pa.Table, failures: pa.Table) -> ChangeTotals:
    """What changes (schema CHANGE) and failures (schema FAILURE) come to."""
    counting = changes.filter(changes["entry"])
    sums = {name: tuple(_sum(counting[f"{name}_{step}"]) for step in STEPS) for name in MEASURES}
    failed = int(np.count_nonzero(failures["entry"].to_numpy()))
    return ChangeTotals(changes.num_rows, counting.num_rows, failed, sums)


def by_model(changes: pa.Table, failures: pa.Table) -> Iterator[tuple[str | None, ChangeTotals]]:
    """What they come to for each name of a model as it was written, sorted; claims that name none last. A day may have
    as many names as rows, so rows are put in the order of their names and summed up at once."""
    names, codes, failed_codes = _coded(changes["model"], failures["model"])
    entry, failed = changes["entry"].to_numpy(), failures["entry"].to_numpy()
    count = len(names)
    claims = np.bincount(codes, minlength=count).tolist()
    entries = np.bincount(codes[entry], minlength=count).tolist()
    failing = np.bincount(failed_codes[failed], minlength=count).tolist()
    counting = np.flatnonzero(entry)
    order = counting[np.argsort(codes[counting], kind="stable")]
    starts = np.flatnonzero(np.diff(codes[order], prepend=-1))
    summed = sums_by_group([changes[name] for name in _COLUMNS], order, starts) if len(order) else []
    place = (
        dict(zip(codes[order[starts]].tolist(), zip(*summed, strict=True), strict=True)) if len(order) else {}
    )
    for code in sorted(range(count), key=lambda one: (names[one] is None, names[one] or "")):
        sums = place.get(code, (0,) * len(_COLUMNS))
        steps = {name: sums[index * len(STEPS) :][: len(STEPS)] for index, name in enumerate(MEASURES)}
        yield names[code], ChangeTotals(claims[code], entries[code], failing[code], steps)


def _coded(*columns: pa.ChunkedArray) -> tuple[list[str | None], Integers, Integers]:
    """The names in two columns, None for one without, and the rows of each as places in that list."""
    tables = [pa.table({"model": column}) for column in columns]
    both = bodies.one_chunk(pa.concat_tables(tables).unify_dictionaries()["model"])
    codes = both.indices.fill_null(len(both.dictionary)).to_numpy(zero_copy_only=False).astype(np.int64)
    used, places = np.unique(codes, return_inverse=True)
    listed = [*both.dictionary.to_pylist(), None]
    first = len(columns[0])
    return [listed[code] for code in used.tolist()], places[:first], places[first:]


def _sum(column: pa.ChunkedArray) -> int:
    """The exact sum, also beyond 64 bits."""
    numbers = column.to_numpy()
    if len(numbers) and int(np.abs(numbers).max()) > (2**63 - 1) // len(numbers):
        return sum(int(number) for number in numbers)
    return int(numbers.sum())
