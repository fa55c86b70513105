"""Whole imports in memory: the steps of the state machine, one after another, over a world of fakes."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterator
from typing import Any

from gramledger.adapters.memory.world import MemoryWorld, memory_world
from gramledger.app import keys
from gramledger.app.calculate import calculate
from gramledger.app.create_import import NewImport, create_import
from gramledger.app.finalize import finalize
from gramledger.app.group_days import group_days
from gramledger.app.lookup import Caller
from gramledger.app.parse_csv import parse_csv
from gramledger.app.plan_csv import plan_csv
from gramledger.app.projects import create_project
from gramledger.app.start_import import start_import
from gramledger.app.take_back import fail_import
from gramledger.core import heads, limits, page, rollup
from gramledger.core.imports import Import
from gramledger.core.problems import Busy, ImportConflict, Problem
from gramledger.ports import World

ADMIN = Caller(tenant="acme", user="ada", groups=frozenset({"admin"}))
NOW = 1_763_000_000_000  # 2025-11-13


def new_world(project: str = "demo") -> MemoryWorld:
    """A world with one project."""
    world = memory_world(now_ms=NOW)
    create_project(world, ADMIN, project)
    return world


def upload(world: MemoryWorld, content: bytes, *, project: str = "demo", **announced: Any) -> Import:
    """Create an import, put its file and let its event arrive."""
    world.clock.sleep(0.001)
    announced = {"filename": "usage.csv", **announced}
    record, form = create_import(world, ADMIN, project, NewImport.from_json(announced))
    assert world.uploads.post(form, content), "the form refused the file"
    start_import(world, keys.upload(record.tenant, record.import_id), len(content))
    return record


def run(world: World, record: Import, **sizes: int) -> Import:
    """Run all steps of an import, failing it as the state machine does; the record afterwards."""
    for step in steps(world, record, **sizes):
        step()
    found = world.jobs.get(record.tenant, record.import_id)
    assert found is not None
    return found


def steps(
    world: World,
    record: Import,
    *,
    chunk_bytes: int = limits.CHUNK_BYTES,
    days_per_task: int = limits.DAYS_PER_TASK,
    order: Callable[[list[Any]], Any] = lambda _: None,
    confirmed: bool = False,
) -> Iterator[Callable[[], None]]:
    """The steps of the state machine, each to be called (once or more often) before the next one is asked for.

    A step that is refused with a problem ends in the step that undoes the import, and one that has nothing more to do
    ends the execution, as in the state machine. `order` may shuffle the tasks of a Map in place. `confirmed`
    gives the second execution of a manual import.
    """
    place = (record.tenant, record.import_id)
    turn = {"confirmed": confirmed}
    answers: dict[str, Any] = {}

    def step(name: str, work: Callable[[], Any]) -> Callable[[], None]:
        def attempt() -> None:
            try:
                answers[name] = work()
            except Problem as problem:
                if isinstance(problem, Busy):
                    raise
                answers["halted" if isinstance(problem, ImportConflict) else "problem"] = problem

        return attempt

    def ended() -> bool:
        return "problem" in answers or "halted" in answers

    yield step("plan", lambda: plan_csv(world, *place, **turn, chunk_bytes=chunk_bytes))
    plan = answers.get("plan", {})
    if plan.get("next") == "end" or "halted" in answers:
        return
    answers["days"] = plan.get("days", {})
    again = plan.get("chunks")
    while again is not None and not ended():
        order(again)
        for chunk in again:
            yield step("parsed", lambda chunk=chunk: parse_csv(world, *place, chunk, **turn))
            if ended():
                break
        else:
            yield step("days", lambda: group_days(world, *place, **turn, days_per_task=days_per_task))
            again = answers["days"].get("redo") or None
    if not ended():
        order(answers["days"]["portions"])
        for portion in answers["days"]["portions"]:
            yield step(
                "calculated", lambda portion=portion: calculate(world, *place, portion["index"], **turn)
            )
            if ended():
                break
    answers["end"] = {"wait": True}
    while not ended() and answers["end"]["wait"]:
        yield step("end", lambda: finalize(world, *place, **turn))
        if answers["end"]["wait"]:
            world.clock.sleep(1)
    if answers["end"].get("go_on") and not ended():
        sizes = {"chunk_bytes": chunk_bytes, "days_per_task": days_per_task}
        yield from steps(world, record, **sizes, order=order, confirmed=True)
    if "problem" in answers:
        document = json.dumps(answers["problem"].document())
        cause = json.dumps({"errorType": "Final", "errorMessage": document})
        yield lambda: fail_import(world, *place, {"Error": "Final", "Cause": cause}, **turn) and None


def run_interleaved(world: World, records: list[Import], chance: random.Random) -> None:
    """Run imports at once, step by step in any order; tasks are repeated now and then, and zombies of earlier ones wake
    up."""
    running = [steps(world, one, chunk_bytes=300, days_per_task=1, order=chance.shuffle) for one in records]
    late: list[Callable[[], None]] = []
    while running:
        one = chance.choice(running)
        step = next(one, None)
        if step is None:
            running.remove(one)
            continue
        for _ in range(chance.choice((1, 1, 1, 2))):
            step()
        late.append(step)
        if chance.random() < 0.2:
            chance.choice(late)()


def import_file(world: MemoryWorld, content: bytes, **announced: Any) -> Import:
    """Upload and run; the record afterwards."""
    return run(world, upload(world, content, **announced))


def pages(world: World, project: str = "demo", tenant: str = "acme") -> dict[str, list[dict[str, Any]]]:
    """All claims of a project by day, without the time at which they were calculated."""
    home = world.projects.named(tenant, project)
    assert home is not None
    found = {}
    for head in world.ledger.heads(tenant, home.project_id, None, None):
        table = heads.read_body(head, world.ledger.body(tenant, home.project_id, head))
        verdict = page.verdicts(table, head.terms)
        assert list(head.groups) == rollup.fold(table, verdict, head.terms), (
            "a rollup is not the fold of its entries"
        )
        assert head.sources == rollup.count_sources(table, verdict), (
            "counts of sources are not those of the page"
        )
        if table.num_rows:
            found[head.day] = table.drop_columns(["calculated_at"]).to_pylist()
    return found
