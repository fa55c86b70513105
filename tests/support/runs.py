"""Whole imports in memory: the steps of the state machine, one after another, over a world of fakes."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from gramledger.adapters.memory import MemoryWorld, memory_world
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
from gramledger.app.undo import fail_import
from gramledger.core.imports import Import
from gramledger.core.problems import Problem

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


def run(world: MemoryWorld, record: Import, *, shuffle: Callable[[list[Any]], Any] | None = None) -> Import:
    """Run all steps of an import, failing it as the state machine does; the record afterwards."""
    place = (record.tenant, record.import_id)
    order = shuffle or (lambda _: None)
    try:
        redo = plan_csv(world, *place)
        while redo:
            order(redo)
            for chunk in redo:
                parse_csv(world, *place, chunk)
            grouped = group_days(world, *place)
            redo = grouped["redo"]
        order(grouped["portions"])
        for portion in grouped["portions"]:
            calculate(world, *place, portion["index"])
        while finalize(world, *place)["wait"]:
            world.clock.sleep(1)
    except Problem as problem:
        cause = json.dumps({"errorType": "Final", "errorMessage": json.dumps(problem.document())})
        fail_import(world, *place, {"Error": "Final", "Cause": cause})
    found = world.jobs.get(*place)
    assert found is not None
    return found


def import_file(world: MemoryWorld, content: bytes, **announced: Any) -> Import:
    """Upload and run; the record afterwards."""
    return run(world, upload(world, content, **announced))
