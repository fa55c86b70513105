"""Half-hourly intensities: importing them, and the carbon of readings by the version that an import found."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from support.half_hours import Figures, as_csv, as_json, instant, span
from support.meter_texts import MeterDay, mpan, numbered, wide
from support.recalculating import drive, recalculated
from support.runs import ADMIN, import_file, new_world, pages

from gramledger.adapters.memory.intensities import MemoryIntensities
from gramledger.adapters.memory.ledger import MemoryLedger
from gramledger.adapters.memory.world import MemoryWorld
from gramledger.app.entries import list_entries
from gramledger.app.intensities import import_intensities, list_series
from gramledger.app.lookup import Caller
from gramledger.app.projects import change_project
from gramledger.app.rebuilds import finish_rebuild, get_rebuild, plan_rebuild, rebuild_days, start_rebuild
from gramledger.app.recalculations import undo_recalculation
from gramledger.app.restore import restore_records
from gramledger.app.save_preset import save_preset
from gramledger.app.spans import DaySpan
from gramledger.app.summary import summarise
from gramledger.core.problems import NotAllowed
from gramledger.core.zones import HALF_HOUR_MS

EVER = DaySpan(None, None)
METER = mpan(7)
HH50 = numbered(lambda n: f"HH{n:02}", 50)
NIGHT_HALF_HOURS = 12


def by_half_hours(world: MemoryWorld, method: str = "neso_halfhourly") -> None:
    """Let the project calculate readings with a method."""
    meter = {"method": method, "include_td": False}
    save_preset(world, ADMIN, {"id": "metered", "meter": meter})
    change_project(world, ADMIN, "demo", {"preset": "metered"})


def october(kwh: str = "0.5") -> bytes:
    """The readings of October 2025 in London: 31 local days, of which the 26th has 50 half hours."""
    days = [date(2025, 10, 1) + timedelta(days=n) for n in range(31)]
    return wide([MeterDay(METER, day, (kwh,) * (50 if day.day == 26 else 48)) for day in days], HH50)


def by_night_and_day(first: str, count: int) -> dict[int, Figures]:
    """100 g from midnight (UTC) to six, and else 250 g."""
    return {
        start: (None, 100 if start // HALF_HOUR_MS % 48 < NIGHT_HALF_HOURS else 250)
        for start in span(first, count)
    }


def measured(world: MemoryWorld) -> dict[str, Any]:
    found: dict[str, Any] = summarise(world, ADMIN, "demo", EVER)["measured"]
    return found


def test_a_month_over_a_clock_change_has_the_carbon_that_is_worked_out_by_hand() -> None:
    world = new_world()
    by_half_hours(world)
    # October begins at 23:00 UTC of the 30th of September, for London's clocks are ahead until the 26th:
    # 2 half hours of that day and 48 of each of 31 days, 1,490 in all, of 0.5 kWh each
    import_intensities(world, ADMIN, as_json(by_night_and_day("2025-09-30T23:00", 1490)))
    done = import_file(world, october())
    assert done.receipt is not None
    assert (done.receipt["claims"], done.receipt["imported"]) == (1490, 1490)
    found = measured(world)
    assert (found["readings"], found["energy_kwh"]["value"]) == (1490, 745.0)
    # by night 31 x 12 = 372 half hours x 0.5 kWh x 0.100 kg = 18.6 kg
    # by day 1,490 - 372 = 1,118 half hours x 0.5 kWh x 0.250 kg = 139.75 kg
    assert found["gwp_kgco2e"] == {"low": 158.35, "value": 158.35, "high": 158.35}
    (rung,) = found["rungs"]
    assert (rung["rung"], rung["readings"], rung["percent"]) == ("half_hour", 1490, 100.0)


def test_shares_of_the_kwh_by_rung_add_up_to_a_hundred() -> None:
    world = new_world()
    by_half_hours(world)
    # all of October but its last day, and of November nothing
    import_intensities(world, ADMIN, as_csv(by_night_and_day("2025-09-30T23:00", 1490 - 48)))
    november = [MeterDay(METER, date(2025, 11, 1), ("0.5",) * 48)]
    import_file(world, october())
    import_file(world, wide(november))
    found = measured(world)
    shares = {rung["rung"]: (rung["readings"], rung["percent"]) for rung in found["rungs"]}
    assert shares == {"half_hour": (1442, 93.7581), "month": (48, 3.121), "year": (48, 3.1209)}
    assert round(sum(rung["percent"] for rung in found["rungs"]), 4) == 100
    year = next(rung for rung in found["rungs"] if rung["rung"] == "year")
    assert year["gwp_kgco2e"] == 4.248  # 24 kWh x 0.177 kg


def test_an_import_keeps_the_version_that_it_found() -> None:
    world = new_world()
    by_half_hours(world)
    noon = instant("2025-01-15T12:00")
    day = wide([MeterDay(METER, date(2025, 1, 15), ("1",) * 48)])
    whole = dict.fromkeys(span("2025-01-15T00:00", 48), (200, None))
    import_intensities(world, ADMIN, as_json(whole))
    import_file(world, day)
    before = pages(world)
    import_intensities(world, ADMIN, as_json({noon: (None, 300)}))
    assert pages(world) == before
    import_file(world, day.replace(METER.encode(), mpan(8).encode()))
    found = list_entries(world, ADMIN, "demo", EVER, limit=100, cursor=None)["entries"]
    at_noon = {
        (entry["impact"]["provenance"]["mix_source"], entry["impact"]["gwp_kgco2e"]["total"]["value"])
        for entry in found
        if entry["ts"].startswith("2025-01-15T12:00")
    }
    assert at_noon == {("neso-gb@1", 0.2), ("neso-gb@2", 0.3)}


def rebuilt(world: MemoryWorld) -> dict[str, Any]:
    """What making the project's pages again found."""
    asked = start_rebuild(world, ADMIN, "demo", None)
    place = ("acme", asked["project_id"], asked["rebuild_id"])
    for window in plan_rebuild(world, *place)["windows"]:
        rebuild_days(world, *place, window["index"])
    finish_rebuild(world, *place)
    return get_rebuild(world, ADMIN, "demo", asked["rebuild_id"])


