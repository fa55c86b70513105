"""Rows that say something else than the entry of their event are listed, with what is said there and here."""

from __future__ import annotations

from typing import Any

import pytest
from support.files import export, minutes, row
from support.runs import ADMIN, import_file, new_world, run, upload

from gramledger.adapters.memory.world import MemoryWorld
from gramledger.app.duplicates import list_duplicates
from gramledger.core.imports import Import
from gramledger.core.problems import InvalidRequest, NotFound


def all_of(world: MemoryWorld, record: Import, limit: int = 500) -> list[dict[str, Any]]:
    found, cursor = list_duplicates(world, ADMIN, record.import_id, limit=limit, cursor=None)
    while cursor:
        assert len(found) % limit == 0
        more, cursor = list_duplicates(world, ADMIN, record.import_id, limit=limit, cursor=cursor)
        found.extend(more)
    return found


def test_differing_rows_are_listed_with_what_is_said_there_and_here() -> None:
    world = new_world()
    early = import_file(world, export([*minutes(3), row(cost="Included")]))
    late = import_file(world, export([*minutes(5), row(cost="0.25", model="gpt-5-codex")]))
    (found,) = all_of(world, late)
    assert (found["row"], found["ts"]) == (6, "2025-11-04T22:09:47.543Z")
    assert found["differs"] == ["model", "cost_text", "cost"]
    assert (found["stated"]["cost"]["text"], found["stated"]["model"]) == ("0.25", "gpt-5-codex")
    assert (found["entry"]["cost"]["text"], found["entry"]["source"]) == ("Included", early.import_id)
    assert (found["entry"]["row"], all_of(world, early)) == (4, [])


@pytest.mark.parametrize("limit", [1, 2, 7, 500])
def test_pages_of_any_size_together_are_all_in_the_order_of_time(limit: int) -> None:
    world = new_world()
    days = [f"2025-11-0{day}" for day in (1, 2, 3)]
    import_file(world, export([line for day in days for line in minutes(4, day=day)]))
    again = import_file(world, export([line for day in days for line in minutes(3, day=day, cost="0.5")]))
    found = all_of(world, again, limit)
    assert [duplicate["ts"][:16] for duplicate in found] == [
        f"{day}T00:0{n}" for day in days for n in range(3)
    ]
    assert again.receipt is not None
    assert len(found) == again.receipt["duplicate_differing"]


def test_rows_of_one_file_that_contradict_each_other_are_listed_too() -> None:
    world = new_world()
    record = import_file(world, export([row(cost="1"), row(cost="2"), row(cost="1")]))
    (found,) = all_of(world, record)
    assert (found["row"], found["entry"]["row"], found["entry"]["source"]) == (2, 1, record.import_id)


def test_identical_rows_and_imports_of_no_rows_have_none() -> None:
    world = new_world()
    import_file(world, export([row(cost="1")]))
    assert all_of(world, import_file(world, export([row(cost="1")]))) == []
    assert all_of(world, import_file(world, b"a,b\n1,2\n")) == []


@pytest.mark.parametrize("announced", [{"dry_run": True}, {"confirm": "manual"}, {"on_conflict": "fail"}])
@pytest.mark.parametrize("limit", [1, 3, 500])
def test_an_import_that_only_tried_lists_those_that_would_have_been(
    announced: dict[str, Any], limit: int
) -> None:
    world = new_world()
    days = [f"2025-11-0{day}" for day in (1, 2, 3)]
    import_file(world, export([line for day in days for line in minutes(4, day=day)]))
    other = export([*minutes(3, day=days[0], cost="0.5"), *minutes(9, day=days[2], buckets=(1, 2, 3, 7))])
    tried = run(world, upload(world, other, **announced), days_per_task=1)
    would_be = all_of(world, tried, limit)
    really = import_file(world, other)
    assert [{**one, "row": None} for one in would_be] == [
        {**one, "row": None} for one in all_of(world, really)
    ]
    assert {one["reason"] for one in would_be} == {"earlier-stays"}
    assert tried.status == {"confirm": "planned", "on_conflict": "failed"}.get(
        next(iter(announced)), "completed"
    )


def test_unknown_imports_and_cursors_are_refused() -> None:
    world = new_world()
    record = import_file(world, export([row()]))
    with pytest.raises(NotFound):
        list_duplicates(world, ADMIN, "01KAB0000000000000000000AA", limit=1, cursor=None)
    with pytest.raises(InvalidRequest):
        list_duplicates(world, ADMIN, record.import_id, limit=1, cursor="x")
