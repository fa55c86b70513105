"""Rejects of an import, page by page, with places counted over the whole file."""

from __future__ import annotations

import csv
import gzip
import io
from typing import Any

import pytest
from support.files import V2, export, minutes, row
from support.runs import ADMIN, import_file, new_world, pages, run, upload

from gramledger.adapters.memory.world import MemoryWorld
from gramledger.app.rejects import group_rejects, list_rejects
from gramledger.app.rejects_download import ROWS_AT_ONCE, rejects_csv, rejects_link
from gramledger.core import limits
from gramledger.core.imports import Import
from gramledger.core.problems import InvalidRequest, NotFound
from gramledger.core.rejects import RULES


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
    assert b"".join(rejects_csv(world, record)).count(b"\r\n") == 21


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
    record = import_file(world, export([row("=1+1"), row("@x"), row("-2"), row("'=x"), *minutes(1)]))
    text = b"".join(rejects_csv(world, record)).decode()
    listed = list(csv.DictReader(io.StringIO(text, newline="")))
    assert [reject["_found"] for reject in listed] == ["'=1+1", "'@x", "'-2", "''=x"]


@pytest.mark.parametrize("cursor", ["", "WzAsMF0x", "WzAsLTFd", "e30", "[0,0]"])
def test_a_cursor_that_is_none_is_refused(cursor: str) -> None:
    world = new_world()
    record = import_file(world, export([row("bad"), *minutes(1)]))
    if not cursor:
        assert len(list_rejects(world, ADMIN, record.import_id, limit=5, cursor=cursor)[0]) == 1
        return
    with pytest.raises(InvalidRequest):
        list_rejects(world, ADMIN, record.import_id, limit=5, cursor=cursor)


def test_rejects_by_code_are_counted_whole_and_the_first_of_each_are_named() -> None:
    world = new_world()
    rows = [row("bad") if n % 3 == 0 else line for n, line in enumerate(minutes(60))]
    content = export([*rows, ",,,,,,,,,", row(cost="-1"), "a,b"])
    record = run(world, upload(world, content), chunk_bytes=700)
    groups = group_rejects(world, ADMIN, record.import_id)
    assert [(group["code"], group["count"], group["excluded"]) for group in groups] == [
        ("date-unreadable", 20, False),
        ("cost-negative", 1, False),
        ("field-count", 1, False),
        ("row-blank", 1, True),
    ]
    assert [first["line"] for first in groups[0]["first"]] == [2, 5, 8, 11, 14]
    assert groups[1]["first"] == [{"row": 62, "line": 63, "column": "Cost", "found": "-1"}]
    assert all(group["title"] and group["expected"] and group["repair"] for group in groups)


def test_every_reject_says_what_was_expected_and_how_to_repair_it() -> None:
    world = new_world()
    record = import_file(world, export([row("bad"), *minutes(1)]))
    (reject,) = list_rejects(world, ADMIN, record.import_id, limit=5, cursor=None)[0]
    rule = RULES["date-unreadable"]
    assert (reject["expected"], reject["repair"]) == (rule.expected, rule.repair)


def test_an_import_that_could_not_be_read_has_no_file_of_rejects_and_no_codes() -> None:
    world = new_world()
    record = import_file(world, b"a,b\n1,2\n")
    assert group_rejects(world, ADMIN, record.import_id) == []
    with pytest.raises(NotFound):
        rejects_link(world, ADMIN, record.import_id)


def corrected(world: MemoryWorld, record: Import, wrong: str, right: str) -> bytes:
    """The file of rejects with a text changed."""
    text = b"".join(rejects_csv(world, record)).decode()
    assert wrong in text
    return text.replace(wrong, right).encode()


@pytest.mark.parametrize(
    "saved", [lambda text: text, gzip.compress, lambda text: text.decode().encode("utf-16")]
)
def test_corrected_rejects_become_the_entries_that_they_would_have_been(saved: Any) -> None:
    header = f"User,{V2}"
    rows = [f'"{"ada" if number % 2 else "bob"}",{line}' for number, line in enumerate(minutes(20))]
    rows[3] = (
        f'"ada",{row("2025-11-04T00:16:00.000Z", model="@cf/meta/llama", cost="-", buckets=(1, 2, 3, 4))}'
    )
    whole, world = new_world(), new_world()
    import_file(whole, export(rows, header=header))
    damaged = [line.replace("00:16:00", "00:61:00") for line in rows]
    record = import_file(world, export(damaged, header=header))
    assert record.receipt is not None
    assert (record.receipt["imported"], record.receipt["rejected"]) == (19, 1)
    again = import_file(world, saved(corrected(world, record, "00:61:00", "00:16:00")))
    assert again.receipt is not None
    assert (again.status, again.receipt["imported"], again.receipt["rejected"]) == ("completed", 1, 0)
    assert again.converted is not None
    assert again.converted.endswith(f"rejects of import {record.import_id}")
    assert stated(world) == stated(whole)
    assert [key for key in world.uploads.keys("") if again.import_id in key] == []


def test_corrected_rejects_are_read_with_the_decimal_mark_that_their_file_proved() -> None:
    rows = [line.replace('","', '";"').replace('"0.10"', '"1,25"') for line in minutes(3)]
    rows[1] = rows[1].replace("2025-11-04", "2025-11-40").replace('"1,25"', '"1,234"')
    world = new_world()
    record = import_file(world, export(rows, header=V2.replace(",", ";")))
    import_file(world, corrected(world, record, "2025-11-40", "2025-11-04"))
    (day,) = pages(world).values()
    assert sorted(claim["cost"] for claim in day) == [1_234_000_000, 1_250_000_000, 1_250_000_000]


def test_rejects_that_were_not_corrected_are_rejected_again_for_the_same_reasons() -> None:
    world = new_world()
    record = import_file(world, export([row("bad"), row(cost="-5"), "a,b", ",,,,,,,,,", *minutes(1)]))
    again = import_file(world, b"".join(rejects_csv(world, record)))
    assert record.receipt is not None
    assert again.receipt is not None
    assert (again.receipt["rows_in"], again.receipt["rejected"]) == (3, 3)
    assert again.receipt["rejects_by_code"] == record.receipt["rejects_by_code"]


def test_rejects_of_an_import_that_is_not_known_speak_for_themselves() -> None:
    world, elsewhere = new_world(), new_world()
    record = import_file(elsewhere, export([row("bad"), *minutes(1)]))
    again = import_file(world, corrected(elsewhere, record, "bad", "2025-11-04T00:30:00Z"))
    assert again.receipt is not None
    assert (again.receipt["imported"], again.converted) == (1, "rejects")


def stated(world: MemoryWorld) -> list[dict[str, Any]]:
    """All claims without where and when they were stated."""
    claims = [claim for day in pages(world).values() for claim in day]
    return [
        {name: value for name, value in claim.items() if name not in ("source", "row")} for claim in claims
    ]


def test_the_download_is_written_in_pieces_of_some_rows_however_many_a_chunk_has() -> None:
    """16 MiB of the shortest rows are millions, which would not fit into a task's memory at once."""
    world = new_world()
    count = ROWS_AT_ONCE + 1
    record = import_file(world, export(["x"] * count))
    header, *pieces = rejects_csv(world, record)
    assert [piece.count(b"\r\n") for piece in (header, *pieces)] == [1, ROWS_AT_ONCE, 1]
