"""The sweep: what stopped half-way goes on or is taken back, and what ended is cleared away."""

from __future__ import annotations

from dataclasses import replace

import pytest
from support.files import export, minutes
from support.runs import ADMIN, import_file, new_world, pages, run, steps, upload

from gramledger.adapters.memory.world import MemoryWorld
from gramledger.app import keys
from gramledger.app.begin_again import begin_again
from gramledger.app.create_import import NewImport, create_import
from gramledger.app.projects import create_project
from gramledger.app.start_import import start_import
from gramledger.app.sweep import Sweep, sweep
from gramledger.app.sweep_imports import sweep_imports
from gramledger.core.imports import Import
from gramledger.core.limits import CLEARED_SECONDS, UPLOAD_SECONDS
from gramledger.core.sweeping import KEPT_MS, QUIET_MS, SETTLING_MS, Finding
from gramledger.ports import Unavailable
from gramledger.ports.workflows import Machine

LONG = QUIET_MS / 1000 + 1
FILE = export(minutes(30))


def swept(world: MemoryWorld, *, dry_run: bool = False) -> list[Finding]:
    return sweep_imports(world, "acme", before=None, limit=100, dry_run=dry_run).findings


def remedies(world: MemoryWorld) -> list[str]:
    return [found.remedy for found in swept(world)]


def now_of(world: MemoryWorld, record: Import) -> Import:
    found = world.jobs.get(record.tenant, record.import_id)
    assert found is not None
    return found


def half_way(world: MemoryWorld, stop_after: int = 2, **announced: object) -> Import:
    """An import of which only the first steps were done."""
    record = upload(world, FILE, **announced)
    for number, step in enumerate(steps(world, record)):
        if number == stop_after:
            break
        step()
    world.clock.sleep(LONG)
    return now_of(world, record)


def test_nothing_is_found_where_all_is_well() -> None:
    world = new_world()
    import_file(world, FILE)
    upload(world, FILE)
    world.clock.sleep(LONG)  # its execution runs
    assert swept(world) == []


def test_an_import_whose_execution_never_began_is_started() -> None:
    world = new_world()
    record = upload(world, FILE)
    world.workflows.started.clear()  # as if starting it had failed for good
    assert swept(world) == []  # it may be about to begin
    world.clock.sleep(LONG)
    assert remedies(world) == ["start"]
    assert list(world.workflows.started) == [record.import_id]
    assert swept(world) == []
    assert run(world, now_of(world, record)).status == "completed"


def test_an_upload_of_which_nobody_was_told_is_imported() -> None:
    world = new_world()
    record, form = create_import(world, ADMIN, "demo", NewImport("usage.csv"))
    assert world.uploads.post(form, FILE)
    assert remedies(world) == ["start"]
    assert now_of(world, record).status == "queued"
    assert now_of(world, record).size == len(FILE)
    assert record.import_id in world.workflows.started


@pytest.mark.parametrize("state", ["failed", "timed-out", "aborted", "succeeded", None])
@pytest.mark.parametrize("confirm", ["auto", "manual"])
def test_an_import_whose_execution_ended_goes_on_in_another_one(state: str | None, confirm: str) -> None:
    world = new_world()
    record = half_way(world, confirm=confirm)
    if state is None:
        world.workflows.started.clear()
    else:
        world.workflows.states[record.import_id] = state  # type: ignore[assignment] # parametrised
    assert remedies(world) == ["start" if state is None else "begin_again"]
    again = record.import_id if state is None else f"{record.import_id}-again-1"
    assert world.workflows.started[again]["confirmed"] is False
    assert swept(world) == []
    after = run(world, now_of(world, record))
    assert after.status == ("completed" if confirm == "auto" else "planned")


def test_an_import_that_stops_again_is_taken_back_and_says_why() -> None:
    world = new_world()
    record = half_way(world, stop_after=4)
    assert any(pages(world).values())
    world.workflows.states[record.import_id] = "failed"
    assert remedies(world) == ["begin_again"]
    world.workflows.states[f"{record.import_id}-again-1"] = "aborted"
    world.clock.sleep(LONG)
    assert remedies(world) == ["fail"]
    failed = now_of(world, record)
    assert failed.status == "failed"
    assert failed.problem is not None
    assert failed.problem["code"] == "import-stuck"
    assert "aborted" in str(failed.problem["detail"])
    assert not any(pages(world).values())
    assert swept(world) == []


