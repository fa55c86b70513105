"""What the changes of a recalculation come to, by day and model and in all, in integers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from gramledger.core import bodies
from gramledger.core.changes import MEASURES, STAGES

STEPS = ("before", *STAGES, "after")
UNITS: Mapping[str, str] = {"energy": "energy_uwh", "gwp": "gwp_ug", "list_price": "list_price_nanousd"}
"""The names of the measures with their units, in which they are told."""

_NOTHING = (0,) * len(STEPS)


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
    """What they come to for each name of a model as it was written, sorted; claims that name none last."""
    names = {
        name
        for table in (changes, failures)
        for name in bodies.one_chunk(table["model"]).unique().to_pylist()
    }
    for name in sorted(names, key=lambda one: (one is None, one or "")):
        yield name, totals(*(table.filter(_named(table, name)) for table in (changes, failures)))


def in_all(parts: Iterable[ChangeTotals]) -> ChangeTotals:
    """All of them together."""
    return sum(parts, start=ChangeTotals())


def _named(table: pa.Table, name: str | None) -> pa.Array:
    column = bodies.one_chunk(table["model"]).cast(pa.string())
    if name is None:
        return column.is_null()
    return pc.fill_null(pc.equal(column, name), fill_value=False)


def _sum(column: pa.ChunkedArray) -> int:
    """The exact sum, also beyond 64 bits."""
    numbers = column.to_numpy()
    if len(numbers) and int(np.abs(numbers).max()) > (2**63 - 1) // len(numbers):
        return sum(int(number) for number in numbers)
    return int(numbers.sum())
