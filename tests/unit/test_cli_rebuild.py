"""`gramledger rebuild`: waits for the end, tells which pages differ, and says so in its exit code."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from support.cli import FakeLedger, surroundings

from gramledger_cli.exits import Exit
from gramledger_cli.main import main

HASHES = {"entries": "1", "rollup": "2", "counts": "3", "terms": "4"}
DAYS = [
    {"day": "2025-11-04", "outcome": "equal", "found": HASHES, "expected": HASHES},
    {"day": "2025-11-05", "outcome": "different", "found": HASHES, "expected": {**HASHES, "rollup": "9"}},
    {"day": "2025-11-06", "outcome": "missing", "found": None, "expected": HASHES},
    {"day": "2025-11-07", "outcome": "extra", "found": HASHES, "expected": None},
]


def finished(days: list[dict[str, Any]]) -> dict[str, Any]:
    outcomes = [day["outcome"] for day in days]
    return {
        "status": "finished",
        "sources": 2,
        "days": {name: outcomes.count(name) for name in ("equal", "different", "missing", "extra")},
        "content": "ab" * 32,
    }


def ledger_of(*stages: dict[str, Any], days: list[dict[str, Any]] | None = None) -> FakeLedger:
    return FakeLedger(rebuilds=list(stages), lists={"days": days or []})


def run(tmp_path: Path, ledger: FakeLedger, *words: str) -> int:
    return main(["rebuild", "--project", "demo", *words], surroundings(ledger, tmp_path))


def test_equal_pages_end_well(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    ledger = ledger_of({"status": "running"}, {"status": "running"}, finished(DAYS[:1]), days=DAYS[:1])
    assert run(tmp_path, ledger) == Exit.OK
    out = capsys.readouterr().out
    assert "1 day compared with the log of 2 imports." in out
    assert "Every page is equal to the one that the log gives." in out
    assert "ab" * 32 in out
    assert ledger.created == [{"check": False}]


def test_pages_that_differ_are_named_with_what_differs(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ledger = ledger_of(finished(DAYS), days=DAYS)
    assert run(tmp_path, ledger, "--check") == Exit.FINDINGS
    out = capsys.readouterr().out
    assert "2025-11-04" not in out
    assert "2025-11-05  is not what the log says (sums)\n" in out
    assert "2025-11-06  is in the log only\n" in out
    assert "2025-11-07  is in the ledger only\n" in out
    assert "3 pages differ; nothing was written." in out
    assert ledger.created == [{"check": True}]


def test_pages_that_were_put_right_are_named_too(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(tmp_path, ledger_of(finished(DAYS), days=DAYS)) == Exit.FINDINGS
    assert "3 pages differed and were written anew." in capsys.readouterr().out
    assert run(tmp_path, ledger_of(finished(DAYS[:2]), days=DAYS[:2])) == Exit.FINDINGS
    assert "1 page differed and was written anew." in capsys.readouterr().out


def test_json_has_the_rebuild_and_the_days_that_differ(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(tmp_path, ledger_of(finished(DAYS), days=DAYS), "--json") == Exit.FINDINGS
    document = json.loads(capsys.readouterr().out)
    assert document["days"] == {"equal": 1, "different": 1, "missing": 1, "extra": 1}
    assert document["wrong"] == DAYS[1:]


def test_a_rebuild_that_fails_says_why(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(tmp_path, ledger_of({"status": "failed", "error": "KeyError"})) == Exit.ERROR
    assert "failed: KeyError" in capsys.readouterr().out
