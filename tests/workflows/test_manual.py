"""Entries by hand: stated in a request, taken into the ledger by an import, and told apart from imported ones."""

from __future__ import annotations

from typing import Any

import pytest
from support.files import export, row
from support.recalculating import planned
from support.runs import ADMIN, import_file, new_world, pages, run

from gramledger.adapters.memory.world import MemoryWorld
from gramledger.app import keys
from gramledger.app.calculations import calculate_usage
from gramledger.app.entries import list_entries
from gramledger.app.lookup import Caller
from gramledger.app.manual import add_entries
from gramledger.app.once import once
from gramledger.app.projects import change_project
from gramledger.app.save_preset import save_preset
from gramledger.app.spans import DaySpan
from gramledger.app.start_import import start_import
from gramledger.app.stop import undo_import
from gramledger.app.summary import summarise
from gramledger.app.take_back import take_back
from gramledger.core.imports import Import
from gramledger.core.manual import read_manual
from gramledger.core.problems import InvalidRequest, NotAllowed
from gramledger.core.requests import Asked, Reply
from gramledger.ports import World

ALWAYS = DaySpan.of(None, None)
TOKENS = {"input": 1200, "cache_write": 30, "cache_read": 90_000, "output": 700}
USED = {"ts": "2025-11-04T10:00:00+01:00", "model": "gpt-5", **TOKENS}
READ = {"ts": "2025-11-04T10:00:00Z", "meter": "office", "kwh": "12.345678901", "minutes": 30}


def state(world: World, *entries: dict[str, Any], **form: Any) -> Import:
    """State entries and run their import."""
    world.clock.sleep(0.001)
    shown = add_entries(world, ADMIN, "demo", {"entries": list(entries), **form})
    return arrive(world, shown["import_id"])


def arrive(world: World, import_id: str) -> Import:
    key = keys.upload("acme", import_id)
    assert start_import(world, key, world.uploads.size(key) or 0) == import_id
    record = world.jobs.get("acme", import_id)
    assert record is not None
    return run(world, record)


def entries(world: World) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = list_entries(world, ADMIN, "demo", ALWAYS, limit=1000, cursor=None)[
        "entries"
    ]
    return found


def test_stated_usage_becomes_an_entry_with_the_figures_of_the_stateless_calculation() -> None:
    world = new_world()
    record = state(world, {**USED, "user": "Ada", "cost": 1.25, "currency": "eur", "note": "a = trial"})
    assert (record.status, record.receipt and record.receipt["imported"]) == ("completed", 1)
    (entry,) = entries(world)
    assert (entry["ts"], entry["user"], entry["format"]) == ("2025-11-04T09:00:00.000Z", "Ada", "manual")
    assert (entry["cost"]["reported"], entry["cost"]["currency"]) == (1.25, "EUR")
    assert entry["original"] == {"id": f"manual/{record.import_id}/1", "note": "a = trial"}
    assert ("input-tokens-extension" in entry["warnings"], entry["requests"]) == (True, 1)
    calculated = calculate_usage(world, ADMIN, {"model": "gpt-5", **TOKENS})
    for name in ("energy_kwh", "gwp_kgco2e", "parts", "water_l"):
        assert entry["impact"][name] == calculated[name]


def test_a_stated_reading_is_measured_to_the_last_digit_and_one_that_was_estimated_says_so() -> None:
    world = new_world()
    later = {**READ, "ts": "2025-11-04T10:30:00Z", "kwh": 0.1, "estimated": True}
    assert state(world, READ, later).status == "completed"
    first, second = entries(world)
    assert first["reading"] == {"meter": "office", "kwh": 12.345678901, "seconds": 1800}
    assert (first["kind"], second["kind"], second["reading"]["kwh"]) == ("actual", "estimated", 0.1)


def test_entries_without_an_id_are_each_their_own_and_one_with_an_id_is_stated_once() -> None:
    world = new_world()
    for _ in range(2):
        state(world, USED, USED)
    assert len(entries(world)) == 4
    world = new_world()
    state(world, {**USED, "id": "trip 7"})
    again = state(world, {**USED, "id": "trip 7", "output": 900})
    assert again.receipt
    assert again.receipt["duplicate_differing"] == 1
    corrected = state(world, {**USED, "id": "trip 7", "output": 900}, on_conflict="update")
    assert corrected.receipt
    assert corrected.receipt["updated"] == 1
    assert [entry["tokens"]["output"] for entry in entries(world)] == [900]


def test_a_repeated_request_makes_one_import_and_puts_its_entries_once() -> None:
    world = new_world()
    asked = Asked("acme", "ada", "POST", "/v1/projects/demo/entries", "key-1", b"")
    made = []

    def work(repeatable: World) -> Reply:
        made.append(add_entries(repeatable, ADMIN, "demo", {"entries": [USED]})["import_id"])
        return Reply(503, {}, "")  # the answer gets lost

    once(world, asked, work)
    arrive(world, made[0])
    once(world, asked, work)
    assert made[0] == made[1]
    assert world.uploads.size(keys.upload("acme", made[0])) is None
    assert len(entries(world)) == 1


def test_undoing_their_import_removes_stated_entries_and_nothing_else() -> None:
    world = new_world()
    import_file(world, export([row("2025-11-04T09:00:00.000Z", model="gpt-5")]))
    before = pages(world)
    record = state(world, USED)
    undo_import(world, ADMIN, record.import_id)
    take_back(world, "acme", record.import_id)
    assert pages(world) == before


