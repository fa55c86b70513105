"""`gramledger summary`: totals by day and model, with their ranges, prices and what is known of them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from support.cli import FakeLedger, surroundings
from support.summaries import AMOUNTS, RANGE, SUMMARY, TOTALS

from gramledger_cli.exits import Exit
from gramledger_cli.main import main

Captured = pytest.CaptureFixture[str]


def run(ledger: FakeLedger, *arguments: str) -> int:
    return main(list(arguments), surroundings(ledger, Path()))


def test_the_summary_shows_ranges_coverage_and_how_many_entries_state_a_cost(capsys: Captured) -> None:
    assert run(FakeLedger(summary=SUMMARY), "summary", "--project", "demo") == Exit.OK
    out = capsys.readouterr().out
    assert "1.00 kWh (0.500 to 1.50)" in out
    assert "1,234.50 USD reported, 1,200.125 USD charged; 80 of 100 entries state a cost" in out
    assert "exact 60.0 %, derived 15.0 %, unknown 25.0 % of tokens" in out
    assert "2 entries, 1.0 % of the carbon" in out
    assert (
        "321.50 USD estimated; caching saved 1,000.25 USD; no price for 25 entries of auto, (blank), tab and 2 more"
        in out
    )
    assert out.count("321.50 USD+") == len(SUMMARY["days"]) + len(SUMMARY["models"])
    assert "██████████" in out


def test_entries_without_figures_are_counted_with_their_reason(capsys: Captured) -> None:
    summary = {**SUMMARY, "needs_recalculation_reasons": {"calculation-failed": 1200, "model-unknown": 1}}
    run(FakeLedger(summary=summary), "summary", "--project", "demo")
    out = capsys.readouterr().out
    assert "1,200 entries (calculation-failed), 1 entry (model-unknown): in need of recalculation" in out
    run(FakeLedger(summary=SUMMARY), "summary", "--project", "demo")
    assert "in need" not in capsys.readouterr().out


def test_amounts_of_several_currencies_are_shown_apart(capsys: Captured) -> None:
    euros = {
        **AMOUNTS,
        "currency": "EUR",
        "reported": 3.5,
        "charged": 0,
        "entries_with_cost": 1,
        "entries_without_cost": 0,
    }
    summary = {**SUMMARY, "cost": {**AMOUNTS, "other_currencies": [euros]}}
    run(FakeLedger(summary=summary), "summary", "--project", "demo")
    assert "and 3.50 EUR reported, 0.00 EUR charged; 81 of 101" in capsys.readouterr().out


def test_no_cost_is_shown_where_no_entry_states_one(capsys: Captured) -> None:
    nothing = {"reported": 0, "charged": 0, "entries_with_cost": 0, "entries_without_cost": 100}
    summary = {**SUMMARY, "cost": {**AMOUNTS, **nothing, "other_currencies": []}}
    run(FakeLedger(summary=summary), "summary", "--project", "demo")
    out = capsys.readouterr().out
    assert "  none of 100 entries states one\n" in out
    assert "0.00 USD" not in out


def test_a_model_whose_entries_state_no_cost_has_none_rather_than_zero(capsys: Captured) -> None:
    free = {
        "reported": 0.0,
        "charged": 0.0,
        "currency": "USD",
        "entries_with_cost": 0,
        "other_currencies": [],
    }
    model = {"model": "gratis", "resolved": "p/gratis", "quality": "family", **TOTALS, "cost": free}
    run(FakeLedger(summary={**SUMMARY, "models": [model]}), "summary", "--project", "demo")
    (line,) = (line for line in capsys.readouterr().out.split("\n") if line.startswith("gratis "))
    assert line.split() == [
        "gratis",
        "gratis",
        "(family)",
        "100",
        "10,000",
        "-",
        "321.50",
        "USD+",
        "1.00",
        "0.500",
        "to",
        "1.50",
        "1.00",
    ]


def test_the_summary_of_nothing_says_so(capsys: Captured) -> None:
    run(FakeLedger(summary={**SUMMARY, "entries": 0}), "summary", "--project", "demo")
    assert "no entries" in capsys.readouterr().out


def test_the_summary_passes_its_range_on_and_prints_the_document_unchanged(capsys: Captured) -> None:
    ledger = FakeLedger(summary=SUMMARY)
    run(ledger, "summary", "--project", "demo", "--from", "2026-03-01", "--to", "2026-03-02", "--json")
    shown = json.loads(capsys.readouterr().out)
    assert shown == {**SUMMARY, "from": "2026-03-01", "to": "2026-03-02"}


def test_what_meters_measured_is_shown_beside_the_estimates(capsys: Captured) -> None:
    measured = {
        "readings": 48,
        "energy_kwh": dict.fromkeys(RANGE, 12.3),
        "gwp_kgco2e": dict.fromkeys(RANGE, 2.67),
        "rungs": [{"rung": "half_hour", "percent": 99.97}, {"rung": "year", "percent": 0.03}],
    }
    days = [{**SUMMARY["days"][0], "measured": measured}, SUMMARY["days"][1]]
    run(FakeLedger(summary={**SUMMARY, "measured": measured, "days": days}), "summary", "--project", "demo")
    out = capsys.readouterr().out
    assert "12.3 kWh, 2.67 kg CO2e (48 readings of meters; carbon by half hour 99.97 %, year 0.03 %)" in out
    assert "kWh MEASURED" in out


def test_without_meters_nothing_is_said_of_them(capsys: Captured) -> None:
    run(FakeLedger(summary=SUMMARY), "summary", "--project", "demo")
    assert "easured" not in capsys.readouterr().out.replace("MEASURED", "measured")


def test_a_ledger_of_readings_alone_says_what_was_measured_and_nothing_of_usage(capsys: Captured) -> None:
    measured = {
        "readings": 100,
        "energy_kwh": dict.fromkeys(RANGE, 4000.0),
        "gwp_kgco2e": dict.fromkeys(RANGE, 700.0),
        "rungs": [{"rung": "year", "percent": 100.0}],
    }
    days = [{**day, "entries": 50, "measured": {**measured, "readings": 50}} for day in SUMMARY["days"]]
    run(
        FakeLedger(summary={**SUMMARY, "entries": 100, "measured": measured, "days": days, "models": []}),
        "summary",
        "--project",
        "demo",
    )
    out = capsys.readouterr().out
    assert [line.split()[0] for line in out.split("\n\n")[0].splitlines()[1:]][:2] == ["entries", "measured"]
    header, first = out.split("\n\n")[1].splitlines()[:2]
    assert header.split() == ["DAY", "READINGS", "MWh", "MEASURED", "kg", "CO2e", "MEASURED"]
    assert first.split() == [str(SUMMARY["days"][0]["day"]), "██████████", "50", "4.00", "700"]
