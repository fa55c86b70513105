"""Recalculations and the turns of their projects behave alike in memory, over moto and over the embedded engine."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from gramledger.core.identity import ulid
from gramledger.core.problems import RecalculationConflict
from gramledger.core.recalculation import Basis, Selection
from gramledger.core.recalculations import Recalculation
from gramledger.ports import World

NOW = 1_763_000_000_000
PROJECT = "01K9XFT7G1G83EFRTNJJN6PQ8A"


def recalculation(tenant: str, number: int = 0) -> Recalculation:
    return Recalculation(
        tenant,
        PROJECT,
        "dömo",
        ulid(NOW + number, bytes(10)),
        "ada",
        NOW + number,
        Basis("default@1", {"ü": "openai/gpt-5"}, "prices-1"),
        Selection("2025-11-04", None, ("gpt-5", None), ((NOW, "cursor"),)),
        {"quality": ["unknown"]},
    )


def planned(world: World, tenant: str, number: int = 0) -> Recalculation:
    """A recalculation that waits for a word."""
    record = replace(recalculation(tenant, number), status="planned", plan="p", preview={"days": 1})
    world.recalculations.create(record)
    return record


def said(world: World, record: Recalculation, word: str) -> Recalculation:
    changes = {
        "run": lambda known: known.run(NOW, by="ada"),
        "complete": lambda known: known.complete(NOW, {"days": 1}, execution=0),
        "undo": lambda known: known.undo(by="ada"),
        "cancel": lambda known: known.cancel(NOW, by="ada"),
        "taken back": lambda known: known.end_taking_back(NOW, {"days": 1}),
    }
    found = world.recalculations.change(record.tenant, PROJECT, record.recalculation_id, changes[word])
    assert found is not None
    return found


def test_a_recalculation_is_kept_whole_for_its_project_and_tenant(world: World, tenant: str) -> None:
    record = recalculation(tenant)
    world.recalculations.create(record)
    world.recalculations.create(replace(record, requested_by="eve"))
    assert world.recalculations.get(tenant, PROJECT, record.recalculation_id) == record
    assert world.recalculations.get(f"{tenant}x", PROJECT, record.recalculation_id) is None
    assert world.recalculations.get(tenant, "other", record.recalculation_id) is None
    assert world.recalculations.change(tenant, "other", record.recalculation_id, lambda r: r) is None


def test_recalculations_are_listed_newest_first_page_by_page(world: World, tenant: str) -> None:
    records = [recalculation(tenant, number) for number in (1, 0, 2)]
    for record in records:
        world.recalculations.create(record)
    found, further = world.recalculations.page(tenant, PROJECT, limit=2, before=None)
    assert list(found) == [records[2], records[0]]
    assert further == records[0].recalculation_id
    rest, end = world.recalculations.page(tenant, PROJECT, limit=2, before=further)
    assert (list(rest), end) == ([records[1]], None)
    assert world.recalculations.page(tenant, "other", limit=2, before=None) == ([], None)


def test_a_change_that_answers_nothing_leaves_the_record_and_another_counts_it(
    world: World, tenant: str
) -> None:
    record = recalculation(tenant)
    world.recalculations.create(record)
    place = (tenant, PROJECT, record.recalculation_id)
    assert world.recalculations.change(*place, lambda _: None) == record
    changed = world.recalculations.change(*place, lambda known: known.with_plan("p", 3))
    assert changed == replace(record, plan="p", windows=3, revision=1)
    assert world.recalculations.get(*place) == changed


def test_of_a_project_one_has_its_turn_until_it_is_over(world: World, tenant: str) -> None:
    first, second = planned(world, tenant, 1), planned(world, tenant, 2)
    assert world.recalculations.active(tenant, PROJECT) is None
    said(world, first, "run")
    assert world.recalculations.active(tenant, PROJECT) == first.recalculation_id
    with pytest.raises(RecalculationConflict):
        said(world, second, "run")
    assert world.recalculations.get(tenant, PROJECT, second.recalculation_id) == second
    said(world, first, "cancel")
    with pytest.raises(RecalculationConflict):
        said(world, second, "run")
    said(world, first, "taken back")
    said(world, second, "run")
    assert world.recalculations.active(tenant, PROJECT) == second.recalculation_id
    assert world.recalculations.active(tenant, "other") is None


def test_one_that_was_planned_before_another_was_carried_out_is_too_late_and_undoing_is_not(
    world: World, tenant: str
) -> None:
    first, second, third = (planned(world, tenant, number) for number in (1, 2, 3))
    for record in (first, third):
        said(world, record, "run")
        said(world, record, "complete")
    with pytest.raises(RecalculationConflict):
        said(world, second, "run")
    said(world, first, "undo")
    assert world.recalculations.active(tenant, PROJECT) == first.recalculation_id
    said(world, first, "taken back")
    assert said(world, second, "cancel").status == "cancelled"
    assert world.recalculations.active(tenant, PROJECT) is None


def test_of_several_that_begin_at_once_one_does(world: World, tenant: str) -> None:
    records = [planned(world, tenant, number) for number in range(4)]

    def begin(record: Recalculation) -> bool:
        try:
            return said(world, record, "run").status == "processing"
        except RecalculationConflict:
            return False

    with ThreadPoolExecutor(4) as people:
        assert sum(people.map(begin, records)) == 1


def test_a_logged_record_comes_back_with_its_turn_unless_a_later_one_is_there(
    world: World, tenant: str
) -> None:
    running = replace(planned(world, tenant, 2), status="processing", confirmed_at=NOW, revision=5)
    assert world.recalculations.restore(running)
    assert not world.recalculations.restore(replace(running, revision=4))
    assert world.recalculations.get(tenant, PROJECT, running.recalculation_id) == running
    assert world.recalculations.active(tenant, PROJECT) == running.recalculation_id
    unknown = replace(planned(world, tenant, 3), recalculation_id=ulid(NOW + 9, bytes(10)), status="failed")
    assert world.recalculations.restore(unknown)
    earlier = planned(world, tenant, 1)
    said(world, running, "complete")
    with pytest.raises(RecalculationConflict):
        said(world, earlier, "run")
