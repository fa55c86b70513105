"""`gramledger intensities` against a fake ledger."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from support.cli import FakeLedger, surroundings
from support.half_hours import as_csv, as_json, instant

from gramledger_cli.exits import Exit
from gramledger_cli.main import main

VERSION = {
    "series": "neso-gb",
    "version": 1,
    "label": "neso-gb@1",
    "half_hours": 1490,
    "forecasts": 2,
    "first": "2025-09-30T23:00:00.000Z",
    "last": "2025-10-31T23:30:00.000Z",
    "created_by": "ada@example.org",
}
FIGURES = {instant("2025-01-15T12:00"): (266, 263)}


@pytest.fixture
def ledger() -> FakeLedger:
    return FakeLedger(intensities=[VERSION])


def run(ledger: FakeLedger, folder: Path, *words: str) -> int:
    return main(["intensities", *words], surroundings(ledger, folder))


def test_the_versions_are_listed_with_what_they_hold(
    ledger: FakeLedger, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(ledger, tmp_path, "list") == Exit.OK
    shown = [" ".join(line.split()) for line in capsys.readouterr().out.splitlines()]
    assert shown == [
        "VERSION FIRST LAST HALF HOURS FORECAST ONLY BY",
        "neso-gb@1 2025-09-30 23:00Z 2025-10-31 23:30Z 1,490 2 ada@example.org",
    ]


def test_where_there_is_none_that_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run(FakeLedger(), tmp_path, "list")
    assert "No half-hourly intensities" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("content", "sent"),
    [
        (as_json(FIGURES), json.loads(as_json(FIGURES))),
        (json.dumps(json.loads(as_json(FIGURES))["data"]).encode(), json.loads(as_json(FIGURES))),
        (as_csv(FIGURES), {"csv": as_csv(FIGURES).decode()}),
    ],
    ids=["answer", "list", "csv"],
)
def test_a_file_is_sent_as_it_is(ledger: FakeLedger, tmp_path: Path, content: bytes, sent: Any) -> None:
    file = tmp_path / "half hours"
    file.write_bytes(content)
    assert run(ledger, tmp_path, "import", str(file), str(file)) == Exit.OK
    assert ledger.imported_intensities == [sent, sent]


def test_versions_of_several_files_are_shown_once_each(
    ledger: FakeLedger, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "one.json"
    file.write_bytes(as_json(FIGURES))
    run(ledger, tmp_path, "import", str(file), str(file))
    assert capsys.readouterr().out.count("neso-gb@1") == 1
    run(ledger, tmp_path, "import", "--json", str(file), str(file))
    assert json.loads(capsys.readouterr().out) == [VERSION, VERSION]


@pytest.mark.parametrize(("content", "said"), [(b"{", "no valid JSON"), (b"\xff\xfe", "no UTF-8 text")])
def test_a_file_that_is_none_is_refused_before_it_is_sent(
    ledger: FakeLedger, tmp_path: Path, capsys: pytest.CaptureFixture[str], content: bytes, said: str
) -> None:
    file = tmp_path / "broken.json"
    file.write_bytes(content)
    assert run(ledger, tmp_path, "import", str(file)) != Exit.OK
    assert said in capsys.readouterr().err
    assert ledger.imported_intensities == []
