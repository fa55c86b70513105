"""The course of a recalculation: its turns, pauses, failures, and tasks that come late."""

from __future__ import annotations

import json

import pytest
from support.files import export, minutes
from support.recalculating import (
    DAYS,
    bodies_of,
    changed_days,
    drive,
    execute,
    failing_with,
    heads_of,
    planned,
    recalculated,
    say,
    some_imports,
)
from support.runs import ADMIN, import_file, run, upload

from gramledger.app import recalculation_steps
from gramledger.app.recalculate_days import WindowOfDays
from gramledger.app.recalculation_plan import read_window
from gramledger.app.recalculation_records import known_recalculation
from gramledger.app.recalculation_steps import days_step, finish_step, plan_step
from gramledger.app.recalculations import (
    cancel_recalculation,
    confirm_recalculation,
    get_recalculation,
    pause_recalculation,
    plan_recalculation,
    resume_recalculation,
    undo_recalculation,
)
from gramledger.core.problems import Busy, RecalculationConflict


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
    paused = say(world, pause_recalculation, document)
    assert (paused["paused_at"] is not None, paused["percent"], paused["windows"]["done"]) == (True, 0, 0)
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


def test_an_import_that_runs_meanwhile_is_not_covered() -> None:
    world = some_imports()
    waiting = upload(world, export(minutes(3, day=DAYS[0], model="gpt-5-mini")))
    document = planned(world, {"preset": "nuclear"})
    run(world, waiting)
    say(world, confirm_recalculation, document)
    drive(world)
    stamped = {head.day: head.recalculations for head in heads_of(world)}
    assert stamped[DAYS[0]] == {document["recalculation_id"]: 5}


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
