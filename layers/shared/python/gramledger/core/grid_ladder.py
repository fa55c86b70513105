"""Which electricity a meter's reading used: its carbon intensity by the finest rung that is known.

Rungs, from the finest: the half hours of the reading, their month, the year, the world. For a meter in Great Britain
the preset's `meter.method` decides where the ladder begins: `neso_halfhourly` at the half hours, where the tenant has
imported them; `desnz_annual` at the yearly factors; `factor` at what the preset's `grid` says. Elsewhere it begins
there too. docs/reference/factors.md has the sources.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from gramledger.core import annual_grid
from gramledger.core.factors import Factors
from gramledger.core.half_hours import Means, Series
from gramledger.core.presets import Preset
from gramledger.core.subjects import DOUBTFUL, ESTIMATED, LISTED, NOT_KNOWN

RUNGS = ("half_hour", "month", "year", "world")
_HALF_HOUR, _MONTH, _YEAR, _WORLD = range(len(RUNGS))

WORLD_ZONE = "WOR"

LOSSES = "+td"
"""Ends the name of a source when it includes what the grid loses on the way to the meter."""

# why a figure is less certain than its rung
OTHER_YEAR, FORECAST, MISSING, ZERO = 1, 2, 4, 8
FLAGS = {
    OTHER_YEAR: "grid-factor-other-year",
    FORECAST: "grid-intensity-forecast",
    MISSING: "grid-intensity-missing",
    ZERO: "zone-zero-intensity",
}

_GRADES = np.array([LISTED, ESTIMATED, ESTIMATED, NOT_KNOWN])

Integers = NDArray[np.int64]
Mask = NDArray[np.bool_]


@dataclass(eq=False)
class Rungs:
    """What is known of R readings; arrays of that length."""

    kg: NDArray[np.float64]
    """kgCO2e of a kWh."""
    rung: Integers
    """Place in RUNGS."""
    source: Integers
    """Place in `sources`."""
    year: Integers
    """Of the factor; 0 where it has none."""
    grade: Integers
    """Of data quality, from 1 (best) to 4."""
    flags: Integers
    sources: list[str | None] = field(default_factory=lambda: [None])
    """Where intensities come from; None: from the preset's factors file."""

    @staticmethod
    def blank(rows: int) -> Rungs:
        """Of so many readings, of which nothing is known yet."""
        rung, source, year, grade, flags = np.zeros((5, rows), np.int64)
        return Rungs(np.zeros(rows), rung, source, year, grade, flags)

    def named(self, source: str | None) -> int:
        """The place of a source."""
        if source not in self.sources:
            self.sources.append(source)
        return self.sources.index(source)


@dataclass(frozen=True, eq=False)
class Ladder:
    """What a preset says of readings, with the half-hourly series that applies, if any."""

    preset: Preset
    factors: Factors
    series: Series | None = None

    @property
    def annual(self) -> annual_grid.AnnualGrid:
        """The yearly factors that the preset names."""
        return annual_grid.load(self.preset.meter.annual)

    def climb(self, zone: str, rows: Mask, ts: Integers, seconds: Integers, found: Rungs) -> None:
        """Fill in what is found of those of the readings (instants in ms, lengths in seconds) that are in a zone."""
        method = self.preset.meter.method
        left = rows
        if zone != self.annual.zone or method == "factor":
            self._by_zone(zone, left, found)
            return
        if method == "neso_halfhourly":
            for rung, means in self._means(ts, seconds):
                left = self._by_means(rung, means, left, found)
                if rung == _HALF_HOUR:
                    found.flags[left] |= MISSING
            if self.series is None:
                found.flags[left] |= MISSING
        self._by_year(left, ts, found)

    def _means(self, ts: Integers, seconds: Integers) -> list[tuple[int, Means]]:
        series = self.series
        if series is None:
            return []
        return [(_HALF_HOUR, series.over(ts, seconds)), (_MONTH, series.of_months(ts))]

    def _by_means(self, rung: int, means: Means, left: Mask, found: Rungs) -> Mask:
        """Fill in the readings of which the mean is known; those that are left."""
        taken = left & means.known
        assert self.series is not None, "means come from a series"  # noqa: S101 -- of `_means`
        found.kg[taken] = means.grams[taken] / 1000
        found.rung[taken] = rung
        found.source[taken] = found.named(self.series.label)
        found.grade[taken] = _GRADES[rung]
        found.flags[taken & means.forecast] |= FORECAST
        return left & ~taken

    def _by_year(self, left: Mask, ts: Integers, found: Rungs) -> None:
        """Fill in the factor of each reading's own year, or of the nearest one that has any.

        New Year is at the same instant in Great Britain and in UTC.
        """
        grid, meter = self.annual, self.preset.meter
        years, at = np.unique(_years(ts[left]), return_inverse=True)
        place = grid.nearest(years)
        factor = np.array([each.generated + each.lost * meter.include_td for each in grid.years])
        listed = np.array([each.year for each in grid.years])[place]
        other = (listed != years)[at]
        found.kg[left] = factor[place][at]
        found.rung[left] = _YEAR
        found.source[left] = found.named(grid.id + (LOSSES if meter.include_td else ""))
        found.year[left] = listed[at]
        found.grade[left] = np.where(other, DOUBTFUL, _GRADES[_YEAR])
        found.flags[left] |= np.where(other, OTHER_YEAR, 0)

    def _by_zone(self, zone: str, left: Mask, found: Rungs) -> None:
        """Fill in the factor that the preset states, or else that of the zone's mix in the factors file."""
        grid = self.preset.grid
        if grid.kg_per_kwh is not None:
            found.kg[left], found.rung[left] = grid.kg_per_kwh, _YEAR
            found.source[left], found.year[left] = found.named(grid.source), grid.year or 0
            found.grade[left] = _GRADES[_YEAR]
            return
        intensity = self.factors.zones[zone].gwp
        found.kg[left] = intensity
        found.rung[left] = _WORLD if zone == WORLD_ZONE else _YEAR
        # the file names no year for the mix of a country
        found.grade[left] = _GRADES[_WORLD] if zone == WORLD_ZONE else DOUBTFUL
        found.flags[left] |= ZERO if intensity == 0 else 0


def _years(ts: Integers) -> Integers:
    years: Integers = ts.astype("datetime64[ms]").astype("datetime64[Y]").astype(np.int64) + 1970
    return years
