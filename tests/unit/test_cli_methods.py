"""`gramledger methods`: the comparison as a table and as JSON."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from support.cli import FakeLedger, surroundings

from gramledger_cli.exits import Exit
from gramledger_cli.main import main

Captured = pytest.CaptureFixture[str]


def method(
    name: str, value: float, *, inside: bool, of_preset: float | None = 1.5, weighs: float = 0.046875
) -> Any:
    exact = {"low": weighs, "value": weighs, "high": weighs}
    amounts = {"low": value / 2, "value": value, "high": value * 2}
    return {
        "method": name,
        "title": f"Title of {name}",
        "weights": dict.fromkeys(("input", "cache_write", "cache_read"), exact),
        "energy_kwh": amounts,
        "gwp_kgco2e": amounts,
        "of_preset": of_preset,
        "inside": inside,
    }


COMPARED: dict[str, Any] = {
    "project_name": "demo",
    "preset": "default@1",
    "entries": 1234,
    "methods": [method("preset", 1.0, inside=True), method("flat", 13.0, inside=False)],
    "spread": {"factor": 13.0},
}


def run(ledger: FakeLedger, *arguments: str) -> int:
    return main(["methods", "--project", "demo", *arguments], surroundings(ledger, Path()))


def test_methods_stand_side_by_side_with_how_far_they_are_apart(capsys: Captured) -> None:
    assert run(FakeLedger(methods=COMPARED)) == Exit.OK
    first, _, own, flat, legend = capsys.readouterr().out.splitlines()
    assert first == "project demo, 1,234 entries, preset default@1; the values are up to 13.0 times apart"
    assert "1.00 kWh (0.500 to 2.00)" in own
    assert own.endswith("yes")
    assert "0.0469 / 0.0469 / 0.0469" in flat
    assert "x 1.50" in flat
    assert flat.endswith("no")
    assert "INSIDE" in legend


def test_json_is_the_document_of_the_asked_days(capsys: Captured) -> None:
    assert run(FakeLedger(methods=COMPARED), "--to", "2026-01-31", "--json") == Exit.OK
    assert json.loads(capsys.readouterr().out) == {**COMPARED, "to": "2026-01-31"}


def test_a_preset_without_weights_and_a_comparison_with_nothing_have_none(capsys: Captured) -> None:
    off = {**method("preset", 0.0, inside=True, of_preset=None), "weights": None}
    run(FakeLedger(methods={**COMPARED, "methods": [off], "spread": {"factor": None}}))
    first, _, line, _ = capsys.readouterr().out.splitlines()
    assert first.endswith("preset default@1")
    assert line.split()[3:4] == ["-"]


def test_no_usage_is_said(capsys: Captured) -> None:
    assert run(FakeLedger(methods={**COMPARED, "entries": 0})) == Exit.OK
    assert capsys.readouterr().out == "demo: no usage in this range.\n"
