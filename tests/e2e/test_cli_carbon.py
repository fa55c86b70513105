"""The commands about calculation, against a running stack: calculate, presets, models, and prices in the summary."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable
from pathlib import Path

import pytest
from support.files import export, row

from gramledger_cli.exits import Exit
from gramledger_cli.main import main
from gramledger_cli.surroundings import Surroundings
from local.stack import Stack

pytestmark = pytest.mark.stack

Run = Callable[..., str]


@pytest.fixture
def run(stack: Stack, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Run:
    """Runs a command that must end with the given exit code; what it wrote to standard output."""
    environ = {"GRAMLEDGER_URL": stack.url, "GRAMLEDGER_TOKEN": stack.token()}

    def command(*arguments: str, ends: Exit = Exit.OK) -> str:
        ended = main(arguments, Surroundings(environ=environ, directory=tmp_path, command="gramledger"))
        out, err = capsys.readouterr()
        assert ended == ends, err
        return out

    return command


def test_a_usage_is_calculated_as_text_and_as_json(run: Run) -> None:
    asked = ("calculate", "--model", "gpt-5", "--output", "1000", "--zone", "FRA")
    found = json.loads(run(*asked, "--json"))
    assert found["gwp_kgco2e"]["total"]["low"] == pytest.approx(0.114773e-3, rel=1e-5)
    shown = run(*asked)
    assert "1.71 Wh (1.38 to 2.04)" in shown
    assert "0.01 USD" in shown
    run("calculate", "--model", "gpt-5", "--output", "1", "--zone", "XXX", ends=Exit.REFUSED)
    run("calculate", "--model", "gpt-5", "--output", "1", "--preset", "nobodys", ends=Exit.NOT_FOUND)


def test_a_preset_is_saved_from_a_file_chosen_and_used_by_the_next_import(run: Run, tmp_path: Path) -> None:
    preset, project = (f"{kind}-{uuid.uuid4().hex[:10]}" for kind in ("preset", "project"))
    settings = tmp_path / "settings.toml"
    settings.write_text(f'id = "{preset}"\n[grid]\nmode = "zone"\nzone = "GBR"\n')
    run("projects", "create", project)
    assert run("presets", "save", str(settings)) == f"The newest version is {preset}@1.\n"
    assert f"{preset}@1" in run("presets")
    assert "GBR" in run("presets", "show", preset)
    assert f"uses {preset}@1" in run("presets", "choose", preset, "--project", project)
    run("projects", "set", project, "--alias", "composer-1=anthropic/claude-sonnet-4-5")
    usage = tmp_path / "usage.csv"
    models = ("composer-1", "auto", "claude-4.5-sonnet")
    lines = [row(f"2026-02-03T10:0{n}:00.000Z", model=model) for n, model in enumerate(models)]
    usage.write_bytes(export(lines))
    run("import", str(usage), "--project", project)
    entries = json.loads(run("entries", "--project", project, "--json"))
    assert {entry["impact"]["zone"] for entry in entries} == {"GBR"}
    names = json.loads(run("models", "--project", project, "--json"))["models"]
    assert [(name["model"], name["step"]) for name in names] == [
        ("auto", "router"),
        ("claude-4.5-sonnet", "claude-reordered"),
        ("composer-1", "alias"),
    ]
    assert "--alias 'auto=provider/model'" in run("models", "--project", project)
    assert "no price for 1 entry of auto" in run("summary", "--project", project)