def test_the_summary_shares_the_whole_out_to_imported_and_stated_entries() -> None:
    world = new_world()
    rows = [
        row(f"2025-11-04T09:00:0{n}.000Z", model="gpt-5", buckets=(30, 1200, 90_000, 700)) for n in range(3)
    ]
    import_file(world, export(rows))
    state(world, USED)
    state(world, READ)
    summary = summarise(world, ADMIN, "demo", ALWAYS)
    imported, stated = summary["origins"]["imported"], summary["origins"]["manual"]
    assert (imported["entries"], stated["entries"]) == (3, 2)
    assert (imported["percent"]["gwp"], stated["percent"]["gwp"]) == (75.0, 25.0)
    assert (imported["percent"]["measured_gwp"], stated["percent"]["measured_gwp"]) == (0.0, 100.0)
    for bound in ("low", "value", "high"):
        parts = imported["gwp_kgco2e"][bound] + stated["gwp_kgco2e"][bound]
        assert parts == pytest.approx(summary["gwp_kgco2e"][bound], rel=1e-12)
    nothing = summarise(new_world(), ADMIN, "demo", ALWAYS)["origins"]["manual"]
    assert nothing["percent"] == {"entries": None, "gwp": None, "measured_gwp": None}


def test_a_file_that_replaces_its_days_leaves_stated_entries_and_a_file_of_its_format_is_no_drift() -> None:
    world = new_world()
    state(world, *({**USED, "output": n} for n in range(1, 60)))
    table = "ts,model,output\n" + "".join(f"2025-11-04T08:00:{n:02d}Z,auto,{n}\n" for n in range(60))
    mapping = {
        "format": "usage",
        "dates": "iso",
        "columns": {name: {"column": column} for name, column in (("time", 1), ("model", 2), ("output", 3))},
    }
    record = import_file(world, table.encode(), mapping=mapping, mode="replace")
    assert (record.status, record.format) == ("completed", "generic-usage")
    assert len(entries(world)) == 59 + 60


def test_the_projects_rules_hold_for_stated_entries_too() -> None:
    world = new_world()
    change_project(world, ADMIN, "demo", {"settings": {"rules": {"models": ["gpt-*"]}}})
    record = state(world, USED, {**USED, "model": "auto"})
    assert record.receipt
    assert record.receipt["rejects_by_code"] == {"rule-model": 1}


@pytest.mark.parametrize(
    ("form", "named"),
    [
        ([], "entries"),
        ({"entries": []}, "a list of 1 to 1,000"),
        ({"entries": [USED] * 1001}, "a list of 1 to 1,000"),
        ({"entries": [USED, 5]}, "Entry 2 must be a JSON object"),
        ({"entries": [{**USED, "colour": 1}]}, "colour"),
        (
            {"entries": [{**USED, "output": None}]},
            "'output' of entry 1 is missing; it must be a whole number",
        ),
        (
            {"entries": [USED, {**USED, "ts": None}]},
            "'ts' of entry 2 is missing; it must be an instant with its",
        ),
        ({"entries": [{**USED, "output": -1}]}, "output"),
        ({"entries": [{**USED, "input": 1.5}]}, "input"),
        ({"entries": [{**USED, "ts": "2025-11-04T10:00:00"}]}, "an instant with its zone"),
        ({"entries": [{**USED, "model": "  "}]}, "'model' of entry 1 is '  '; it must be a text"),
        ({"entries": [{**USED, "user": "a\0b"}]}, "printable"),
        ({"entries": [{**USED, "cost": "1,5"}]}, "a number from 0 to"),
        ({"entries": [{**USED, "cost": -1}]}, "a number from 0 to"),
        ({"entries": [{**USED, "cost": float("inf")}]}, "a number from 0 to"),
        ({"entries": [{**USED, "currency": "euro"}]}, "three letters"),
        ({"entries": [{**READ, "kwh": "0.0000000001"}]}, "9 decimals"),
        ({"entries": [{**READ, "minutes": 1441}]}, "1 to 1440"),
        ({"entries": [{**READ, "estimated": "no"}]}, "true or false"),
        ({"entries": [USED, READ]}, "two kinds"),
        ({"entries": [USED], "on_conflict": "fail"}, "skip, update"),
    ],
)
def test_what_is_not_fit_is_refused_by_its_name_and_nothing_is_taken_in(form: object, named: str) -> None:
    with pytest.raises(InvalidRequest, match=named):
        read_manual(form, "01JCX000000000000000000000")


def test_only_administrators_state_entries() -> None:
    with pytest.raises(NotAllowed):
        add_entries(new_world(), Caller("acme", "bob", frozenset()), "demo", {"entries": [USED]})


def test_cells_that_look_like_others_come_back_as_they_were_stated() -> None:
    world: MemoryWorld = new_world()
    odd = ['gpt-5",x', "=1+2", "- ", "null", "Ünïcode 模型"]
    state(world, *({**USED, "model": name, "ts": f"2025-11-04T10:00:0{n}Z"} for n, name in enumerate(odd)))
    assert [entry["model"] for entry in entries(world)] == [name.strip() for name in odd]


def test_a_recalculation_is_about_readings_where_null_is_among_its_names() -> None:
    world = new_world()
    state(world, USED)
    state(world, READ)
    save_preset(world, ADMIN, {"id": "france", "grid": {"mode": "zone", "zone": "FRA"}})
    found = planned(world, {"preset": "france", "models": [None, "nothing"]})
    assert (found["selection"]["models"], found["preview"]["entries"]) == (["nothing", None], 1)
