"""What is said of files on the command line, and saved mappings, against a fake ledger."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from support.cli import FakeLedger, surroundings

from gramledger_cli import preview_view
from gramledger_cli.exits import Exit
from gramledger_cli.main import main

Captured = pytest.CaptureFixture[str]
MAPPING = {"format": "usage", "columns": {"time": {"column": "When"}, "output": {"column": 2}}}
PREVIEW: dict[str, Any] = {
    "format": "generic-usage",
    "title": "Usage in a table of any tool",
    "variant": "by names",
    "encoding": "utf-8",
    "delimiter": ",",
    "size": 100,
    "estimated_rows": 1,
    "preamble": [],
    "mapping": [
        {"field": "time", "column": "When", "number": 1, "samples": ["2025-11-04"], "doubt": None},
        {"field": "output", "column": "Out", "number": 2, "samples": ["5"], "doubt": "not certain"},
    ],
    "unmapped": [],
    "mapped": {"by": "guess", "name": None, "mapping": MAPPING},
    "rows": [],
    "rejects": [],
}


@pytest.fixture
def ledger() -> FakeLedger:
    return FakeLedger(preview=PREVIEW)


def run(ledger: FakeLedger, directory: Path, *arguments: str) -> int:
    return main(arguments, surroundings(ledger, directory))


@pytest.fixture
def file(tmp_path: Path) -> str:
    (tmp_path / "usage.csv").write_bytes(b"When,Out\n2025-11-04,5\n")
    return str(tmp_path / "usage.csv")


def test_a_mapping_format_and_zone_are_announced(ledger: FakeLedger, tmp_path: Path, file: str) -> None:
    mapping = tmp_path / "map.json"
    mapping.write_text(json.dumps(MAPPING), "utf-8")
    said = ("--map", str(mapping), "--format", "generic-usage", "--zone", "Europe/London")
    assert run(ledger, tmp_path, "import", file, "--project", "demo", *said) == Exit.OK
    stated = {"mapping": MAPPING, "format": "generic-usage", "zone": "Europe/London"}
    assert stated.items() <= ledger.announced[0].items()
    assert run(ledger, tmp_path, "import", file, "--project", "demo", "--map", "saved-one") == Exit.OK
    assert ledger.announced[1]["mapping"] == "saved-one"
    assert "zone" not in ledger.announced[1]


def test_inspect_and_confirm_take_the_same(ledger: FakeLedger, tmp_path: Path, file: str) -> None:
    ledger.stages = [{"status": "planned", "phase": "confirm", "percent": 70}]
    assert (
        run(ledger, tmp_path, "inspect", file, "--project", "demo", "--map", "m", "--zone", "UTC") == Exit.OK
    )
    assert (ledger.announced[0]["mapping"], ledger.announced[0]["zone"]) == ("m", "UTC")
    assert run(ledger, tmp_path, "imports", "confirm", "01IMPORT1", "--no-watch", "--map", "m") == Exit.OK
    assert ledger.corrections[-1] == {"mapping": "m"}


@pytest.mark.parametrize("content", [None, "{", "[]", "\x00"])
def test_a_file_that_holds_no_mapping_is_wrong_usage(
    ledger: FakeLedger, tmp_path: Path, file: str, content: str | None
) -> None:
    if content is not None:
        (tmp_path / "map.json").write_text(content, "utf-8")
    given = str(tmp_path / "map.json")
    assert run(ledger, tmp_path, "import", file, "--project", "demo", "--map", given) == Exit.USAGE
    assert ledger.announced == []


def test_an_import_that_waits_though_nobody_asked_ends_with_6_and_shows_the_proposal(
    ledger: FakeLedger, tmp_path: Path, file: str, capsys: Captured
) -> None:
    ledger.stages = [{"status": "planned", "phase": "confirm", "percent": 70}]
    assert run(ledger, tmp_path, "import", file, "--project", "demo") == Exit.FINDINGS
    shown = capsys.readouterr().out
    assert "a proposal from their names" in shown
    assert "output (? not certain)" in shown
    assert "gramledger imports confirm 01IMPORT1" in shown
    assert run(ledger, tmp_path, "import", file, "--project", "demo", "--confirm") == Exit.OK


@pytest.mark.parametrize(
    ("mapped", "told"),
    [
        ({"by": "given", "name": None}, "by the given mapping"),
        ({"by": "saved", "name": "tool-x"}, "by the saved mapping 'tool-x'"),
        ({"by": "format", "name": None}, ""),
    ],
)
def test_the_preview_names_the_mapping(mapped: dict[str, Any], told: str) -> None:
    text = preview_view.preview({**PREVIEW, "mapped": mapped})
    assert told in text
    assert ("columns" in text) == bool(told)


def test_a_refusal_shows_a_mapping_to_begin_with(
    ledger: FakeLedger, tmp_path: Path, file: str, capsys: Captured
) -> None:
    unknown = {
        "code": "format-unknown",
        "title": "Not known",
        "status": 422,
        "detail": "No.",
        "suggestion": MAPPING,
    }
    ledger.stages = [{"status": "failed", "phase": "plan", "percent": 1, "problem": unknown}]
    assert run(ledger, tmp_path, "import", file, "--project", "demo") == Exit.REFUSED
    assert json.dumps(MAPPING) in capsys.readouterr().out
    ledger.looks.clear()
    ledger.stages[0]["problem"] = {**unknown, "suggestion": {"format": "usage", "columns": {}}}
    run(ledger, tmp_path, "import", file, "--project", "demo")
    assert "to begin with" not in capsys.readouterr().out


def test_mappings_are_saved_shown_listed_and_removed(
    ledger: FakeLedger, tmp_path: Path, capsys: Captured
) -> None:
    (tmp_path / "map.json").write_text(json.dumps(MAPPING), "utf-8")
    assert run(ledger, tmp_path, "mappings") == Exit.OK
    assert run(ledger, tmp_path, "mappings", "save", "tool-x", str(tmp_path / "map.json")) == Exit.OK
    assert run(ledger, tmp_path, "mappings", "save", "tool-y", "--import", "01IMPORT1", "--json") == Exit.OK
    assert ledger.mappings["tool-y"]["import_id"] == "01IMPORT1"
    capsys.readouterr()
    assert run(ledger, tmp_path, "mappings", "show", "tool-x") == Exit.OK
    assert json.loads(capsys.readouterr().out) == MAPPING
    assert run(ledger, tmp_path, "mappings", "ls") == Exit.OK
    assert "tool-y" in capsys.readouterr().out
    assert run(ledger, tmp_path, "mappings", "remove", "tool-x") == Exit.OK
    assert run(ledger, tmp_path, "mappings", "ls", "--json") == Exit.OK
    assert [*ledger.mappings] == ["tool-y"]
    assert run(ledger, tmp_path, "mappings", "show", "tool-x") == Exit.NOT_FOUND
    assert run(ledger, tmp_path, "mappings", "save", "x") == Exit.USAGE
    assert run(ledger, tmp_path, "mappings", "save", "x", "a.json", "--import", "01IMPORT1") == Exit.USAGE
