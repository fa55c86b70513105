"""Whatever is retried, repeated, interleaved or cut off: every row counts exactly once."""

from __future__ import annotations

import random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.faults import Faulty
from support.files import export, row
from support.runs import ADMIN, import_file, new_world, pages, run, run_interleaved, steps, upload

from gramledger.app.create_import import NewImport, create_import
from gramledger.app.start_import import start_import
from gramledger.app.take_back import fail_import
from gramledger.core.receipt import Receipt
from gramledger.ports import Unavailable

DAYS = ("2025-11-03", "2025-11-04", "2025-11-05")

pytestmark = pytest.mark.usefixtures("remembered")

events = st.tuples(
    st.sampled_from(DAYS), st.integers(0, 9), st.sampled_from(("0.10", "0.20", "Included")), st.integers(0, 3)
)
bad = st.sampled_from(('"nonsense"', row("someday"), "," * 9))
files = st.lists(events | bad, min_size=1, max_size=14).map(
    lambda rows: export([r if isinstance(r, str) else line(*r) for r in rows])
)


def line(day: str, minute: int, cost: str, output: int) -> str:
    return row(f"{day}T10:{minute:02d}:00.000Z", cost=cost, buckets=(1, 2, 3, output))


def outcomes(receipt: dict[str, Any]) -> dict[str, Any]:
    assert Receipt(**receipt).adds_up
    return {name: value for name, value in receipt.items() if name != "ledger_version"}


def in_order(contents: list[bytes]) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """Pages and receipts when each file is imported after the one before, each created in turn."""
    world = new_world()
    records = [upload(world, content) for content in contents]
    for record in records:
        run(world, record)
    found = [world.jobs.get(r.tenant, r.import_id) for r in records]
    return pages(world), [outcomes(f.receipt) for f in found if f and f.receipt]


@settings(max_examples=60)
@given(st.lists(files, min_size=2, max_size=3), st.randoms(use_true_random=False))
def test_any_interleaving_of_imports_with_repeated_tasks_gives_one_ledger(
    contents: list[bytes], chance: random.Random
):
    expected = in_order(contents)
    world = new_world()
    records = [upload(world, content) for content in contents]
    run_interleaved(world, records, chance)
    found = [world.jobs.get(r.tenant, r.import_id) for r in records]
    assert (pages(world), [outcomes(f.receipt) for f in found if f and f.receipt]) == expected


@settings(max_examples=60)
@given(st.lists(files, min_size=1, max_size=2), st.lists(st.integers(0, 400)), st.booleans())
def test_calls_that_fail_or_whose_answer_is_lost_change_nothing(
    contents: list[bytes], when: list[int], done: bool
):
    expected = in_order(contents)
    fails = set(when)
    world = new_world()
    faulty = Faulty(world, lambda n, _: ("unheard" if done else "lost") if n in fails else "ok")
    records = [upload(world, content) for content in contents]
    for record in records:
        for step in steps(faulty, record, chunk_bytes=300, days_per_task=1):
            until_it_succeeds(step)
    found = [world.jobs.get(r.tenant, r.import_id) for r in records]
    assert (pages(world), [outcomes(f.receipt) for f in found if f and f.receipt]) == expected


def until_it_succeeds(step: Any) -> None:
    while True:
        try:
            step()
        except Unavailable:
            continue
        return


THREE_CHUNKS = export([line(day, minute, "0.10", 3) for day in DAYS for minute in range(4)])


