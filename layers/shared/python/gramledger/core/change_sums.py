"""Sums of differences by model, in whole numbers, so that each line adds up to the last digit."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyarrow as pa

from gramledger.core import bodies
from gramledger.core.change_totals import UNITS
from gramledger.core.sums import sums_by_group


@dataclass(frozen=True, slots=True)
class Sums:
    """How many entries differ, and what they come to at each end and by each part of the difference."""

    entries: int = 0
    figures: Mapping[str, int] = field(default_factory=dict)
    """Column of the differences -> its sum."""

    def __add__(self, other: Sums) -> Sums:
        names = {**self.figures, **other.figures}
        figures = {name: self.figures.get(name, 0) + other.figures.get(name, 0) for name in names}
        return Sums(self.entries + other.entries, figures)

    def to_json(self, parts: Sequence[str]) -> dict[str, Any]:
        """As clients see it: for each measure {before, each of the parts, after}, which add up."""
        steps = ("before", *parts, "after")
        figures = {
            unit: {step: self.figures.get(f"{measure}_{step}", 0) for step in steps}
            for measure, unit in UNITS.items()
        }
        return {"entries": self.entries, **figures}


def columns_of(parts: Sequence[str]) -> list[str]:
    """The columns of figures of a table of differences that are made of these parts."""
    return [f"{measure}_{step}" for measure in UNITS for step in ("before", *parts, "after")]


def sums_by_model(table: pa.Table, parts: Sequence[str]) -> dict[str | None, Sums]:
    """The sums of a table of differences (a row for each entry) by the model as it was written."""
    if not table.num_rows:
        return {}
    model = bodies.one_chunk(table["model"])
    codes = model.indices.fill_null(len(model.dictionary)).to_numpy(zero_copy_only=False)
    order = np.argsort(codes, kind="stable")
    starts = np.flatnonzero(np.r_[True, np.diff(codes[order]) != 0])
    sizes = np.diff(np.append(starts, len(order))).tolist()
    columns = columns_of(parts)
    summed = dict(zip(columns, sums_by_group([table[name] for name in columns], order, starts), strict=True))
    names = [*model.dictionary.to_pylist(), None]
    return {
        names[codes[order[start]]]: Sums(size, {name: values[place] for name, values in summed.items()})
        for place, (start, size) in enumerate(zip(starts.tolist(), sizes, strict=True))
    }


def total(several: Iterable[Sums]) -> Sums:
    """All of them together."""
    return sum(several, Sums())
