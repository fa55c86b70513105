"""The commands about previews and planned imports, against a fake ledger."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from support.cli import FakeLedger, problem, receipt, surroundings

from gramledger_cli.exits import Exit
from gramledger_cli.main import main

Captured = pytest.CaptureFixture[str]

REJECT = {"row": 2, "line": 3, "code": "date-unreadable", "message": "The date cannot be read.", "raw": "x"}
PREVIEW: dict[str, Any] = {
    "title": "Some events",
    "variant": "V9",
    "encoding": "utf-8",
    "converted": "gzip",
    "delimiter": ";",
    "preamble": ["Report of March"],
    "size": 1234,
    "estimated_rows": 56,
    "mapping": [{"field": "date", "column": "Date", "number": 1, "samples": ["2026-03-01"]}],
    "unmapped": [],
    "rows": [],
    "rejects": [REJECT],
    "outcomes": None,
    "estimate": None,
}
OUTCOMES: dict[str, Any] = {
    "rows_in": 60,
    "rows_accepted": 57,
    "claims": 57,
    "new": 40,
    "updated": 0,
    "duplicate_identical": 12,
    "duplicate_differing": 5,
    "rejected": 3,
    "excluded": 0,
    "warnings": {"tokens-suspicious": 2},
    "rejects_by_code": {"date-unreadable": 3},
}
PLANNED = [
    {"status": "processing", "phase": "plan", "percent": 1},
    {"status": "planned", "phase": "confirm", "percent": 4},
]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "usage.csv"
    path.write_bytes(b"Date,Kind\n2026-03-01,Included\n")
    return path


def run(ledger: FakeLedger, *arguments: str) -> int:
    return main(list(arguments), surroundings(ledger, Path()))


def planning() -> FakeLedger:
    return FakeLedger(stages=list(PLANNED), preview=PREVIEW)


def test_the_preview_of_an_import_is_shown_and_printed_unchanged_as_json(capsys: Captured) -> None:
    assert run(planning(), "imports", "preview", "01IMPORT1") == Exit.OK
    out = capsys.readouterr().out
    for shown in (
        "Some events, variant V9",
        "gzip",
        "semicolon",
        "about 56",
        "Report of March",
        "date-unreadable",
    ):
        assert shown in out
    assert run(planning(), "imports", "preview", "01IMPORT1", "--json") == Exit.OK
    assert json.loads(capsys.readouterr().out) == PREVIEW


def test_what_would_become_of_all_rows_is_shown_when_it_is_known(capsys: Captured) -> None:
    assert run(planning(), "imports", "preview", "01IMPORT1") == Exit.OK
    assert "If the file were imported now" not in capsys.readouterr().out
    ledger = FakeLedger(stages=list(PLANNED), preview={**PREVIEW, "outcomes": OUTCOMES})
    assert run(ledger, "imports", "preview", "01IMPORT1") == Exit.OK
    out = capsys.readouterr().out
    shown = " ".join(out[out.index("If the file were imported now") :].split())
    for part in (
        "rows in the file 60",
        "imported 40",
        "duplicate, identical 12",
        "duplicate, differing 5",
        "rejected 3",
        "date-unreadable: 3",
        "tokens-suspicious: 2",
    ):
        assert part in shown


def test_time_and_cost_are_shown_when_they_are_known(capsys: Captured) -> None:
    prices = {"as_of": "2025-07", "region": "us-east-1", "source": "a list"}
    cost = {"total": 0.000267777, "currency": "USD", "prices": prices}
    ledger = FakeLedger(stages=list(PLANNED), preview={**PREVIEW, "estimate": {"seconds": 1.2, "cost": cost}})
    assert run(ledger, "imports", "preview", "01IMPORT1") == Exit.OK
    out = capsys.readouterr().out
    assert "about 1.20 s" in out
    assert "about 0.000268 USD on AWS (list prices of us-east-1, 2025-07)" in out


def test_columns_that_changed_places_are_shown_with_their_numbers(capsys: Captured) -> None:
    suspect = {
        "column": "Cache Read",
        "number": 7,
        "looks_like": "Output Tokens",
        "found": [800, 1500, 3000],
        "usual": [1e5, 300000, 1e6],
        "usual_there": [700, 1400, 2900],
    }
    words = {**suspect, "column": "Kind", "number": 2, "looks_like": "Model", "found": [], "usual": []}
    names = {"new": ["Automation ID"], "missing": ["User"], "moved": [], "renamed": []}
    drift = {"since": "01A", "compared": 2, "suspected": [suspect, words], **names}
    ledger = FakeLedger(stages=list(PLANNED), preview={**PREVIEW, "drift": drift})
    assert run(ledger, "imports", "preview", "01IMPORT1") == Exit.OK
    out = capsys.readouterr().out
    assert (
        "Cache Read (column 7) holds what Output Tokens used to hold: median 1,500, before 300,000, there 1,400"
        in out
    )
    assert "Kind (column 2) holds what Model used to hold\n" in out
    assert "new columns      Automation ID" in out
    assert "moved columns" not in out


def test_drift_is_allowed_by_an_option(file: Path) -> None:
    ledger = FakeLedger()
    run(ledger, "import", str(file), "--project", "demo", "--allow-drift")
    assert ledger.announced[0]["allow_drift"] is True


def test_an_import_to_be_confirmed_ends_at_its_preview_with_the_ways_on(file: Path, capsys: Captured) -> None:
    ledger = planning()
    assert run(ledger, "import", str(file), "--project", "demo", "--confirm") == Exit.OK
    assert ledger.announced[0]["confirm"] == "manual"
    out = capsys.readouterr().out
    for shown in (
        "planned (import 01IMPORT1)",
        "Some events",
        "imports confirm 01IMPORT1",
        "imports discard",
    ):
        assert shown in out
    assert ledger.decisions == []


def test_a_plain_import_is_announced_without_confirmation(file: Path) -> None:
    ledger = FakeLedger()
    run(ledger, "import", str(file), "--project", "demo")
    assert "confirm" not in ledger.announced[0]


@pytest.mark.parametrize(("rejected", "ending"), [(0, Exit.OK), (2, Exit.FINDINGS)])
def test_a_confirmed_import_is_followed_to_its_end(rejected: int, ending: Exit, capsys: Captured) -> None:
    stages = [{"status": "completed", "phase": "done", "receipt": receipt(rejected=rejected)}]
    ledger = FakeLedger(stages=stages)
    assert run(ledger, "imports", "confirm", "01IMPORT1") == ending
    assert ledger.decisions == ["confirm 01IMPORT1"]
    assert "rows in the file" in capsys.readouterr().out


def test_confirming_need_not_be_waited_for(capsys: Captured) -> None:
    ledger = FakeLedger()
    assert run(ledger, "imports", "confirm", "01IMPORT1", "--no-watch", "--json") == Exit.OK
    assert json.loads(capsys.readouterr().out)["status"] == "queued"
    assert ledger.looks == {}


def test_an_import_is_discarded(capsys: Captured) -> None:
    ledger = FakeLedger()
    assert run(ledger, "imports", "discard", "01IMPORT1") == Exit.OK
    assert ledger.decisions == ["discard 01IMPORT1"]
    assert "cancelled" in capsys.readouterr().out


def test_what_cannot_be_decided_is_refused_with_the_reason(capsys: Captured) -> None:
    ledger = FakeLedger(interruptions=[problem(409, "import-conflict", "It is completed.")])
    assert run(ledger, "imports", "confirm", "01IMPORT1") == Exit.REFUSED
    assert "It is completed." in capsys.readouterr().err


def test_a_file_is_inspected_and_nothing_of_it_stays(file: Path, capsys: Captured) -> None:
    ledger = planning()
    assert run(ledger, "inspect", str(file), "--project", "demo") == Exit.OK
    assert "Some events" in capsys.readouterr().out
    assert ledger.decisions == ["discard 01IMPORT1"]
    assert run(planning(), "inspect", str(file), "--project", "demo", "--json") == Exit.OK
    assert json.loads(capsys.readouterr().out) == PREVIEW


def test_a_file_that_is_refused_is_inspected_with_its_problem(file: Path, capsys: Captured) -> None:
    reason = {"code": "format-unknown", "title": "T", "detail": "Why.", "status": 422}
    stages: list[dict[str, Any]] = [{"status": "failed", "phase": "plan", "problem": reason}]
    assert run(FakeLedger(stages=stages), "inspect", str(file), "--project", "demo") == Exit.REFUSED
    assert "T: Why. [format-unknown]" in capsys.readouterr().out
    assert run(FakeLedger(stages=stages), "inspect", str(file), "--project", "demo", "--json") == Exit.REFUSED
    assert json.loads(capsys.readouterr().out)["problem"] == reason


def test_watching_a_planned_import_ends_at_once() -> None:
    ledger = FakeLedger(stages=[PLANNED[1]])
    assert run(ledger, "imports", "show", "01IMPORT1", "--watch") == Exit.OK
    assert ledger.looks == {"01IMPORT1": 1}


def test_a_preview_of_readings_says_zone_unit_and_what_was_taken_to_be_so(
    file: Path, capsys: Captured
) -> None:
    reading = {
        "ts": "2026-03-29T00:00:00.000Z",
        "kind": None,
        "reading": {"meter": "M-1", "kwh": 0.123456789, "seconds": 1800},
        "warnings": [],
    }
    document = {
        **PREVIEW,
        "dates": "d/m/Y",
        "zone": "Europe/London",
        "unit": "kwh",
        "notes": ["The meters are MPANs."],
        "rows": [reading],
    }
    run(FakeLedger(stages=list(PLANNED), preview=document), "inspect", str(file), "--project", "demo")
    out = capsys.readouterr().out
    assert "written as d/m/Y, of Europe/London" in out
    assert "The meters are MPANs." in out
    line = next(line for line in out.splitlines() if "M-1" in line)
    assert line.split() == ["2026-03-29T00:00:00.000Z", "M-1", "0.123456789", "30"]
