"""`gramledger recalculate` and `gramledger recalculations`: what they ask for, and what they show."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from support.cli import FakeLedger, surroundings

from gramledger_cli.exits import Exit
from gramledger_cli.main import main

Captured = pytest.CaptureFixture[str]

ENERGY = {
    "before": 2 * 10**9,
    "method": 0,
    "preset": -5 * 10**8,
    "factors": 10**8,
    "change": 0,
    "after": 16 * 10**8,
}
FIGURES = {
    "energy_uwh": ENERGY,
    "gwp_ug": {**ENERGY, "before": 5 * 10**9},
    "list_price_nanousd": dict.fromkeys(ENERGY, 0),
}
FOUND: dict[str, Any] = {"days": 2, "claims": 12, "entries": 10, "failed": 0, **FIGURES}
PLANNED = {"status": "planned", "preview": FOUND, "report": None}
DONE = {"status": "completed", "preview": FOUND, "report": FOUND}


def run(ledger: FakeLedger, *arguments: str) -> int:
    return main(list(arguments), surroundings(ledger, Path()))


def asked(ledger: FakeLedger) -> Any:
    return ledger.announced[0]


def test_a_plan_is_waited_for_shown_and_left_to_be_confirmed(capsys: Captured) -> None:
    ledger = FakeLedger(
        recalculations=[{"status": "planning"}, {"status": "planning", "percent": 50}, PLANNED]
    )
    assert run(ledger, "recalculate", "--project", "demo") == Exit.OK
    assert (asked(ledger), ledger.decisions) == ({}, ["plan"])
    out = capsys.readouterr().out
    assert "10 entries of 2 days would change" in out
    for part in ("2.00 kWh", "-500 Wh", "+100 Wh", "1.60 kWh", "5.00 kg"):
        assert part in out
    assert "list price" not in out
    assert "gramledger recalculations confirm --project 01PROJECT 01RECALCULATION" in out


def test_with_yes_it_is_carried_out_and_the_report_shown(capsys: Captured) -> None:
    ledger = FakeLedger(recalculations=[PLANNED, {"status": "processing"}, DONE])
    assert run(ledger, "recalculate", "--project", "demo", "--yes") == Exit.OK
    assert ledger.decisions == ["plan", "01RECALCULATION confirm"]
    out = capsys.readouterr().out
    assert "10 entries of 2 days changed" in out
    assert "recalculations undo" in out


def test_a_dry_run_leaves_no_plan_behind(capsys: Captured) -> None:
    ledger = FakeLedger(recalculations=[PLANNED])
    assert run(ledger, "recalculate", "--project", "demo", "--dry-run", "--json") == Exit.OK
    assert ledger.decisions == ["plan", "01RECALCULATION cancel"]
    assert json.loads(capsys.readouterr().out)["preview"] == FOUND
    assert (
        run(FakeLedger(recalculations=[PLANNED]), "recalculate", "--project", "demo", "--dry-run") == Exit.OK
    )
    assert "only looked at, nothing is changed" in capsys.readouterr().out
    assert run(ledger, "recalculate", "--project", "demo", "--dry-run", "--yes") == Exit.USAGE


def test_the_options_say_which_entries_and_by_what(capsys: Captured) -> None:
    ledger = FakeLedger(recalculations=[PLANNED])
    given = (
        "--from 2026-03-01 --to 2026-03-02 --model a --model b --quality unknown --status ok --preset ours@2"
    )
    entry = ("--entry", "2026-03-01T10:00:00.000Z", "cursor")
    assert run(ledger, "recalculate", "--project", "demo", *given.split(), *entry, "--json") == Exit.OK
    assert asked(ledger) == {
        "from": "2026-03-01",
        "to": "2026-03-02",
        "models": ["a", "b"],
        "quality": ["unknown"],
        "status": ["ok"],
        "preset": "ours@2",
        "entries": [{"ts": "2026-03-01T10:00:00.000Z", "key": "cursor"}],
    }
    assert json.loads(capsys.readouterr().out)["status"] == "planned"


def test_failures_and_refusals_have_exit_codes_of_their_own(capsys: Captured) -> None:
    some = {**DONE, "report": {**FOUND, "failed": 3}}
    assert (
        run(FakeLedger(recalculations=[some]), "recalculate", "--project", "demo", "--yes") == Exit.FINDINGS
    )
    assert "3 entries could not be calculated" in capsys.readouterr().out
    failed = {"status": "failed", "problem": {"detail": "The factors are gone."}, "preview": None}
    assert run(FakeLedger(recalculations=[failed]), "recalculate", "--project", "demo") == Exit.REFUSED
    assert "The factors are gone." in capsys.readouterr().out


def test_a_plan_that_would_change_nothing_is_dropped_unless_it_was_to_run_anyway(capsys: Captured) -> None:
    selection = {"from": None, "to": None, "models": ["gtp-5"], "entries": None}
    idle = {**PLANNED, "selection": selection, "preview": {**FOUND, "claims": 0, "entries": 0}}
    ledger = FakeLedger(recalculations=[idle])
    assert run(ledger, "recalculate", "--project", "demo", "--model", "gtp-5") == Exit.OK
    assert ledger.decisions == ["plan", "01RECALCULATION cancel"]
    out = capsys.readouterr().out
    assert "Nothing would change." in out
    assert "none has such a name" in out
    assert "confirm" not in out
    ledger = FakeLedger(recalculations=[idle])
    run(ledger, "recalculate", "--project", "demo", "--yes")
    assert ledger.decisions == ["plan", "01RECALCULATION confirm"]
    displaced_only = {**PLANNED, "preview": {**FOUND, "entries": 0}}
    ledger = FakeLedger(recalculations=[displaced_only])
    run(ledger, "recalculate", "--project", "demo")
    assert ledger.decisions == ["plan"], "claims that do not count may count again one day"


@pytest.mark.parametrize("word", ["confirm", "pause", "resume", "cancel", "undo"])
def test_each_word_about_a_recalculation_is_sent_and_its_effect_shown(word: str, capsys: Captured) -> None:
    paused = {**PLANNED, "status": "processing", "percent": 23, "paused_at": "2026-03-01T00:00:00Z"}
    ledger = FakeLedger(recalculations=[paused])
    assert run(ledger, "recalculations", word, "--project", "demo", "01RECALCULATION") == Exit.OK
    assert ledger.decisions == [f"01RECALCULATION {word}"]
    assert "paused since 2026-03-01T00:00:00Z, 23 %" in capsys.readouterr().out


def test_of_one_that_was_undone_it_is_said_that_its_figures_are_gone(capsys: Captured) -> None:
    ledger = FakeLedger(recalculations=[{**DONE, "status": "undone"}])
    place = ("--project", "demo", "01RECALCULATION")
    assert run(ledger, "recalculations", "show", *place) == Exit.OK
    out = capsys.readouterr().out
    assert "It was undone" in out
    assert "PRESET: other settings" in out


def test_recalculations_are_listed_with_what_they_are_about(capsys: Captured) -> None:
    about = {"from": "2026-03-01", "to": None, "models": ["composer-1", None], "entries": None}
    shown = {**FakeLedger(recalculations=[DONE])._recalculation(), "selection": about}
    ledger = FakeLedger(lists={"recalculations": [shown] * 3}, recalculations=[DONE])
    assert run(ledger, "recalculations", "list", "--project", "demo") == Exit.OK
    out = capsys.readouterr().out
    assert out.count("entries of composer-1, (blank), 2026-03-01 to the last one") == 3
    assert run(ledger, "recalculations", "list", "--project", "demo", "--json") == Exit.OK
    assert len(json.loads(capsys.readouterr().out)) == 3
    assert run(ledger, "recalculations", "show", "--project", "demo", "01OTHER") == Exit.NOT_FOUND


@pytest.mark.parametrize(
    ("by", "what", "row", "named"),
    [
        ("day", "days", {"day": "2026-03-01", "entries": 5}, "2026-03-01"),
        ("model", "models", {"model": None, "entries": 5}, "(blank)"),
        (
            "entry",
            "entries",
            {"ts": "2026-03-01T10:00:00.000Z", "model": "auto"},
            "2026-03-01T10:00:00.000Z auto",
        ),
    ],
)
def test_a_report_has_before_and_after_and_the_parts_of_the_change(
    by: str, what: str, row: dict[str, Any], named: str, capsys: Captured
) -> None:
    ledger = FakeLedger(lists={what: [{**row, **FIGURES}] * 3}, recalculations=[DONE])
    assert (
        run(ledger, "recalculations", "report", "--project", "demo", "01RECALCULATION", "--by", by) == Exit.OK
    )
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 5
    assert lines[0] == "Report, made at its end: what it has changed."
    assert named in lines[2]
    for part in ("2.00 kWh", "1.60 kWh", "5.00 kg", "-500 g", "+100 g"):
        assert part in lines[2]


BEGUN = {**PLANNED, "confirmed_at": "2026-03-01T00:00:00Z"}


@pytest.mark.parametrize(
    ("stage", "said"),
    [
        (PLANNED, "Preview: what it would change."),
        ({**PLANNED, "status": "cancelled"}, "Preview: what it would have changed. Nothing was written."),
        ({**BEGUN, "status": "processing"}, "Preview, made before it began: what it is to change."),
        (
            {**BEGUN, "status": "cancelling"},
            "It was cancelled: what it has changed so far is being put back.",
        ),
        (
            {**BEGUN, "status": "cancelled", "taken_back": {"days": 3}},
            "It was cancelled before its end, and what it had changed was put back (3 days).",
        ),
        (
            {**BEGUN, "status": "failed", "taken_back": {"days": 1}, "problem": {"detail": "No."}},
            "It has failed before its end, and what it had changed was put back (1 day).",
        ),
        (DONE, "Report, made at its end: what it has changed."),
        (
            {**DONE, "status": "undoing"},
            "Report, made at its end: what it had changed, which is being taken back.",
        ),
        ({**DONE, "status": "undone"}, "Report, made at its end: what it had changed. It was undone"),
    ],
)
def test_it_is_said_whether_the_preview_is_shown_or_what_was_changed(
    stage: dict[str, Any], said: str, capsys: Captured
) -> None:
    place = ("--project", "demo", "01RECALCULATION")
    paused = {**stage, "paused_at": "2026-03-01T00:00:00Z"}
    for command in ("show", "report"):
        ledger = FakeLedger(
            lists={"models": [{"model": "auto", "entries": 5, **FIGURES}]}, recalculations=[paused]
        )
        run(ledger, "recalculations", command, *place)
        assert said in capsys.readouterr().out


def test_the_list_tells_what_was_foreseen_from_what_was_changed(capsys: Captured) -> None:
    cancelled = {**BEGUN, "status": "cancelled"}
    shown = [FakeLedger(recalculations=[stage])._recalculation() for stage in (cancelled, DONE)]
    ledger = FakeLedger(lists={"recalculations": shown})
    assert run(ledger, "recalculations", "list", "--project", "demo") == Exit.OK
    header, first, second = capsys.readouterr().out.splitlines()
    assert header.split()[-4:-2] == ["FORESEEN", "CHANGED"]
    assert [line.split()[-3:-1] for line in (first, second)] == [["10", "-"], ["10", "10"]]


def test_failures_are_listed_and_every_entry_saved_as_csv(tmp_path: Path, capsys: Captured) -> None:
    failure = {"ts": "2026-03-01T10:00:00.000Z", "model": "auto", "code": "calculation-failed"}
    ledger = FakeLedger(lists={"failures": [failure]}, recalculations=[DONE])
    place = ("recalculations", "report", "--project", "demo", "01RECALCULATION")
    assert run(ledger, *place, "--by", "failure") == Exit.OK
    assert "2026-03-01T10:00:00.000Z auto  calculation-failed" in capsys.readouterr().out
    assert run(ledger, *place, "--csv", str(tmp_path / "report.csv")) == Exit.OK
    assert (tmp_path / "report.csv").read_bytes() == b"row,line\r\n3,4\r\n"


def test_giving_an_alias_offers_to_recalculate_just_its_rows(capsys: Captured) -> None:
    assert run(FakeLedger(), "projects", "set", "demo", "--alias", "composer 1=openai/gpt-5") == Exit.OK
    assert "gramledger recalculate --project demo --model 'composer 1'" in capsys.readouterr().out


def test_a_project_may_recalculate_by_itself(capsys: Captured) -> None:
    ledger = FakeLedger()
    assert run(ledger, "projects", "set", "demo", "--recalculate", "propose") == Exit.OK
    assert ledger.changes == [{"recalculate": "propose"}]
    assert "propose" in capsys.readouterr().out
