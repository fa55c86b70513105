"""The preview says what the import will then do with the first rows."""

from __future__ import annotations

from typing import Any

import pytest
from support.files import V2, export, minutes, row
from support.runs import ADMIN, NOW, import_file, new_world

from gramledger.app.entries import list_entries
from gramledger.app.preview import SAMPLE_CHARACTERS, get_preview, make_preview
from gramledger.app.rejects import list_rejects
from gramledger.app.spans import DaySpan
from gramledger.core import limits
from gramledger.core.problems import ImportConflict
from gramledger.core.recognise import recognise
from gramledger.core.rejects import WARNINGS
from gramledger_cli.preview_view import preview as as_text

KNOWN_AFTERWARDS = ("key", "source", "format", "list_price", "impact")


def previewed(content: bytes) -> dict[str, Any]:
    head = content[: limits.HEAD_BYTES]
    return make_preview(head, recognise(head, len(content)), len(content), NOW)


def test_rows_and_rejects_are_those_of_the_import() -> None:
    world = new_world()
    odd = [
        row("2025-11-04T01:00:00.000Z", cost="a lot"),
        row("never"),
        "," * V2.count(","),
        "",
        row("2025-11-04T01:01:00.000Z", kind='two\nlines, and ""quotes""'),
        row("2025-11-04T01:02:00.000Z", buckets=(-1, 1, 1, 1)),
    ]
    done = import_file(world, export([*odd, *minutes(3)]))
    preview = get_preview(world, ADMIN, done.import_id)
    entries = list_entries(world, ADMIN, "demo", DaySpan(), limit=100, cursor=None)["entries"]
    entries.sort(key=lambda entry: entry["row"])
    for shown, entry in zip(preview["rows"], entries, strict=True):
        assert shown.pop("warnings") == [code for code in entry.pop("warnings") if code in WARNINGS]
        assert shown == {k: v for k, v in entry.items() if k not in KNOWN_AFTERWARDS}
    assert preview["rejects"] == list_rejects(world, ADMIN, done.import_id, limit=100, cursor=None)[0]
    assert [reject["line"] for reject in preview["rejects"]] == [3, 4, 8]


def test_only_the_first_ten_records_are_shown() -> None:
    preview = previewed(export([row("never"), *minutes(30)]))
    assert [r["row"] for r in preview["rejects"]] == [1]
    assert [r["row"] for r in preview["rows"]] == list(range(2, 11))


def test_the_first_records_are_shown_cell_by_cell_as_they_stand_in_the_file() -> None:
    lines = [row("never", kind='two\nlines, and ""quotes""'), "", "a,row,of,four", *minutes(30)]
    records = previewed(export(lines))["records"]
    assert [record["row"] for record in records] == list(range(1, 11))
    named = dict(zip(V2.split(","), records[0]["cells"], strict=True))
    assert (named["Date"], named["Kind"]) == ("never", 'two\nlines, and "quotes"')
    assert records[1]["cells"] == ["a", "row", "of", "four"]


def test_a_file_beyond_the_head_is_previewed_without_the_record_that_the_head_cuts() -> None:
    long = [row(f"2025-11-04T00:0{n}:00.000Z", kind="x" * 20_000) for n in range(9)]
    preview = previewed(export(long))
    assert [len(r["kind"]) for r in preview["rows"]] == [20_000] * 3
    assert preview["rejects"] == []
    assert preview["estimated_rows"] == 9


def test_the_number_of_rows_is_exact_for_a_small_file_and_estimated_for_a_large_one() -> None:
    assert previewed(export(minutes(25)))["estimated_rows"] == 25
    assert previewed(export(minutes(1400) * 5))["estimated_rows"] == pytest.approx(7000, rel=0.01)


def test_columns_come_with_their_meaning_and_distinct_values() -> None:
    lines = [f"{line},{'z' * 200 if n else ''}" for n, line in enumerate(minutes(5, cost="0.10"))]
    preview = previewed(export(lines, header=f"{V2},Team note"))
    columns = {column["field"]: column for column in preview["mapping"]}
    assert columns["cost"] == {
        "field": "cost",
        "column": "Cost",
        "number": 10,
        "samples": ["0.10"],
        "doubt": None,
    }
    assert len(columns["date"]["samples"]) == 3
    assert preview["unmapped"] == [
        {"column": "Team note", "number": 11, "samples": ["z" * SAMPLE_CHARACTERS]}
    ]


def test_a_record_of_another_width_gives_no_samples() -> None:
    preview = previewed(export(['"shifted","2025-11-04T22:09:47.543Z"', *minutes(1)]))
    assert preview["mapping"][0]["samples"] == ["2025-11-04T00:00:00.000Z"]


def test_a_file_whose_only_record_is_longer_than_the_head_has_a_preview_without_rows() -> None:
    preview = previewed(export([row(kind="x" * limits.HEAD_BYTES)]))
    assert (preview["rows"], preview["rejects"], preview["estimated_rows"]) == ([], [], 0)
    assert "None of the first rows" in as_text(preview)


def test_an_import_that_was_refused_has_no_preview() -> None:
    world = new_world()
    failed = import_file(world, b"a,b\n1,2\n")
    with pytest.raises(ImportConflict):
        get_preview(world, ADMIN, failed.import_id)


def test_the_preview_as_text_shows_meaning_rows_and_rejects_and_cannot_act_on_the_terminal() -> None:
    text = as_text(previewed(export([row(model="\x1b[31mred", kind="On-Demand"), row("never")])))
    assert "Cursor usage events (CSV), variant V2" in text
    assert "Input (w/ Cache Write)   cache_write  1" in text
    assert "On-Demand" in text
    assert "\\x1b[31mred" in text
    assert "\x1b" not in text
    assert "line 3 (row 2)" in text


def test_lines_before_the_header_are_named_and_counted() -> None:
    preview = previewed(b"Report of March\n\n" + export([row("never")]))
    assert preview["preamble"] == ["Report of March"]
    assert [(reject["row"], reject["line"]) for reject in preview["rejects"]] == [(1, 4)]


def test_rows_of_units_below_the_header_are_said_to_be_part_of_it() -> None:
    names, first, *others = export(minutes(2)).splitlines()
    units = b"(UTC),text,text,,tokens,tokens,tokens,tokens,tokens,USD"
    preview = previewed(b"\n".join([names, units, first, *others, b""]))
    assert (preview["header_rows"], preview["rejects"], len(preview["rows"])) == (2, [], 2)
    assert "header  2 rows" in as_text(preview)
