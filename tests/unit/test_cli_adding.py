"""`gramledger entries add`: entries that are stated by options, or in a file."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from support.cli import FakeLedger, surroundings

from gramledger_cli.exits import Exit
from gramledger_cli.main import main

Captured = pytest.CaptureFixture[str]


def run(ledger: FakeLedger, *arguments: str) -> int:
    return main(["entries", "add", "--project", "demo", *arguments], surroundings(ledger, Path()))


def test_the_options_become_one_entry_and_its_import_is_followed_to_the_receipt(capsys: Captured) -> None:
    ledger = FakeLedger()
    usage = "--at 2026-01-31T12:00:00Z --model auto --input 1 --cache-write 2 --cache-read 3 --output 0 --requests 5"
    assert (
        run(ledger, *usage.split(), "--user", "Ada", "--cost", "0.10", "--currency", "EUR", "--id", "7")
        == Exit.OK
    )
    entry = {"ts": "2026-01-31T12:00:00Z", "model": "auto", "input": 1, "cache_write": 2, "cache_read": 3}
    entry |= {"output": 0, "requests": 5, "user": "Ada", "cost": "0.10", "currency": "EUR", "id": "7"}
    assert ledger.announced == [{"entries": [entry], "on_conflict": "skip"}]
    assert len(ledger.keys) == 1, "what creates something bears a key"
    assert "entries by hand: completed (import 01IMPORT1)" in capsys.readouterr().out


def test_a_reading_is_stated_by_its_meter_and_need_not_be_waited_for(capsys: Captured) -> None:
    ledger = FakeLedger()
    reading = "--at 2026-01-31T12:00:00Z --meter office --kwh 1.5 --minutes 30 --estimated"
    assert run(ledger, *reading.split(), "--no-watch", "--json") == Exit.OK
    stated = {"ts": "2026-01-31T12:00:00Z", "meter": "office", "kwh": "1.5", "minutes": 30, "estimated": True}
    assert ledger.announced[0]["entries"] == [stated]
    assert json.loads(capsys.readouterr().out)["import_id"] == "01IMPORT1"


def test_several_entries_come_from_a_file(tmp_path: Path) -> None:
    ledger = FakeLedger()
    (tmp_path / "some.json").write_text('[{"model": "gpt-5"}, {"model": "auto"}]')
    assert run(ledger, "--file", str(tmp_path / "some.json"), "--on-conflict", "update") == Exit.OK
    assert ledger.announced == [{"entries": [{"model": "gpt-5"}, {"model": "auto"}], "on_conflict": "update"}]


@pytest.mark.parametrize("given", [(), ("--model", "auto", "--file", "{}"), ("--file", "{}")])
def test_nothing_or_both_or_no_json_is_wrong_usage(given: tuple[str, ...], tmp_path: Path) -> None:
    (tmp_path / "bad.json").write_text("[")
    ledger = FakeLedger()
    assert run(ledger, *(part.format(tmp_path / "bad.json") for part in given)) == Exit.USAGE
    assert ledger.announced == []


def test_showing_entries_still_needs_a_project(capsys: Captured) -> None:
    assert main(["entries"], surroundings(FakeLedger(), Path())) == Exit.USAGE
    assert "--project" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("given", "named"),
    [
        ("--model gpt-5 --output 1000", "Usage needs --at (such as 2026-01-31T12:00:00Z); a reading"),
        ("--output 5", "--model (such as gpt-5)"),
        (
            "--meter office --at 2026-01-31T12:00:00Z",
            "A reading of a meter needs --kwh (such as 1.25), --minutes",
        ),
    ],
)
def test_an_option_that_is_missing_is_named_with_an_example(given: str, named: str, capsys: Captured) -> None:
    ledger = FakeLedger()
    assert run(ledger, *given.split()) == Exit.USAGE
    assert named in " ".join(capsys.readouterr().err.split())
    assert ledger.announced == []