def a_day_by_versions(world: MemoryWorld) -> None:
    """A day of 48 kWh at 200 g, and then a second version that says 300 g of noon."""
    by_half_hours(world)
    import_intensities(world, ADMIN, as_json(dict.fromkeys(span("2025-01-15T00:00", 48), (200, None))))
    import_file(world, wide([MeterDay(METER, date(2025, 1, 15), ("1",) * 48)]))
    import_intensities(world, ADMIN, as_json({instant("2025-01-15T12:00"): (None, 300)}))


def test_pages_that_are_made_again_have_the_figures_of_the_version_that_was_used() -> None:
    world = new_world()
    a_day_by_versions(world)
    before = pages(world)
    lost = replace(world, ledger=MemoryLedger(), intensities=MemoryIntensities())
    assert rebuilt(lost)["days"]["missing"] == 1
    assert pages(lost) == before
    assert rebuilt(world)["days"]["equal"] == 1


def test_a_recalculation_gives_entries_the_newest_version_and_undone_the_old_one() -> None:
    world = new_world()
    a_day_by_versions(world)
    assert measured(world)["gwp_kgco2e"]["value"] == 9.6
    done = recalculated(world)
    told = done["report"]["gwp_ug"]
    assert done["basis"]["intensities"] == "neso-gb@2"
    assert (told["before"], told["factors"], told["after"]) == (9_600_000_000, 100_000_000, 9_700_000_000)
    assert measured(world)["gwp_kgco2e"]["value"] == 9.7  # 47 kWh x 0.2 kg + 1 kWh x 0.3 kg
    undo_recalculation(world, ADMIN, "demo", done["recalculation_id"])
    drive(world)
    assert measured(world)["gwp_kgco2e"]["value"] == 9.6