def calls_of_an_import() -> list[str]:
    world = new_world()
    record = upload(world, THREE_CHUNKS)
    faulty = Faulty(world, lambda *_: "ok")
    for step in steps(faulty, record, chunk_bytes=len(THREE_CHUNKS) // 3):
        step()
    return faulty.calls


@pytest.mark.parametrize("fate", ["lost", "unheard"])
def test_a_failure_at_any_single_call_is_survived(fate: str) -> None:
    expected = in_order([THREE_CHUNKS])
    for broken in range(len(calls_of_an_import())):
        world = new_world()
        record = upload(world, THREE_CHUNKS)
        faulty = Faulty(world, lambda n, _, broken=broken: fate if n == broken else "ok")
        for step in steps(faulty, record, chunk_bytes=len(THREE_CHUNKS) // 3):
            until_it_succeeds(step)
        found = world.jobs.get(record.tenant, record.import_id)
        assert found is not None
        assert found.receipt is not None, broken
        assert (pages(world), [outcomes(found.receipt)]) == expected, broken


def test_an_import_that_fails_half_way_leaves_what_was_there_before() -> None:
    before = export([line("2025-11-04", 1, "0.10", 9)])
    world = new_world()
    first = import_file(world, before)
    expected = pages(world)
    record = upload(world, export([line(day, minute, "0.20", 1) for day in DAYS for minute in range(4)]))
    todo = list(steps_until(world, record, "calculated", times=2))
    fail_import(world, record.tenant, record.import_id, {"Error": "States.Timeout", "Cause": "{}"})
    assert pages(world) == expected
    for zombie in todo:
        zombie()
    assert pages(world) == expected, "a task that outlived its import has written"
    failed = world.jobs.get(record.tenant, record.import_id)
    assert failed is not None
    assert (failed.status, (failed.problem or {})["code"]) == ("failed", "internal-error")
    kept = world.jobs.get(first.tenant, first.import_id)
    assert kept is not None
    assert outcomes(kept.receipt or {}) == outcomes(first.receipt or {})


def test_a_task_that_is_still_writing_when_its_import_is_taken_back_finds_the_fence() -> None:
    world = new_world()
    record = upload(world, export([line(day, minute, "0.20", 1) for day in DAYS for minute in range(4)]))
    taken_back: list[str] = []

    def decide(_: int, name: str) -> str:
        if name == "ledger.commit" and not taken_back:
            taken_back.append(name)
            fail_import(world, record.tenant, record.import_id, {"Error": "States.Timeout", "Cause": "{}"})
        return "ok"

    for step in steps(Faulty(world, decide), record, days_per_task=1):
        step()
    assert taken_back
    assert pages(world) == {}


def steps_until(world: Any, record: Any, name: str, *, times: int) -> list[Any]:
    """Run an import's steps up to so many of its calculate tasks; all steps that were run, to be run again."""
    run_steps = []
    for step in steps(world, record, days_per_task=1):
        step()
        run_steps.append(step)
        progress = world.jobs.progress(record.tenant, record.import_id)
        if sum(p.kind == "portion" for p in progress) == times:
            return run_steps
    raise AssertionError(f"the import ended before {times} of {name}")


def test_a_failed_import_gives_back_what_it_had_won() -> None:
    world = new_world()
    earlier = upload(world, export([line("2025-11-04", 1, "0.20", 1), line("2025-11-05", 1, "0.20", 1)]))
    later = upload(world, export([line("2025-11-04", 1, "0.10", 9)]))
    world.jobs.change(earlier.tenant, earlier.import_id, lambda _: None)
    steps_until(world, earlier, "calculated", times=1)
    pending = steps(world, later)
    for step in pending:
        step()
        if world.jobs.active("acme", later.project_id) != [earlier.import_id, later.import_id]:
            break
        if world.jobs.get("acme", later.import_id).phase == "finalize":
            fail_import(world, earlier.tenant, earlier.import_id, {"Error": "x", "Cause": "{}"})
    done = world.jobs.get(later.tenant, later.import_id)
    assert done is not None
    assert done.receipt is not None
    assert (done.status, done.receipt["imported"]) == ("completed", 1)
    assert [r["cost_text"] for rows in pages(world).values() for r in rows] == ["0.10"]


def test_a_later_import_waits_for_an_earlier_one_that_is_still_running() -> None:
    world = new_world()
    content = export([line("2025-11-04", minute, "0.10", 1) for minute in range(5)])
    earlier, later = upload(world, content), upload(world, content)
    running = steps(world, later)
    for _ in range(12):
        step = next(running, None)
        if step:
            step()
    waiting = world.jobs.get(later.tenant, later.import_id)
    assert waiting is not None
    assert (waiting.status, waiting.phase) == ("processing", "finalize")
    assert (run(world, earlier).receipt or {})["imported"] == 5
    for step in running:
        step()
    done = world.jobs.get(later.tenant, later.import_id)
    assert done is not None
    assert done.receipt is not None
    assert (done.receipt["imported"], done.receipt["duplicate_identical"]) == (0, 5)


def test_an_import_that_was_created_first_but_arrives_last_takes_its_rows_over() -> None:
    world = new_world()

    content = export([line("2025-11-04", minute, "0.10", 1) for minute in range(5)])
    slow, form = create_import(world, ADMIN, "demo", NewImport("slow.csv"))
    world.clock.sleep(1)
    quick = import_file(world, content)
    assert (quick.receipt or {})["imported"] == 5
    assert world.uploads.post(form, content)
    start_import(world, form.fields["key"], len(content))
    assert (run(world, slow).receipt or {})["imported"] == 5
    refreshed = world.jobs.get(quick.tenant, quick.import_id)
    assert refreshed is not None
    assert (refreshed.receipt or {})["imported"] == 0
    assert (refreshed.receipt or {})["duplicate_identical"] == 5


def test_a_dry_run_writes_no_page_and_its_receipt_is_that_of_the_import() -> None:
    world = new_world()
    import_file(world, export([line("2025-11-04", minute, "0.10", 1) for minute in range(3)]))
    before = pages(world)
    content = export([line("2025-11-04", minute, "0.10", 1) for minute in range(5)])
    dry = import_file(world, content, dry_run=True)
    assert pages(world) == before
    real = import_file(world, content)
    assert outcomes(dry.receipt or {}) == outcomes(real.receipt or {})
