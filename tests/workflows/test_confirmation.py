"""Planned imports: nothing happens before the word of a person, and then everything or nothing."""

from __future__ import annotations

import random
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.faults import Faulty
from support.files import export, minutes, row
from support.runs import ADMIN, import_file, new_world, pages, run, steps, upload

from gramledger.adapters.memory.world import MemoryWorld
from gramledger.app import keys
from gramledger.app.confirm import confirm_import, discard_import
from gramledger.app.imports import get_import
from gramledger.app.lookup import Caller
from gramledger.app.preview import get_preview
from gramledger.app.rejects import list_rejects
from gramledger.app.rejects_download import rejects_link
from gramledger.app.start_import import start_import
from gramledger.app.take_back import fail_import
from gramledger.core.imports import Import
from gramledger.core.problems import ImportConflict, NotAllowed
from gramledger.ports import Unavailable

pytestmark = pytest.mark.usefixtures("remembered")

CONTENT = export([*minutes(5), row("never")])


def now(world: MemoryWorld, record: Import) -> Import:
    found = world.jobs.get(record.tenant, record.import_id)
    assert found is not None
    return found


def planned(world: MemoryWorld, content: bytes = CONTENT, **announced: Any) -> Import:
    return run(world, upload(world, content, confirm="manual", **announced))


def objects(world: MemoryWorld) -> list[str]:
    """All objects but the log of records, which says of everything that it was, and how it ended."""
    return [
        *world.uploads.keys(""),
        *(key for key in world.store.keys("") if not key.startswith("records/")),
    ]


def outcomes(record: Import) -> dict[str, Any]:
    return {name: value for name, value in (record.receipt or {}).items() if name != "ledger_version"}


def foreseen(world: MemoryWorld, record: Import) -> dict[str, Any]:
    """What the preview says would become of the rows, in the words of a receipt."""
    outcomes = get_preview(world, ADMIN, record.import_id)["outcomes"]
    return {"imported": outcomes.pop("new"), **outcomes, "sha256": record.sha256}


def test_a_manual_import_stops_before_the_ledger_changes_and_is_not_active() -> None:
    world = new_world()
    record = planned(world)
    assert (record.status, record.phase, record.format) == ("planned", "confirm", "cursor")
    assert world.jobs.active(record.tenant, record.project_id) == []
    assert pages(world) == {}


def test_a_confirmed_import_is_what_it_would_have_been_without_waiting() -> None:
    plain = new_world()
    expected = import_file(plain, CONTENT)
    world = new_world()
    record = planned(world)
    assert foreseen(world, record) == outcomes(expected)
    world.clock.sleep(3600)
    shown = confirm_import(world, ADMIN, record.import_id)
    assert (shown["status"], shown["confirmed_at"]) == ("queued", "2025-11-13T03:13:20.001Z")
    assert world.jobs.active(record.tenant, record.project_id) == [record.import_id]
    name = f"{record.import_id}-confirmed"
    request = {"tenant": "acme", "import_id": record.import_id, "confirmed": True}
    assert world.workflows.started[name] == request
    done = run(world, record, confirmed=True)
    assert (done.status, outcomes(done)) == ("completed", outcomes(expected))
    assert pages(world).keys() == pages(plain).keys()
    assert done.seconds["confirm"] == pytest.approx(3600)


def test_the_percentage_of_an_import_to_be_confirmed_never_goes_back() -> None:
    world = new_world()
    record = upload(world, CONTENT, confirm="manual")
    seen = []

    def work(confirmed: bool) -> None:
        for step in steps(world, record, chunk_bytes=200, days_per_task=1, confirmed=confirmed):
            step()
            seen.append(get_import(world, ADMIN, record.import_id)["percent"])

    work(confirmed=False)
    assert seen[-1] == 70
    confirm_import(world, ADMIN, record.import_id)
    work(confirmed=True)
    assert seen == sorted(seen)
    assert seen[-1] == 100


def test_a_planned_import_shows_the_rejects_of_its_whole_file() -> None:
    world = new_world()
    content = export([*minutes(50), *[row(f"never {number}") for number in range(20)]])
    record = planned(world, content)
    assert get_preview(world, ADMIN, record.import_id)["outcomes"]["rejects_by_code"] == {
        "date-unreadable": 20
    }
    assert len(list_rejects(world, ADMIN, record.import_id, limit=100, cursor=None)[0]) == 20
    assert "never 19" in world.store.read(keys.rejects_csv(record.tenant, record.import_id)).decode()
    assert rejects_link(world, ADMIN, record.import_id)


