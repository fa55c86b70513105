"""`gramledger sweep`: one pass over the imports, and what it found."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from support.cli import FakeLedger, surroundings

from gramledger_cli.exits import Exit
from gramledger_cli.main import main

Captured = pytest.CaptureFixture[str]

FOUND = {
    "import_id": "01STUCK",
    "status": "processing",
    "remedy": "begin_again",
    "reason": "its execution ended as 'aborted'",
    "trouble": None,
}


def run(tmp_path: Path, ledger: FakeLedger, *words: str) -> int:
    return main(["sweep", *words], surroundings(ledger, tmp_path))


def report(**changed: Any) -> dict[str, Any]:
    known: dict[str, Any] = {"sweep_id": "01SWEEP", "status": "completed", "dry_run": False, "findings": []}
    counts = dict.fromkeys(("versions", "bodies", "deliveries", "recalculations"), 0)
    return {**known, **counts, "broken": [], **changed}


def test_a_sweep_is_asked_for_and_waited_for(tmp_path: Path, capsys: Captured) -> None:
    ledger = FakeLedger(
        sweeps=[
            report(status="running"),
            report(findings=[FOUND], versions=2, deliveries=1, recalculations=1),
        ]
    )
    assert run(tmp_path, ledger) == Exit.OK
    assert ledger.saved == [{"dry_run": False}]
    said = capsys.readouterr().out
    assert "01STUCK  processing  begun again  its execution ended as 'aborted'" in said
    assert "2 versions and bodies" in said
    assert "1 deliveries" in said
    assert "1 recalculations" in said


def test_a_dry_run_says_what_would_be_done(tmp_path: Path, capsys: Captured) -> None:
    ledger = FakeLedger(sweeps=[report(dry_run=True, findings=[FOUND])])
    assert run(tmp_path, ledger, "--dry-run", "--limit", "5") == Exit.OK
    assert ledger.saved == [{"dry_run": True, "limit": 5}]
    assert "would be" in capsys.readouterr().out


def test_nothing_found_is_said(tmp_path: Path, capsys: Captured) -> None:
    assert run(tmp_path, FakeLedger(sweeps=[report()])) == Exit.OK
    assert capsys.readouterr().out == "All imports are well.\n"


def test_days_whose_history_is_broken_are_named_with_the_next_step(tmp_path: Path, capsys: Captured) -> None:
    ledger = FakeLedger(sweeps=[report(broken=[{"project_id": "01P", "day": "2025-11-04"}])])
    assert run(tmp_path, ledger) == Exit.ERROR
    said = capsys.readouterr().out
    assert "The history of 2025-11-04 cannot be followed" in said
    assert "'gramledger audit verify --project 01P'" in said


@pytest.mark.parametrize(
    "ended", [report(findings=[{**FOUND, "trouble": "Unavailable"}]), report(status="failed")]
)
def test_what_could_not_be_done_is_an_error(tmp_path: Path, ended: dict[str, Any], capsys: Captured) -> None:
    assert run(tmp_path, FakeLedger(sweeps=[ended])) == Exit.ERROR
    assert "not begun again (Unavailable)" in (said := capsys.readouterr().out) or "before its time" in said


def test_json_is_the_report(tmp_path: Path, capsys: Captured) -> None:
    assert run(tmp_path, FakeLedger(sweeps=[report(findings=[FOUND])]), "--json") == Exit.OK
    assert json.loads(capsys.readouterr().out) == report(findings=[FOUND])
