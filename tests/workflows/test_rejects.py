"""Rejects of an import, page by page, with places counted over the whole file."""

from __future__ import annotations

import csv
import io

import pytest
from support.files import export, minutes, row
from support.runs import ADMIN, import_file, new_world, run, upload

from gramledger.app.rejects import csv_of_rejects, list_rejects
from gramledger.core import limits
from gramledger.core.problems import InvalidRequest


def test_pages_of_rejects_together_are_all_of_them_in_the_order_of_the_file() -> None:
    world = new_world()
    rows = [row("bad") if n % 3 == 0 else line for n, line in enumerate(minutes(60))]
    content = export(rows)
    record = run(world, upload(world, content), chunk_bytes=700)
    lines = content.decode().split("\n")
    found, cursor = list_rejects(world, ADMIN, record.import_id, limit=7, cursor=None)
    while cursor:
        more, cursor = list_rejects(world, ADMIN, record.import_id, limit=7, cursor=cursor)
        found.extend(more)
    assert [reject["row"] for reject in found] == list(range(1, 61, 3))
    assert all(lines[reject["line"] - 1] == reject["raw"] for reject in found)
    assert all(content[reject["offset"] :].startswith(reject["raw"].encode()) for reject in found)
    assert b"".join(csv_of_rejects(world, record)).count(b"\r\n") == 21


def test_an_answer_stays_small_however_long_the_records_are() -> None:
    world = new_world()
    rows = [row("bad", model="m" * 900_000) for _ in range(6)]
    record = import_file(world, export(rows))
    sizes = []
    cursor: str | None = None
    while cursor is not None or not sizes:
        found, cursor = list_rejects(world, ADMIN, record.import_id, limit=500, cursor=cursor)
        sizes.append(len(found))
        assert sum(len(reject["raw"]) for reject in found) <= limits.ANSWER_BYTES
    assert sum(sizes) == 6
    assert len(sizes) > 1


def test_cells_of_the_download_cannot_act_as_formulas() -> None:
    world = new_world()
    record = import_file(world, export([row("=1+1"), row("@x"), row("-2"), *minutes(1)]))
    text = b"".join(csv_of_rejects(world, record)).decode()
    listed = list(csv.DictReader(io.StringIO(text, newline="")))
    assert [reject["found"] for reject in listed] == ["'=1+1", "'@x", "'-2"]


@pytest.mark.parametrize("cursor", ["", "WzAsMF0x", "WzAsLTFd", "e30", "[0,0]"])
def test_a_cursor_that_is_none_is_refused(cursor: str) -> None:
    world = new_world()
    record = import_file(world, export([row("bad"), *minutes(1)]))
    if not cursor:
        assert len(list_rejects(world, ADMIN, record.import_id, limit=5, cursor=cursor)[0]) == 1
        return
    with pytest.raises(InvalidRequest):
        list_rejects(world, ADMIN, record.import_id, limit=5, cursor=cursor)
