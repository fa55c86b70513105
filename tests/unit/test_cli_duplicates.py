"""`gramledger duplicates` says what is said there and here."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from support.cli import FakeLedger, surroundings

from gramledger_cli.exits import Exit
from gramledger_cli.main import main

STATED = {
    "kind": "Included",
    "model": "gpt-5",
    "max_mode": None,
    "user": None,
    "requests": 1,
    "tokens": {"input": 1, "output": None},
    "cost": {"text": "0.25"},
}
DUPLICATE = {
    "row": 31,
    "ts": "2025-11-03T00:05:00.000Z",
    "key": "cursor",
    "differs": ["cost_text", "cost"],
    "stated": STATED,
    "entry": {
        **STATED,
        "cost": {"text": "\x1b[31mIncluded"},
        "tokens": {"input": 1, "output": 5},
        "source": "01EARLY",
        "row": 4,
    },
}


def run(tmp_path: Path, ledger: FakeLedger, *words: str) -> int:
    return main(["duplicates", "01IMPORT1", *words], surroundings(ledger, tmp_path))


def test_each_row_is_shown_with_its_entry(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(tmp_path, FakeLedger(lists={"duplicates": [DUPLICATE]})) == Exit.OK
    out = capsys.readouterr().out
    assert "row 31 (2025-11-03T00:05:00.000Z)" in out
    assert "output tokens 5 there, blank here; cost \\x1b[31mIncluded there, 0.25 here" in out
    assert "entry of import 01EARLY, row 4" in out


@pytest.mark.parametrize(("reason", "told"), [("earlier-stays", True), ("number-kept", False)])
def test_rows_that_could_count_are_shown_the_way(
    tmp_path: Path, reason: str, told: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    run(tmp_path, FakeLedger(lists={"duplicates": [{**DUPLICATE, "reason": reason}]}))
    assert ("--on-conflict update" in capsys.readouterr().err) is told


def test_what_has_no_name_of_its_own_is_named_by_its_field(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    same = {**DUPLICATE, "differs": ["original"], "entry": {**STATED, "source": "01EARLY", "row": 4}}
    run(tmp_path, FakeLedger(lists={"duplicates": [same]}))
    assert ": original; entry of" in capsys.readouterr().out


def test_the_list_may_be_json_empty_or_cut(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    ledger = FakeLedger(lists={"duplicates": [DUPLICATE] * 3})
    run(tmp_path, ledger, "--json")
    assert json.loads(capsys.readouterr().out) == [DUPLICATE] * 3
    run(tmp_path, ledger, "--limit", "1")
    assert "Only the first 1" in capsys.readouterr().err
    run(tmp_path, FakeLedger(lists={"duplicates": []}))
    assert "No differing duplicates" in capsys.readouterr().out