def test_an_import_that_was_failing_fails_for_its_own_reason() -> None:
    world = new_world()
    record = half_way(world, stop_after=4)
    problem = {"code": "no-rows", "title": "No rows", "detail": "Nothing."}
    world.jobs.change("acme", record.import_id, lambda known: known.give_up(problem))
    world.workflows.states[record.import_id] = "timed-out"
    assert remedies(world) == ["fail"]
    assert now_of(world, record).status == "failed"
    assert now_of(world, record).problem == problem
    assert not any(pages(world).values())


@pytest.mark.parametrize("ending", ["cancelling", "undoing"])
def test_taking_back_goes_on_however_often_it_stops(ending: str) -> None:
    world = new_world()
    record = half_way(world, stop_after=4) if ending == "cancelling" else import_file(world, FILE)
    change = Import.cancel if ending == "cancelling" else Import.undo
    now = world.clock.now_ms()
    world.jobs.change("acme", record.import_id, lambda known: change(known, now, by="ada"))
    world.clock.sleep(LONG)
    word = "cancel" if ending == "cancelling" else "undo"
    name = f"{record.import_id}-{word}"
    assert remedies(world) == ["start"]
    for number in range(1, 4):
        world.workflows.states[name] = "failed"
        world.clock.sleep(LONG)
        assert remedies(world) == ["begin_again"]
        name = f"{record.import_id}-{word}-again-{number}"
        assert name in world.workflows.started
    assert swept(world) == []


def test_of_two_sweeps_at_once_only_one_execution_begins() -> None:
    world = new_world()
    record = half_way(world)
    world.workflows.states[record.import_id] = "failed"
    begin_again(world, record)
    begin_again(world, record)  # it has seen the same record
    assert sorted(world.workflows.started) == [record.import_id, f"{record.import_id}-again-1"]
    assert now_of(world, record).restarted == 1


def test_a_name_that_was_used_in_an_earlier_life_is_passed_over() -> None:
    world = new_world()
    record = half_way(world)
    world.workflows.started[f"{record.import_id}-again-1"] = {}
    assert begin_again(world, record).execution == f"{record.import_id}-again-2"
    assert f"{record.import_id}-again-2" in world.workflows.started


def test_an_import_without_its_file_is_cancelled_when_its_form_is_over() -> None:
    world = new_world()
    record, _ = create_import(world, ADMIN, "demo", NewImport("usage.csv"))
    world.clock.sleep(UPLOAD_SECONDS)
    assert swept(world) == []
    world.clock.sleep(LONG)
    assert remedies(world) == ["expire"]
    cancelled = now_of(world, record)
    assert cancelled.status == "cancelled"
    assert cancelled.problem is not None
    assert cancelled.problem["code"] == "import-expired"
    assert [event.name for event in world.events.announced] == ["ImportCancelled"]


def test_a_plan_that_nobody_confirms_is_cancelled_after_thirty_days_and_leaves_nothing() -> None:
    world = new_world()
    planned = import_file(world, FILE, confirm="manual")
    assert planned.status == "planned"
    world.clock.sleep(CLEARED_SECONDS - 60)
    assert swept(world) == []
    world.clock.sleep(61)
    assert remedies(world) == ["expire"]
    assert now_of(world, planned).status == "cancelled"
    world.clock.sleep(SETTLING_MS / 1000)
    assert remedies(world) == ["clear"]
    assert list(world.uploads.keys(keys.uploads("acme"))) == []
    assert list(world.store.keys(keys.folder("acme", planned.import_id))) == []
    assert swept(world) == []


def test_the_files_of_a_failed_import_are_kept_for_thirty_days() -> None:
    world = new_world()
    failed = import_file(world, b"no,table\n")
    assert failed.status == "failed"
    world.clock.sleep(KEPT_MS / 1000 - 60)
    assert swept(world) == []
    assert world.uploads.size(keys.upload("acme", failed.import_id)) is not None
    world.clock.sleep(61)
    assert remedies(world) == ["clear"]
    assert world.uploads.size(keys.upload("acme", failed.import_id)) is None
    assert swept(world) == []


