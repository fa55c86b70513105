"""Recalculations, from what was asked to the pages: what changes, what does not, and taking it back."""

from __future__ import annotations

import json
from typing import Any

import pytest
from support.files import export, minutes, row
from support.recalculating import changed_claims, changed_days, drive, execute, planned, recalculated
from support.runs import ADMIN, import_file, new_world, run, upload

from gramledger.adapters.memory.world import MemoryWorld
from gramledger.app import recalculation_steps
from gramledger.app.lookup import Caller
from gramledger.app.projects import change_project
from gramledger.app.recalculate_days import WindowOfDays
from gramledger.app.recalculation_plan import read_window
from gramledger.app.recalculation_records import known_recalculation
from gramledger.app.recalculation_steps import days_step, finish_step, give_up_step, plan_step
from gramledger.app.recalculations import (
    cancel_recalculation,
    confirm_recalculation,
    get_recalculation,
    list_recalculations,
    pause_recalculation,
    plan_recalculation,
    resume_recalculation,
    undo_recalculation,
)
from gramledger.app.save_preset import save_preset
from gramledger.app.spans import DaySpan
from gramledger.app.stop import undo_import
from gramledger.app.summary import summarise
from gramledger.app.take_back import take_back
from gramledger.core import limits
from gramledger.core.change_totals import STEPS, UNITS
from gramledger.core.heads import Head
from gramledger.core.problems import Busy, InvalidRequest, NotAllowed, NotFound, RecalculationConflict
from gramledger.core.recalculations import STATUSES

DAYS = ("2025-11-04", "2025-11-05", "2025-11-06")
COMPOSER = "composer-1"
"""A name that is nobody's until an alias says whose."""


def some_imports() -> MemoryWorld:
    """Three days of two models, of which one is unknown, and a fourth file that says something else of one day."""
    world = new_world()
    for day in DAYS:
        rows = [*minutes(4, day=day), row(f"{day}T12:00:00.000Z", model=COMPOSER, buckets=(10, 20, 30, 400))]
        import_file(world, export(rows))
    import_file(world, export(minutes(6, day=DAYS[1], cost="9.99")))
    save_preset(world, ADMIN, {"id": "nuclear", "grid": {"mode": "zone", "zone": "FRA"}})
    return world


def heads_of(world: MemoryWorld) -> list[Head]:
    home = world.projects.named("acme", "demo")
    assert home is not None
    return list(world.ledger.heads("acme", home.project_id, None, None))


def bodies_of(world: MemoryWorld) -> dict[str, str | None]:
    """The hash of every page."""
    return {head.day: head.body for head in heads_of(world)}


def summary(world: MemoryWorld, as_of: str | None = None) -> dict[str, Any]:
    return summarise(world, ADMIN, "demo", DaySpan.of(None, None, as_of))


