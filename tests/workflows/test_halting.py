"""Tasks whose import is cancelled while they work: what they look for is gone, and that is no fault."""

from __future__ import annotations

import contextlib

import pytest
from support.faults import Faulty
from support.files import export, row
from support.runs import ADMIN, new_world, run, upload

from gramledger.app.stop import cancel_import
from gramledger.app.take_back import take_back
from gramledger.core.problems import ImportConflict

CONTENT = export([row(f"2025-11-0{day}T10:00:0{second}.000Z") for day in range(3, 7) for second in range(3)])


@pytest.mark.parametrize("port", ["uploads", "store"])
def test_a_task_whose_import_is_cancelled_under_its_hands_halts(port: str) -> None:
    ends = {cancelled_at(place) for place in calls_to(port)}
    assert "cancelled" in ends
    assert ends <= {"cancelled", "completed"}


def cancelled_at(place: int) -> str:
    """How an import ends that is cancelled right before one of its calls. Raises what it raises, but a conflict."""
    world = new_world()
    record = upload(world, CONTENT)

    def cancel(number: int, _name: str) -> str:
        if number == place:
            cancel_import(world, ADMIN, record.import_id)
            take_back(world, record.tenant, record.import_id)
        return "ok"

    with contextlib.suppress(ImportConflict):
        run(Faulty(world, cancel), record)
    found = world.jobs.get(record.tenant, record.import_id)
    assert found is not None
    return found.status


def calls_to(port: str) -> list[int]:
    """Which calls of an undisturbed import go to the objects of a port."""
    world = new_world()
    faulty = Faulty(world, lambda _number, _name: "ok")
    run(faulty, upload(world, CONTENT))
    return [number for number, name in enumerate(faulty.calls) if name.startswith(f"{port}.")]