def test_what_follows_a_completion_is_done_when_it_was_cut_off() -> None:
    world = new_world()
    record = import_file(world, FILE)
    world.uploads.write(keys.upload("acme", record.import_id), FILE)
    world.store.delete([keys.receipt("acme", record.import_id)])
    assert swept(world) == []  # it may be about to be done
    world.clock.sleep(LONG)
    assert remedies(world) == ["settle"]
    assert world.uploads.size(keys.upload("acme", record.import_id)) is None
    assert world.store.size(keys.receipt("acme", record.import_id)) is not None


def test_what_counts_is_never_cleared_away() -> None:
    world = new_world()
    record = import_file(world, FILE)
    before = list(world.store.keys(keys.folder("acme", record.import_id)))
    world.clock.sleep(CLEARED_SECONDS * 10)
    assert swept(world) == []
    assert list(world.store.keys(keys.folder("acme", record.import_id))) == before


def test_a_dry_run_leaves_its_receipt_only() -> None:
    world = new_world()
    record = import_file(world, FILE, dry_run=True)
    world.clock.sleep(CLEARED_SECONDS)
    assert remedies(world) == ["clear"]
    left = list(world.store.keys(keys.folder("acme", record.import_id)))
    assert left == [keys.receipt("acme", record.import_id)]


def test_a_dry_sweep_only_says_what_would_be_done() -> None:
    world = new_world()
    record = half_way(world)
    world.workflows.states[record.import_id] = "failed"
    assert [found.remedy for found in swept(world, dry_run=True)] == ["begin_again"]
    assert now_of(world, record) == record
    assert list(world.workflows.started) == [record.import_id]


def test_trouble_with_one_import_keeps_no_other_one_from_being_put_right() -> None:
    world = new_world()
    first, second = upload(world, FILE), upload(world, FILE)
    world.workflows.started.clear()
    world.clock.sleep(LONG)
    start = world.workflows.start

    class Broken:
        started, states, state = world.workflows.started, world.workflows.states, world.workflows.state

        def start(self, machine: Machine, name: str, request: dict[str, object]) -> bool:
            if name == second.import_id:
                raise Unavailable(name)
            return start(machine, name, request)

    found = swept(replace(world, workflows=Broken()))  # type: ignore[arg-type] # it has what is needed here
    assert [(f.import_id, f.trouble) for f in found] == [
        (second.import_id, "Unavailable"),
        (first.import_id, None),
    ]
    assert remedies(world) == ["start"]


def test_a_sweep_goes_through_all_tenants_and_projects_and_can_be_limited() -> None:
    world = new_world()
    for tenant in ("beta", "omega"):
        create_project(world, replace(ADMIN, tenant=tenant), "demo")
    for caller in (ADMIN, replace(ADMIN, tenant="omega")):
        for _ in range(3):
            create_import(world, caller, "demo", NewImport("usage.csv"))
            world.clock.sleep(1)
    world.clock.sleep(UPLOAD_SECONDS + LONG)
    few = Sweep(tenant="omega", dry_run=True, left=2)
    assert sweep(world, few, None) is None
    assert len(few.findings) == 2
    everything = Sweep(tenant=None, dry_run=False, left=None)
    assert sweep(world, everything, None) is None
    assert everything.counts["expire"] == 6
    assert sweep(world, Sweep(tenant=None, dry_run=False, left=None), None) is None


def test_an_event_that_comes_twice_or_late_starts_nothing_twice() -> None:
    world = new_world()
    record = upload(world, FILE)
    key = keys.upload("acme", record.import_id)
    for _ in range(2):
        assert start_import(world, key, len(FILE)) == record.import_id
    assert list(world.workflows.started) == [record.import_id]
    assert run(world, now_of(world, record)).status == "completed"
    assert start_import(world, key, len(FILE)) is None
    assert list(world.workflows.started) == [record.import_id]
