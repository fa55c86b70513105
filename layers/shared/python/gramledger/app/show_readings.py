"""What meters measured, as clients see it: its sums, and how finely the carbon of its electricity was known."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from gramledger.core.claims import NANO
from gramledger.core.grid_ladder import RUNGS
from gramledger.core.impact import BOUNDS
from gramledger.core.rollup import Group
from gramledger.core.shares import percents

_MICROS = NANO
"""Micro-watt-hours in a kilowatt-hour, and micrograms in a kilogram."""


def show_readings(readings: Sequence[Group]) -> dict[str, Any]:
    """The sums of groups of readings, and their kWh by the rung of their intensity: shares that add up to 100 %."""
    found = [(rung, [g for g in readings if g.label("rung") == rung]) for rung in RUNGS]
    used = [(rung, groups) for rung, groups in found if groups]
    energies = [sum(g.value("energy_measured_value") for g in groups) for _, groups in used]
    return {
        "readings": sum(g.entries for g in readings),
        "energy_kwh": _range(readings, "energy_measured"),
        "gwp_kgco2e": _range(readings, "gwp_measured"),
        "rungs": [
            {
                "rung": rung,
                "readings": sum(g.entries for g in groups),
                "energy_kwh": energy / _MICROS,
                "gwp_kgco2e": sum(g.value("gwp_measured_value") for g in groups) / _MICROS,
                "percent": percent,
            }
            for (rung, groups), energy, percent in zip(used, energies, percents(energies), strict=True)
        ],
    }


def _range(groups: Sequence[Group], part: str) -> dict[str, float]:
    return {bound: sum(g.value(f"{part}_{bound}") for g in groups) / _MICROS for bound in BOUNDS}
