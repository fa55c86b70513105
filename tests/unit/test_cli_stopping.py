"""Imports that are paused, resumed, cancelled and undone from the command line."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from support.cli import FakeLedger, receipt, surroundings

from gramledger_cli.exits import Exit
from gramledger_cli.main import main

Captured = pytest.CaptureFixture[str]

ENDING = {"status": "undone", "keep": "nothing", "by": "ada", "at": "2026-03-02T00:00:00Z"}
REPORT: dict[str, Any] = {
    "days": 2,
    "first": "2026-03-01",
    "last": "2026-03-02",
    "claims_removed": 1234,
    "entries_removed": 1200,
    "entries_restored": 30,
    "entries_kept": 4,
    "imports": ["01OTHER"],
    "kept_days": [],
    "claims_kept": 0,
}


def run(ledger: FakeLedger, *arguments: str) -> int:
    return main(list(arguments), surroundings(ledger, Path()))


def ended(status: str, **members: Any) -> list[dict[str, Any]]:
    return [{"status": status, "phase": "done", "percent": 100, **members}]


def test_an_undo_is_watched_to_its_end_and_says_what_it_did(capsys: Captured) -> None:
    members = {"taken_back": REPORT, "ending": ENDING, "receipt": receipt(imported=70)}
    ledger = FakeLedger(stages=ended("undone", **members))
    assert run(ledger, "imports", "undo", "01IMPORT1") == Exit.OK
    out = capsys.readouterr().out
    assert ledger.decisions == ["undo 01IMPORT1"]
    assert out.index("undone by ada") < out.index("its receipt, before that:") < out.index("imported")
    for said in ("undone by ada", "1,234", "entries of others restored", "receipts of other imports changed"):
        assert said in out


def test_a_cancelled_import_names_the_days_that_stay(capsys: Captured) -> None:
    days = ["2026-02-28", *(f"2026-03-{day:02d}" for day in (1, 2, 4, 6, 8, 9, 11, 13, 15))]
    report = {**REPORT, "claims_removed": 0, "imports": [], "kept_days": days, "claims_kept": 70}
    ending = {**ENDING, "status": "cancelled", "keep": "days"}
    members = {"taken_back": report, "ending": ending, "receipt": receipt(imported=70, not_kept=30)}
    ledger = FakeLedger(stages=ended("cancelled", **members))
    assert run(ledger, "imports", "cancel", "01IMPORT1", "--keep", "days") == Exit.OK
    out = capsys.readouterr().out
    assert ledger.corrections == [{"keep": "days"}]
    assert (
        "2026-02-28 to 2026-03-02, 2026-03-04, 2026-03-06, 2026-03-08 to 2026-03-09, 2026-03-11 and 2 more"
        in out
    )
    assert "not kept" in out


def test_a_cancelled_import_of_which_nothing_was_written_says_so(capsys: Captured) -> None:
    nothing = {name: [] if isinstance(value, list) else 0 for name, value in REPORT.items()}
    ledger = FakeLedger(stages=ended("cancelled", taken_back=nothing, ending=ENDING))
    run(ledger, "imports", "cancel", "01IMPORT1")
    assert "nothing of it was in the ledger" in capsys.readouterr().out


def test_cancelling_may_return_at_once(capsys: Captured) -> None:
    ledger = FakeLedger()
    assert run(ledger, "imports", "cancel", "01IMPORT1", "--no-watch", "--json") == Exit.OK
    assert json.loads(capsys.readouterr().out)["status"] == "cancelling"
    assert (ledger.looks, ledger.corrections) == ({}, [{"keep": "nothing"}])


def test_an_import_is_paused_and_resumed(capsys: Captured) -> None:
    ledger = FakeLedger()
    assert run(ledger, "imports", "pause", "01IMPORT1") == Exit.OK
    assert "paused" in capsys.readouterr().out
    assert run(ledger, "imports", "resume", "01IMPORT1", "--watch") == Exit.OK
    assert "completed" in capsys.readouterr().out
    assert ledger.decisions == ["pause 01IMPORT1", "resume 01IMPORT1"]


def test_a_paused_import_is_not_waited_for_and_is_listed_as_such(capsys: Captured) -> None:
    paused = {"status": "processing", "phase": "parse", "percent": 10, "paused_at": "2026-03-01T00:00:00Z"}
    ledger = FakeLedger(stages=[paused])
    assert run(ledger, "imports", "show", "01IMPORT1", "--watch") == Exit.OK
    assert "paused" in capsys.readouterr().out
    ledger = FakeLedger(lists={"imports": [{"import_id": "01IMPORT1", **paused}]})
    run(ledger, "imports", "ls")
    assert "processing (paused)" in capsys.readouterr().out
