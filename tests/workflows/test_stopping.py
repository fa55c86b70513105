"""Imports that people stop: paused and resumed, cancelled with or without their days, undone after their end."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.faults import Faulty
from support.files import export, minutes, row
from support.runs import ADMIN, import_file, new_world, pages, run, steps, upload

from gramledger.adapters.memory.world import MemoryWorld
from gramledger.app import keys
from gramledger.app.confirm import confirm_import
from gramledger.app.create_import import NewImport, create_import
from gramledger.app.imports import get_import
from gramledger.app.lookup import Caller, read_json
from gramledger.app.receipts import refresh_receipt
from gramledger.app.start_import import start_import
from gramledger.app.stop import cancel_import, pause_import, resume_import, undo_import
from gramledger.app.take_back import take_back
from gramledger.core.imports import Import
from gramledger.core.problems import ImportConflict, InvalidRequest, NotAllowed
from gramledger.ports import Unavailable

pytestmark = pytest.mark.usefixtures("remembered")

DAYS = ("2025-11-03", "2025-11-04", "2025-11-05", "2025-11-06")
CONTENT = export([row(f"{day}T10:0{minute}:00.000Z", cost="0.10") for day in DAYS for minute in range(3)])
OTHER = export([row(f"{day}T10:0{minute}:00.000Z", cost="0.20") for day in DAYS for minute in (0, 5)])


def now(world: MemoryWorld, record: Import) -> Import:
    found = world.jobs.get(record.tenant, record.import_id)
    assert found is not None
    return found


def carry_out(world: Any, record: Import) -> Import:
    """What the execution does that a cancel or an undo starts."""
    take_back(world, record.tenant, record.import_id)
    return now(world, record)


def outcomes(record: Import) -> dict[str, Any]:
    return {name: value for name, value in (record.receipt or {}).items() if name != "ledger_version"}


def run_until(world: Any, record: Import, kind: str, done: int, **options: Any) -> list[Callable[[], None]]:
    """Run an import until so many of its tasks are done; all steps that were run."""
    ran = []
    for step in steps(world, record, chunk_bytes=200, days_per_task=1, **options):
        step()
        ran.append(step)
        if sum(task.kind == kind for task in world.jobs.progress(record.tenant, record.import_id)) == done:
            return ran
    raise AssertionError(f"the import ended before {done} of {kind}")


# undo


def test_undoing_an_import_gives_the_ledger_that_would_be_without_it_and_later_ones_stay() -> None:
    world, without = new_world(), new_world()
    first, second = import_file(world, CONTENT), import_file(world, OTHER)
    assert (second.receipt or {})["duplicate_differing"] == 4
    alone = import_file(without, OTHER)
    shown = undo_import(world, ADMIN, first.import_id)
    assert (shown["status"], shown["ending"]["by"], shown["percent"]) == ("undoing", "ada", 100)
    assert world.workflows.started[f"{first.import_id}-undo"] == {
        "tenant": "acme",
        "import_id": first.import_id,
    }
    undone = carry_out(world, first)
    assert undone.status == "undone"
    left = [[(r["ts"], r["cost_text"]) for r in rows] for rows in pages(world).values()]
    assert left == [[(r["ts"], r["cost_text"]) for r in rows] for rows in pages(without).values()]
    assert outcomes(now(world, second)) == outcomes(alone)


def test_the_report_of_an_undo_says_what_was_removed_restored_and_kept() -> None:
    world = new_world()
    same = export([row("2025-11-03T10:01:00.000Z", cost="0.10")])
    first, second = import_file(world, CONTENT), import_file(world, OTHER)
    third = import_file(world, same)
    untouched = import_file(world, export([row("2025-12-24T10:00:00.000Z")]))
    undo_import(world, ADMIN, first.import_id)
    report = carry_out(world, first).taken_back
    assert report == {
        "days": 4,
        "first": "2025-11-03",
        "last": "2025-11-06",
        "claims_removed": 12,
        "entries_removed": 7,
        "entries_restored": 4,
        "entries_kept": 1,
        "imports": [second.import_id, third.import_id],
        "kept_days": [],
        "claims_kept": 0,
    }
    assert read_json(world.store, keys.taken_back(first.tenant, first.import_id)) == report
    assert (now(world, third).receipt or {})["imported"] == 1
    assert now(world, untouched).receipt == untouched.receipt


def test_an_import_of_duplicates_alone_is_undone_without_a_trace() -> None:
    world = new_world()
    first, again = import_file(world, CONTENT), import_file(world, CONTENT)
    before = pages(world)
    undo_import(world, ADMIN, again.import_id)
    report = carry_out(world, again).taken_back or {}
    assert (report["claims_removed"], report["entries_removed"], report["imports"]) == (12, 0, [])
    assert [len(rows) for rows in before.values()] == [6] * 4
    assert [len(rows) for rows in pages(world).values()] == [3] * 4
    assert now(world, first).receipt is not None


def test_what_was_undone_can_be_imported_again_and_undone_once_only() -> None:
    world = new_world()
    first = import_file(world, CONTENT)
    undo_import(world, ADMIN, first.import_id)
    assert carry_out(world, first).taken_back == carry_out(world, first).taken_back
    assert undo_import(world, ADMIN, first.import_id)["status"] == "undone"
    assert pages(world) == {}
    assert (import_file(world, CONTENT).receipt or {})["imported"] == 12


@pytest.mark.parametrize("fate", ["lost", "unheard"])
def test_an_undo_that_fails_at_any_call_goes_on_and_its_report_is_the_same(fate: str) -> None:
    def undone(broken: int) -> tuple[Any, ...]:
        world = new_world()
        first, second = import_file(world, CONTENT), import_file(world, OTHER)
        undo_import(world, ADMIN, first.import_id)
        faulty = Faulty(world, lambda n, _: fate if n == broken else "ok")
        for _ in range(3):
            try:
                take_back(faulty, first.tenant, first.import_id)
            except Unavailable:
                continue
        report = now(world, first).taken_back
        return (
            pages(world),
            report,
            outcomes(now(world, second)),
            now(world, first).announced,
            len(faulty.calls),
        )

    *expected, calls = undone(-1)
    for broken in range(calls // 3 + 1):
        *found, _ = undone(broken)
        assert found == expected, broken


@settings(max_examples=25)
@given(st.permutations(range(3)), st.integers(0, 2))
def test_undoing_one_of_three_is_as_if_it_had_never_been(order: list[int], gone: int) -> None:
    contents = [CONTENT, OTHER, export([*minutes(4), row("2025-11-04T10:00:00.000Z", cost="0.30")])]
    world, without = new_world(), new_world()
    records = [upload(world, content) for content in contents]
    for number in order:
        run(world, records[number])
    undo_import(world, ADMIN, records[gone].import_id)
    carry_out(world, records[gone])
    others = [import_file(without, content) for number, content in enumerate(contents) if number != gone]
    left = [record for number, record in enumerate(records) if number != gone]
    assert [outcomes(now(world, record)) for record in left] == [outcomes(record) for record in others]
    assert [len(rows) for rows in pages(world).values()] == [len(rows) for rows in pages(without).values()]


@pytest.mark.parametrize("announced", [{"dry_run": True}, {"confirm": "manual"}])
def test_what_is_not_in_the_ledger_cannot_be_undone(announced: dict[str, Any]) -> None:
    world = new_world()
    record = import_file(world, CONTENT, **announced)
    with pytest.raises(ImportConflict, match="cannot be undone"):
        undo_import(world, ADMIN, record.import_id)


# cancel


@pytest.mark.parametrize(("kind", "done"), [("chunk", 1), ("chunk", 4), ("portion", 1), ("portion", 3)])
def test_a_cancelled_import_leaves_nothing_and_its_late_tasks_write_nothing(kind: str, done: int) -> None:
    world = new_world()
    before = import_file(world, OTHER)
    expected = pages(world)
    record = upload(world, CONTENT)
    zombies = run_until(world, record, kind, done)
    assert cancel_import(world, ADMIN, record.import_id)["status"] == "cancelling"
    assert f"{record.import_id}-cancel" in world.workflows.started
    for zombie in zombies:
        zombie()
    assert carry_out(world, record).status == "cancelled"
    for zombie in zombies:
        zombie()
    assert pages(world) == expected
    assert (now(world, record).receipt, now(world, record).status) == (None, "cancelled")
    assert outcomes(now(world, before)) == outcomes(before)
    assert world.uploads.size(keys.upload(record.tenant, record.import_id)) is None


def test_a_cancelled_import_may_keep_its_whole_days_and_its_receipt_accounts_for_the_others() -> None:
    world = new_world()
    record = upload(world, export([*CONTENT.decode().splitlines()[1:], row("never")]))
    zombies = run_until(world, record, "portion", 2)
    cancel_import(world, ADMIN, record.import_id, {"keep": "days"})
    cancelled = carry_out(world, record)
    for zombie in zombies:
        zombie()
    assert sorted(pages(world)) == list(DAYS[:2])
    report, receipt = cancelled.taken_back or {}, cancelled.receipt or {}
    assert (report["kept_days"], report["claims_kept"], report["claims_removed"]) == (list(DAYS[:2]), 6, 0)
    stated = ("rows_in", "imported", "not_kept", "rejected", "days", "first", "last")
    assert [receipt[name] for name in stated] == [13, 6, 6, 1, 2, *DAYS[:2]]
    assert (cancelled.status, get_import(world, ADMIN, record.import_id)["rows"]["imported"]) == (
        "cancelled",
        6,
    )


def test_days_that_were_kept_count_and_are_accounted_for_and_can_be_undone() -> None:
    world = new_world()
    late, form = create_import(world, ADMIN, "demo", NewImport("late.csv"))
    record = upload(world, CONTENT)
    run_until(world, record, "portion", 2)
    cancel_import(world, ADMIN, record.import_id, {"keep": "days"})
    carry_out(world, record)
    assert world.uploads.post(form, CONTENT)
    start_import(world, form.fields["key"], len(CONTENT))
    assert (run(world, late).receipt or {})["imported"] == 12
    assert (now(world, record).receipt or {})["duplicate_identical"] == 6
    assert undo_import(world, ADMIN, record.import_id)["status"] == "undoing"
    undone = carry_out(world, record)
    assert (undone.taken_back or {})["claims_removed"] == 6
    assert [len(rows) for rows in pages(world).values()] == [3] * 4


def test_an_import_without_its_file_is_cancelled_at_once_and_a_late_file_is_removed() -> None:
    world = new_world()
    record, form = create_import(world, ADMIN, "demo", NewImport("usage.csv"))
    assert cancel_import(world, ADMIN, record.import_id)["status"] == "cancelled"
    assert world.uploads.post(form, CONTENT)
    key = keys.upload(record.tenant, record.import_id)
    assert start_import(world, key, len(CONTENT)) is None
    assert (world.uploads.size(key), world.workflows.started) == (None, {})


def test_a_planned_import_is_cancelled_at_once_and_leaves_only_its_record() -> None:
    world = new_world()
    record = import_file(world, CONTENT, confirm="manual")
    assert cancel_import(world, ADMIN, record.import_id)["status"] == "cancelled"
    assert [*world.uploads.keys(""), *world.store.keys(keys.folder("acme", record.import_id))] == []
    with pytest.raises(ImportConflict):
        confirm_import(world, ADMIN, record.import_id)


def test_a_confirmed_import_can_be_cancelled_too() -> None:
    world = new_world()
    record = import_file(world, CONTENT, confirm="manual")
    confirm_import(world, ADMIN, record.import_id)
    next(steps(world, record, confirmed=True))()
    cancel_import(world, ADMIN, record.import_id)
    assert (carry_out(world, record).status, pages(world)) == ("cancelled", {})


def test_a_word_that_comes_again_changes_nothing_and_another_one_is_refused() -> None:
    world = new_world()
    record = upload(world, CONTENT)
    cancel_import(world, ADMIN, record.import_id, {"keep": "days"})
    assert cancel_import(world, ADMIN, record.import_id, {"keep": "days"})["status"] == "cancelling"
    for word in (cancel_import, pause_import, resume_import, undo_import):
        with pytest.raises(ImportConflict):
            word(world, ADMIN, record.import_id)
    with pytest.raises(InvalidRequest):
        cancel_import(world, ADMIN, record.import_id, {"keep": "some"})
    with pytest.raises(InvalidRequest):
        cancel_import(world, ADMIN, record.import_id, {"keeps": "days"})


@pytest.mark.parametrize("word", [cancel_import, pause_import, resume_import, undo_import])
def test_only_admins_stop_imports(word: Callable[..., Any]) -> None:
    world = new_world()
    record = upload(world, CONTENT)
    with pytest.raises(NotAllowed):
        word(world, Caller("acme", "mia", frozenset({"member"})), record.import_id)


def test_the_percentage_of_a_cancelled_import_never_goes_back() -> None:
    world = new_world()
    record = upload(world, CONTENT)
    run_until(world, record, "portion", 3)
    running = get_import(world, ADMIN, record.import_id)["percent"]
    cancelling = cancel_import(world, ADMIN, record.import_id)["percent"]
    carry_out(world, record)
    assert running == cancelling == get_import(world, ADMIN, record.import_id)["percent"] > 80


def test_an_import_that_is_cancelled_while_its_receipt_is_written_has_none() -> None:
    world = new_world()
    record = upload(world, CONTENT)
    said: list[str] = []

    def decide(_: int, name: str) -> str:
        if name == "ledger.heads" and now(world, record).phase == "finalize" and not said:
            said.append(cancel_import(world, ADMIN, record.import_id)["status"])
            carry_out(world, record)
        return "ok"

    for step in steps(Faulty(world, decide), record, days_per_task=1):
        step()
    assert (said, now(world, record).status, pages(world)) == (["cancelling"], "cancelled", {})


def test_a_receipt_is_not_written_anew_while_its_import_is_undone() -> None:
    world = new_world()
    record = import_file(world, CONTENT)
    said: list[str] = []

    def decide(_: int, name: str) -> str:
        if name == "ledger.heads" and not said:
            said.append(undo_import(world, ADMIN, record.import_id)["status"])
            carry_out(world, record)
        return "ok"

    place = (record.tenant, record.project_id, record.import_id)
    refresh_receipt(Faulty(world, decide), *place)  # type: ignore[arg-type] # a world in all it uses
    assert (said, now(world, record).status, now(world, record).receipt) == (
        ["undoing"],
        "undone",
        record.receipt,
    )


# pause and resume


@pytest.mark.parametrize(("kind", "done"), [("chunk", 1), ("chunk", 4), ("portion", 1), ("portion", 4)])
def test_a_paused_import_goes_on_with_what_is_left_and_ends_as_if_nothing_had_been(
    kind: str, done: int
) -> None:
    plain, world = new_world(), new_world()
    expected = import_file(plain, CONTENT)
    record = upload(world, CONTENT)
    zombies = run_until(world, record, kind, done)
    assert pause_import(world, ADMIN, record.import_id)["paused_at"] is not None
    assert world.jobs.active(record.tenant, record.project_id) == []
    for step in steps(world, record, chunk_bytes=200, days_per_task=1):
        step()
    assert now(world, record).status == "processing", "a paused import has gone on"
    world.clock.sleep(3600)
    assert resume_import(world, ADMIN, record.import_id)["paused_at"] is None
    resume_import(world, ADMIN, record.import_id)
    assert list(world.workflows.started) == [record.import_id, f"{record.import_id}-resumed-1"]
    faulty = Faulty(world, lambda *_: "ok")
    for step in steps(faulty, record, chunk_bytes=200, days_per_task=1):
        step()
    tasks_left = 4 - done if kind == "portion" else len(chunks(world, record)) - done + 4
    assert faulty.calls.count("jobs.report") == tasks_left
    for zombie in zombies:
        zombie()
    ended = now(world, record)
    assert (ended.status, outcomes(ended)) == ("completed", outcomes(expected))
    assert ended.seconds["paused"] == pytest.approx(3600)
    shown = get_import(world, ADMIN, record.import_id)
    assert shown["seconds"]["total"] < 60
    assert [[r["row"] for r in rows] for rows in pages(world).values()] == [
        [r["row"] for r in rows] for rows in pages(plain).values()
    ]


def chunks(world: MemoryWorld, record: Import) -> list[str]:
    return list(world.store.keys(keys.chunks(record.tenant, record.import_id)))


def test_an_import_that_is_paused_before_its_file_came_starts_when_it_is_resumed() -> None:
    world = new_world()
    record, form = create_import(world, ADMIN, "demo", NewImport("usage.csv"))
    pause_import(world, ADMIN, record.import_id)
    assert world.uploads.post(form, CONTENT)
    start_import(world, form.fields["key"], len(CONTENT))
    assert (now(world, record).status, world.workflows.started) == ("queued", {})
    resume_import(world, ADMIN, record.import_id)
    assert list(world.workflows.started) == [f"{record.import_id}-resumed-1"]
    assert run(world, record).status == "completed"


def test_later_imports_do_not_wait_for_a_paused_one_and_are_accounted_for_anew_when_it_ends() -> None:
    world = new_world()
    earlier, later = upload(world, CONTENT), upload(world, CONTENT)
    run_until(world, earlier, "portion", 2)
    pause_import(world, ADMIN, earlier.import_id)
    assert (run(world, later).receipt or {})["imported"] == 6
    resume_import(world, ADMIN, earlier.import_id)
    run(world, earlier)
    assert (now(world, later).receipt or {})["duplicate_identical"] == 12


def test_a_confirmed_import_is_resumed_in_an_execution_of_its_own_name() -> None:
    world = new_world()
    record = import_file(world, CONTENT, confirm="manual")
    with pytest.raises(ImportConflict):
        pause_import(world, ADMIN, record.import_id)
    confirm_import(world, ADMIN, record.import_id)
    pause_import(world, ADMIN, record.import_id)
    resume_import(world, ADMIN, record.import_id)
    name = f"{record.import_id}-confirmed-resumed-1"
    assert world.workflows.started[name]["confirmed"]
    assert run(world, record, confirmed=True).status == "completed"


def test_a_paused_import_can_be_cancelled() -> None:
    world = new_world()
    record = upload(world, CONTENT)
    run_until(world, record, "portion", 2)
    pause_import(world, ADMIN, record.import_id)
    cancel_import(world, ADMIN, record.import_id)
    assert (carry_out(world, record).status, pages(world)) == ("cancelled", {})
