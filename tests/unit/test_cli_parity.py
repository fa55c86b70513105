"""`gramledger parity` against answers by hand."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from support.cli import FakeLedger, surroundings

from gramledger_cli.exits import Exit
from gramledger_cli.main import main

SUMS = {"output": 20}
GAP = {
    "day": "2025-11-05",
    "project": "proj_a",
    "api_key": "key_a",
    "user": None,
    "cause": "late-usage",
    "side": "ledger",
    "detail": "The ledger was told too early.",
    "ledger": SUMS,
    "reference": {"output": 25},
}


def finished(*gaps: dict[str, Any]) -> dict[str, Any]:
    days = [
        {"day": "2025-11-04", "state": "equal", "percent": 0.0, "ledger": SUMS, "reference": SUMS},
        {
            "day": "2025-11-05",
            "state": "gap" if gaps else "equal",
            "percent": 20.0,
            "ledger": SUMS,
            "reference": {"output": 25},
        },
    ]
    return {
        "status": "finished",
        "project_name": "demo",
        "from": "2025-11-04",
        "to": "2025-11-05",
        "requested_by": "ada",
        "dimensions": ["project", "api_key", "user"],
        "measures": ["output"],
        "combinations": 2,
        "causes": {gap["cause"]: 1 for gap in gaps},
        "days": days,
        "gaps": list(gaps),
        "no_gaps": [{"reason": "no-usage"}],
        "seal": "ab" * 32,
    }


def run(tmp_path: Path, ledger: FakeLedger, *words: str) -> int:
    return main(["parity", *words, "--project", "demo"], surroundings(ledger, tmp_path))


def test_a_file_is_read_as_a_dry_run_and_compared(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    ledger = FakeLedger(comparisons=[{"status": "running"}, {"status": "running"}, finished()])
    file = tmp_path / "usage.csv"
    file.write_text("start_time\n", encoding="utf-8")
    words = ("--reference", str(file), "--account", "openai:one", "--from", "2025-11-04", "--money", "1")
    assert run(tmp_path, ledger, "run", *words) == Exit.OK
    (announced,) = ledger.announced
    assert (announced["dry_run"], announced["account"]) == (True, "openai:one")
    (asked,) = ledger.created
    assert asked == {"imports": ["01IMPORT1"], "from": "2025-11-04", "tolerances": {"money": 1.0}}
    out = capsys.readouterr().out
    assert "demo: 2 days and 2 combinations compared by output." in out
    assert "No gap: the ledger says what its provider says." in out
    assert "1 difference is no gap (" in out
    assert "ab" * 32 in out


def test_gaps_are_shown_with_their_causes_and_end_in_a_code_of_their_own(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ledger = FakeLedger(comparisons=[finished(GAP)])
    assert run(tmp_path, ledger, "run", "--import", "01DRY") == Exit.FINDINGS
    out = capsys.readouterr().out
    assert "1 day differs:" in out
    assert "20.00 %" in out
    assert "20 / 25" in out
    assert "2025-11-05  late-usage  proj_a, key_a\n    The ledger was told too early.\n" in out
    assert run(tmp_path, ledger, "show", "01REPORT", "--json") == Exit.FINDINGS
    assert json.loads(capsys.readouterr().out)["gaps"] == [GAP]


def test_a_comparison_of_nothing_does_not_say_that_all_is_well(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    found = {**finished(), "combinations": 0, "days": [], "no_gaps": []}
    words = ("run", "--from", "2025-11-04", "--to", "2025-11-05")
    assert run(tmp_path, FakeLedger(comparisons=[found]), *words) == Exit.OK
    out = capsys.readouterr().out
    assert "demo: nothing was compared from 2025-11-04 to 2025-11-05" in out
    assert "No gap" not in out


def test_money_is_shown_in_whole_units(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = finished(GAP)
    for day in found["days"]:
        day |= {"ledger": {"money": 473_064_800}, "reference": {"money": 1_534_174_750}}
    assert run(tmp_path, FakeLedger(comparisons=[found]), "show", "01REPORT") == Exit.FINDINGS
    assert "0.4731 USD / 1.5342 USD" in capsys.readouterr().out


def test_a_comparison_that_fails_says_why(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    ledger = FakeLedger(
        comparisons=[{"status": "failed", "problem": {"detail": "The import is cleared away."}}]
    )
    assert run(tmp_path, ledger, "show", "01REPORT") == Exit.ERROR
    assert "has failed: The import is cleared away.\n" in capsys.readouterr().out


def test_a_file_that_is_refused_is_no_reference(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    refused = {"code": "format-unknown", "title": "Unknown", "status": 422, "detail": "No known header."}
    ledger = FakeLedger(stages=[{"status": "failed", "phase": "plan", "problem": refused}])
    file = tmp_path / "usage.csv"
    file.write_text("nothing\n", encoding="utf-8")
    assert run(tmp_path, ledger, "run", "--reference", str(file), "--json") == Exit.REFUSED
    out, err = capsys.readouterr()
    assert json.loads(out) == refused
    assert "usage.csv" in err
    assert ledger.created == []
    broken = FakeLedger(stages=[{"status": "failed", "phase": "plan", "problem": {"status": 500}}])
    assert run(tmp_path, broken, "run", "--reference", str(file)) == Exit.ERROR


def test_reports_are_listed_saved_and_acknowledged(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    brief = {**finished(GAP), "report_id": "01REPORT"}
    waiting = {**brief, "status": "running", "causes": None, "report_id": "01LATER"}
    ledger = FakeLedger(lists={"reports": [waiting, brief]})
    assert run(tmp_path, ledger, "list") == Exit.OK
    out = capsys.readouterr().out
    assert "01LATER" in out
    assert "late-usage 1" in out
    assert run(tmp_path, FakeLedger(lists={"reports": []}), "list") == Exit.OK
    assert "No comparisons yet." in capsys.readouterr().out
    assert run(tmp_path, ledger, "list", "--json") == Exit.OK
    assert [known["report_id"] for known in json.loads(capsys.readouterr().out)] == ["01LATER", "01REPORT"]
    assert run(tmp_path, ledger, "show", "01REPORT", "--csv") == Exit.OK
    assert capsys.readouterr().out == "day,project\r\n"
    assert run(tmp_path, ledger, "show", "01REPORT", "--csv", "--json") == Exit.USAGE
    capsys.readouterr()
    assert run(tmp_path, ledger, "ack", "01REPORT", "--note", "fetched again") == Exit.OK
    assert ledger.created == [{"note": "fetched again"}]
    assert "2 gaps of 01REPORT known from now on." in capsys.readouterr().out


def pruned(*days: dict[str, Any], dry_run: bool = False) -> dict[str, Any]:
    return {"run_id": "01RUN", "status": "completed", "dry_run": dry_run, "days": list(days)}


def test_what_retention_prunes_and_why_other_days_stay(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    gone = {
        "project_id": "01P",
        "project_name": "de\x1bmo",
        "day": "2025-11-04",
        "verdict": "prune",
        "claims": 1200,
        "bytes": 5000,
        "reports": ["01REPORT"],
    }
    stays = {**gone, "day": "2025-11-05", "verdict": "no-report", "reason": "no report", "reports": []}
    quiet = {**stays, "day": "2025-11-06", "verdict": "pruned"}
    ledger = FakeLedger(comparisons=[pruned(gone, stays, quiet, dry_run=True)])
    assert main(["retention", "--dry-run"], surroundings(ledger, tmp_path)) == Exit.OK
    assert ledger.created == [{"dry_run": True}]
    out = capsys.readouterr().out
    assert "1 day would be pruned: 1,200 claims, 5,000 bytes." in out
    assert "de\\x1bmo  01P  2025-11-04   1,200  01REPORT\n" in out
    assert "de\\x1bmo (01P)  2025-11-05  stays: no report" in out
    assert "2025-11-06" not in out
    ledger = FakeLedger(comparisons=[pruned()])
    assert main(["retention"], surroundings(ledger, tmp_path)) == Exit.OK
    assert capsys.readouterr().out == "0 days pruned.\n"
    assert main(["retention", "--json"], surroundings(ledger, tmp_path)) == Exit.OK
    assert json.loads(capsys.readouterr().out) == pruned()


def test_a_run_of_retention_that_fails_says_why(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    failed = {**pruned(), "status": "failed", "problem": {"detail": "The store does not answer."}}
    assert main(["retention"], surroundings(FakeLedger(comparisons=[failed]), tmp_path)) == Exit.ERROR
    assert "0 days pruned.\nThe run 01RUN failed: The store does not answer.\n" in capsys.readouterr().out
