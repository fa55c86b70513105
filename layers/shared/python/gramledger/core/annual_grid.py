"""Yearly factors of a country's electricity, as immutable, versioned files in `core/data/annual_grid`.

A preset names the file that it was made with; docs/reference/factors.md says where the figures come from.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources

import numpy as np
from numpy.typing import NDArray

from gramledger.core.problems import NotFound


@dataclass(frozen=True, slots=True)
class YearFactor:
    """kgCO2e of a kWh in one calendar year: where it was generated, and of what was lost on its way to the meter."""

    year: int
    generated: float
    lost: float


@dataclass(frozen=True, eq=False)
class AnnualGrid:
    """One file: the factors of a zone (ISO 3166-1 alpha-3), by ascending year."""

    id: str
    zone: str
    source: str
    url: str
    licence: str
    years: tuple[YearFactor, ...]

    def nearest(self, years: NDArray[np.int64]) -> NDArray[np.intp]:
        """Position in `years` of each year's own factor, or of that of the year nearest to it."""
        known = np.array([factor.year for factor in self.years])
        found: NDArray[np.intp] = np.abs(years[:, None] - known).argmin(axis=1)
        return found


def load(grid_id: str) -> AnnualGrid:
    """The yearly factors of that id. Raises NotFound, naming those there are."""
    shipped = _shipped()
    if grid_id not in shipped:
        raise NotFound(f"There are no yearly grid factors '{grid_id}'; there are: {', '.join(ids())}.")
    return shipped[grid_id]


def ids() -> tuple[str, ...]:
    """The ids of all files, those of the latest years last."""
    ordered = sorted(_shipped().values(), key=lambda grid: (grid.years[-1].year, grid.id))
    return tuple(grid.id for grid in ordered)


def newest() -> str:
    """The id of the file that presets name when they name none."""
    return ids()[-1]


@cache
def _shipped() -> Mapping[str, AnnualGrid]:
    folder = resources.files("gramledger.core") / "data" / "annual_grid"
    grids = [_read(file.read_text("utf-8")) for file in folder.iterdir() if file.name.endswith(".toml")]
    return {grid.id: grid for grid in grids}


def _read(text: str) -> AnnualGrid:
    content = tomllib.loads(text)
    return AnnualGrid(**{**content, "years": tuple(YearFactor(**factor) for factor in content["years"])})
