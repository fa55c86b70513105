"""Recalculated pages come out of the log as they are, and what a stop interrupts goes on."""

from __future__ import annotations

from dataclasses import replace

import pytest
from support.files import export, minutes
from support.recalculating import (
    COMPOSER,
    DAYS,
    bodies_of,
    drive,
    heads_of,
    planned,
    recalculated,
    say,
    some_imports,
)
from support.runs import ADMIN, import_file
from workflows.test_rebuild import contents, outcomes, rebuilt

from gramledger.adapters.memory.jobs import MemoryJobs
from gramledger.adapters.memory.ledger import MemoryLedger
from gramledger.adapters.memory.projects import MemoryProjects
from gramledger.adapters.memory.recalculations import MemoryRecalculations
from gramledger.adapters.memory.workflows import MemoryWorkflows
from gramledger.adapters.memory.world import MemoryWorld
from gramledger.app.projects import change_project
from gramledger.app.recalculations import (
    confirm_recalculation,
    get_recalculation,
    list_recalculations,
    undo_recalculation,
)
from gramledger.app.recover import recover
from gramledger.app.restored_pages import gives_page
from gramledger.core.heads import Version

pytestmark = pytest.mark.usefixtures("remembered")


def without_table(world: MemoryWorld) -> MemoryWorld:
    """The world with its objects, its presets, and nothing else."""
    return replace(
        world,
        ledger=MemoryLedger(),
        jobs=MemoryJobs(),
        projects=MemoryProjects(),
        recalculations=MemoryRecalculations(),
        workflows=MemoryWorkflows(),
    )


def a_varied_past() -> MemoryWorld:
    """Imports, three recalculations of which the middle one was undone, and an import between."""
    world = some_imports()
    recalculated(world, {"preset": "nuclear", "from": DAYS[1]})
    change_project(world, ADMIN, "demo", {"settings": {"aliases": {COMPOSER: "openai/gpt-5"}}})
    gone = recalculated(world, {"models": [COMPOSER]})
    import_file(world, export(minutes(3, day=DAYS[2], model="gpt-5-mini")))
    say(world, undo_recalculation, gone)
    drive(world)
    recalculated(world, {"preset": "nuclear", "models": ["gpt-5-mini", COMPOSER]})
    return world


def test_a_check_finds_recalculated_pages_as_the_log_says() -> None:
    world = a_varied_past()
    before = [head.hash for head in heads_of(world)]
    assert rebuilt(world, check=True)["days"] == {"equal": 3, "different": 0, "missing": 0, "extra": 0}
    assert [head.hash for head in heads_of(world)] == before
    assert all(gives_page(world, "acme", heads_project(world), head) for head in heads_of(world))


def heads_project(world: MemoryWorld) -> str:
    home = world.projects.named("acme", "demo")
    assert home is not None
    return home.project_id


def test_from_the_log_alone_recalculated_pages_and_what_is_known_of_them_come_back() -> None:
    world = a_varied_past()
    lost = without_table(world)
    document = rebuilt(lost)
    assert outcomes(lost, document) == dict.fromkeys(DAYS, "missing")
    assert contents(lost) == contents(world)
    assert [head.recalculations for head in heads_of(lost)] == [
        head.recalculations for head in heads_of(world)
    ]
    everything = {"limit": 9, "cursor": None}
    assert list_recalculations(lost, ADMIN, "demo", **everything) == list_recalculations(
        world, ADMIN, "demo", **everything
    )


def test_after_a_stop_an_older_table_is_brought_to_what_was_recalculated_and_the_rest_goes_on() -> None:
    world = some_imports()
    older = replace(
        world, ledger=copied(world), recalculations=MemoryRecalculations(), workflows=MemoryWorkflows()
    )
    recalculated(world, {"preset": "nuclear"})
    document = planned(world, {"preset": "default"})
    say(world, confirm_recalculation, document)  # and then the machine stops
    found = recover(older, "acme")
    assert found.days == list(DAYS)
    assert found.begun == [document["recalculation_id"]]
    assert bodies_of(older) == bodies_of(world)
    drive(older)
    ended = get_recalculation(older, ADMIN, "demo", document["recalculation_id"])
    assert ended["status"] == "completed"
    drive(world)
    assert bodies_of(older) == bodies_of(world)


def test_a_stop_after_which_nothing_is_amiss_writes_nothing() -> None:
    world = a_varied_past()
    before = [head.hash for head in heads_of(world)]
    found = recover(world, "acme")
    assert (found.days, found.begun) == ([], [])
    assert [head.hash for head in heads_of(world)] == before


def copied(world: MemoryWorld) -> MemoryLedger:
    """The ledger as it is now, in one of its own."""
    ledger, project = MemoryLedger(), heads_project(world)
    for written in world.ledger.versions("acme", project, None, None):
        version = Version(written.head, world.ledger.body("acme", project, written.head))
        assert ledger.commit("acme", project, version)
    return ledger
