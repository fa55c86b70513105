"""Archives, JSON and workbooks through the front door: roles, streams and stores of the real stack."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import random
import zipfile

import pytest
from support.files import V2, export, minutes, row
from support.front import Front
from support.workbooks import rows_of, workbook

pytestmark = pytest.mark.stack

COUNT = 200
TEXT = export(minutes(COUNT))


def _zip() -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("usage.csv", TEXT)
    return held.getvalue()


def _cells() -> list[list[str]]:
    return [V2.split(","), *([cell.strip('"') for cell in line.split(",")] for line in minutes(COUNT))]


def _json_lines() -> bytes:
    header, *rows = _cells()
    return "\n".join(json.dumps(dict(zip(header, cells, strict=True))) for cells in rows).encode()


@pytest.mark.parametrize(
    ("filename", "content", "note"),
    [
        ("usage.csv.gz", gzip.compress(TEXT), "gzip"),
        ("usage.zip", _zip(), "ZIP archive with 'usage.csv'"),
        ("usage.jsonl", _json_lines(), "JSON lines"),
        ("usage.xlsx", workbook({"usage": rows_of(_cells())}), "Excel workbook"),
    ],
    ids=["gzip", "zip", "json lines", "workbook"],
)
def test_a_file_that_is_converted_gives_the_entries_of_its_text(
    front: Front, project: str, filename: str, content: bytes, note: str
) -> None:
    done = front.run(project, content, filename=filename)
    assert (done["status"], done["converted"], done["size"]) == ("completed", note, len(content))
    assert done["receipt"]["imported"] == COUNT
    assert done["receipt"]["sha256"] == hashlib.sha256(content).hexdigest()
    again = front.run(project, TEXT)
    assert (again["converted"], again["receipt"]["duplicate_identical"]) == (None, COUNT)


def test_a_large_gzip_file_is_unpacked_in_parts(front: Front, project: str) -> None:
    noise = random.Random(1)  # noqa: S311 -- not a secret
    text = export(
        [
            row(
                f"2025-11-{n // 1000 + 1:02d}T{n % 1000 // 60:02d}:{n % 60:02d}:00Z",
                kind=noise.randbytes(4500).hex(),
            )
            for n in range(2000)
        ]
    )
    assert len(text) > 16 << 20
    done = front.run(project, gzip.compress(text, 1), filename="usage.csv.gz")
    assert (done["status"], done["receipt"]["imported"]) == ("completed", 2000)
    assert done["rows"]["total"] == 2000


def test_a_damaged_archive_is_refused_and_leaves_nothing(front: Front, project: str) -> None:
    done = front.run(project, gzip.compress(TEXT)[:-9], filename="usage.csv.gz")
    assert (done["status"], done["problem"]["code"]) == ("failed", "archive-unreadable")
    assert front.entries(project) == []


def test_ccusages_daily_report_becomes_an_entry_for_each_model(front: Front, project: str) -> None:
    counts = {"inputTokens": 5, "outputTokens": 742, "cacheCreationTokens": 1253, "cacheReadTokens": 128955}
    models = [
        {"modelName": name, **counts, "cost": 0.05} for name in ("claude-sonnet-4-5", "claude-haiku-4-5")
    ]
    report = {"daily": [{"date": "2025-11-03", **counts, "modelBreakdowns": models}], "totals": counts}
    done = front.run(project, json.dumps(report).encode(), filename="ccusage.json")
    assert (done["status"], done["format"], done["receipt"]["imported"]) == ("completed", "ccusage", 2)
    assert {entry["tokens"]["cache_read"] for entry in front.entries(project)} == {128955}