def say(world: MemoryWorld, word: Any, document: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = word(world, ADMIN, "demo", document["recalculation_id"])
    return found


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


def test_one_that_is_to_run_by_itself_does_without_another_word() -> None:
    world = some_imports()
    recalculation_id = plan_recalculation(world, ADMIN, "demo", {"preset": "nuclear", "confirm": "auto"})[
        "recalculation_id"
    ]
    drive(world)
    done = get_recalculation(world, ADMIN, "demo", recalculation_id)
    assert (done["status"], done["percent"], done["confirmed_by"]) == ("completed", 100, ADMIN.user)


def test_a_pause_holds_the_tasks_and_resuming_does_what_is_left() -> None:
    world = some_imports()
    document = planned(world, {"preset": "nuclear"})
    say(world, confirm_recalculation, document)
    assert say(world, pause_recalculation, document)["paused_at"] is not None
    drive(world)
    assert not any(head.recalculations for head in heads_of(world))
    assert say(world, resume_recalculation, document)["paused_at"] is None
    drive(world)
    assert get_recalculation(world, ADMIN, "demo", document["recalculation_id"])["status"] == "completed"
    with pytest.raises(RecalculationConflict, match="'completed' and cannot be paused"):
        say(world, pause_recalculation, document)


def test_what_is_cancelled_before_its_end_is_as_if_it_had_never_been() -> None:
    world = some_imports()
    pages = bodies_of(world)
    waiting = planned(world, {"preset": "nuclear"})
    assert say(world, cancel_recalculation, waiting)["status"] == "cancelled"
    document = planned(world, {"preset": "nuclear"})
    say(world, confirm_recalculation, document)
    assert say(world, cancel_recalculation, document)["status"] == "cancelling"
    drive(world)
    cancelled = get_recalculation(world, ADMIN, "demo", document["recalculation_id"])
    assert (cancelled["status"], cancelled["taken_back"]) == ("cancelled", {"days": 0})
    assert bodies_of(world) == pages
    with pytest.raises(RecalculationConflict, match="cannot be undone"):
        say(world, undo_recalculation, document)


def test_of_each_project_one_at_a_time_has_its_turn_and_an_outdated_plan_is_refused() -> None:
    world = some_imports()
    older = planned(world, {"preset": "nuclear"})
    newer = planned(world, {"preset": "nuclear"})
    say(world, confirm_recalculation, newer)
    with pytest.raises(RecalculationConflict, match="is being carried out or taken back") as active:
        say(world, confirm_recalculation, older)
    assert active.value.facts == {"recalculation_id": newer["recalculation_id"]}
    drive(world)
    with pytest.raises(RecalculationConflict, match="Plan it anew"):
        say(world, confirm_recalculation, older)


def test_who_may_do_what_and_what_there_is() -> None:
    world = some_imports()
    member = Caller(tenant="acme", user="bob", groups=frozenset())
    stranger = Caller(tenant="other", user="eve", groups=frozenset({"admin"}))
    document = plan_recalculation(world, member, "demo", {"preset": "nuclear"})
    recalculation_id = document["recalculation_id"]
    assert (document["status"], document["percent"]) == ("planning", 0)
    with pytest.raises(NotFound, match="nothing to show yet"):
        changed_days(world, recalculation_id)
    drive(world)
    with pytest.raises(NotAllowed):
        plan_recalculation(world, member, "demo", {"confirm": "auto"})
    for word in (confirm_recalculation, pause_recalculation, cancel_recalculation, undo_recalculation):
        with pytest.raises(NotAllowed):
            word(world, member, "demo", recalculation_id)
    with pytest.raises(NotFound):
        get_recalculation(world, stranger, "demo", recalculation_id)
    with pytest.raises(NotFound, match="no preset 'gone'"):
        plan_recalculation(world, member, "demo", {"preset": "gone"})
    second = planned(world)
    first_page, cursor = list_recalculations(world, member, "demo", limit=1, cursor=None)
    assert [one["recalculation_id"] for one in first_page] == [second["recalculation_id"]]
    rest, end = list_recalculations(world, member, "demo", limit=1, cursor=cursor)
    assert ([one["recalculation_id"] for one in rest], end) == ([recalculation_id], None)
    assert {one["status"] for one in (*first_page, *rest)} <= set(STATUSES)


def test_a_page_of_the_list_is_no_longer_than_an_answer_may_be() -> None:
    world = new_world()
    names = [f"{number:03}-{'x' * 116}" for number in range(limits.RECALCULATED_NAMES)]
    known = []
    for _ in range(2 + limits.ANSWER_BYTES // limits.RECALCULATION_BYTES):
        world.clock.sleep(0.001)
        known.append(plan_recalculation(world, ADMIN, "demo", {"models": names})["recalculation_id"])
    listed: list[str] = []
    cursor, pages = None, 0
    while cursor or not pages:
        found, cursor = list_recalculations(world, ADMIN, "demo", limit=100, cursor=cursor)
        assert len(json.dumps(found)) <= limits.ANSWER_BYTES
        listed.extend(one["recalculation_id"] for one in found)
        pages += 1
    assert (listed, pages) == (known[::-1], 2)


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ([], "JSON object"),
        ({"everything": True}, "JSON object with any of"),
        ({"from": "yesterday"}, "'from' must be a day"),
        ({"from": "2025-11-05", "to": "2025-11-04"}, "must not be after"),
        ({"models": []}, "'models' must be a list"),
        ({"models": ["x"] * 501}, "500 names"),
        ({"entries": [{"ts": "noon", "key": "cursor"}]}, "Each of 'entries'"),
        ({"entries": "all"}, "'entries' must be a list"),
        ({"entries": [{}] * 501}, "500 entries"),
        ({"quality": ["good"]}, "'quality' must be"),
        ({"status": "ok"}, "'status' must be"),
        ({"confirm": "later"}, "'confirm' must be"),
        ({"preset": 1}, "'preset' must name"),
    ],
)
def test_what_cannot_be_asked_is_refused_by_name(form: object, said: str) -> None:
    with pytest.raises(InvalidRequest, match=said):
        plan_recalculation(new_world(), ADMIN, "demo", form)


def test_an_import_that_runs_meanwhile_is_not_covered() -> None:
    world = some_imports()
    waiting = upload(world, export(minutes(3, day=DAYS[0], model="gpt-5-mini")))
    document = planned(world, {"preset": "nuclear"})
    run(world, waiting)
    say(world, confirm_recalculation, document)
    drive(world)
    stamped = {head.day: head.recalculations for head in heads_of(world)}
    assert stamped[DAYS[0]] == {document["recalculation_id"]: 5}


