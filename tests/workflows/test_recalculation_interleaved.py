"""Imports, undos of imports, recalculations and undos of these, task by task in any order: the pages are those that the
log gives, and without the recalculations they are those of the imports alone."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from support.files import export, minutes
from support.recalculating import COMPOSER, DAYS, drive, heads_of, recalculated, say
from support.runs import ADMIN, import_file, new_world, run, steps, upload
from workflows.test_rebuild import rebuilt

from gramledger.adapters.memory.world import MemoryWorld
from gramledger.app import recalculation_steps as machine
from gramledger.app.projects import change_project
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
from gramledger.app.stop import undo_import
from gramledger.app.take_back import take_back
from gramledger.core import limits
from gramledger.core.problems import ImportConflict, RecalculationConflict

pytestmark = pytest.mark.usefixtures("remembered")

Steps = Iterator[Callable[[], Any]]

FILES = [
    (export([*minutes(3, day=DAYS[0]), *minutes(2, day=DAYS[1], model=COMPOSER)]), {}),
    (export(minutes(5, day=DAYS[0], model=COMPOSER, cost="9.99")), {"on_conflict": "update"}),
    (export([*minutes(2, day=DAYS[1]), *minutes(3, day=DAYS[2], model="mystery")]), {}),
    (export(minutes(2, day=DAYS[1], model="gpt-5-mini")), {"mode": "replace"}),
]
FORMS: list[dict[str, Any]] = [
    {"preset": "nuclear"},
    {"preset": "default"},
    {},
    {"models": [COMPOSER]},
    {"preset": "strict", "from": DAYS[1]},
    {"preset": "nuclear", "entries": [{"ts": f"{DAYS[0]}T00:01:00.000Z", "key": "cursor"}]},
]


def turn_of(world: MemoryWorld, document: dict[str, Any], turn: Any) -> Steps:
    """The tasks of one execution; those of a turn that is over end it."""
    place = ("acme", document["project_id"], document["recalculation_id"], turn)
    found: dict[str, Any] = {}

    def plan() -> None:
        found.update(machine.plan_step(world, *place))

    yield plan
    for window in found["windows"]:
        yield lambda window=window: machine.days_step(world, *place, index=window["index"])
    yield lambda: machine.finish_step(world, *place)


def recalculating(world: MemoryWorld, chance: random.Random) -> Steps:
    """One recalculation, and what people say to it."""
    document: dict[str, Any] = {}

    def asked() -> None:
        world.clock.sleep(0.001)
        document.update(plan_recalculation(world, ADMIN, "demo", chance.choice(FORMS)))

    def told(word: Any) -> Callable[[], Any]:
        return lambda: say(world, word, document)

    def begun_at_once() -> None:
        asked()
        for task in turn_of(world, document, "preview"):
            task()
        told(confirm_recalculation)()

    if chance.random() < 0.7:
        yield begun_at_once
    else:
        yield asked
        yield from turn_of(world, document, "preview")
        yield told(confirm_recalculation)
    running = turn_of(world, document, "run")
    word = chance.choice(["none", "none", "pause", "cancel", "late task"])
    for number, task in enumerate(running):
        if number == 2 and word == "pause":
            yield told(pause_recalculation)
            yield told(resume_recalculation)
            yield from turn_of(world, document, "run")
            break
        if number == 2 and word == "cancel":
            yield told(cancel_recalculation)
            yield from turn_of(world, document, "take_back")
            yield task  # of the execution that has not heard of it
            return
        yield task
        if word == "late task":
            yield task
    if chance.random() < 0.5:
        yield told(undo_recalculation)
        yield from turn_of(world, document, "take_back")


def importing(world: MemoryWorld, chance: random.Random, content: bytes, asked: dict[str, Any]) -> Steps:
    """One import, and maybe its undoing."""
    record = upload(world, content, **asked)
    yield from steps(world, record, days_per_task=1)
    if chance.random() < 0.4:
        yield lambda: undo_import(world, ADMIN, record.import_id)
        yield lambda: take_back(world, "acme", record.import_id)


def interleaved(world: MemoryWorld, chance: random.Random) -> None:
    courses = [importing(world, chance, *file) for file in chance.sample(FILES, len(FILES))]
    courses += [recalculating(world, chance) for _ in range(5)]
    settings = [{"aliases": {COMPOSER: "openai/gpt-5"}}, {"aliases": {COMPOSER: None}}]
    while courses:
        course = chance.choice(courses)
        if chance.random() < 0.03:
            change_project(world, ADMIN, "demo", {"settings": chance.choice(settings)})
        try:
            for _ in range(chance.choice((1, 1, 2, 8))):
                next(course)()
        except RecalculationConflict as conflict:
            if "is being carried out" in str(conflict) and chance.random() < 0.8:
                courses.append(recalculating(world, chance))
            courses.remove(course)
        except (StopIteration, ImportConflict):
            courses.remove(course)


@pytest.mark.parametrize("seed", range(5))
def test_whatever_is_interleaved_the_pages_are_those_of_the_log(
    seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "DAYS_PER_TASK", 1)
    chance = random.Random(seed)  # noqa: S311 -- repeatable on purpose
    world = new_world()
    save_preset(world, ADMIN, {"id": "nuclear", "grid": {"mode": "zone", "zone": "FRA"}})
    save_preset(world, ADMIN, {"id": "strict", "unknown_policy": "needs_recalculation"})
    import_file(world, export(minutes(4, day=DAYS[0])))
    interleaved(world, chance)
    settled(world)
    for form in (
        {"preset": "nuclear"},
        {"preset": "strict", "models": [COMPOSER, "mystery"]},
        {"from": DAYS[1]},
    ):
        recalculated(world, form)
    assert rebuilt(world, check=True)["days"]["different"] == 0
    documents, _ = list_recalculations(world, ADMIN, "demo", limit=99, cursor=None)
    for document in chance.sample(documents, len(documents)):
        if document["status"] == "completed":
            say(world, undo_recalculation, document)
            drive(world)
            assert rebuilt(world, check=True)["days"]["different"] == 0
    assert not any(head.recalculations for head in heads_of(world))
    assert rebuilt(world, check=True)["days"]["different"] == 0, "this is what the imports alone come to"


def settled(world: MemoryWorld) -> None:
    """Let everything that was left half-way come to its end."""
    for record in world.jobs.page("acme", project_id=None, status=None, limit=99, before=None)[0]:
        if record.status == "undoing":
            take_back(world, "acme", record.import_id)
        elif not record.finished:
            run(world, record, days_per_task=1)
    for document in list_recalculations(world, ADMIN, "demo", limit=99, cursor=None)[0]:
        again = get_recalculation(world, ADMIN, "demo", document["recalculation_id"])
        if again["paused_at"]:
            say(world, resume_recalculation, document)
    drive(world)
