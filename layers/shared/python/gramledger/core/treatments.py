"""The method bench: the same claims under several published ways to count input tokens.

The energy of output tokens is the same in all of them; what differs is what a token of input or cache weighs against
it. Each treatment states one weight a bucket, so its range is that of the model and the data centre alone.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cache
from importlib import resources

import pyarrow as pa

from gramledger.core.factors import Factors
from gramledger.core.impact import BOUNDS, usage_impacts
from gramledger.core.presets import InputWeights, Preset

ENERGY = ("energy_output", "energy_input")
GWP = ("gwp_output", "gwp_input", "gwp_embodied")


@dataclass(frozen=True, slots=True)
class Treatment:
    """One published way; the weights are shares of the energy of a token of output."""

    id: str
    title: str
    input: float
    cache_write: float
    cache_read: float
    source: str

    def applied(self, preset: Preset) -> Preset:
        """The preset with these weights, as exact ones, instead of its own."""
        weights = InputWeights(
            enabled=True,
            input=(self.input,) * 3,
            cache_write=(self.cache_write,) * 3,
            cache_read=(self.cache_read,) * 3,
            sources=(self.source,),
        )
        return replace(preset, input_weights=weights)


@cache
def treatments() -> tuple[Treatment, ...]:
    """The shipped treatments, in their order."""
    file = resources.files("gramledger.core") / "data" / "treatments.toml"
    return tuple(Treatment(**table) for table in tomllib.loads(file.read_text("utf-8"))["treatment"])


@dataclass(frozen=True, slots=True)
class Sums:
    """What claims come to: (low, value, high) of energy in micro-watt-hours and of carbon in micrograms CO2e."""

    energy: tuple[int, int, int]
    gwp: tuple[int, int, int]

    def holds(self, other: Sums) -> bool:
        """Whether the values of other sums lie within these ranges."""
        pairs = ((self.energy, other.energy[1]), (self.gwp, other.gwp[1]))
        return all(low <= value <= high for (low, _, high), value in pairs)


def sums(claims: pa.Table, preset: Preset, factors: Factors) -> Sums:
    """The sums of the impacts of usage events under a preset. Raises as `impact.usage_impacts` does."""
    impacts = usage_impacts(claims, preset, factors, calculated_at=0)
    return Sums(_total(impacts, ENERGY), _total(impacts, GWP))


def _total(impacts: pa.Table, groups: Iterable[str]) -> tuple[int, int, int]:
    low, value, high = (sum(_sum(impacts[f"{group}_{bound}"]) for group in groups) for bound in BOUNDS)
    return low, value, high


def _sum(column: pa.ChunkedArray) -> int:
    """The exact sum, also beyond 64 bits; nulls have no figure and count for nothing."""
    numbers = column.drop_null().to_numpy()
    if len(numbers) and int(numbers.max()) > (2**63 - 1) // len(numbers):
        return sum(int(number) for number in numbers)
    return int(numbers.sum())
