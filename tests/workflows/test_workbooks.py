"""Excel workbooks: cells as a person sees them, one sheet, and no harm by what a file claims."""

from __future__ import annotations

import io
import random
import zipfile

import pytest
from support.files import V2
from support.runs import import_file, new_world, pages
from support.workbooks import rows_of, workbook

from gramledger.core.convert.workbook import csv_of_workbook
from gramledger.core.problems import ExpandsTooFar, Problem, WorkbookUnreadable

EVENTS = [
    V2.split(","),
    *([f"2025-11-04T22:{n:02d}:47.543Z", "Included", "gpt-5", "No", 1, 2, 3, 4, 10, 0.1] for n in range(30)),
]


def text_of(content: bytes) -> str:
    return b"".join(csv_of_workbook(iter((content[:100], content[100:])))).decode()


def cell_text(cell: str, **parts: object) -> str:
    return text_of(workbook({"one": f'<row r="1">{cell}</row>'}, **parts)).removesuffix("\n")  # type: ignore[arg-type] # passes workbook's own options on


def test_a_workbook_becomes_entries() -> None:
    world = new_world()
    done = import_file(world, workbook({"usage": rows_of(EVENTS)}), filename="usage.xlsx")
    assert (done.status, done.converted) == ("completed", "Excel workbook")
    assert (done.receipt or {})["imported"] == 30
    (rows,) = pages(world).values()
    assert {(row["cost_text"], row["input"], row["total"]) for row in rows} == {("0.1", 2, 10)}


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        ('<c r="A1"><v>20.182320000000001</v></c>', "20.18232"),
        ('<c r="A1"><v>1.762294187543E12</v></c>', "1762294187543"),
        ('<c r="A1"><v>1E-2</v></c>', "0.01"),
        ('<c r="A1"><v>12345678901234567890</v></c>', "1.2345678901234567e+19"),
        ('<c r="A1" t="b"><v>1</v></c>', "TRUE"),
        ('<c r="A1" t="b"><v>0</v></c>', "FALSE"),
        ('<c r="A1" t="e"><v>#DIV/0!</v></c>', "#DIV/0!"),
        ('<c r="A1" t="str"><f>A2&amp;"x"</f><v>5,x</v></c>', '"5,x"'),
        ('<c r="A1" t="s"><v>1</v></c>', "second"),
        ('<c r="A1" s="1"><v>45965.923467</v></c>', "2025-11-04T22:09:47.549"),
        ('<c r="A1" s="2"><v>45965</v></c>', "2025-11-04T00:00:00.000"),
        ('<c r="A1" s="3"><v>45965</v></c>', "45965"),
        ('<c r="A1" s="99"><v>45965</v></c>', "45965"),
        ('<c r="A1" s="1"><v>5</v></c>', "5"),
        ('<c r="C1"><v>7</v></c><c r="E1"/>', ",,7"),
        ("<c><v>1</v></c><c><v>2</v></c>", "1,2"),
    ],
)
def test_a_cell_is_written_as_it_is_meant(cell: str, text: str) -> None:
    assert cell_text(cell, strings=("first", "second")) == text


def test_workbooks_of_1904_count_from_there() -> None:
    found = cell_text('<c s="2"><v>44503</v></c>', properties='<workbookPr date1904="1"/>')
    assert found == "2025-11-04T00:00:00.000"


def test_rows_keep_their_numbers_and_their_width() -> None:
    rows = (
        '<row r="1"><c><v>1</v></c><c><v>2</v></c><c><v>3</v></c></row>'
        '<row r="3"><c><v>4</v></c></row><row r="4"><c r="D4"><v>5</v></c></row>'
    )
    assert text_of(workbook({"one": rows})) == "1,2,3\n\n4,,\n,,,5\n"


def test_empty_and_hidden_sheets_do_not_count() -> None:
    content = workbook({"notes": "", "usage": rows_of(EVENTS), "old": rows_of([[1]])}, hidden=["old"])
    assert text_of(content).startswith("Date,Kind")


@pytest.mark.parametrize(
    "content",
    [
        workbook({"one": rows_of([[1]]), "two": rows_of([[2]])}),
        workbook({"one": ""}),
        workbook({"one": '<row r="1"><c r="XFD1"><v>1</v></c></row>'}),
        workbook({"one": '<row r="9999999"><c><v>1</v></c></row>'}),
        workbook({"one": '<row r="2"/><row r="1"><c><v>1</v></c></row>'}),
        workbook({"one": '<row r="1"><c r="B1"><v>1</v></c><c r="A1"><v>1</v></c></row>'}),
        workbook({"one": '<row r="1"><c t="s"><v>0</v></c></row>'}),
        workbook({"one": "<row>"}),
        workbook({"one": rows_of([["x" * (1 << 21)]])}),
        workbook({"one": f'<row r="1"><c a="{"x" * (1 << 21)}"/></row>'}),
        workbook({"one": "&bomb;"}, styles='<!DOCTYPE x [<!ENTITY bomb "boom">]><styleSheet/>'),
        workbook({"one": "<a>" * 200 + "</a>" * 200}),
        workbook({"one": rows_of(EVENTS)})[:-30],
    ],
    ids=[
        "two sheets",
        "no rows",
        "last column",
        "row too far",
        "rows turned round",
        "cells turned round",
        "no such text",
        "damaged part",
        "long cell",
        "long tag",
        "document type",
        "nested deeply",
        "cut off",
    ],
)
def test_what_is_not_one_sound_sheet_is_refused(content: bytes) -> None:
    with pytest.raises(WorkbookUnreadable):
        text_of(content)


def test_a_workbook_that_explodes_is_refused_before_it_is_unpacked() -> None:
    held = io.BytesIO(workbook({"one": rows_of(EVENTS)}))
    with zipfile.ZipFile(held, "a", zipfile.ZIP_DEFLATED) as package:
        package.writestr("xl/media/image.bin", bytes(1 << 26))
    with pytest.raises(ExpandsTooFar):
        text_of(held.getvalue())


def test_a_workbook_that_understates_its_sizes_is_refused() -> None:
    content = workbook({"one": rows_of(EVENTS)})
    place = content.rindex(b"PK\x01\x02")  # the directory's entry of the last part, the styles
    lying = bytearray(content)
    lying[place + 24 : place + 28] = (10).to_bytes(4, "little")
    with pytest.raises(Problem):
        text_of(bytes(lying))


def test_styles_beyond_all_measure_are_refused() -> None:
    noise = random.Random(1).randbytes(9 << 20).hex()  # noqa: S311 -- not a secret
    with pytest.raises(WorkbookUnreadable, match="styles"):
        text_of(workbook({"one": rows_of(EVENTS)}, styles=noise))
