"""Recalculations, from what was asked to the pages: what changes, what does not, and taking it back."""

from __future__ import annotations

import json
from typing import Any

from support.files import export, minutes
from support.recalculating import (
    COMPOSER,
    DAYS,
    bodies_of,
    changed_claims,
    changed_days,
    drive,
    heads_of,
    planned,
    recalculated,
    say,
    some_imports,
)
from support.runs import ADMIN, import_file

from gramledger.adapters.memory.world import MemoryWorld
from gramledger.app.projects import change_project
from gramledger.app.recalculations import (
    confirm_recalculation,
    get_recalculation,
    undo_recalculation,
)
from gramledger.app.save_preset import save_preset
from gramledger.app.spans import DaySpan
from gramledger.app.stop import undo_import
from gramledger.app.summary import summarise
from gramledger.app.take_back import take_back
from gramledger.core.change_totals import STEPS, UNITS


def summary(world: MemoryWorld, as_of: str | None = None) -> dict[str, Any]:
    return summarise(world, ADMIN, "demo", DaySpan.of(None, None, as_of))


def test_nothing_changes_where_nothing_has_changed_byte_for_byte() -> None:
    world = some_imports()
    before = heads_of(world)
    done = recalculated(world)
    assert done["status"] == "completed"
    assert done["report"] == done["preview"]
    assert (done["report"]["days"], done["report"]["claims"]) == (0, 0)
    assert [head.hash for head in heads_of(world)] == [head.hash for head in before]


def test_a_preview_says_what_the_run_then_does_and_writes_nothing() -> None:
    world = some_imports()
    before = [head.hash for head in heads_of(world)]
    preview = planned(world, {"preset": "nuclear"})
    assert preview["status"] == "planned"
    assert preview["basis"]["preset"] == "nuclear@1"
    assert [head.hash for head in heads_of(world)] == before
    foreseen = changed_days(world, preview["recalculation_id"])
    confirmed = say(world, confirm_recalculation, preview)
    assert (confirmed["status"], confirmed["percent"]) == ("processing", 0)
    drive(world)
    done = get_recalculation(world, ADMIN, "demo", preview["recalculation_id"])
    assert done["report"] == preview["preview"]
    assert done["report"]["days"] == len(DAYS)
    assert changed_days(world, preview["recalculation_id"]) == foreseen


def test_before_and_the_parts_of_the_change_come_to_after_for_every_claim_day_and_in_all() -> None:
    world = some_imports()
    then = summary(world)
    done = recalculated(world, {"preset": "nuclear"})
    now = summary(world)
    for unit in UNITS.values():
        told = done["report"][unit]
        assert told["before"] + told["method"] + told["preset"] + told["factors"] == told["after"]
        assert told["method"] == 0
    rows = [
        claim
        for table in changed_claims(world, done["recalculation_id"])
        for claim in table.to_pylist()
        if claim["entry"]
    ]
    assert len(rows) == done["report"]["entries"] == now["entries"]
    for measure, unit in UNITS.items():
        for step in STEPS:
            assert sum(claim[f"{measure}_{step}"] for claim in rows) == done["report"][unit][step]
    difference = done["report"]["gwp_ug"]["after"] - done["report"]["gwp_ug"]["before"]
    assert difference == round((now["gwp_kgco2e"]["value"] - then["gwp_kgco2e"]["value"]) * 10**9)
    assert difference < 0, "the electricity of France is cleaner"


def test_changing_the_preset_back_restores_the_figures_and_undoing_both_the_pages() -> None:
    world = some_imports()
    pages, figures = bodies_of(world), summary(world)
    there = recalculated(world, {"preset": "nuclear"})
    back = recalculated(world, {"preset": "default"})
    again = summary(world)
    for name in ("energy_kwh", "gwp_kgco2e", "entries", "days", "models"):
        assert again[name] == figures[name], name
    assert bodies_of(world) != pages, "the figures bear another recalculation and time"
    for document in (there, back):
        say(world, undo_recalculation, document)
        drive(world)
    assert bodies_of(world) == pages


def test_taking_the_earlier_of_two_back_leaves_what_the_later_alone_would_have_made() -> None:
    world, other = some_imports(), some_imports()
    first = recalculated(world, {"preset": "nuclear"})
    other.clock.sleep(1)
    world.clock.sleep(1)
    for one in (world, other):
        change_project(one, ADMIN, "demo", {"settings": {"aliases": {COMPOSER: "openai/gpt-5"}}})
    recalculated(world)
    recalculated(other)
    say(world, undo_recalculation, first)
    drive(world)
    assert figures_of(world) == figures_of(other)


def figures_of(world: MemoryWorld) -> list[Any]:
    return [head.groups for head in heads_of(world)]


