"""Edits of cells: one text changes, every other byte and row number stays."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.csv_texts import GOOD, NOW_MS, RECORDS, V2

from gramledger.core.chunks import ChunkReading, read_chunk
from gramledger.core.editing import Editor
from gramledger.core.edits import CHARACTERS, MOST, Edit, parse_edits
from gramledger.core.problems import EditImpossible, InvalidRequest
from gramledger.core.recognise import Reading, recognise

QUOTED = GOOD.replace("auto", '"a, b"')
FILE = f"\ufeffExported today\r\n{V2}\r\n{GOOD}\r\n\r\n{QUOTED}\r\na,b\r\n{GOOD}".encode()


def reading_of(text: bytes) -> Reading:
    return recognise(text, len(text))


def edited(text: bytes, *edits: Edit, size: int = 1 << 20) -> bytes:
    pieces = [text[at : at + size] for at in range(0, len(text), size)]
    return b"".join(Editor(reading_of(text), edits).edited(pieces))


def read(text: bytes, reading: Reading) -> ChunkReading:
    fetch = lambda start, stop: text[start:stop]  # noqa: E731 -- as short as it is
    return read_chunk(fetch, reading, len(text), reading.first, len(text), aligned=True, now_ms=NOW_MS)


@pytest.mark.parametrize(
    ("edit", "before", "after"),
    [
        (Edit(1, "Output Tokens", "40"), b"3,4,10,0.01\r\n\r\n", b"3,40,10,0.01\r\n\r\n"),
        (Edit(2, "Model", "gpt-5"), b'"a, b"', b"gpt-5"),
        (Edit(2, "3", 'say "x"'), b'"a, b"', b'"say ""x"""'),
        (Edit(2, "Kind", ""), b'Z,Included,"a', b'Z,,"a'),
    ],
)
def test_just_the_one_cell_changes(edit: Edit, before: bytes, after: bytes) -> None:
    assert FILE.count(before) == 1
    assert edited(FILE, edit) == FILE.replace(before, after)


def test_several_cells_of_several_rows_change_at_once() -> None:
    text = edited(FILE, Edit(4, "Kind", "Free\nof charge"), Edit(1, "Kind", "x"), Edit(1, "Cost", "9"))
    claims = read(text, reading_of(FILE)).claims
    assert claims["kind"].to_pylist() == ["x", "Included", "Free\nof charge"]
    assert claims["cost"].to_pylist() == [9_000_000_000, 10_000_000, 10_000_000]
    assert claims["row"].to_pylist() == [0, 1, 3]


def test_a_name_goes_before_a_number_and_a_name_that_is_used_twice_is_no_name() -> None:
    text = f"{V2},1,Note,Note\n{GOOD},a,b,c\n".encode()
    assert edited(text, Edit(1, "1", "z")).endswith(b",z,b,c\n")
    assert edited(text, Edit(1, "13", "z")).endswith(b",a,b,z\n")
    with pytest.raises(EditImpossible, match="12 and 13"):
        edited(text, Edit(1, "Note", "z"))


@pytest.mark.parametrize(
    "edit",
    [
        Edit(5, "Kind", "x"),
        Edit(3, "Kind", "x"),
        Edit(1, "Speed", "x"),
        Edit(1, "0", "x"),
        Edit(1, "11", "x"),
    ],
)
def test_a_cell_that_is_not_there_is_refused(edit: Edit) -> None:
    with pytest.raises(EditImpossible):
        edited(FILE, edit)


@pytest.mark.parametrize("value", ["a,b", "a\nb"])
def test_where_nothing_quotes_a_cell_holds_no_delimiter_and_no_line_end(value: str) -> None:
    text = f"{V2}\n{GOOD}\n".encode()
    unquoted = replace(reading_of(text), quote="")
    assert b"".join(Editor(unquoted, [Edit(1, "Model", '"x"')]).edited([text])).count(b',"x",') == 1
    with pytest.raises(EditImpossible):
        list(Editor(unquoted, [Edit(1, "Model", value)]).edited([text]))


@given(
    rows=st.lists(st.sampled_from((*RECORDS[:4], RECORDS[6], GOOD, "too,few", "")), min_size=1, max_size=12),
    at=st.integers(1, 12),
    value=st.text(st.sampled_from('ab,"\n'), max_size=5),
    size=st.integers(1, 3000),
)
def test_an_edit_changes_no_neighbour_in_any_pieces(rows: list[str], at: int, value: str, size: int) -> None:
    text = "\n".join([V2, GOOD, *rows]).encode()
    reading = reading_of(text)
    plain = read(text, reading)
    before = {claim["row"]: claim for claim in plain.claims.to_pylist()}
    if at - 1 not in before:
        return
    after = edited(text, Edit(at, "Kind", value), size=size)
    again = read(after, reading)
    assert again.rows == plain.rows
    kept = {claim["row"]: claim for claim in again.claims.to_pylist()}
    changed = kept.pop(at - 1, None)
    assert kept == {row: claim for row, claim in before.items() if row != at - 1}
    assert changed is None or changed == {
        **before[at - 1],
        "kind": value or None,
        "charged": changed["charged"],
    }


@pytest.mark.parametrize(
    "form",
    [
        {},
        [{}],
        [{"row": 1, "column": "Kind"}],
        [{"row": 0, "column": "Kind", "value": "x"}],
        [{"row": True, "column": "Kind", "value": "x"}],
        [{"row": 1, "column": "", "value": "x"}],
        [{"row": 1, "column": 1.5, "value": "x"}],
        [{"row": 1, "column": "Kind", "value": 5}],
        [{"row": 1, "column": "Kind", "value": "x" * (CHARACTERS + 1)}],
        [{"row": 1, "column": "Kind", "value": "\0"}],
        [{"row": 1, "column": "Kind", "value": "x"}] * 2,
        [{"row": row + 1, "column": "Kind", "value": "x"} for row in range(MOST + 1)],
    ],
)
def test_edits_that_mean_nothing_are_refused(form: Any) -> None:
    with pytest.raises(InvalidRequest):
        parse_edits(form)


def test_edits_come_back_from_json_and_a_column_may_be_a_number() -> None:
    form = [{"row": 1, "column": 3, "value": "x"}]
    assert parse_edits(form) == [Edit(1, "3", "x")]
    assert parse_edits([edit.to_json() for edit in parse_edits(form)]) == parse_edits(form)
