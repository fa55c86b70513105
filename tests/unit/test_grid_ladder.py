"""Carbon of meter readings: which intensity applies, and what is said of it."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from importlib import resources

import pyarrow as pa
import pytest
from support.carbon import FACTORS, PRESET
from support.half_hours import Figures, instant, intensities, span
from support.meter_texts import mpan

from gramledger.core import annual_grid
from gramledger.core.claims import CLAIM
from gramledger.core.half_hours import Series
from gramledger.core.impact import calculate
from gramledger.core.presets import Grid, Meter, Preset
from gramledger.core.problems import NotFound

KWH = 1_000_000_000
BRITISH = mpan(7)
NESO = replace(PRESET, meter=Meter("neso_halfhourly"))


def reading(time: str = "2025-06-15T12:00", **members: object) -> dict[str, object]:
    return {"ts": instant(time), "meter": BRITISH, "energy": KWH, "seconds": 1800, "kind": None, **members}


def impacts(
    rows: list[dict[str, object]], preset: Preset = PRESET, series: Series | None = None
) -> list[dict[str, object]]:
    schema = pa.schema([CLAIM.field(name) for name in ("ts", "meter", "energy", "seconds", "kind")])
    table = pa.Table.from_pylist(rows, schema=schema)
    return calculate(table, preset, FACTORS, calculated_at=0, series=series).to_pylist()


def kg(impact: dict[str, object]) -> object:
    """Micrograms of a reading of 1 kWh, as kilograms."""
    value = impact["gwp_measured_value"]
    assert isinstance(value, int)
    return value / KWH


def said(impact: dict[str, object]) -> tuple[object, ...]:
    names = ("rung", "mix_source", "mix_year", "data_quality", "impact_warnings")
    return tuple(impact[name] for name in names)


@pytest.mark.parametrize(
    ("year", "factor"),
    [(2015, 0.46219), (2018, 0.28307), (2020, 0.23314), (2023, 0.207074), (2024, 0.20705), (2025, 0.177)],
)
def test_a_british_reading_has_the_factor_of_its_own_year(year: int, factor: float) -> None:
    first, last = impacts([reading(f"{year}-01-01T00:00"), reading(f"{year}-12-31T23:30")])
    assert kg(first) == kg(last) == factor
    assert said(first) == ("year", "desnz-2025", year, 2, None)
    assert first["zone"] == "GBR"


def test_a_year_without_a_factor_has_that_of_the_nearest_one_and_says_so() -> None:
    before, after = impacts([reading("2014-12-31T23:30"), reading("2026-01-01T00:00")])
    assert kg(before) == 0.46219
    assert said(before) == ("year", "desnz-2025", 2015, 3, "grid-factor-other-year")
    assert kg(after) == 0.177
    assert said(after) == ("year", "desnz-2025", 2025, 3, "grid-factor-other-year")


def test_losses_of_the_grid_count_when_they_are_asked_for() -> None:
    preset = replace(PRESET, meter=Meter("desnz_annual", include_td=True))
    (found,) = impacts([reading()], preset)
    assert kg(found) == 0.19553
    assert found["mix_source"] == "desnz-2025+td"


def test_a_half_hour_has_its_own_intensity() -> None:
    half_hours = span("2025-06-15T12:00", 2)
    figures: dict[int, Figures] = {half_hours[0]: (266, 263), half_hours[1]: (250, None)}
    series = Series("neso-gb@3", intensities(figures))
    actual, forecast = impacts([reading(), reading("2025-06-15T12:30")], NESO, series)
    assert kg(actual) == 0.263
    assert said(actual) == ("half_hour", "neso-gb@3", None, 1, None)
    assert kg(forecast) == 0.25
    assert said(forecast) == ("half_hour", "neso-gb@3", None, 1, "grid-intensity-forecast")


def test_without_its_half_hours_a_reading_has_the_mean_of_the_month_and_without_that_the_year() -> None:
    figures: dict[int, Figures] = dict.fromkeys(span("2025-06-01T00:00", 720), (0, 100))
    series = Series("neso-gb@1", intensities(figures))
    month, year = impacts([reading("2025-06-20T12:00"), reading("2024-07-01T00:00")], NESO, series)
    assert kg(month) == 0.1
    assert said(month) == ("month", "neso-gb@1", None, 2, "grid-intensity-missing")
    assert kg(year) == 0.20705
    assert said(year) == ("year", "desnz-2025", 2024, 2, "grid-intensity-missing")
    (none,) = impacts([reading()], NESO)
    assert said(none) == ("year", "desnz-2025", 2025, 2, "grid-intensity-missing")


def test_a_daily_reading_has_the_mean_of_its_half_hours() -> None:
    figures: dict[int, Figures] = {
        start: (None, 100 if n < 24 else 300) for n, start in enumerate(span("2025-06-15T00:00", 48))
    }
    series = Series("neso-gb@1", intensities(figures))
    (day,) = impacts([reading("2025-06-15T00:00", seconds=86_400)], NESO, series)
    assert (kg(day), day["rung"]) == (0.2, "half_hour")


def test_a_series_is_for_those_who_ask_for_it() -> None:
    series = Series("neso-gb@1", intensities(dict.fromkeys(span("2025-06-15T12:00", 1), (1, 1))))
    assert impacts([reading()], PRESET, series) == impacts([reading()])


def test_the_method_factor_takes_what_the_grid_of_the_preset_says() -> None:
    market = Grid("market_factor", kg_per_kwh=0.012, source="contract with a wind farm", year=2024)
    preset = replace(PRESET, meter=Meter("factor"), grid=market)
    (found,) = impacts([reading()], preset)
    assert kg(found) == 0.012
    assert said(found) == ("year", "contract with a wind farm", 2024, 2, None)
    (mix,) = impacts([reading()], replace(PRESET, meter=Meter("factor")))
    assert kg(mix) == FACTORS.zones["GBR"].gwp
    assert said(mix) == ("year", None, None, 3, None)


def test_a_stated_factor_holds_for_meters_elsewhere_whatever_the_method() -> None:
    market = Grid("market_factor", kg_per_kwh=0.012, source="contract", year=2024)
    (found,) = impacts([reading(meter="M-1")], replace(PRESET, grid=market))
    assert (kg(found), found["impact_warnings"]) == (0.012, None)


def test_other_zones_have_their_mix_and_the_world_is_the_last_rung() -> None:
    (french,) = impacts([reading()], replace(PRESET, grid=Grid("zone", "FRA")))
    assert kg(french) == pytest.approx(FACTORS.zones["FRA"].gwp, abs=1e-9)
    assert said(french) == ("year", None, None, 3, None)
    (nowhere,) = impacts([reading(meter="M-1")])
    assert kg(nowhere) == pytest.approx(FACTORS.zones["WOR"].gwp, abs=1e-9)
    assert said(nowhere) == ("world", None, None, 4, "meter-zone-unknown")


def test_a_zone_that_is_named_as_great_britain_has_its_yearly_factors() -> None:
    (found,) = impacts([reading(meter="M-1")], replace(PRESET, grid=Grid("zone", "GBR")))
    assert (kg(found), found["impact_warnings"]) == (0.177, None)


def test_an_estimated_reading_is_flagged_and_less_certain() -> None:
    estimated, actual, blank = impacts([reading(kind=kind) for kind in ("estimated", "actual", None)])
    assert said(estimated) == ("year", "desnz-2025", 2025, 3, "reading-estimated")
    assert said(actual) == said(blank) == ("year", "desnz-2025", 2025, 2, None)


def test_readings_of_several_zones_and_years_do_not_touch_each_other() -> None:
    rows = [
        reading(f"{year}-05-01T00:00", meter=meter) for year in (2019, 2024) for meter in (BRITISH, "M-1")
    ]
    assert impacts(rows) == [impacts([row])[0] for row in rows]


def test_usage_names_the_factor_that_a_preset_states() -> None:
    grid = Grid("location_factor", kg_per_kwh=0.1, source="our region", year=2023)
    rows = [{"model": name, "output": count} for name, count in (("gpt-5", 10), ("gpt-5", None))]
    schema = pa.schema(
        [
            CLAIM.field(n)
            for n in ("model", "input", "cache_write", "cache_read", "output", "requests", "warnings")
        ]
    )
    table = pa.Table.from_pylist([dict.fromkeys(schema.names) | row for row in rows], schema=schema)
    counted, without = calculate(table, replace(PRESET, grid=grid), FACTORS, calculated_at=0).to_pylist()
    assert (counted["mix_source"], counted["mix_year"], counted["rung"]) == ("our region", 2023, None)
    assert (without["mix_source"], without["mix_year"]) == (None, None)
    (usual, _) = calculate(table, PRESET, FACTORS, calculated_at=0).to_pylist()
    assert (usual["mix_source"], usual["mix_year"]) == (None, None)


def test_yearly_factors_that_are_not_there_are_refused_by_name() -> None:
    with pytest.raises(NotFound, match="desnz-2025"):
        annual_grid.load("desnz-1999")


def test_a_shipped_file_of_yearly_factors_is_never_edited() -> None:
    pinned = {"desnz-2025": "3f900699c919a8884f355b4b9a0cea9435666b345c8ef95f172a2c4624fd1b1c"}
    assert tuple(pinned) == annual_grid.ids()
    folder = resources.files("gramledger.core") / "data" / "annual_grid"
    for grid_id, digest in pinned.items():
        assert hashlib.sha256((folder / f"{grid_id}.toml").read_bytes()).hexdigest() == digest
        grid = annual_grid.load(grid_id)
        assert [factor.year for factor in grid.years] == list(
            range(grid.years[0].year, grid.years[-1].year + 1)
        )
        assert all(0 < factor.lost < factor.generated < 1 for factor in grid.years)
