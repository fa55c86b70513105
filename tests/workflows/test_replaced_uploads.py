"""A form can be used again while it is valid: then another file takes the place of the one that is being read."""

from __future__ import annotations

import pytest
from support.files import export, row
from support.runs import ADMIN, new_world, pages, run, steps, upload

from gramledger.adapters.memory.world import MemoryWorld
from gramledger.app import keys
from gramledger.app.confirm import confirm_import
from gramledger.app.lookup import find_import
from gramledger.core.imports import Import

FIRST = export([row(f"2025-11-03T10:{n:02}:00.000Z", cost="0.10") for n in range(20)])
SECOND = FIRST.replace(b"0.10", b"0.90")
CHUNK = 700


def replace_upload(world: MemoryWorld, record: Import, content: bytes) -> None:
    world.uploads.write(keys.upload(record.tenant, record.import_id), content)


def failed(world: MemoryWorld, record: Import) -> bool:
    found = find_import(world, record.tenant, record.import_id)
    return found.status == "failed" and (found.problem or {})["code"] == "upload-mismatch"


@pytest.mark.parametrize("done", [1, 2])
def test_a_file_that_is_replaced_while_its_chunks_are_read_fails_its_import(done: int) -> None:
    world = new_world()
    record = upload(world, FIRST)
    begun = steps(world, record, chunk_bytes=CHUNK)
    for _ in range(done):
        next(begun)()
    replace_upload(world, record, SECOND)
    for step in begun:
        step()
    assert failed(world, record)
    assert not any(pages(world).values())


def test_the_same_file_may_arrive_again_while_it_is_read() -> None:
    world = new_world()
    record = upload(world, FIRST)
    begun = steps(world, record, chunk_bytes=CHUNK)
    for _ in range(2):
        next(begun)()
    replace_upload(world, record, FIRST)
    for step in begun:
        step()
    assert find_import(world, record.tenant, record.import_id).status == "completed"


def test_what_is_read_again_after_a_confirmation_is_the_file_that_was_looked_at() -> None:
    world = new_world()
    record = run(world, upload(world, FIRST, confirm="manual"))
    replace_upload(world, record, SECOND)
    confirm_import(world, ADMIN, record.import_id, {"on_conflict": "update"})
    run(world, record, confirmed=True)
    assert failed(world, record)
