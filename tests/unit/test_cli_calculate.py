"""`gramledger calculate`: what it sends, and what it shows."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from support.cli import FakeLedger, surroundings

from gramledger_cli.exits import Exit
from gramledger_cli.main import main

Captured = pytest.CaptureFixture[str]

RANGE = {"low": 0.001, "value": 0.002, "high": 0.003}
MIX = {"zone": "USA", "gwp_kgco2e_per_kwh": 0.38, "source": "EcoLogits 0.11.3", "year": None}
IMPACT: dict[str, Any] = {
    "status": "ok",
    "model": {
        "raw": "gpt-4-old",
        "resolved": "openai/gpt-4",
        "step": "family",
        "quality": "family",
        "last_seen": "0.9.1",
        "retired": True,
    },
    "zone": "USA",
    "provenance": {"preset": "default@1", "factors": "ecologits-0.11.3", "engine": "ecologits-llm/1"},
    "data_quality": 3,
    "energy_kwh": RANGE,
    "gwp_kgco2e": {"total": RANGE, "usage": RANGE, "embodied": RANGE},
    "parts": {part: {"energy_kwh": RANGE, "gwp_kgco2e": RANGE} for part in ("output", "input")},
    "water_l": RANGE,
    "list_price": {"amount": 0.00123, "currency": "USD", "cache_savings": 0, "prices": "genai-prices-0.2.3"},
    "warnings": ["model-family", "model-retired-factors"],
    "factors": {"models": [{"model": "openai/gpt-4", "electricity": MIX}] * 2},
    "width": [
        {"driver": "model-parameters", "energy_percent": 80.0, "gwp_percent": 75.5},
        {"driver": "something-new", "energy_percent": 1.0, "gwp_percent": 0.01},
    ],
}


def run(ledger: FakeLedger, *arguments: str) -> int:
    return main(["calculate", *arguments], surroundings(ledger, Path()))


def test_the_options_become_the_request(capsys: Captured) -> None:
    ledger = FakeLedger(calculation=IMPACT)
    given = "--model auto --input 1 --cache-write 2 --cache-read 3 --output 4 --requests 5 --zone GBR --preset mine@2"
    assert run(ledger, *given.split(), "--json") == Exit.OK
    assert ledger.calculated == [
        {
            "model": "auto",
            "input": 1,
            "cache_write": 2,
            "cache_read": 3,
            "output": 4,
            "requests": 5,
            "zone": "GBR",
            "preset": "mine@2",
        }
    ]
    assert json.loads(capsys.readouterr().out) == IMPACT


def test_what_is_left_out_is_nothing_and_one_request_of_the_default_preset() -> None:
    ledger = FakeLedger(calculation=IMPACT)
    assert run(ledger, "--model", "gpt-5", "--output", "1000", "--json") == Exit.OK
    assert ledger.calculated == [
        {"model": "gpt-5", "input": 0, "cache_write": 0, "cache_read": 0, "output": 1000, "requests": 1}
    ]


def test_the_text_names_figures_model_source_and_what_makes_the_range_wide(capsys: Captured) -> None:
    assert run(FakeLedger(calculation=IMPACT), "--model", "gpt-4-old", "--output", "1000") == Exit.OK
    shown = capsys.readouterr().out
    assert "gpt-4-old: openai/gpt-4 (family, family, last seen in 0.9.1)" in shown
    assert "2.00 Wh (1.00 to 3.00)" in shown
    assert "2.00 g CO2e (1.00 to 3.00)" in shown
    assert "the model's size 75.5 %, something-new <0.1 %" in shown
    assert "ecologits-llm/1, preset default@1, factors ecologits-0.11.3" in shown
    assert "0.00123 USD (genai-prices-0.2.3)" in shown
    assert shown.count("USA, 380 g CO2e a kWh (EcoLogits 0.11.3)") == 1


def test_a_model_without_figures_says_so(capsys: Captured) -> None:
    none = {name: IMPACT[name] for name in ("provenance", "data_quality", "zone")}
    model = {**IMPACT["model"], "raw": "whisper-1", "resolved": None, "retired": None}
    document = {
        **none,
        "status": "not_applicable",
        "list_price": None,
        "model": model,
        "warnings": ["model-not-applicable"],
        "factors": None,
        "width": [],
    }
    assert run(FakeLedger(calculation=document), "--model", "whisper-1", "--output", "1") == Exit.OK
    shown = capsys.readouterr().out
    assert "whisper-1: no model of the factors" in shown
    assert "not applicable" in shown
    assert "none: the price list does not have this model" in shown
    assert "energy" not in shown


@pytest.mark.parametrize(
    "arguments",
    [
        ["--output", "5"],
        ["--model", "gpt-5"],
        ["--model", "gpt-5", "--output", "-5"],
        ["--model", "gpt-5", "--output", "1", "--cache-read", "many"],
        ["--model", "gpt-5", "--output", "1", "--requests", "0"],
    ],
)
def test_what_cannot_be_asked_is_wrong_usage(arguments: list[str], capsys: Captured) -> None:
    ledger = FakeLedger(calculation=IMPACT)
    assert run(ledger, *arguments) == Exit.USAGE
    assert "Usage:" in capsys.readouterr().err
    assert ledger.calculated == []
