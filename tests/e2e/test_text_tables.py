"""Tables as spreadsheets save them, through the whole stack: other encodings, delimiters, marks and lines around."""

from __future__ import annotations

import codecs

import pytest
from support.files import V2, row
from support.front import Front

pytestmark = pytest.mark.stack

ROWS = [
    row("2025-11-04T22:09:47.543Z", kind="Inclus \u00e0 5 \u20ac", model="gpt-5", cost="1.25"),
    row("2025-11-04T22:08:09.196Z", model="auto", cost="0.50"),
]


def test_a_semicolon_file_in_windows_1252_below_a_preamble_is_read_whole(front: Front, project: str) -> None:
    rows = [line.replace(",", ";").replace("1.25", "1,25").replace("0.50", "0,50") for line in ROWS]
    header = V2.replace(",", ";")
    lines = ["Relev\u00e9 d'utilisation", "", "P\u00e9riode;novembre", header, rows[0], header, rows[1]]
    total = "Total;;;;;;;;;1,75"
    note = "Export\u00e9 par l'\u00e9quipe"
    done = front.run(project, "\r\n".join([*lines, total, "trop;peu", note, ""]).encode("cp1252"))
    assert (done["status"], done["converted"]) == ("completed", "Windows-1252 text")
    receipt = done["receipt"]
    assert (receipt["rows_in"], receipt["imported"], receipt["rejected"]) == (6, 2, 1)
    assert receipt["excluded_by_code"] == {"header-repeated": 1, "row-text": 1, "row-total": 1}
    assert receipt["rejects_by_code"] == {"field-count": 1}
    entries = front.entries(project)
    assert [entry["kind"] for entry in entries] == ["Included", "Inclus \u00e0 5 \u20ac"]
    assert [entry["cost"]["reported"] for entry in entries] == [0.5, 1.25]


@pytest.mark.parametrize("mark", [codecs.BOM_UTF16_LE, b""])
def test_a_utf_16_file_of_tabs_gives_the_same_entries(front: Front, project: str, mark: bytes) -> None:
    text = "\r\n".join([V2, *ROWS, ""]).replace(",", "\t")
    done = front.run(project, mark + text.encode("utf-16-le"))
    assert (done["status"], done["converted"]) == ("completed", "UTF-16 (little-endian) text")
    assert done["receipt"]["imported"] == 2
    entries = front.entries(project)
    assert [entry["kind"] for entry in entries] == ["Included", "Inclus \u00e0 5 \u20ac"]
    assert [entry["cost"]["reported"] for entry in entries] == [0.5, 1.25]


def test_another_alphabet_and_backslashes_before_quotes_are_named_and_read(
    front: Front, project: str
) -> None:
    kind = '\u0432\u043a\u043b\u044e\u0447\u0435\u043d\u043e "\u0432 \u0442\u0430\u0440\u0438\u0444"'
    escaped = '"' + kind.replace('"', '\\"') + '"'
    cells = "2025-11-04T22:0{}:47.543Z,{},gpt-5,No,1,2,3,4,10,1.25"
    lines = [V2, *(cells.format(minute, escaped) for minute in range(5))]
    done = front.run(project, "\r\n".join([*lines, ""]).encode("cp1251"))
    assert (done["status"], done["converted"]) == (
        "completed",
        "Windows-1251 text, backslashes before quotes",
    )
    assert (done["receipt"]["imported"], done["receipt"]["rejected"]) == (5, 0)
    assert {entry["kind"] for entry in front.entries(project)} == {kind}
