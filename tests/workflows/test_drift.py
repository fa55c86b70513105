"""The drift sentinel over whole imports: what it stops, what it lets pass, and what it remembers."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from support.drifting import HABITS, TOKENS, Cells, exchanged, file_of
from support.runs import ADMIN, import_file, new_world, pages, run, upload

from gramledger.adapters.memory.world import MemoryWorld
from gramledger.app.confirm import confirm_import
from gramledger.app.preview import get_preview
from gramledger.app.projects import create_project
from gramledger.core.imports import Import


def exports(count: int, rows: int = 60) -> list[Cells]:
    chance = np.random.default_rng(77)
    return [HABITS.export(chance, rows) for _ in range(count)]


def swapped(cells: Cells) -> bytes:
    """A file in which input and cache reads stand under one another's names."""
    return file_of(exchanged(cells, TOKENS[1], TOKENS[2]))


def drift(world: MemoryWorld, record: Import) -> Any:
    return get_preview(world, ADMIN, record.import_id)["drift"]


def test_exchanged_columns_stop_an_import_before_anything_is_written() -> None:
    first, cells = exports(2)
    world = new_world()
    import_file(world, file_of(first))
    before = pages(world)
    record = import_file(world, swapped(cells))
    assert record.status == "failed"
    problem = record.problem or {}
    assert (problem["code"], problem["status"]) == ("drift-suspected", 422)
    assert [(found["column"], found["looks_like"]) for found in problem["columns"]] == [
        (TOKENS[1], TOKENS[2]),
        (TOKENS[2], TOKENS[1]),
    ]
    for told in ("Column 6", TOKENS[1], "Column 7", TOKENS[2], "allow_drift", "median"):
        assert told in problem["detail"]
    assert pages(world) == before


def test_it_is_imported_when_drift_is_allowed_and_then_is_nothing_new() -> None:
    first, second, third = exports(3)
    world = new_world()
    import_file(world, file_of(first))
    assert import_file(world, swapped(second), allow_drift=True).status == "completed"
    assert import_file(world, swapped(third)).status == "completed"


def test_a_preview_shows_what_is_suspected_and_whoever_confirms_it_has_seen_it() -> None:
    first, second, third = exports(3)
    world = new_world()
    known = import_file(world, file_of(first))
    record = run(world, upload(world, swapped(second), confirm="manual"))
    assert record.status == "planned"
    found = drift(world, record)
    assert (found["since"], found["compared"], len(found["suspected"])) == (known.import_id, 1, 2)
    assert import_file(world, swapped(third)).status == "failed", "what only waits is not remembered"
    confirm_import(world, ADMIN, record.import_id)
    assert run(world, record, confirmed=True).status == "completed"
    assert import_file(world, swapped(third)).status == "completed"


def test_a_dry_run_is_stopped_like_the_real_one_and_remembers_nothing() -> None:
    first, second = exports(2)
    world = new_world()
    import_file(world, swapped(first), dry_run=True)
    import_file(world, file_of(first))
    assert import_file(world, swapped(second), dry_run=True).status == "failed"
    assert import_file(world, file_of(second)).status == "completed"


def test_projects_and_formats_have_their_own_memory() -> None:
    first, second = exports(2)
    world = new_world()
    import_file(world, file_of(first))
    create_project(world, ADMIN, "other")
    record = import_file(world, swapped(second), project="other")
    assert (record.status, drift(world, record)) == ("completed", None)


def test_the_same_file_again_and_ordinary_ones_pass_with_nothing_to_tell() -> None:
    world = new_world()
    contents = [file_of(cells) for cells in exports(4)]
    for content in [*contents, contents[0]]:
        record = import_file(world, content)
        assert record.status == "completed"
    assert drift(world, record) == {
        "since": drift(world, record)["since"],
        "compared": 4,
        **{name: [] for name in ("moved", "renamed", "new", "missing", "suspected")},
    }


@pytest.mark.parametrize("rows", [["never"], []], ids=["refused rows only", "too few rows"])
def test_a_file_that_says_nothing_is_no_measure(rows: list[str]) -> None:
    (cells,) = exports(1)
    poor = {name: (["x"] * 3 if rows else texts[:3]) for name, texts in cells.items()}
    world = new_world()
    import_file(world, file_of(poor))
    assert import_file(world, swapped(cells)).status == "completed"
