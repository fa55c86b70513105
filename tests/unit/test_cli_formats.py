"""`gramledger formats` against a fake ledger."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from support.cli import FakeLedger, surroundings

from gramledger_cli.exits import Exit
from gramledger_cli.main import main

KNOWN: list[dict[str, Any]] = [
    {
        "name": "one",
        "title": "One export",
        "variants": ["V1", "V2"],
        "columns": [
            {"field": "date", "names": ["Date", "Day"], "kind": "instant", "required": True},
            {"field": "note", "names": ["Note"], "kind": "text", "required": False},
        ],
        "example": "/v1/formats/one/example",
    },
    {"name": "two", "title": "Another", "variants": [], "columns": [], "example": "/v1/formats/two/example"},
]


def run(*arguments: str) -> int:
    return main(["formats", *arguments], surroundings(FakeLedger(formats=KNOWN), Path()))


def test_formats_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    assert run() == Exit.OK
    out = capsys.readouterr().out
    assert "One export  V1, V2" in out
    assert "Another" in out


def test_one_format_is_shown_with_its_columns(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("one") == Exit.OK
    lines = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert ["Date", "or", "Day", "date", "instant", "yes"] in lines
    assert ["Note", "note", "text"] in lines


def test_formats_are_printed_unchanged_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("--json") == Exit.OK
    assert json.loads(capsys.readouterr().out) == KNOWN
    assert run("two", "--json") == Exit.OK
    assert json.loads(capsys.readouterr().out) == KNOWN[1]


def test_an_example_is_written_byte_for_byte(capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    assert run("one", "--example") == Exit.OK
    assert capsysbinary.readouterr().out == b"Date\r\n2026-03-01\r\n"


def test_a_file_of_no_known_format_is_told_where_the_examples_are(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "other.csv"
    file.write_text("a,b\n1,2\n")
    reason = {"code": "format-unknown", "title": "T", "detail": "Why.", "status": 422}
    ledger = FakeLedger(stages=[{"status": "failed", "phase": "plan", "problem": reason}])
    assert main(["import", str(file), "--project", "demo"], surroundings(ledger, tmp_path)) == Exit.REFUSED
    assert "gramledger formats" in capsys.readouterr().out


@pytest.mark.parametrize("arguments", [["three"], ["three", "--example"]])
def test_a_format_that_does_not_exist_ends_with_3(arguments: list[str]) -> None:
    assert run(*arguments) == Exit.NOT_FOUND


@pytest.mark.parametrize("arguments", [["--example"], ["one", "--example", "--json"]])
def test_an_example_needs_a_name_and_is_no_json(arguments: list[str]) -> None:
    assert run(*arguments) == Exit.USAGE
