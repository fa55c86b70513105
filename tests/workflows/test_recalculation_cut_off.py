"""A recalculation that is cut off at any call goes on where it was, and so does taking it back: pages and reports are
the same as without."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from support.faults import Faulty
from support.files import export, minutes
from support.recalculating import Work, bodies_of, changed_claims, drive, heads_of, planned, say
from support.runs import ADMIN, import_file, new_world

from gramledger.adapters.memory.world import MemoryWorld
from gramledger.app.recalculations import (
    confirm_recalculation,
    get_recalculation,
    undo_recalculation,
)
from gramledger.app.save_preset import save_preset
from gramledger.core import limits
from gramledger.ports import Unavailable

pytestmark = pytest.mark.usefixtures("remembered")

Decide = Callable[[int, str], str]


def fine(_number: int, _name: str) -> str:
    return "ok"


def cut_at(call: int, fate: str) -> Decide:
    return lambda number, _: fate if number == call else "ok"


def patiently(work: Work) -> dict[str, Any]:
    """A task of the state machine, which is tried again."""
    try:
        return work()
    except Unavailable:
        return work()


def past(monkeypatch: pytest.MonkeyPatch) -> tuple[MemoryWorld, dict[str, Any]]:
    """Two days, each a window of its own, and a recalculation of them that is planned."""
    monkeypatch.setattr(limits, "DAYS_PER_TASK", 1)
    world = new_world()
    import_file(world, export([*minutes(2, day="2025-11-04"), *minutes(1, day="2025-11-05")]))
    save_preset(world, ADMIN, {"id": "nuclear", "grid": {"mode": "zone", "zone": "FRA"}})
    return world, planned(world, {"preset": "nuclear"})


WRITES = frozenset(
    ("store.write", "store.write_once", "ledger.commit", "recalculations.change", "jobs.change")
)
"""Whatever is cut off between two of these is cut off before the second one."""


def writes_of(world: Faulty) -> list[int]:
    """The numbers of the calls that write."""
    return [number for number, name in enumerate(world.calls) if name in WRITES]


def carried_out(world: MemoryWorld, document: dict[str, Any], decide: Decide) -> tuple[Any, list[int]]:
    """What can be seen of a recalculation afterwards, and the calls by which it wrote."""
    say(world, confirm_recalculation, document)
    faulty = Faulty(world, decide)
    drive(world, faulty, patiently)  # type: ignore[arg-type] # a Faulty is a world
    recalculation_id = document["recalculation_id"]
    report = get_recalculation(world, ADMIN, "demo", recalculation_id)["report"]
    tables = [table.to_pylist() for table in changed_claims(world, recalculation_id)]
    heads = [(head.body, head.version, head.cause) for head in heads_of(world)]
    records, _ = world.jobs.page("acme", project_id=None, status=None, limit=9, before=None)
    return (report, tables, heads, [record.receipt for record in records]), writes_of(faulty)


@pytest.mark.parametrize("fate", ["lost", "unheard"])
def test_a_run_that_is_cut_off_at_any_call_ends_as_if_it_had_not_been(
    fate: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    expected, writes = carried_out(*past(monkeypatch), fine)
    assert expected[0]["claims"] == 3
    assert len(writes) > 8
    for call in writes:
        assert carried_out(*past(monkeypatch), cut_at(call, fate))[0] == expected, call


@pytest.mark.parametrize("fate", ["lost", "unheard"])
def test_taking_back_that_is_cut_off_at_any_call_ends_as_if_it_had_not_been(
    fate: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def taken_back(decide: Decide) -> tuple[Any, list[int]]:
        world, document = past(monkeypatch)
        before = bodies_of(world)
        carried_out(world, document, fine)
        say(world, undo_recalculation, document)
        faulty = Faulty(world, decide)
        drive(world, faulty, patiently)  # type: ignore[arg-type] # a Faulty is a world
        assert bodies_of(world) == before
        shown = get_recalculation(world, ADMIN, "demo", document["recalculation_id"])
        versions = [head.version for head in heads_of(world)]
        return (shown["status"], shown["taken_back"], versions), writes_of(faulty)

    expected, writes = taken_back(fine)
    assert expected == ("undone", {"days": 2}, [3, 3])
    assert len(writes) > 5
    for call in writes:
        assert taken_back(cut_at(call, fate))[0] == expected, call
