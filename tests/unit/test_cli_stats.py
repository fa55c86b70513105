"""`gramledger stats`: averages, peaks, growth and models as text, and the document as JSON."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from support.cli import FakeLedger, surroundings

from gramledger_cli.exits import Exit
from gramledger_cli.main import main

Captured = pytest.CaptureFixture[str]

MEASURES = {"tokens": 1234.5, "cost": 0.5, "list_price": None, "energy_kwh": 0.002, "gwp_kgco2e": 0.0004}
MODEL: dict[str, Any] = {
    "model": "gpt-5",
    "entries": 1200,
    "tokens_percent": 62.5,
    "cache_hit": 0.9,
    "cost": 12.5,
    "cost_per_million_tokens": 3.25,
    "per_request": MEASURES,
}
SILENT = dict.fromkeys(MEASURES)
STATISTICS: dict[str, Any] = {
    "project_name": "demo",
    "entries": 1900,
    "currency": "USD",
    "time_zone": "Europe/London",
    "days": {"all": 30, "with_usage": 21},
    "cache_hit": 0.8125,
    "cost_per_million_tokens": 3.25,
    "list_price_per_million_tokens": 2.5,
    "gwp_kgco2e_per_million_tokens": 0.325,
    "averages": {
        "per_day": {"entries": 63.3, "requests": 70.0, **MEASURES},
        "per_request": MEASURES,
    },
    "percentiles": {"tokens": {"p50": 1000, "p95": 25_000, "p99": 1_250_000}},
    "peaks": {"busiest_hour": 9, "busiest_weekday": "Tuesday", "busiest_day": "2026-03-03"},
    "growth": {"days": 15, "percent": {"tokens": 12.34, "requests": -5.0, "cost": None}},
    "series": None,
    "models": [
        MODEL,
        {
            **MODEL,
            "model": None,
            "cache_hit": None,
            "cost": None,
            "cost_per_million_tokens": None,
            "per_request": SILENT,
        },
    ],
}


def run(statistics: dict[str, Any], *arguments: str) -> int:
    ledger = FakeLedger(statistics=statistics)
    return main(["stats", "--project", "demo", *arguments], surroundings(ledger, Path()))


def test_statistics_say_what_usage_looks_like(capsys: Captured) -> None:
    assert run(STATISTICS) == Exit.OK
    out = capsys.readouterr().out
    assert "21 of 30 with usage" in out
    assert "70.0 requests, 1,234 tokens, 0.50 USD, 2.00 Wh, 400 mg CO2e" in out
    assert "3.25 USD, 2.50 USD by list, 325 g CO2e" in out
    assert "81.2 % of input tokens" in out
    assert "half up to 1,000, 95 % up to 25,000, 99 % up to 1,250,000" in out
    assert "09:00 to 09:59 (Europe/London), Tuesdays, 2026-03-03" in out
    assert "tokens +12.3 %, requests -5.0 % in the last 15 days" in out


def test_models_stand_beside_each_other_and_what_is_not_stated_is_no_zero(capsys: Captured) -> None:
    run(STATISTICS)
    first, blank = capsys.readouterr().out.splitlines()[-2:]
    assert first.split() == [
        "gpt-5",
        "1,200",
        "62.5",
        "%",
        "1,234",
        "90.0",
        "%",
        "12.50",
        "USD",
        "3.25",
        "USD",
        "400",
        "mg",
    ]
    assert blank.split() == ["(blank)", "1,200", "62.5", "%", "-", "-", "-", "-", "-"]


def test_what_has_no_figures_is_left_out(capsys: Captured) -> None:
    silent = {
        **STATISTICS,
        "cache_hit": None,
        "growth": None,
        "cost_per_million_tokens": None,
        "list_price_per_million_tokens": None,
        "gwp_kgco2e_per_million_tokens": None,
        "averages": {"per_day": SILENT, "per_request": SILENT},
        "percentiles": {"tokens": None},
        "peaks": {"busiest_hour": None, "busiest_weekday": None, "busiest_day": None},
        "models": [],
    }
    run(silent)
    shown = capsys.readouterr().out.splitlines()
    assert shown[:2] == ["project demo", "  days  21 of 30 with usage"]


def test_no_usage_is_said(capsys: Captured) -> None:
    assert run({**STATISTICS, "entries": 0}) == Exit.OK
    assert capsys.readouterr().out == "demo: no usage in this range.\n"


def test_json_is_the_document_of_what_was_asked(capsys: Captured) -> None:
    asked = ["--from", "2026-03-01", "--model", "gpt-5", "--sort", "cost", "--zone", "Asia/Tokyo", "--json"]
    assert run(STATISTICS, *asked) == Exit.OK
    found = json.loads(capsys.readouterr().out)
    assert found["asked"] == {"from": "2026-03-01", "model": "gpt-5", "sort": "cost", "zone": "Asia/Tokyo"}


def test_an_unknown_order_is_wrong_usage(capsys: Captured) -> None:
    assert run(STATISTICS, "--sort", "size") == Exit.USAGE
    assert "gwp_kgco2e" in capsys.readouterr().err


def test_a_series_has_a_line_for_each_step(capsys: Captured) -> None:
    step = {"at": "2026-03-03T09:00", "entries": 7, "tokens": {"total": 1200}, "cost": None}
    series = [{**step, "energy_kwh": 0.002, "gwp_kgco2e": 0.0004}]
    assert run({**STATISTICS, "series": series}, "--step", "hour") == Exit.OK
    last = capsys.readouterr().out.splitlines()[-1]
    assert last.split() == ["2026-03-03", "09:00", "7", "1,200", "-", "2.00", "Wh", "400", "mg"]
