"""The log of records: the store alone is enough to begin again from."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from threading import Barrier

import pytest
from support.files import export, minutes
from support.recalculating import recalculated, some_imports
from support.runs import ADMIN, import_file, new_world, run, steps, upload

from gramledger.adapters.memory.jobs import MemoryJobs
from gramledger.adapters.memory.mappings import MemoryMappings
from gramledger.adapters.memory.objects import MemoryObjects
from gramledger.adapters.memory.presets import MemoryPresets
from gramledger.adapters.memory.projects import MemoryProjects
from gramledger.adapters.memory.shapes import MemoryShapes
from gramledger.adapters.memory.world import MemoryWorld
from gramledger.app import log
from gramledger.app.confirm import confirm_import, discard_import
from gramledger.app.lookup import find_import
from gramledger.app.mappings import delete_mapping, save_mapping
from gramledger.app.projects import change_project
from gramledger.app.recalculation_plan import logged_recalculations
from gramledger.app.recalculation_records import known_recalculation
from gramledger.app.recalculation_steps import finish_step
from gramledger.app.restore import logged_imports, logged_tenants, restore_records
from gramledger.app.save_preset import save_preset
from gramledger.app.stop import cancel_import, pause_import, resume_import, undo_import
from gramledger.app.take_back import fail_import, take_back
from gramledger.core.imports import Import
from gramledger.core.limits import RECORD_SECONDS

FILE = export(minutes(5))
MAPPING = {
    "mapping": {"format": "usage", "columns": {"time": {"column": "When"}, "output": {"column": "Out"}}}
}


def after_a_loss(world: MemoryWorld) -> MemoryWorld:
    """The world with its objects, and nothing of its table."""
    return replace(
        world,
        jobs=MemoryJobs(),
        projects=MemoryProjects(),
        presets=MemoryPresets(),
        mappings=MemoryMappings(),
        shapes=MemoryShapes(),
    )


def restored(world: MemoryWorld) -> MemoryWorld:
    lost = after_a_loss(world)
    for tenant in logged_tenants(lost):
        restore_records(lost, tenant)
    return lost


def project_of(world: MemoryWorld) -> str:
    home = world.projects.named("acme", "demo")
    assert home is not None
    return home.project_id


def by_hand(world: MemoryWorld) -> Import:
    return import_file(world, FILE, confirm="manual")


def confirmed(world: MemoryWorld) -> Import:
    record = by_hand(world)
    confirm_import(world, ADMIN, record.import_id)
    for step in steps(world, record, confirmed=True):
        step()
    return record


def discarded(world: MemoryWorld) -> Import:
    record = by_hand(world)
    discard_import(world, ADMIN, record.import_id)
    return record


@pytest.mark.parametrize(
    "end",
    [
        lambda world: import_file(world, FILE),
        lambda world: import_file(world, FILE, dry_run=True),
        lambda world: import_file(world, b"Date,Model\n"),
        lambda world: upload(world, FILE),
        by_hand,
        confirmed,
        discarded,
    ],
    ids=["completed", "dry run", "failed", "queued", "planned", "confirmed", "discarded"],
)
def test_a_record_at_rest_is_restored_as_it_was(end: Callable[[MemoryWorld], Import]) -> None:
    world = new_world()
    record = end(world)
    expected = find_import(world, "acme", record.import_id)
    assert find_import(restored(world), "acme", record.import_id) == expected


def test_an_import_is_logged_before_its_file_arrives() -> None:
    world = new_world()
    record = upload(world, FILE)
    first = next(world.store.keys(f"records/acme/imports/{record.project_id}/{record.import_id}/"))
    assert log.logged_import(world.store, first).status == "waiting"


def test_a_running_import_is_restored_so_that_it_can_begin_again() -> None:
    world = new_world()
    record = upload(world, FILE)
    begun = steps(world, record)
    for _ in range(2):
        next(begun)()
    again = restored(world)
    found = find_import(again, "acme", record.import_id)
    assert (found.status, again.jobs.active("acme", record.project_id)) == ("processing", [record.import_id])
    assert run(again, found).status == "completed"


def test_a_plan_that_was_paused_for_long_is_restored_for_as_long_as_it_waits() -> None:
    world = new_world()
    record = upload(world, FILE, confirm="manual")
    begun = steps(world, record)
    next(begun)()
    pause_import(world, ADMIN, record.import_id)
    world.clock.sleep(29 * 86_400)
    resume_import(world, ADMIN, record.import_id)
    planned = run(world, record)
    world.clock.sleep(29 * 86_400)
    assert planned.status == "planned"
    assert find_import(restored(world), "acme", record.import_id) == planned


def test_a_restored_project_has_its_last_settings_and_keeps_newer_ones() -> None:
    world = new_world()
    for zone in ("Europe/London", "Europe/Berlin"):
        change_project(world, ADMIN, "demo", {"settings": {"zone": zone}})
    again = restored(world)
    assert again.projects.list("acme") == world.projects.list("acme")
    change_project(
        replace(again, store=new_world().store), ADMIN, "demo", {"settings": {"zone": "Asia/Tokyo"}}
    )
    assert restore_records(again, "acme").total() == 0
    assert again.projects.list("acme")[0].settings.zone == "Asia/Tokyo"


def test_presets_and_mappings_are_restored_and_removed_mappings_stay_removed() -> None:
    world = new_world()
    for zone in ("GBR", "FRA"):
        save_preset(world, ADMIN, {"id": "ours", "grid": {"mode": "zone", "zone": zone}})
    for name in ("kept", "gone", "kept"):
        world.clock.sleep(1)
        save_mapping(world, ADMIN, name, MAPPING)
    before = restored(world)
    delete_mapping(world, ADMIN, "gone")
    again = restored(world)
    assert again.presets.list("acme") == world.presets.list("acme")
    assert again.mappings.list("acme") == world.mappings.list("acme")
    assert [saved.name for saved in again.mappings.list("acme")] == ["kept"]
    stale = replace(again, mappings=before.mappings)  # a table that was saved before the removal
    restore_records(stale, "acme")
    assert [saved.name for saved in stale.mappings.list("acme")] == ["kept"]


def test_what_usual_files_look_like_is_known_again() -> None:
    world = new_world()
    record = import_file(world, FILE)
    place = ("acme", record.project_id, "cursor", 5)
    assert restored(world).shapes.recent(*place) == world.shapes.recent(*place)
    assert len(world.shapes.recent(*place)) == 1


def test_an_import_that_ended_long_ago_is_in_the_log_and_not_in_the_list() -> None:
    world = new_world()
    record = import_file(world, FILE)
    world.clock.sleep(RECORD_SECONDS + 1)
    again = restored(world)
    assert again.jobs.get("acme", record.import_id) is None
    (known,) = logged_imports(again, "acme", record.project_id)
    assert known == find_import(world, "acme", record.import_id)


def completed_last(world: MemoryWorld) -> tuple[Import, Callable[[], object]]:
    record = upload(world, FILE)
    return record, list(_done(world, record))[-1]


def failed_last(world: MemoryWorld) -> tuple[Import, Callable[[], object]]:
    record = import_file(world, b"Date,Model\n")
    accident = {"Error": "Final", "Cause": ""}
    return record, lambda: fail_import(world, "acme", record.import_id, accident)


def undone_last(world: MemoryWorld) -> tuple[Import, Callable[[], object]]:
    record = import_file(world, FILE)
    undo_import(world, ADMIN, record.import_id)
    take_back(world, "acme", record.import_id)
    return record, lambda: take_back(world, "acme", record.import_id)


def cancelled_last(world: MemoryWorld) -> tuple[Import, Callable[[], object]]:
    record = upload(world, FILE)
    next(steps(world, record))()
    cancel_import(world, ADMIN, record.import_id)
    take_back(world, "acme", record.import_id)
    return record, lambda: take_back(world, "acme", record.import_id)


@pytest.mark.parametrize("last_task", [completed_last, failed_last, undone_last, cancelled_last])
def test_whoever_is_cut_off_before_the_log_each_time_keeps_the_end_when_called_again(
    last_task: Callable[[MemoryWorld], tuple[Import, Callable[[], object]]],
) -> None:
    world = new_world()
    record, again = last_task(world)
    ended = find_import(world, "acme", record.import_id)
    for key in list(world.store.keys(f"records/acme/imports/{record.project_id}/")):
        if log.logged_import(world.store, key).status == ended.status:
            world.store.delete([key])
    again()
    (known,) = logged_imports(world, "acme", record.project_id)
    assert known == ended


def test_the_end_of_a_recalculation_is_kept_likewise() -> None:
    world = some_imports()
    document = recalculated(world, {"preset": "nuclear"})
    place = ("acme", document["project_id"], document["recalculation_id"])
    ended = known_recalculation(world, *place)
    for key in list(world.store.keys(f"records/acme/recalculations/{document['project_id']}/")):
        if log.logged_recalculation(world.store, key).status == ended.status:
            world.store.delete([key])
    assert finish_step(world, *place, "run")["status"] == "completed"
    assert list(logged_recalculations(world, *place[:2])) == [ended]


def _done(world: MemoryWorld, record: Import) -> Iterator[Callable[[], None]]:
    for step in steps(world, record):
        step()
        yield step


class Together(MemoryObjects):
    """A store that hands out records of imports only to two readers at once, each within a second."""

    def __init__(self, world: MemoryWorld) -> None:
        super().__init__(world.clock)
        for key in world.store.keys(""):
            self.write(key, world.store.read(key))
        self._two = Barrier(2, timeout=1)

    def read(self, key: str, start: int = 0, stop: int | None = None) -> bytes:
        """Bytes [start, stop) of an object."""
        if key.startswith("records/acme/imports/"):
            self._two.wait()
        return super().read(key, start, stop)


def test_records_are_read_and_put_back_several_at_a_time() -> None:
    """A few years of daily fetches are tens of thousands: one after another they would outlast a task."""
    world = new_world()
    records = [import_file(world, export(minutes(n))) for n in range(1, 5)]
    world = replace(world, store=Together(world))
    assert [*logged_imports(world, "acme", project_of(world))] == records
    lost = after_a_loss(world)
    assert restore_records(lost, "acme")["imports"] == len(records)
    assert [find_import(lost, "acme", record.import_id) for record in records] == records