def test_other_methods_do_without_the_series() -> None:
    world = new_world()
    by_half_hours(world, "desnz_annual")
    import_intensities(world, ADMIN, as_json(by_night_and_day("2025-09-30T23:00", 1490)))
    import_file(world, october())
    assert [rung["rung"] for rung in measured(world)["rungs"]] == ["year"]


def test_what_says_nothing_new_makes_no_version() -> None:
    world = new_world()
    a, b = span("2025-01-15T00:00", 2)
    first, new = import_intensities(world, ADMIN, as_json({a: (266, 263)}))
    assert (first.label, new) == ("neso-gb@1", True)
    again, new = import_intensities(world, ADMIN, as_csv({a: (266, None)}))
    assert (again, new) == (first, False)
    more, new = import_intensities(world, ADMIN, as_json({b: (270, None)}))
    assert (more.label, more.half_hours, more.forecasts, new) == ("neso-gb@2", 2, 1, True)
    assert [(one["label"], one["first"]) for one in list_series(world, ADMIN)] == [
        ("neso-gb@1", "2025-01-15T00:00:00.000Z"),
        ("neso-gb@2", "2025-01-15T00:00:00.000Z"),
    ]
    assert list_series(world, Caller("other", "eve", frozenset({"admin"}))) == []


def test_files_that_come_at_once_are_all_in_the_series() -> None:
    world = new_world()
    starts = span("2025-01-15T00:00", 8)
    with ThreadPoolExecutor(4) as senders:
        done = list(senders.map(lambda at: import_intensities(world, ADMIN, as_json({at: (1, 2)})), starts))
    assert sorted(saved.version for saved, _ in done) == list(range(1, 9))
    newest = world.intensities.newest("acme", "neso-gb")
    assert newest is not None
    assert newest.half_hours == 8


def test_a_version_that_was_cut_off_before_its_log_is_logged_when_the_file_comes_again() -> None:
    world = new_world()
    content = as_json({instant("2025-01-15T00:00"): (1, 2)})
    import_intensities(world, ADMIN, content)
    logged = list(world.store.keys("records/acme/intensities/"))
    world.store.delete(logged)
    import_intensities(world, ADMIN, content)
    assert list(world.store.keys("records/acme/intensities/")) == logged


def test_a_project_reports_by_its_contract() -> None:
    world = new_world()
    wind = {"mode": "market_factor", "kg_per_kwh": 0.012, "source": "Northern Wind 4711", "year": 2025}
    save_preset(
        world, ADMIN, {"id": "wind", "grid": wind, "meter": {"method": "factor", "include_td": False}}
    )
    change_project(world, ADMIN, "demo", {"preset": "wind"})
    import_file(world, october())
    found = measured(world)
    assert (found["gwp_kgco2e"]["value"], found["rungs"][0]["rung"]) == (8.94, "year")  # 745 kWh x 0.012 kg
    (entry,) = list_entries(world, ADMIN, "demo", EVER, limit=1, cursor=None)["entries"]
    provenance = entry["impact"]["provenance"]
    assert (provenance["mix_source"], provenance["year"]) == ("Northern Wind 4711", 2025)


def test_only_an_admin_imports_intensities() -> None:
    with pytest.raises(NotAllowed):
        import_intensities(new_world(), Caller("acme", "bob", frozenset({"member"})), b"{}")


def test_the_log_alone_brings_the_series_back() -> None:
    world, other = new_world(), new_world()
    saved, _ = import_intensities(world, ADMIN, as_json({instant("2025-01-15T00:00"): (1, 2)}))
    for key in world.store.keys("records/acme/intensities/"):
        other.store.write(key, world.store.read(key))
    assert restore_records(other, "acme")["intensities"] == 1
    assert other.intensities.newest("acme", "neso-gb") == saved
    assert restore_records(other, "acme")["intensities"] == 0
