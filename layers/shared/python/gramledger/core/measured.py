"""Impacts of meter readings: the energy is measured, its carbon is that of the electricity that was used.

Energy is no range, so low, value and high are one figure. The zone is the preset's; where that leaves it to the
providers of models, an MPAN is of Great Britain, and any other meter has the mix of the world, with a warning. How its
carbon intensity is found is said in `core.grid_ladder`.
"""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from gramledger.core.claims import ESTIMATED, TEXT
from gramledger.core.factors import Factors
from gramledger.core.grid_ladder import FLAGS, RUNGS, WORLD_ZONE, Ladder, Rungs
from gramledger.core.half_hours import Series
from gramledger.core.mpan import is_mpan
from gramledger.core.presets import Preset
from gramledger.core.problems import InvalidRequest
from gramledger.core.subjects import DOUBTFUL
from gramledger.core.typed import coded, one_array

STEP = "meter"
"""In place of how a model was resolved."""
MEASURED_QUALITY = "measured"

_BRITAIN = "GBR"

# beside those of the ladder
_ZONE_UNKNOWN, _ESTIMATED = 16, 32
_CODES = {**FLAGS, _ZONE_UNKNOWN: "meter-zone-unknown", _ESTIMATED: "reading-estimated"}


def measured(
    readings: pa.Table, preset: Preset, factors: Factors, calculated_at: int, series: Series | None = None
) -> dict[str, pa.Array]:
    """The columns of an impact (those of `core.impact.IMPACT` that are not null) of claims that are readings.

    Raises InvalidRequest when the preset names a zone that the factors do not list.
    """
    meters = one_array(readings["meter"])
    if not pa.types.is_dictionary(meters.type):
        meters = meters.dictionary_encode()
    zones = [_zone(meter, preset, factors) for meter in [*meters.dictionary.to_pylist(), None]]
    at = meters.indices.fill_null(len(zones) - 1).to_numpy(zero_copy_only=False)
    found = _rungs(readings, zones, at, Ladder(preset, factors, series))
    unknown = preset.grid.zone is None and preset.grid.kg_per_kwh is None
    found.flags += _ZONE_UNKNOWN * np.array([unknown and zone == WORLD_ZONE for zone in zones])[at]
    estimated = _estimated(readings)
    found.flags += _ESTIMATED * estimated
    energy = one_array(readings["energy"]).to_numpy(zero_copy_only=False)
    # a micro-watt-hour at a kilogram per kilowatt-hour is a microgram
    gwp = np.rint(energy * found.kg).astype(np.int64)
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
        "rung": coded(list(RUNGS), found.rung),
        "mix_source": coded(found.sources, found.source),
        "mix_year": pa.array(found.year, mask=found.year == 0),
        "impact_warnings": coded([_codes(flags) for flags in range(2 * _ESTIMATED)], found.flags),
        "calculated_at": pa.array(np.full(count, calculated_at, np.int64)),
        "data_quality": pa.array(np.where(estimated, np.maximum(found.grade, DOUBTFUL), found.grade)),
        **{
            f"{name}_{bound}": pa.array(its)
            for name, its in figures.items()
            for bound in ("low", "value", "high")
        },
    }


def _rungs(readings: pa.Table, zones: list[str], at: NDArray[np.int64], ladder: Ladder) -> Rungs:
    """The intensities of readings whose zones are `zones[at]`."""
    found = Rungs.blank(len(at))
    ts, seconds = (one_array(readings[name]).fill_null(0).to_numpy() for name in ("ts", "seconds"))
    for zone in sorted(set(zones)):
        rows = np.array([each == zone for each in zones])[at]
        if rows.any():
            ladder.climb(zone, rows, ts, seconds, found)
    return found


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
    return chosen or (_BRITAIN if meter and is_mpan(meter) else WORLD_ZONE)


def _estimated(readings: pa.Table) -> NDArray[np.bool_]:
    """Which readings the supplier has estimated."""
    if "kind" not in readings.column_names:
        return np.zeros(len(readings), bool)
    kinds = one_array(readings["kind"].cast(pa.string()))
    same = pc.fill_null(pc.equal(kinds, ESTIMATED), False)
    mask: NDArray[np.bool_] = same.to_numpy(zero_copy_only=False)
    return mask


def _codes(flags: int) -> str | None:
    return " ".join(sorted(code for flag, code in _CODES.items() if flags & flag)) or None
