"""Each import tells of its end once, whatever happens on the way."""

from __future__ import annotations

import itertools

import pytest
from support.faults import Faulty
from support.files import export, row
from support.runs import ADMIN, import_file, new_world, run, steps, upload

from gramledger.adapters.memory.world import MemoryWorld
from gramledger.app.announce import announce
from gramledger.app.confirm import discard_import
from gramledger.app.create_import import NewImport, create_import
from gramledger.app.stop import cancel_import, undo_import
from gramledger.app.take_back import take_back
from gramledger.core.announcements import Event
from gramledger.ports import Unavailable

pytestmark = pytest.mark.usefixtures("remembered")

GOOD = export([row("2025-11-01T10:00:00.000Z"), row("2025-11-02T10:00:00.000Z")])
WITH_REJECT = export([row("2025-11-01T10:00:00.000Z"), row("no date")])


def told(world: MemoryWorld) -> list[tuple[str, str]]:
    """Names and ids of the events, each once."""
    found: dict[str, Event] = {}
    for event in world.events.announced:
        same = found.setdefault(event.event_id, event)
        assert same == event, "one id, two events"
    return [(event.name, event.event_id) for event in found.values()]


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (GOOD, "ImportFinished"),
        (WITH_REJECT, "ImportFinishedWithRejects"),
        (b"a;b\n1;2\n", "ImportFailed"),
    ],
)
def test_an_import_announces_its_end_once(content: bytes, name: str) -> None:
    world = new_world()
    record = import_file(world, content)
    assert told(world) == [(name, f"{record.import_id}-ended")]
    assert len(world.events.announced) == 1
    assert record.announced == [f"{record.import_id}-ended"]


def test_a_dry_run_says_that_it_was_one() -> None:
    world = new_world()
    import_file(world, GOOD, dry_run=True)
    (event,) = world.events.announced
    assert (event.name, event.data["dry_run"]) == ("ImportFinished", True)


def test_a_planned_import_announces_nothing_until_it_is_discarded() -> None:
    world = new_world()
    record = import_file(world, GOOD, confirm="manual")
    assert world.events.announced == []
    discard_import(world, ADMIN, record.import_id)
    discard_import(world, ADMIN, record.import_id)
    assert told(world) == [("ImportCancelled", f"{record.import_id}-ended")]
    assert len(world.events.announced) == 1


def test_tasks_that_run_twice_announce_once() -> None:
    world = new_world()
    record = upload(world, GOOD)
    for step in steps(world, record):
        step()
        step()
    assert len(world.events.announced) == 1


def test_a_later_import_that_changes_a_receipt_announces_only_itself() -> None:
    world = new_world()
    first, second = upload(world, GOOD), upload(world, GOOD)
    run(world, second)
    run(world, first)
    assert sorted(event.data["import_id"] for event in world.events.announced) == sorted(
        record.import_id for record in (first, second)
    )


def test_an_import_that_is_undone_says_so_after_its_end() -> None:
    world = new_world()
    record = import_file(world, WITH_REJECT)
    undo_import(world, ADMIN, record.import_id)
    assert len(world.events.announced) == 1
    for _ in range(2):
        take_back(world, record.tenant, record.import_id)
    assert told(world) == [
        ("ImportFinishedWithRejects", f"{record.import_id}-ended"),
        ("ImportUndone", f"{record.import_id}-undone"),
    ]
    assert len(world.events.announced) == 2


@pytest.mark.parametrize("keep", ["nothing", "days"])
def test_an_import_that_is_cancelled_half_way_says_so_once(keep: str) -> None:
    world = new_world()
    record = upload(world, GOOD)
    for step in itertools.islice(steps(world, record, days_per_task=1), 4):
        step()
    cancel_import(world, ADMIN, record.import_id, {"keep": keep})
    assert world.events.announced == []
    for _ in range(2):
        take_back(world, record.tenant, record.import_id)
    (event,) = world.events.announced
    assert (event.name, event.event_id) == ("ImportCancelled", f"{record.import_id}-ended")
    assert (event.data["rows"] is not None) == (keep == "days")


def test_an_import_that_is_cancelled_before_its_file_has_come_says_so_at_once() -> None:
    world = new_world()
    record, _ = create_import(world, ADMIN, "demo", NewImport.from_json({"filename": "a.csv"}))
    cancel_import(world, ADMIN, record.import_id)
    assert told(world) == [("ImportCancelled", f"{record.import_id}-ended")]


@pytest.mark.parametrize("fate", ["lost", "unheard"])
@pytest.mark.parametrize("content", [GOOD, b"a;b\n1;2\n"], ids=["finished", "failed"])
def test_a_failure_at_any_single_call_loses_no_event(fate: str, content: bytes) -> None:
    def ended(place: int | None) -> int:
        world = new_world()
        record = upload(world, content)
        faulty = Faulty(world, lambda number, _: fate if number == place else "ok")
        for step in steps(faulty, record):
            try:
                step()
            except Unavailable:
                step()
        assert len(told(world)) == 1
        return len(faulty.calls)

    for place in range(ended(None)):
        ended(place)


def test_what_was_cut_off_is_caught_up_on() -> None:
    world = new_world()
    record = upload(world, GOOD)
    deaf = Faulty(world, lambda _, call: "lost" if call == "events.announce" else "ok")
    for step in steps(deaf, record):
        try:
            step()
        except Unavailable:
            break
    left = world.jobs.get(record.tenant, record.import_id)
    assert left is not None
    assert (left.status, left.announced, world.events.announced) == ("completed", [], [])
    announce(world, left)
    assert told(world) == [("ImportFinished", f"{record.import_id}-ended")]
