"""Impacts of meter readings: the energy is measured, its carbon is that of the zone's electricity.

Energy is no range, so low, value and high are one figure. The zone is the preset's; where that leaves it to the
providers of models, an MPAN is of Great Britain, and any other meter has the mix of the world, with a warning.
"""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from gramledger.core.claims import TEXT
from gramledger.core.factors import Factors
from gramledger.core.mpan import is_mpan
from gramledger.core.presets import Preset
from gramledger.core.problems import InvalidRequest
from gramledger.core.typed import coded, one_array

STEP = "meter"
"""In place of how a model was resolved."""
MEASURED_QUALITY = "measured"

_BRITAIN, _WORLD = "GBR", "WOR"
_KNOWN_ZONE, _DOUBTFUL_ZONE = 1, 3
"""Grades of data quality, as `core.subjects` has them."""


def measured(readings: pa.Table, preset: Preset, factors: Factors, calculated_at: int) -> dict[str, pa.Array]:
    """The columns of an impact (those of `core.impact.IMPACT` that are not null) of claims that are readings.

    Raises InvalidRequest when the preset names a zone that the factors do not list.
    """
    meters = one_array(readings["meter"])
    if not pa.types.is_dictionary(meters.type):
        meters = meters.dictionary_encode()
    zones = [_zone(meter, preset, factors) for meter in [*meters.dictionary.to_pylist(), None]]
    at = meters.indices.fill_null(len(zones) - 1).to_numpy(zero_copy_only=False)
    energy = one_array(readings["energy"]).to_numpy(zero_copy_only=False)
    intensities = np.array([_intensity(zone, preset, factors) for zone in zones])
    # a micro-watt-hour at a kilogram per kilowatt-hour is a microgram
    gwp = np.rint(energy * intensities[at]).astype(np.int64)
    stated = preset.grid.zone is not None or preset.grid.kg_per_kwh is not None
    grades = [_KNOWN_ZONE if stated or zone == _BRITAIN else _DOUBTFUL_ZONE for zone in zones]
    constants = {
        "status": "ok",
        "step": STEP,
        "quality": MEASURED_QUALITY,
        "preset": preset.label,
        "factors": factors.id,
        "engine": "meter/1",
    }
    count = len(energy)
    figures = {"energy_measured": energy, "gwp_measured": gwp}
    return {
        **{name: _everywhere(text, count) for name, text in constants.items()},
        "zone": coded(zones, at),
        "impact_warnings": coded([_warnings(zone, preset, factors) for zone in zones], at),
        "calculated_at": pa.array(np.full(count, calculated_at, np.int64)),
        "data_quality": pa.array(np.array(grades, np.int64)[at]),
        **{
            f"{name}_{bound}": pa.array(its)
            for name, its in figures.items()
            for bound in ("low", "value", "high")
        },
    }


def _everywhere(text: str, count: int) -> pa.DictionaryArray:
    return pc.cast(
        pa.DictionaryArray.from_arrays(pa.array(np.zeros(count, np.int32)), pa.array([text])), TEXT
    )


def _zone(meter: str | None, preset: Preset, factors: Factors) -> str:
    chosen = preset.grid.zone
    if chosen is not None and chosen not in factors.zones:
        raise InvalidRequest(
            f"The preset's setting 'grid.zone' is '{chosen}', which factors {factors.id} do not list; "
            "use an ISO 3166-1 alpha-3 code, or WOR for the world."
        )
    return chosen or (_BRITAIN if meter and is_mpan(meter) else _WORLD)


def _intensity(zone: str, preset: Preset, factors: Factors) -> float:
    """kgCO2e of a kWh."""
    return factors.zones[zone].gwp if preset.grid.kg_per_kwh is None else preset.grid.kg_per_kwh


def _warnings(zone: str, preset: Preset, factors: Factors) -> str | None:
    codes = []
    if preset.grid.kg_per_kwh is None:
        if zone == _WORLD and preset.grid.zone is None:
            codes.append("meter-zone-unknown")
        if factors.zones[zone].gwp == 0:
            codes.append("zone-zero-intensity")
    return " ".join(codes) or None
