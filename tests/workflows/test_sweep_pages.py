"""The sweep of pages goes on past a day whose chain is broken, and takes nothing of that day."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from support.files import export, minutes
from support.runs import ADMIN, import_file, new_world

from gramledger.adapters.memory.world import MemoryWorld
from gramledger.app.sweep import PAGES_MS, sweep_step
from gramledger.app.sweep_pages import GRACE_MS, sweep_pages
from gramledger.app.sweeps import ask_for_sweep, get_sweep
from gramledger.core import heads, page
from gramledger.core.projects import Project
from gramledger.entry.metrics import camel

DAYS = ("2025-11-04", "2025-11-05", "2025-11-06")


def home_of(world: MemoryWorld) -> Project:
    home = world.projects.named("acme", "demo")
    assert home is not None
    return home


def a_broken_day_between_others() -> tuple[MemoryWorld, Project]:
    """Three days of two versions each and a rival that lost its swap; of the second day the first version is gone."""
    world = new_world()
    for count in (3, 5):
        import_file(world, export([line for day in DAYS for line in minutes(count, day=day)]))
    home = home_of(world)
    place = ("acme", home.project_id)
    for day in DAYS:
        head = world.ledger.head(*place, day)
        rival = heads.next_version(
            None, day, page.empty(), {}, cause="rival", actor="", at=world.clock.now_ms()
        )
        assert head is not None
        assert not world.ledger.commit(*place, rival)
    first = next(
        found.head for found in world.ledger.versions(*place, DAYS[1], DAYS[1]) if found.head.entries == 3
    )
    world.ledger.drop_version(*place, first)
    world.clock.sleep(GRACE_MS / 1000 + 1)
    return world, home


def versions_of(world: MemoryWorld, home: Project, day: str) -> int:
    return len(list(world.ledger.versions("acme", home.project_id, day, day)))


def test_days_after_a_broken_one_are_swept_and_it_is_named() -> None:
    world, home = a_broken_day_between_others()
    swept = sweep_pages(world, replace(home, settings=replace(home.settings, history_days=0)))
    assert (swept.days, swept.lost_versions, swept.bodies, swept.broken) == (3, 2, 2, [DAYS[1]])
    assert [versions_of(world, home, day) for day in DAYS] == [2, 2, 2]


def test_a_step_of_the_schedule_counts_broken_days_for_the_alarm() -> None:
    world, _ = a_broken_day_between_others()
    _, counts = sweep_step(world)
    assert (counts["broken"], camel("broken")) == (1, "Broken")


def test_a_broken_day_at_the_end_of_a_run_does_not_stop_the_next_one() -> None:
    world, home = a_broken_day_between_others()
    first = sweep_pages(world, home, days=2)
    assert (first.broken, first.next) == ([DAYS[1]], DAYS[1])
    second = sweep_pages(world, home, after=first.next, days=2)
    assert (second.lost_versions, second.broken, second.next) == (1, [], None)


def test_the_report_of_a_sweep_names_the_days_that_are_broken_once() -> None:
    world, home = a_broken_day_between_others()
    asked = ask_for_sweep(world, ADMIN, None)
    request: dict[str, Any] = world.workflows.started[asked["sweep_id"]]
    for _ in range(2):
        following, counts = sweep_step(world, **request)
    report = get_sweep(world, ADMIN, asked["sweep_id"])
    assert (following["cursor"], counts["broken"], report["versions"]) == (None, 1, 2)
    assert report["broken"] == [{"project_id": home.project_id, "day": DAYS[1]}]


def swept_by_the_schedule(world: MemoryWorld) -> int:
    """How many versions one run of the schedule removes."""
    _, counts = sweep_step(world)
    return counts.get("versions", 0)


def lose_a_swap(world: MemoryWorld, home: Project) -> None:
    """Leave a version behind that is in no chain, and is old enough to go."""
    at = world.clock.now_ms() - 2 * GRACE_MS
    rival = heads.next_version(None, DAYS[0], page.empty(), {}, cause="rival", actor="", at=at)
    assert not world.ledger.commit("acme", home.project_id, rival)


def test_the_schedule_reads_the_pages_of_a_project_once_a_day_and_a_sweep_that_is_asked_for_each_time() -> (
    None
):
    """Every version with its body is read for that: 96 times a day it would cost more than all else together."""
    world = new_world()
    import_file(world, export(minutes(3, day=DAYS[0])))
    home = home_of(world)
    lose_a_swap(world, home)
    assert swept_by_the_schedule(world) == 1
    lose_a_swap(world, home)
    world.clock.sleep(PAGES_MS / 1000 - 60)
    assert swept_by_the_schedule(world) == 0
    asked = ask_for_sweep(world, ADMIN, None)
    sweep_step(world, **world.workflows.started[asked["sweep_id"]])
    assert get_sweep(world, ADMIN, asked["sweep_id"])["versions"] == 1
    lose_a_swap(world, home)
    assert swept_by_the_schedule(world) == 0
    world.clock.sleep(PAGES_MS / 1000)
    assert swept_by_the_schedule(world) == 1


def test_a_project_with_a_broken_day_is_looked_at_by_every_run_of_the_schedule() -> None:
    world, _ = a_broken_day_between_others()
    for _ in range(2):
        _, counts = sweep_step(world)
        assert counts["broken"] == 1
        world.clock.sleep(900)
