"""Cells that are edited when a planned import is confirmed."""

from __future__ import annotations

import gzip
from typing import Any

import pytest
from support.files import export, minutes, row
from support.runs import ADMIN, import_file, new_world, pages, run, upload

from gramledger.adapters.memory.world import MemoryWorld
from gramledger.app.confirm import confirm_import
from gramledger.app.rejects import list_rejects
from gramledger.core.imports import Import
from gramledger.core.problems import EditImpossible, InvalidRequest

ROWS = [*minutes(20), row("2025-11-40T10:00:00.000Z"), row("2025-11-04T11:00:00.000Z", model="gtp-5")]
EDITS = [
    {"row": 21, "column": "Date", "value": "2025-11-04T10:00:00.000Z"},
    {"row": 22, "column": "Model", "value": "gpt-5"},
]


def planned(world: MemoryWorld, content: bytes) -> Import:
    record = run(world, upload(world, content, confirm="manual"), chunk_bytes=700)
    assert record.status == "planned", record.problem
    return record


def stated(world: MemoryWorld) -> list[dict[str, Any]]:
    claims = [claim for day in pages(world).values() for claim in day]
    return [{name: value for name, value in claim.items() if name != "source"} for claim in claims]


@pytest.mark.parametrize("packed", [lambda content: content, gzip.compress])
def test_an_edited_file_gives_the_ledger_of_the_corrected_one(packed: Any) -> None:
    world, right = new_world(), new_world()
    fixed = [*ROWS[:20], row("2025-11-04T10:00:00.000Z"), row("2025-11-04T11:00:00.000Z")]
    import_file(right, export(fixed))
    record = planned(world, packed(export(ROWS)))
    assert pages(world) == {}
    confirm_import(world, ADMIN, record.import_id, {"edits": EDITS})
    done = run(world, record, confirmed=True, chunk_bytes=700)
    assert done.receipt is not None, done.problem
    assert (done.status, done.receipt["imported"], done.receipt["rejected"]) == ("completed", 22, 0)
    assert stated(world) == stated(right)
    assert done.converted is not None
    assert done.converted.endswith("2 cells edited")
    assert done.options.edits == EDITS
    assert list(world.uploads.keys("")) == []


@pytest.mark.parametrize(
    "edit",
    [
        {"row": 23, "column": "Date", "value": "x"},
        {"row": 1, "column": "Speed", "value": "x"},
    ],
)
def test_an_edit_of_no_cell_is_refused_while_the_import_still_waits(edit: dict[str, Any]) -> None:
    world = new_world()
    record = planned(world, export(ROWS))
    with pytest.raises(EditImpossible):
        confirm_import(world, ADMIN, record.import_id, {"edits": [edit]})
    with pytest.raises(InvalidRequest):
        confirm_import(world, ADMIN, record.import_id, {"edits": [{"row": 1}]})
    kept = world.jobs.get(record.tenant, record.import_id)
    assert kept is not None
    assert (kept.status, kept.options.edits) == ("planned", [])


def test_an_edit_may_make_a_row_worse_and_it_is_rejected_with_what_was_written() -> None:
    world = new_world()
    record = planned(world, export(ROWS))
    confirm_import(world, ADMIN, record.import_id, {"edits": [{"row": 1, "column": "Cost", "value": "-1"}]})
    run(world, record, confirmed=True)
    first, second = list_rejects(world, ADMIN, record.import_id, limit=9, cursor=None)[0]
    assert (first["row"], first["code"], first["found"]) == (1, "cost-negative", "-1")
    assert (second["row"], second["line"]) == (21, 22)


def test_edits_may_come_with_the_announcement() -> None:
    world = new_world()
    record = run(world, upload(world, export(ROWS), edits=EDITS))
    assert record.receipt is not None
    assert record.receipt["imported"] == 22
    refused = run(world, upload(world, export(ROWS), edits=[{"row": 99, "column": "Date", "value": ""}]))
    assert refused.problem is not None
    assert (refused.status, refused.problem["code"]) == ("failed", "edit-impossible")
