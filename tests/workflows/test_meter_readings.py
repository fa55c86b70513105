"""Whole imports of meter readings: rows and readings are counted apart, measurements and estimates too."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from support.csv_texts import GOOD, V2
from support.meter_texts import a_day, mpan, numbered, wide
from support.runs import ADMIN, import_file, new_world, pages

from gramledger.adapters.memory.world import MemoryWorld
from gramledger.app.duplicates import list_duplicates
from gramledger.app.entries import list_entries
from gramledger.app.mappings import save_mapping
from gramledger.app.preview import get_preview
from gramledger.app.projects import change_project
from gramledger.app.spans import DaySpan
from gramledger.app.stop import undo_import
from gramledger.app.summary import summarise
from gramledger.app.take_back import take_back
from gramledger.core.imports import Import

EVER = DaySpan(None, None)
HH50 = numbered(lambda n: f"HH{n:02}", 50)
GBR_2025 = 0.177


def receipt(record: Import) -> dict[str, Any]:
    assert record.status == "completed", record.problem
    assert record.receipt is not None
    return record.receipt


def summary(world: MemoryWorld) -> dict[str, Any]:
    return summarise(world, ADMIN, "demo", EVER)


def test_a_file_over_both_clock_changes_is_accounted_for_in_rows_and_in_readings() -> None:
    world = new_world()
    days = [a_day("2026-03-29", 46), a_day("2026-10-25", 50), a_day("2026-10-26"), a_day("2026-10-27", 47)]
    found = receipt(import_file(world, wide(days, HH50)))
    assert (found["rows_in"], found["rows_accepted"], found["rejected"]) == (4, 3, 1)
    assert (found["claims"], found["imported"], found["calculated"]) == (144, 144, 144)
    assert found["rejects_by_code"] == {"reading-missing": 1}
    claims = [claim for page in pages(world).values() for claim in page]
    assert len({claim["ts"] for claim in claims}) == 144
    assert {claim["row"] for claim in claims} == {1, 2, 3}


def test_the_same_file_again_is_identical_and_another_reading_differs() -> None:
    world = new_world()
    day = a_day()
    receipt(import_file(world, wide([day])))
    again = receipt(import_file(world, wide([day])))
    assert (again["imported"], again["duplicate_identical"]) == (0, 48)
    changed = replace(day, readings=("9.9", *day.readings[1:]))
    differing = receipt(import_file(world, wide([changed])))
    assert (differing["duplicate_identical"], differing["duplicate_differing"]) == (47, 1)
    assert summary(world)["measured"]["energy_kwh"]["value"] == 1.176


def test_a_meter_and_day_twice_in_one_file_counts_once() -> None:
    world = new_world()
    found = receipt(import_file(world, wide([a_day(), a_day(first=2)])))
    assert (found["claims"], found["imported"], found["duplicate_differing"]) == (96, 48, 48)


def test_measured_energy_is_never_added_to_estimates() -> None:
    world = new_world()
    receipt(import_file(world, f"{V2}\n{GOOD}\n".encode()))
    before = summary(world)
    assert before["measured"]["readings"] == 0
    receipt(import_file(world, wide([a_day()])))
    after = summary(world)
    assert after["measured"]["readings"] == 48
    assert after["measured"]["energy_kwh"] == {"low": 1.176, "value": 1.176, "high": 1.176}
    assert round(after["measured"]["gwp_kgco2e"]["value"], 6) == round(1.176 * GBR_2025, 6)
    same = (
        "energy_kwh",
        "gwp_kgco2e",
        "gwp_parts_kgco2e",
        "water_l",
        "pe_mj",
        "cost",
        "coverage",
        "models",
        "tokens",
    )
    assert {name: after[name] for name in same if name != "models"} == {
        name: before[name] for name in same if name != "models"
    }
    assert [model["model"] for model in after["models"]] == ["auto"]
    assert after["entries"] == before["entries"] + 48


def test_days_add_up_to_the_whole() -> None:
    world = new_world()
    receipt(import_file(world, wide([a_day("2026-06-15"), a_day("2026-06-16")])))
    totals = summary(world)
    days = [day["measured"] for day in totals["days"]]
    assert [day["readings"] for day in days] == [2, 48, 46]
    assert (
        round(sum(day["energy_kwh"]["value"] for day in days), 9) == totals["measured"]["energy_kwh"]["value"]
    )


def test_an_entry_shows_its_reading_and_its_impact() -> None:
    world = new_world()
    receipt(import_file(world, wide([a_day()])))
    entries = list_entries(world, ADMIN, "demo", EVER, limit=1, cursor=None)["entries"]
    (entry,) = entries
    assert entry["reading"] == {"meter": mpan(7), "kwh": 0.001, "seconds": 1800}
    impact = entry["impact"]
    assert (impact["status"], impact["zone"], impact["model"]["step"]) == ("ok", "GBR", "meter")
    assert impact["energy_kwh"] == {"low": 0.001, "value": 0.001, "high": 0.001}
    assert impact["gwp_kgco2e"]["total"]["value"] == 0.000177
    names = ("mix_source", "year", "rung")
    assert [impact["provenance"][name] for name in names] == ["desnz-2025", 2025, "year"]


def test_a_meter_that_is_nowhere_has_the_mix_of_the_world_and_a_warning() -> None:
    world = new_world()
    found = receipt(import_file(world, wide([replace(a_day("2025-01-15"), meter="M-1")])))
    assert found["warnings"] == {"meter-zone-unknown": 48}


def test_a_file_without_a_zone_is_refused_before_anything_is_written() -> None:
    world = new_world()
    done = import_file(world, wide([replace(a_day(), meter="M-1")], first=("Meter", "Date")))
    assert (done.status, (done.problem or {})["code"]) == ("failed", "zone-needed")
    assert pages(world) == {}


def test_the_preview_says_of_which_zone_the_days_are_taken_to_be() -> None:
    world = new_world()
    done = import_file(world, wide([a_day()]), confirm="manual")
    preview = get_preview(world, ADMIN, done.import_id)
    assert (preview["zone"], preview["dates"], preview["unit"]) == ("Europe/London", "iso", "kwh")
    assert "MPAN" in preview["notes"][0]
    assert len(preview["rows"]) == 48
    assert preview["rows"][0]["reading"] == {"meter": mpan(7), "kwh": 0.001, "seconds": 1800}


def test_a_preview_shows_some_of_very_many_readings() -> None:
    world = new_world()
    days = [a_day(f"2025-01-{day:02}") for day in range(1, 31)]
    done = import_file(world, wide(days), confirm="manual")
    preview = get_preview(world, ADMIN, done.import_id)
    assert len(preview["rows"]) == 50
    assert (preview["outcomes"]["claims"], preview["outcomes"]["new"]) == (30 * 48, 30 * 48)


def test_the_zone_is_that_of_the_import_and_else_of_the_project() -> None:
    world = new_world()
    change_project(world, ADMIN, "demo", {"settings": {"zone": "Europe/Paris"}})
    octets = wide([replace(a_day("2025-01-15"), meter="M-1")], first=("Meter", "Date"))
    receipt(import_file(world, octets))
    assert min(pages(world)) == "2025-01-14"
    receipt(import_file(world, octets.replace(b"M-1", b"M-2"), zone="Asia/Tokyo"))
    instants = {claim["meter"]: claim["ts"] % 86_400_000 for claim in reversed(pages(world)["2025-01-14"])}
    assert instants == {"M-1": 23 * 3_600_000, "M-2": 15 * 3_600_000}


def test_a_filter_takes_local_days_and_rows_whole() -> None:
    world = new_world()
    days = [a_day(f"2025-06-{day}") for day in (14, 15, 16)]
    found = receipt(
        import_file(world, wide(days), filters={"dates": {"from": "2025-06-15", "to": "2025-06-15"}})
    )
    assert (found["rows_in"], found["rows_accepted"], found["claims"]) == (3, 1, 48)
    assert found["excluded_by_code"] == {"filtered-date": 2}


def test_a_spreadsheets_copy_of_a_feed_gives_the_same_readings() -> None:
    world, days = new_world(), [a_day("2025-01-30"), a_day("2025-01-31")]
    receipt(import_file(world, wide(days)))
    text = wide(days, dates="%d/%m/%Y", delimiter="\t").decode()
    copied = (
        "Half hourly report\r\nSite:\tNorth\r\n\r\n" + text.replace("\n", "\r\n") + "Grand Total\t\t1\r\n"
    )
    again = receipt(import_file(world, copied.encode("utf-16")))
    assert (again["claims"], again["duplicate_identical"], again["rejected"]) == (96, 96, 0)
    assert again["excluded_by_code"] == {"row-total": 1}


AMBIGUOUS = wide([a_day("2025-02-03")], dates="%d/%m/%Y")


def test_a_mapping_says_how_dates_are_meant_in_a_known_layout() -> None:
    world = new_world()
    refused = import_file(world, AMBIGUOUS)
    assert (refused.problem or {})["code"] == "dates-ambiguous"
    done = import_file(world, AMBIGUOUS, mapping={"format": "readings", "dates": "d/m/Y"})
    assert (done.format, receipt(done)["imported"]) == ("meter-half-hourly", 48)
    assert list(pages(world)) == ["2025-02-03"]


def test_such_a_mapping_is_saved_for_the_next_file_of_its_kind() -> None:
    world = new_world()
    header = AMBIGUOUS.decode().splitlines()[0].split(",")
    mapping = {"format": "readings", "dates": "d/m/Y"}
    save_mapping(world, ADMIN, "our-supplier", {"mapping": mapping, "header": header})
    receipt(import_file(world, AMBIGUOUS))
    assert list(pages(world)) == ["2025-02-03"]


def test_the_mapping_of_an_import_of_readings_is_what_its_header_does_not_say() -> None:
    world = new_world()
    done = import_file(world, AMBIGUOUS, mapping={"format": "readings", "dates": "d/m/Y"})
    saved = save_mapping(world, ADMIN, "our-supplier", {"import_id": done.import_id})
    assert saved.mapping == {"format": "readings", "dates": "d/m/Y", "zone": "Europe/London"}
    again = receipt(import_file(world, AMBIGUOUS))
    assert (again["imported"], again["duplicate_identical"]) == (0, 48)


def test_readings_of_no_known_layout_need_their_columns() -> None:
    done = import_file(new_world(), b"When,What\n2025-01-15,1\n", mapping={"format": "readings"})
    assert (done.problem or {})["code"] == "format-unknown"
    assert "columns" in (done.problem or {})["detail"]


def daily(flag: str, kwh: str) -> bytes:
    return f"MPAN,Date,Reading,Type\n{mpan(7)},2025-01-15,{kwh},{flag}\n".encode()


def counted(world: MemoryWorld) -> list[tuple[float, str]]:
    entries = list_entries(world, ADMIN, "demo", EVER, limit=5, cursor=None)["entries"]
    return [(entry["reading"]["kwh"], entry["kind"]) for entry in entries]


@pytest.mark.parametrize("flags", [("E", "A"), ("A", "E")])
@pytest.mark.parametrize("on_conflict", ["skip", "update"])
def test_an_actual_reading_counts_before_an_estimated_one_in_whatever_order_they_come(
    flags: tuple[str, str], on_conflict: str
) -> None:
    world = new_world()
    kwh = {"E": "10", "A": "8.5"}
    done = {flag: import_file(world, daily(flag, kwh[flag]), on_conflict=on_conflict) for flag in flags}
    assert counted(world) == [(8.5, "actual")]
    records = {flag: world.jobs.get(ADMIN.tenant, record.import_id) for flag, record in done.items()}
    estimated, actual = (receipt(record) for record in (records["E"], records["A"]) if record)
    came_first = flags[0] == "A"
    assert (actual["imported"], actual["updated"]) == ((1, 0) if came_first else (0, 1))
    assert (estimated["superseded"], estimated["duplicate_differing"]) == ((0, 1) if came_first else (1, 0))
    assert estimated["warnings"] == actual["warnings"] == {}
    if came_first:
        found = list_duplicates(world, ADMIN, done["E"].import_id, limit=5, cursor=None)[0]
        assert [one["reason"] for one in found] == ["actual-stays"]
    undo_import(world, ADMIN, done["A"].import_id)
    take_back(world, ADMIN.tenant, done["A"].import_id)
    assert counted(world) == [(10.0, "estimated")]
    left = world.jobs.get(ADMIN.tenant, done["E"].import_id)
    assert left is not None
    assert receipt(left)["warnings"] == {"reading-estimated": 1}


def test_an_import_that_is_to_fail_does_not_fail_by_the_actual_reading() -> None:
    world = new_world()
    receipt(import_file(world, daily("E", "10")))
    receipt(import_file(world, daily("A", "8.5"), on_conflict="fail"))
    assert counted(world) == [(8.5, "actual")]
    refused = import_file(world, daily("E", "11"), on_conflict="fail")
    assert (refused.problem or {})["code"] == "rows-differ"


def test_a_window_that_is_replaced_loses_its_actual_readings_too() -> None:
    world = new_world()
    receipt(import_file(world, daily("A", "8.5")))
    receipt(import_file(world, daily("E", "10"), mode="replace"))
    assert counted(world) == [(10.0, "estimated")]


def test_of_two_rows_of_one_file_the_actual_one_counts() -> None:
    world = new_world()
    rows = daily("E", "10") + daily("A", "8.5").splitlines()[1] + b"\n"
    receipt(import_file(world, rows))
    assert counted(world) == [(8.5, "actual")]
