"""What a recalculation changed, as people read it: in all, by model, day and entry, as a file, and between instants."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import pytest
from support.files import export, row
from support.recalculating import drive, planned, recalculated
from support.runs import ADMIN, import_file, new_world

from gramledger.adapters.memory.world import MemoryWorld
from gramledger.app import recalculation_lists
from gramledger.app.changes_between import changes_between
from gramledger.app.cursors import pack
from gramledger.app.entries import list_entries
from gramledger.app.history import list_history
from gramledger.app.projects import change_project
from gramledger.app.recalculation_lists import file_key
from gramledger.app.recalculation_records import begin_turn_again, known_recalculation
from gramledger.app.recalculation_report import (
    csv_link,
    list_changes,
    list_days,
    list_failures,
    report_of,
)
from gramledger.app.recalculations import (
    cancel_recalculation,
    confirm_recalculation,
    undo_recalculation,
)
from gramledger.app.save_preset import save_preset
from gramledger.app.spans import DaySpan
from gramledger.app.summary import summarise
from gramledger.core import factors, limits, presets
from gramledger.core.change_totals import STEPS, UNITS
from gramledger.core.iso import iso
from gramledger.core.problems import InvalidRequest, NotFound, RecalculationConflict

ALWAYS = DaySpan.of(None, None)
FORMULA = "=cmd|' /C calc'!A0"
PARTS = STEPS[1:-1]


def world_in_france() -> tuple[MemoryWorld, str]:
    """Two days of three models, which were calculated anew with the electricity of France."""
    world = new_world()
    for day in ("04", "05"):
        names = ("gpt-5", "auto", FORMULA)
        rows = [
            row(f"2025-11-{day}T10:00:0{place}.000Z", model=name, buckets=(1, 20, 300, 400 * (place + 1)))
            for place, name in enumerate(names)
        ]
        assert import_file(world, export(rows)).status == "completed"
    world.clock.sleep(1)
    save_preset(world, ADMIN, {"id": "france", "grid": {"mode": "zone", "zone": "FRA"}})
    found = recalculated(world, {"preset": "france"})
    assert found["status"] == "completed"
    return world, found["recalculation_id"]


def report(*place: Any) -> dict[str, Any]:
    return report_of(*place, limit=100, cursor=None)


def answers(*place: Any) -> list[dict[str, Any]]:
    """The report, and its lists by day, entry and failure."""
    lists = (list_days, list_changes, list_failures)
    return [report(*place), *(listed(*place, limit=100, cursor=None) for listed in lists)]


def adds_up(form: dict[str, Any]) -> bool:
    return all(
        form[unit]["before"] + sum(form[unit][part] for part in PARTS) == form[unit]["after"]
        for unit in UNITS.values()
    )


def test_the_whole_is_the_sum_of_models_days_and_entries() -> None:
    world, found = world_in_france()
    place = (world, ADMIN, "demo", found)
    whole = report(*place)
    days = list_days(*place, limit=100, cursor=None)["days"]
    entries = list_changes(*place, limit=100, cursor=None)["entries"]
    assert (whole["status"], whole["entries"], len(days), len(entries)) == ("completed", 6, 2, 6)
    for lines in ([whole], whole["models"], days, entries):
        assert all(map(adds_up, lines))
        for unit in UNITS.values():
            for step in STEPS:
                assert sum(line[unit][step] for line in lines) == whole[unit][step]
    carbon = whole["gwp_ug"]
    assert carbon["after"] < carbon["before"]
    assert (carbon["method"], carbon["factors"]) == (0, 0)
    shown = summarise(world, ADMIN, "demo", ALWAYS)
    assert shown["gwp_kgco2e"]["value"] == carbon["after"] / 1e9
    largest = [abs(model["gwp_ug"]["after"] - model["gwp_ug"]["before"]) for model in whole["models"]]
    assert largest == sorted(largest, reverse=True)


def test_lists_come_in_pages_that_leave_nothing_out() -> None:
    world, found = world_in_france()
    place = (world, ADMIN, "demo", found)
    for listed, name, size in ((list_changes, "entries", 6), (list_days, "days", 2)):
        whole = listed(*place, limit=100, cursor=None)
        for limit in (1, 2, 4):
            lines: list[Any] = []
            cursor = None
            while True:
                some = listed(*place, limit=limit, cursor=cursor)
                assert len(some[name]) <= limit
                lines += some[name]
                cursor = some["next_cursor"]
                if cursor is None:
                    break
            assert lines == whole[name]
        assert (len(whole[name]), whole["next_cursor"]) == (size, None)
        with pytest.raises(InvalidRequest, match="no cursor"):
            listed(*place, limit=1, cursor="x")
    none = list_failures(*place, limit=5, cursor=None)
    assert (none["failures"], none["next_cursor"]) == ([], None)


def test_an_entry_shows_both_ends_and_the_ledger_bears_the_recalculation() -> None:
    world, found = world_in_france()
    (first,) = list_changes(world, ADMIN, "demo", found, limit=1, cursor=None)["entries"]
    assert first["model"] == "gpt-5"
    assert first["quality"] == {"before": "exact", "after": "exact"}
    entries = entries_of(world)
    assert {entry["impact"]["provenance"]["recalculation"] for entry in entries} == {found}
    assert entries[0]["impact"]["gwp_kgco2e"]["total"]["value"] == first["gwp_ug"]["after"] / 1e9


def test_the_file_is_written_day_by_day_and_the_api_only_points_to_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    world, _ = world_in_france()
    tables: list[str] = []
    held: list[int] = []
    read, write_parts = world.store.read, world.store.write_parts

    def reading(key: str, *span: Any) -> bytes:
        tables.extend([key] if "/changes/" in key else [])
        return read(key, *span)

    def writing(key: str, parts: Iterable[bytes]) -> None:
        written: list[bytes] = []
        for part in parts:
            held.append(len(tables) - len(written))
            written.append(part)
        write_parts(key, written)

    monkeypatch.setattr(world.store, "read", reading)
    monkeypatch.setattr(world.store, "write_parts", writing)
    found = recalculated(world, {"preset": "default"})["recalculation_id"]
    assert (held, len(tables)) == ([0, 0, 0], 2), "the header, and a table for each of two days"
    csv_link(world, ADMIN, "demo", found)
    assert (len(held), len(tables)) == (3, 2)


def test_the_file_has_a_line_for_each_entry_and_no_formula() -> None:
    world, found = world_in_france()
    assert csv_link(world, ADMIN, "demo", found)
    home = world.projects.named("acme", "demo")
    assert home is not None
    record = known_recalculation(world, "acme", home.project_id, found)
    text = world.store.read(file_key(record)).decode()
    lines = list(csv.DictReader(io.StringIO(text)))
    entries = list_changes(world, ADMIN, "demo", found, limit=100, cursor=None)["entries"]
    assert [int(line["gwp_ug_after"]) for line in lines] == [entry["gwp_ug"]["after"] for entry in entries]
    assert {line["model"] for line in lines} == {"gpt-5", "auto", "'" + FORMULA}
    assert lines[0]["ts"] == "2025-11-04T10:00:00.000Z"
    assert csv_link(world, ADMIN, "demo", found)


def test_of_a_plan_the_same_is_known_as_when_it_was_carried_out() -> None:
    world, _ = world_in_france()
    plan = planned(world, {"preset": "default"})
    place = (world, ADMIN, "demo", plan["recalculation_id"])

    def shown() -> Any:
        return [{**answer, "status": None, "shows": None} for answer in answers(*place)]

    foreseen = shown()
    assert report(*place)["gwp_ug"] == plan["preview"]["gwp_ug"]
    names = ("models", "days", "entries", "failures")
    assert [len(answer[name]) for answer, name in zip(foreseen, names, strict=True)] == [3, 2, 6, 0]
    with pytest.raises(RecalculationConflict, match="planned"):
        csv_link(*place)
    confirm_recalculation(*place)
    assert shown() == foreseen
    drive(world)
    assert (report(*place)["status"], shown()) == ("completed", foreseen)


def test_each_answer_says_whether_it_is_of_the_preview_or_of_what_was_changed() -> None:
    world, _ = world_in_france()
    plan = planned(world, {"preset": "default"})
    place = (world, ADMIN, "demo", plan["recalculation_id"])

    def told() -> set[tuple[str, str]]:
        return {(answer["status"], answer["shows"]) for answer in answers(*place)}

    assert told() == {("planned", "preview")}
    confirm_recalculation(*place)
    assert told() == {("processing", "preview")}
    drive(world)
    assert told() == {("completed", "report")}
    undo_recalculation(*place)
    assert told() == {("undoing", "report")}
    drive(world)
    assert told() == {("undone", "report")}


def test_of_one_that_was_cancelled_half_way_the_preview_is_shown_and_called_so() -> None:
    world, _ = world_in_france()
    plan = planned(world, {"preset": "default"})
    place = (world, ADMIN, "demo", plan["recalculation_id"])
    confirm_recalculation(*place)
    cancel_recalculation(*place)
    assert {(answer["status"], answer["shows"]) for answer in answers(*place)} == {("cancelling", "preview")}
    drive(world)
    assert {(answer["status"], answer["shows"]) for answer in answers(*place)} == {("cancelled", "preview")}


def test_of_a_plan_that_was_dropped_it_is_known_what_it_would_have_changed_until_that_is_cleared_away() -> (
    None
):
    world, _ = world_in_france()
    plan = planned(world, {"preset": "default"})
    place = (world, ADMIN, "demo", plan["recalculation_id"])
    cancel_recalculation(*place)
    assert len(list_changes(*place, limit=9, cursor=None)["entries"]) == 6
    world.store.delete(list(world.store.keys("previews/acme/")))
    with pytest.raises(NotFound, match="Plan it again"):
        list_changes(*place, limit=9, cursor=None)
    assert len(list_days(*place, limit=9, cursor=None)["days"]) == 2


def test_what_has_many_days_and_models_is_listed_and_filed_part_by_part(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(recalculation_lists, "PART_LINES", 3)
    monkeypatch.setattr(limits, "DAYS_PER_TASK", 2)
    world = new_world()
    days = [f"2025-10-{number:02d}" for number in range(1, 14)]
    for place, day in enumerate(days):
        some = [row(f"{day}T10:00:0{name}.000Z", model=f"name-{place % 4}-{name}") for name in range(3)]
        import_file(world, export(some))
    save_preset(world, ADMIN, {"id": "france", "grid": {"mode": "zone", "zone": "FRA"}})
    found = recalculated(world, {"preset": "france"})["recalculation_id"]
    where = (world, ADMIN, "demo", found)
    listed, cursor = [], None
    while True:
        some_days = list_days(*where, limit=2, cursor=cursor)
        listed += [day["day"] for day in some_days["days"]]
        cursor = some_days["next_cursor"]
        if cursor is None:
            break
    assert listed == days
    models, cursor = [], None
    while True:
        page = report_of(*where, limit=5, cursor=cursor)
        models += page["models"]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert models == report(*where)["models"]
    assert len({model["model"] for model in models}) == len(models) == 12
    assert sum(model["entries"] for model in models) == report(*where)["entries"] == 39
    entries = list_changes(*where, limit=100, cursor=None)["entries"]
    home = world.projects.named("acme", "demo")
    assert home is not None
    text = world.store.read(file_key(known_recalculation(world, "acme", home.project_id, found))).decode()
    assert [line["ts"] for line in csv.DictReader(io.StringIO(text))] == [entry["ts"] for entry in entries]
    with pytest.raises(InvalidRequest, match="none of this list"):
        list_days(*where, limit=1, cursor=pack(600))


def test_what_was_found_stays_known_where_taking_it_back_begins_again() -> None:
    world, found = world_in_france()
    place = (world, ADMIN, "demo", found)
    before = (report(*place)["models"], list_days(*place, limit=100, cursor=None)["days"])
    project_id = undo_recalculation(*place)["project_id"]
    begin_turn_again(world, known_recalculation(world, "acme", project_id, found))
    drive(world)
    assert report(*place)["status"] == "undone"
    assert (report(*place)["models"], list_days(*place, limit=100, cursor=None)["days"]) == before


def test_entries_whose_calculation_fails_keep_their_figures_and_are_listed_while_the_others_are_done(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    world, _ = world_in_france()
    before = {entry["key"] + entry["ts"]: entry for entry in entries_of(world)}
    sound = factors.load(presets.load("default").factors_id)
    damaged = [
        replace(model, active=(float("nan"), 3.0)) if model.id == "openai/gpt-5-nano" else model
        for model in sound.models
    ]
    monkeypatch.setattr(factors, "load", lambda *_: replace(sound, models=tuple(damaged)))
    aliases = {"aliases": {"gpt-5": "openai/gpt-5-nano", "auto": "openai/gpt-5-mini"}}
    change_project(world, ADMIN, "demo", {"settings": aliases})
    done = recalculated(world)
    assert (done["status"], done["report"]["failed"], done["report"]["entries"]) == ("completed", 2, 4)
    shown = list_failures(world, ADMIN, "demo", done["recalculation_id"], limit=9, cursor=None)
    failures = shown["failures"]
    assert [(one["model"], one["code"]) for one in failures] == [("gpt-5", "calculation-failed")] * 2
    for entry in entries_of(world):
        kept = entry["impact"] == before[entry["key"] + entry["ts"]]["impact"]
        assert kept == (entry["model"] == "gpt-5")


def test_the_history_names_recalculations_apart_from_imports() -> None:
    world, found = world_in_france()
    undo_recalculation(world, ADMIN, "demo", found)
    drive(world)
    versions, _ = list_history(world, ADMIN, "demo", ALWAYS, limit=100, cursor=None)
    causes = [version["cause"] for version in versions if version["day"] == "2025-11-04"]
    assert [cause["kind"] for cause in causes] == ["import", "recalculation", "undo-recalculation"]
    assert all(cause["import_id"] is None and cause["recalculation_id"] == found for cause in causes[1:])


def entries_of(world: MemoryWorld) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = list_entries(world, ADMIN, "demo", ALWAYS, limit=100, cursor=None)[
        "entries"
    ]
    return found


def between(world: MemoryWorld, then: int, now: int | None = None, day: str | None = None) -> dict[str, Any]:
    ends = (iso(then), None if now is None else iso(now))
    return changes_between(world, ADMIN, "demo", ends=ends, days=(day, day))


def test_between_two_instants_a_recalculation_is_told_as_it_is_in_its_report() -> None:
    world, found = world_in_france()
    whole = report(world, ADMIN, "demo", found)
    before = world.clock.now_ms() - 1
    told = between(world, before, world.clock.now_ms())
    assert told["kinds"] == {"came": 0, "went": 0, "restated": 0, "revalued": 6}
    for unit in UNITS.values():
        assert told[unit] == {**whole[unit], "data": 0}
    assert [day["entries"] for day in told["days"]] == [3, 3]
    one = between(world, before, day="2025-11-05")
    assert (one["entries"], [day["day"] for day in one["days"]]) == (3, ["2025-11-05"])


def test_entries_that_come_are_data_and_what_was_recalculated_and_undone_is_no_difference() -> None:
    world, found = world_in_france()
    start = world.clock.now_ms() - 1
    undo_recalculation(world, ADMIN, "demo", found)
    drive(world)
    assert between(world, start)["entries"] == 0
    middle = world.clock.now_ms()
    world.clock.sleep(1)
    new = row("2025-11-04T11:00:00.000Z", model="gpt-5", buckets=(1, 2, 3, 400))
    import_file(world, export([new]))
    told = between(world, middle)
    assert told["kinds"] == {"came": 1, "went": 0, "restated": 0, "revalued": 0}
    assert told["gwp_ug"]["before"] == 0
    assert told["gwp_ug"]["data"] == told["gwp_ug"]["after"] > 0
    (model,) = told["models"]
    assert (model["model"], model["entries"]) == ("gpt-5", 1)


def test_a_new_meaning_of_a_name_is_the_presets_part() -> None:
    world, _ = world_in_france()
    middle = world.clock.now_ms()
    world.clock.sleep(1)
    change_project(world, ADMIN, "demo", {"settings": {"aliases": {"auto": "openai/gpt-5-nano"}}})
    recalculated(world, {"preset": "france", "models": ["auto"]})
    told = between(world, middle)
    assert [model["model"] for model in told["models"]] == ["auto"]
    carbon = told["gwp_ug"]
    assert (carbon["data"], carbon["method"], carbon["factors"]) == (0, 0, 0)
    assert carbon["preset"] == carbon["after"] - carbon["before"] != 0


def test_what_cannot_be_compared_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    world, _ = world_in_france()
    with pytest.raises(InvalidRequest, match="'from_as_of' is missing"):
        changes_between(world, ADMIN, "demo", ends=(None, None), days=(None, None))
    monkeypatch.setattr(limits, "CHANGES_ENTRIES", 5)
    with pytest.raises(InvalidRequest, match="have 6 entries; one request compares 5"):
        between(world, world.clock.now_ms() - 1)
