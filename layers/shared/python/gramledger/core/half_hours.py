"""Half-hourly carbon intensities of Great Britain's grid: what was forecast and found for each half hour of UTC.

A series is a table of schema INTENSITY, sorted by `start`. Where a later file says something of a half hour that is
known already, each of its two figures goes before the earlier one; so a series only ever grows.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from gramledger.core import bodies
from gramledger.core.zones import HALF_HOUR_MS

INTENSITY = pa.schema(
    [
        pa.field("start", pa.int64(), nullable=False),  # ms UTC
        pa.field("forecast", pa.int64()),  # gCO2 a kWh
        pa.field("actual", pa.int64()),
    ]
)

MONTH_SHARE = 0.5
"""A month has a mean when at least this share of its half hours is known."""

Integers = NDArray[np.int64]
Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]


def merged(earlier: pa.Table, later: pa.Table) -> pa.Table:
    """Both series in one; a figure of the later one goes before that of the earlier one."""
    starts = np.union1d(earlier["start"].to_numpy(), later["start"].to_numpy())
    columns = [pa.array(starts)]
    for name in ("forecast", "actual"):
        figures, known = np.zeros(len(starts), np.int64), np.zeros(len(starts), bool)
        for table in (earlier, later):
            stated = table[name].is_valid().to_numpy()
            at = np.searchsorted(starts, table["start"].to_numpy()[stated])
            figures[at], known[at] = table[name].drop_null().to_numpy(), True
        columns.append(pa.array(figures, mask=~known))
    return pa.Table.from_arrays(columns, schema=INTENSITY)


def encode(table: pa.Table) -> bytes:
    """The blob of a series: equal series give equal bytes."""
    return bodies.encode(bodies.canonical(table, INTENSITY))


def decode(blob: bytes) -> pa.Table:
    """The series of a blob. Raises pyarrow.ArrowInvalid when it is damaged."""
    return bodies.decode(blob, INTENSITY)


@dataclass(frozen=True, slots=True)
class Means:
    """Mean intensities of some periods; `grams` (gCO2 a kWh) counts where `known`, and `forecast` says that it rests on
    a half hour of which only a forecast is known."""

    grams: Floats
    known: Mask
    forecast: Mask


class Series:
    """A version of a series, ready to be looked up; `label` names both, such as `neso-gb@3`."""

    def __init__(self, label: str, table: pa.Table) -> None:
        self.label = label
        self._table = table

    def over(self, ts: Integers, seconds: Integers) -> Means:
        """The means over periods that begin at `ts` (ms) and take `seconds`; known where every half hour is."""
        grid, end = self._grid, ts + seconds * 1000
        first, last = ts // HALF_HOUR_MS - grid.first, -(-end // HALF_HOUR_MS) - grid.first
        size = len(grid.grams)
        within = (first >= 0) & (last <= size) & (last > first)
        first, last = np.where(within, first, 0), np.where(within, last, 0)
        known = within & (grid.known_before[last] - grid.known_before[first] == last - first)
        forecast = known & (grid.forecast_before[last] > grid.forecast_before[first])
        total = grid.gram_ms(np.where(known, end, 0)) - grid.gram_ms(np.where(known, ts, 0))
        return Means(total / np.where(known, end - ts, 1), known, forecast)

    def of_months(self, ts: Integers) -> Means:
        """The means of the calendar months (UTC) of instants; known where MONTH_SHARE of their half hours is."""
        grid = self._grid
        months, at = np.unique(ts.astype("datetime64[ms]").astype("datetime64[M]"), return_inverse=True)
        bounds = [m.astype("datetime64[ms]").astype(np.int64) // HALF_HOUR_MS for m in (months, months + 1)]
        first, last = (np.clip(bound - grid.first, 0, len(grid.grams)) for bound in bounds)
        count = grid.known_before[last] - grid.known_before[first]
        total = grid.grams_before[last] - grid.grams_before[first]
        known = count >= MONTH_SHARE * (bounds[1] - bounds[0])
        forecast = grid.forecast_before[last] > grid.forecast_before[first]
        return Means((total / np.maximum(count, 1))[at], known[at], (known & forecast)[at])

    @cached_property
    def _grid(self) -> _Grid:
        return _Grid.of(self._table)


@dataclass(frozen=True, eq=False, slots=True)
class _Grid:
    """The half hours from `first` (half hours since 1970-01-01) on without gaps; sums run up to each one's start."""

    first: int
    grams: Integers
    """0 where nothing is known."""
    grams_before: Integers
    known_before: Integers
    forecast_before: Integers
    """How many of them have a forecast only."""

    @staticmethod
    def of(table: pa.Table) -> _Grid:
        starts = table["start"].to_numpy() // HALF_HOUR_MS
        first = int(starts[0]) if len(starts) else 0
        size = int(starts[-1]) - first + 1 if len(starts) else 0
        forecast = table["forecast"].fill_null(0).to_numpy()
        grams, known, guessed = np.zeros(size, np.int64), np.zeros(size, bool), np.zeros(size, bool)
        found = table["actual"].is_valid().to_numpy()
        said = found | table["forecast"].is_valid().to_numpy()
        at = starts - first
        grams[at] = np.where(found, table["actual"].fill_null(0).to_numpy(), forecast)
        known[at], guessed[at] = said, said & ~found
        return _Grid(first, grams, *(np.append(0, np.cumsum(each)) for each in (grams, known, guessed)))

    def gram_ms(self, instants: Integers) -> Integers:
        """The sum of grams times milliseconds from the first half hour to each instant (to it, where it is before)."""
        place, rest = np.divmod(instants - self.first * HALF_HOUR_MS, HALF_HOUR_MS)
        inside = (place >= 0) & (place <= len(self.grams))
        place, rest = np.where(inside, place, 0), np.where(inside, rest, 0)
        begun = np.append(self.grams, 0)[place] * rest
        total: Integers = self.grams_before[place] * HALF_HOUR_MS + begun
        return total
