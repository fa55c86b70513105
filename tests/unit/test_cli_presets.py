"""`gramledger presets`: list, show, save and choose."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from support.carbon import PRESET
from support.cli import FakeLedger, surroundings

from gramledger_cli.exits import Exit
from gramledger_cli.main import main

Captured = pytest.CaptureFixture[str]

SHIPPED: dict[str, Any] = {
    "preset": "default@1",
    **json.loads(json.dumps(PRESET.to_json())),
    "shipped": True,
    "created_at": None,
    "created_by": None,
}
OURS: dict[str, Any] = {
    **SHIPPED,
    "preset": "ours@2",
    "id": "ours",
    "version": 2,
    "grid": {"mode": "market_factor", "zone": "GBR", "kg_per_kwh": 1.0, "source": "contract", "year": 2025},
    "model_aliases": {"auto": "openai/gpt-5"},
    "shipped": False,
    "created_at": "2026-01-02T03:04:05.000Z",
    "created_by": "ada",
}


@pytest.fixture
def ledger() -> FakeLedger:
    return FakeLedger(presets=[SHIPPED, OURS])


def run(ledger: FakeLedger, *arguments: str) -> int:
    return main(["presets", *arguments], surroundings(ledger, Path()))


@pytest.mark.parametrize("arguments", [[], ["list"]])
def test_presets_are_listed_with_their_electricity_and_author(
    ledger: FakeLedger, arguments: list[str], capsys: Captured
) -> None:
    assert run(ledger, *arguments) == Exit.OK
    _, first, second = capsys.readouterr().out.splitlines()
    assert first.split("  ")[0] == "default@1"
    assert "of the provider" in first
    assert first.endswith("shipped")
    assert "1000 g a kWh" in second
    assert second.endswith("ada")


def test_a_preset_is_shown_with_every_setting_by_its_full_name(ledger: FakeLedger, capsys: Captured) -> None:
    assert run(ledger, "show", "ours@2") == Exit.OK
    shown = {line.split("  ")[0]: line.rsplit("  ", 1)[1] for line in capsys.readouterr().out.splitlines()}
    assert shown["grid.kg_per_kwh"] == "1.0"
    assert shown["input_weights.cache_read"] == "0 to 0.004 to 0.04"
    assert shown["include_embodied"] == "yes"
    assert shown["meter.include_td"] == "no"
    assert shown["model_aliases.auto"] == "openai/gpt-5"
    assert shown["by"] == "ada, 2026-01-02T03:04:05.000Z"


def test_json_is_the_document_and_can_be_edited_and_saved(
    ledger: FakeLedger, tmp_path: Path, capsys: Captured
) -> None:
    assert run(ledger, "show", "ours", "--json") == Exit.OK
    document = json.loads(capsys.readouterr().out)
    assert document == OURS
    file = tmp_path / "ours.json"
    file.write_text(json.dumps({**document, "include_embodied": False}))
    assert run(ledger, "save", str(file)) == Exit.OK
    (saved,) = ledger.saved
    assert saved["include_embodied"] is False
    assert set(saved) == set(PRESET.to_json()) - {"version"}


def test_a_toml_file_is_saved_under_the_id_and_on_the_base_that_are_given(
    ledger: FakeLedger, tmp_path: Path, capsys: Captured
) -> None:
    file = tmp_path / "british.toml"
    file.write_text('id = "other"\n[grid]\nmode = "zone"\nzone = "GBR"\n')
    assert run(ledger, "save", str(file), "--id", "british", "--base", "default@1") == Exit.OK
    assert ledger.saved == [{"id": "british", "base": "default@1", "grid": {"mode": "zone", "zone": "GBR"}}]
    assert capsys.readouterr().out == "The newest version is british@1.\n"


@pytest.mark.parametrize(
    ("name", "content"), [("a.json", "{"), ("a.toml", "id ="), ("a.json", "[1]"), ("none.json", None)]
)
def test_a_file_that_holds_no_settings_is_refused(
    ledger: FakeLedger, tmp_path: Path, capsys: Captured, name: str, content: str | None
) -> None:
    if content is not None:
        (tmp_path / name).write_text(content)
    assert run(ledger, "save", str(tmp_path / name)) == Exit.REFUSED
    assert name in capsys.readouterr().err
    assert ledger.saved == []


def test_a_choice_says_what_becomes_of_the_entries(ledger: FakeLedger, capsys: Captured) -> None:
    assert run(ledger, "choose", "ours@2", "--project", "demo") == Exit.OK
    assert ledger.chosen == ["ours@2"]
    assert capsys.readouterr().out == (
        "Project demo uses ours@2. Entries that are there keep their figures.\n"
        "See what they would come to with: gramledger recalculate --project demo\n"
    )


def test_what_is_not_there_ends_with_3(ledger: FakeLedger) -> None:
    assert run(ledger, "show", "nobodys") == Exit.NOT_FOUND
    assert run(ledger, "choose", "ours", "--project", "nobodys") == Exit.NOT_FOUND


def test_a_new_project_may_name_its_preset(ledger: FakeLedger) -> None:
    assert main(["projects", "create", "new", "--preset", "ours"], surroundings(ledger, Path())) == Exit.OK
    assert ledger.created[-1] == {"name": "new", "preset": "ours"}