def test_outcomes_name_what_the_ledger_has_already() -> None:
    world = new_world()
    import_file(world, export([*minutes(3), row(cost="0.10")]))
    record = planned(world, export([*minutes(4), row(cost="0.20")]))
    outcomes = get_preview(world, ADMIN, record.import_id)["outcomes"]
    assert [outcomes[name] for name in ("rows_in", "new", "duplicate_identical", "duplicate_differing")] == [
        5,
        1,
        3,
        1,
    ]


def test_what_would_happen_is_unknown_until_it_has_been_computed() -> None:
    world = new_world()
    record = upload(world, CONTENT, confirm="manual")
    next(steps(world, record))()
    assert get_preview(world, ADMIN, record.import_id)["outcomes"] is None
    with pytest.raises(ImportConflict):
        confirm_import(world, ADMIN, record.import_id)


def test_an_import_that_fails_before_it_is_confirmed_leaves_the_ledger_alone() -> None:
    world = new_world()
    import_file(world, CONTENT)
    before = pages(world)
    record = upload(world, CONTENT, confirm="manual")
    running = steps(world, record, days_per_task=1)
    for _ in range(4):
        next(running)()
    fail_import(world, record.tenant, record.import_id, {"Error": "Killed", "Cause": ""})
    assert (now(world, record).status, pages(world)) == ("failed", before)


def test_the_wait_for_a_person_is_not_part_of_the_total_time() -> None:
    world = new_world()
    record = planned(world)
    world.clock.sleep(3600)
    confirm_import(world, ADMIN, record.import_id)
    run(world, record, confirmed=True)
    shown = confirm_import(world, ADMIN, record.import_id)
    assert shown["seconds"]["total"] < 10


def test_confirming_again_starts_nothing_twice_and_answers_the_import() -> None:
    world = new_world()
    record = planned(world)
    for _ in range(3):
        confirm_import(world, ADMIN, record.import_id)
    assert list(world.workflows.started) == [record.import_id, f"{record.import_id}-confirmed"]
    confirmed_at = now(world, record).confirmed_at
    run(world, record, confirmed=True)
    assert confirm_import(world, ADMIN, record.import_id)["status"] == "completed"
    assert now(world, record).confirmed_at == confirmed_at


def test_a_discarded_import_leaves_only_its_record() -> None:
    world = new_world()
    record = planned(world)
    for _ in range(2):
        assert discard_import(world, ADMIN, record.import_id)["status"] == "cancelled"
    assert objects(world) == []
    assert pages(world) == {}
    assert now(world, record).finished


def test_a_decision_can_not_be_changed() -> None:
    world = new_world()
    confirmed, discarded = planned(world), planned(world)
    confirm_import(world, ADMIN, confirmed.import_id)
    discard_import(world, ADMIN, discarded.import_id)
    with pytest.raises(ImportConflict):
        discard_import(world, ADMIN, confirmed.import_id)
    with pytest.raises(ImportConflict):
        confirm_import(world, ADMIN, discarded.import_id)
    assert world.uploads.size(keys.upload(confirmed.tenant, confirmed.import_id))


def test_a_plan_task_that_comes_late_leaves_what_has_been_foreseen() -> None:
    world = new_world()
    record = upload(world, CONTENT, confirm="manual")
    next(steps(world, record))()
    preview = keys.preview(record.tenant, record.import_id)
    as_planned = world.store.read(preview)
    run(world, record)
    world.store.write(preview, as_planned)
    assert get_preview(world, ADMIN, record.import_id)["outcomes"]["new"] == 5


def test_who_confirms_with_edits_what_somebody_else_is_discarding_is_told_so() -> None:
    world = new_world()
    record = planned(world, on_conflict="fail")
    edits = [{"row": 1, "column": "Model", "value": "gpt-5"}]

    def discarded_in_between(_: int, call: str) -> str:
        if call == "store.read":
            discard_import(world, ADMIN, record.import_id)
        return "ok"

    with pytest.raises(ImportConflict) as refusal:
        confirm_import(Faulty(world, discarded_in_between), ADMIN, record.import_id, {"edits": edits})
    assert refusal.value.facts["status"] == "cancelled"


