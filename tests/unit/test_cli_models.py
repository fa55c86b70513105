"""`gramledger models`, and the aliases that `projects set` gives."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from support.cli import FakeLedger, surroundings

from gramledger_cli.exits import Exit
from gramledger_cli.main import main

Captured = pytest.CaptureFixture[str]


def name(model: str | None, resolved: str | None, quality: str, **further: Any) -> dict[str, Any]:
    return {
        "model": model,
        "resolved": resolved,
        "step": "exact",
        "quality": quality,
        "retired": False,
        "last_seen": "0.11.3",
        "tokens_percent": 12.34,
        "entries_percent": 0.01,
        "entries": 1234,
        "entries_calculated_otherwise": 0,
        **further,
    }


NAMES = [
    name(None, None, "unknown"),
    name("composer-1\x1b[31m", None, "unknown", entries_calculated_otherwise=1),
    name("gpt-4", "openai/gpt-4", "exact", retired=True, last_seen="0.9.1"),
]


def run(ledger: FakeLedger, *arguments: str) -> int:
    return main(list(arguments), surroundings(ledger, Path()))


def ledger_with(*names: dict[str, Any]) -> FakeLedger:
    return FakeLedger(models={"project_name": "demo", "models": list(names)})


def test_names_come_with_model_share_and_what_to_do_about_an_unknown_one(capsys: Captured) -> None:
    assert run(ledger_with(*NAMES), "models", "--project", "demo") == Exit.OK
    shown = capsys.readouterr().out
    assert "\x1b" not in shown
    lines = shown.splitlines()
    assert lines[1].startswith("(blank)")
    assert "openai/gpt-4 (retired, 0.9.1)" in lines[3]
    assert lines[3].split()[-5:] == ["12.3", "%", "<0.1", "%", "1,234"]
    assert r"gramledger projects set demo --alias 'composer-1\x1b[31m=provider/model'" in shown
    assert "1 entry was calculated when names were taken for something else" in shown


def test_where_all_names_are_known_nothing_is_suggested(capsys: Captured) -> None:
    assert run(ledger_with(NAMES[2]), "models", "--project", "demo") == Exit.OK
    assert "--alias" not in capsys.readouterr().out


def test_a_range_of_days_is_asked_for_and_json_is_the_document(capsys: Captured) -> None:
    ledger = ledger_with(NAMES[2])
    assert run(ledger, "models", "--project", "demo", "--from", "2026-01-01", "--json") == Exit.OK
    assert json.loads(capsys.readouterr().out) == {**ledger.models, "from": "2026-01-01"}


def test_no_names_are_said_to_be_none(capsys: Captured) -> None:
    assert run(ledger_with(), "models", "--project", "demo") == Exit.OK
    assert capsys.readouterr().out == "demo: no model names in this range.\n"


def test_aliases_are_given_and_taken_back_and_shown(capsys: Captured) -> None:
    ledger = FakeLedger()
    options = ["--alias", "composer 1 = openai/gpt-5", "--alias", "a=b=openai/o1", "--no-alias", "tab"]
    assert run(ledger, "projects", "set", "demo", *options) == Exit.OK
    aliases = {"composer 1": "openai/gpt-5", "a=b": "openai/o1", "tab": None}
    assert ledger.changes == [{"aliases": aliases}]
    assert "alias composer 1" in capsys.readouterr().out


@pytest.mark.parametrize("text", ["composer-1", "composer-1=", "=openai/gpt-5", "composer-1=gpt-5"])
def test_an_alias_without_name_or_model_is_wrong_usage(text: str, capsys: Captured) -> None:
    assert run(FakeLedger(), "projects", "set", "demo", "--alias", text) == Exit.USAGE
    assert "NAME=provider/model" in capsys.readouterr().err