def test_an_instant_before_a_recalculation_shows_the_old_report_byte_for_byte() -> None:
    world = some_imports()
    instant = summary(world)["ledger"]["as_of"]
    old = json.dumps(summary(world, instant))
    world.clock.sleep(60)
    recalculated(world, {"preset": "nuclear"})
    assert summary(world)["gwp_kgco2e"] != json.loads(old)["gwp_kgco2e"]
    assert json.dumps(summary(world, instant)) == old


def test_an_alias_recalculates_just_the_rows_of_its_name() -> None:
    world = some_imports()
    change_project(world, ADMIN, "demo", {"settings": {"aliases": {COMPOSER: "openai/gpt-5"}}})
    done = recalculated(world, {"models": [COMPOSER]})
    assert (done["report"]["claims"], done["report"]["entries"]) == (len(DAYS), len(DAYS))
    assert sum(count for head in heads_of(world) for count in head.recalculations.values()) == len(DAYS)
    models = {one["model"]: one for one in summary(world)["models"]}
    assert models[COMPOSER]["resolved"] == "openai/gpt-5"
    everything = recalculated(world)
    assert everything["report"]["claims"] == 0, "nothing else depends on it"


def test_a_filter_is_about_the_names_that_it_finds_and_days_and_entries_narrow_it_down() -> None:
    world = some_imports()
    preset = {"preset": "nuclear"}
    unknown = planned(world, {**preset, "quality": ["unknown"]})
    assert unknown["selection"]["models"] == [COMPOSER]
    assert unknown["preview"]["claims"] == len(DAYS)
    nobody = planned(world, {**preset, "status": ["not_applicable"]})
    assert (nobody["selection"]["models"], nobody["preview"]["claims"]) == ([], 0)
    one_day = planned(world, {**preset, "from": DAYS[1], "to": DAYS[1]})
    assert (one_day["preview"]["days"], one_day["preview"]["claims"]) == (1, 11)
    assert one_day["preview"]["entries"] == 7
    entry = {"ts": f"{DAYS[2]}T12:00:00.000Z", "key": "cursor"}
    single = planned(world, {**preset, "entries": [entry]})
    assert (single["preview"]["claims"], single["preview"]["entries"]) == (1, 1)
    assert single["windows"]["total"] == 1


def test_what_is_undone_leaves_no_trace_in_the_figures_and_undoing_again_changes_nothing() -> None:
    world = some_imports()
    pages = bodies_of(world)
    done = recalculated(world, {"preset": "nuclear"})
    assert {head.cause for head in heads_of(world)} == {f"recalculation {done['recalculation_id']}"}
    assert say(world, undo_recalculation, done)["status"] == "undoing"
    drive(world)
    undone = say(world, undo_recalculation, done)
    assert (undone["status"], undone["taken_back"]) == ("undone", {"days": len(DAYS)})
    assert bodies_of(world) == pages
    assert {head.cause for head in heads_of(world)} == {f"undo-recalculation {done['recalculation_id']}"}
    assert all(done["recalculation_id"] in head.fenced for head in heads_of(world))


def test_an_import_that_is_undone_leaves_a_recalculation_of_the_others() -> None:
    world = some_imports()
    record = import_file(world, export(minutes(9, day=DAYS[0], model="gpt-5-mini")))
    recalculated(world, {"preset": "nuclear"})
    undo_import(world, ADMIN, record.import_id)
    take_back(world, "acme", record.import_id)
    after = summary(world)["gwp_kgco2e"]
    other = some_imports()
    recalculated(other, {"preset": "nuclear"})
    assert after == summary(other)["gwp_kgco2e"]


def test_an_import_that_comes_later_has_the_figures_of_its_own_basis() -> None:
    world = some_imports()
    done = recalculated(world, {"preset": "nuclear"})
    import_file(world, export(minutes(3, day=DAYS[0], model="gpt-5-mini")))
    stamped = {head.day: head.recalculations for head in heads_of(world)}
    assert stamped[DAYS[0]] == {done["recalculation_id"]: 5}
    again = recalculated(world, {"preset": "nuclear"})
    assert again["report"]["claims"] == 3


def waiting_for_figures(world: MemoryWorld) -> int:
    records, _ = world.jobs.page("acme", project_id=None, status=None, limit=9, before=None)
    return sum(record.receipt["needs_recalculation"] for record in records if record.receipt)


def test_receipts_tell_what_is_calculated_after_a_recalculation_and_after_taking_it_back() -> None:
    world = some_imports()
    import_file(world, export(minutes(8, day=DAYS[0], model="mystery")[:3]))
    save_preset(world, ADMIN, {"id": "strict", "unknown_policy": "needs_recalculation"})
    assert waiting_for_figures(world) == 0
    done = recalculated(world, {"preset": "strict"})
    assert waiting_for_figures(world) == 3
    say(world, undo_recalculation, done)
    drive(world)
    assert waiting_for_figures(world) == 0