@pytest.mark.parametrize("words", [(confirm_import, confirm_import), (confirm_import, discard_import)] * 5)
def test_of_two_people_who_decide_at_once_both_agree_or_one_is_told_that_the_other_was_first(
    words: Any,
) -> None:
    world = new_world()
    record = planned(world)
    together = threading.Barrier(2)

    def decide(word: Any) -> str:
        together.wait()
        try:
            return str(word(world, ADMIN, record.import_id)["status"])
        except ImportConflict:
            return "refused"

    with ThreadPoolExecutor(2) as people:
        answers = sorted(people.map(decide, words))
    confirmed = f"{record.import_id}-confirmed" in world.workflows.started
    if words[0] is words[1]:
        assert (answers, confirmed) == (["queued", "queued"], True)
    elif confirmed:
        assert answers == ["queued", "refused"]
        assert run(world, record, confirmed=True).status == "completed"
    else:
        assert (answers, objects(world)) == (["cancelled", "refused"], [])


@pytest.mark.parametrize("decide", [confirm_import, discard_import])
def test_there_is_nothing_to_decide_before_the_plan_or_without_one(decide: Any) -> None:
    world = new_world()
    early, automatic = upload(world, CONTENT, confirm="manual"), import_file(world, CONTENT)
    refused = run(world, upload(world, b"a,b\n1,2\n", confirm="manual"))
    assert refused.status == "failed"
    for record in (early, automatic, refused):
        with pytest.raises(ImportConflict):
            decide(world, ADMIN, record.import_id)


@pytest.mark.parametrize("decide", [confirm_import, discard_import])
def test_only_an_admin_decides(decide: Any) -> None:
    world = new_world()
    record = planned(world)
    with pytest.raises(NotAllowed):
        decide(world, Caller("acme", "mia", frozenset({"member"})), record.import_id)
    assert now(world, record).status == "planned"


def test_the_news_of_its_file_does_not_start_a_planned_import() -> None:
    world = new_world()
    record = planned(world)
    world.workflows.started.clear()  # an engine that was killed remembers nothing
    key = keys.upload(record.tenant, record.import_id)
    assert start_import(world, key, len(CONTENT)) is None
    assert world.workflows.started == {}
    confirm_import(world, ADMIN, record.import_id)
    world.workflows.started.clear()
    assert start_import(world, key, len(CONTENT)) == record.import_id
    assert list(world.workflows.started) == [f"{record.import_id}-confirmed"]


def test_a_later_import_does_not_wait_for_a_planned_one_which_takes_its_rows_over_when_confirmed() -> None:
    world = new_world()
    early = planned(world)
    late = import_file(world, CONTENT)
    assert (late.status, (late.receipt or {})["imported"]) == ("completed", 5)
    confirm_import(world, ADMIN, early.import_id)
    done = run(world, early, confirmed=True)
    assert (done.receipt or {})["imported"] == 5
    assert (now(world, late).receipt or {})["duplicate_identical"] == 5


def test_a_dry_run_may_be_confirmed_too_and_writes_no_page() -> None:
    world = new_world()
    record = planned(world, dry_run=True)
    confirm_import(world, ADMIN, record.import_id)
    done = run(world, record, confirmed=True)
    assert (done.status, (done.receipt or {})["imported"]) == ("completed", 5)
    assert pages(world) == {}


def again_until_heard(call: Any) -> Any:
    while True:
        try:
            return call()
        except Unavailable:
            continue


@settings(max_examples=80)
@given(st.booleans(), st.lists(st.integers(0, 60)), st.booleans(), st.randoms(use_true_random=False))
def test_lost_calls_repeated_tasks_and_repeated_words_change_nothing(
    go_on: bool, when: list[int], heard: bool, chance: random.Random
) -> None:
    plain = new_world()
    expected = import_file(plain, CONTENT)
    fails = set(when)
    world = new_world()
    faulty: Any = Faulty(world, lambda n, _: ("unheard" if heard else "lost") if n in fails else "ok")
    record = upload(world, CONTENT, confirm="manual")
    late: list[Any] = []

    def work(confirmed: bool) -> None:
        for step in steps(faulty, record, chunk_bytes=200, days_per_task=1, confirmed=confirmed):
            again_until_heard(step)
            late.append(step)
            if chance.random() < 0.3:
                again_until_heard(chance.choice(late))  # a zombie of an earlier task wakes up

    work(confirmed=False)
    decide = confirm_import if go_on else discard_import
    for _ in range(chance.choice((1, 2))):
        again_until_heard(lambda: decide(faulty, ADMIN, record.import_id))
    for zombie in late[:]:
        again_until_heard(zombie)
    if go_on:
        work(confirmed=True)
        assert (pages(world), outcomes(now(world, record))) == (pages(plain), outcomes(expected))
    else:
        assert (pages(world), objects(world), now(world, record).status) == ({}, [], "cancelled")