def failing_with(error: dict[str, Any], world: MemoryWorld, document: dict[str, Any], turn: Any) -> Any:
    """What the state machine does when a task of a turn has given up."""
    place = ("acme", document["project_id"], document["recalculation_id"], turn)
    return give_up_step(world, *place, error=error)


def test_a_run_that_fails_is_taken_back_and_says_why() -> None:
    world = some_imports()
    pages = bodies_of(world)
    document = planned(world, {"preset": "nuclear"})
    say(world, confirm_recalculation, document)
    place = ("acme", document["project_id"], document["recalculation_id"])
    plan_step(world, *place, "run")
    days_step(world, *place, "run", index=0)
    assert bodies_of(world) != pages
    accident = {"Error": "Lambda.Unknown", "Cause": "killed"}
    assert failing_with(accident, world, document, "run") == {"status": "cancelling", "turn": "take_back"}
    assert failing_with(accident, world, document, "take_back")["turn"] == "take_back", "it tries for ever"
    plan_step(world, *place, "take_back")
    days_step(world, *place, "take_back", index=0)
    assert finish_step(world, *place, "take_back") == {"status": "failed", "turn": None}
    failed = get_recalculation(world, ADMIN, "demo", document["recalculation_id"])
    assert failed["problem"]["code"] == "internal-error"
    assert "Lambda.Unknown" in failed["problem"]["detail"]
    assert failed["taken_back"] == {"days": len(DAYS)}
    assert bodies_of(world) == pages
    assert recalculated(world, {"preset": "nuclear"})["status"] == "completed", "the next one has its turn"


def test_a_preview_that_fails_leaves_nothing_to_take_back() -> None:
    world = some_imports()
    document = plan_recalculation(world, ADMIN, "demo", {"preset": "nuclear"})
    refused = {"Error": "Final", "Cause": json.dumps({"errorMessage": json.dumps({"code": "not-found"})})}
    assert failing_with(refused, world, document, "preview") == {"status": "failed", "turn": None}
    failed = get_recalculation(world, ADMIN, "demo", document["recalculation_id"])
    assert failed["problem"] == {"code": "not-found"}
    with pytest.raises(RecalculationConflict, match="cannot be confirmed"):
        say(world, confirm_recalculation, document)


def test_a_task_that_comes_after_the_taking_back_finds_the_fence() -> None:
    world = some_imports()
    document = planned(world, {"preset": "nuclear"})
    running = say(world, confirm_recalculation, document)
    record = world.recalculations.get("acme", running["project_id"], running["recalculation_id"])
    assert record is not None
    late = WindowOfDays(world, record, read_window(world, record, 0))
    say(world, cancel_recalculation, document)
    drive(world)
    pages = [head.hash for head in heads_of(world)]
    with pytest.raises(RecalculationConflict, match="has been taken back"):
        late.carried_out()
    assert [head.hash for head in heads_of(world)] == pages


def test_a_preview_that_meets_another_recalculation_looks_again() -> None:
    world = some_imports()
    document = plan_recalculation(world, ADMIN, "demo", {"preset": "nuclear"})
    place = ("acme", document["project_id"], document["recalculation_id"])
    plan_step(world, *place, "preview")
    record = known_recalculation(world, *place)
    early = WindowOfDays(world, record, read_window(world, record, 0))
    world.clock.sleep(0.001)
    other = plan_recalculation(world, ADMIN, "demo", {"preset": "nuclear", "confirm": "auto"})
    execute(world, world.workflows.started[other["recalculation_id"]])
    with pytest.raises(Busy):
        early.foreseen()
    assert days_step(world, *place, "preview", index=0) == {"index": 0, "days": 0}


def test_a_task_that_comes_after_a_later_recalculation_changes_neither_pages_nor_reports(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    world = some_imports()
    document = recalculated(world, {"preset": "nuclear"})
    record = world.recalculations.get("acme", document["project_id"], document["recalculation_id"])
    assert record is not None
    recalculated(world, {"preset": "default"})
    pages = [head.hash for head in heads_of(world)]
    found = changed_days(world, record.recalculation_id)
    late = WindowOfDays(world, record, read_window(world, record, 0)).carried_out()
    assert [head.hash for head in heads_of(world)] == pages
    assert [day.total.to_json()["gwp_ug"] for day in late] == [day["gwp_ug"] for day in found]
    place = ("acme", record.project_id, record.recalculation_id)
    import_file(world, export(minutes(4, day=DAYS[0], cost="9.99")), on_conflict="update")
    monkeypatch.setattr(
        recalculation_steps, "_whose_turn", lambda *_: record
    )  # it looked before the others came
    assert days_step(world, *place, "run", index=0) == {"index": 0, "days": len(DAYS)}
    monkeypatch.undo()
    assert finish_step(world, *place, "run")["status"] == "completed"
    assert changed_days(world, record.recalculation_id) == found
