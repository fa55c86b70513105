"""ccusage's daily report: a row for each model of a day, and the same tokens as in other exports of the same use."""

from __future__ import annotations

import json
from typing import Any

import pytest
from support.runs import ADMIN, import_file, new_world, pages

from gramledger.app.spans import DaySpan
from gramledger.app.summary import summarise
from gramledger.core.imports import Import

COUNTS = {"inputTokens": 5, "outputTokens": 742, "cacheCreationTokens": 1253, "cacheReadTokens": 128_955}
SONNET = {"modelName": "claude-sonnet-4-5-20250929", **COUNTS, "cost": 0.0538}
HAIKU = {**SONNET, "modelName": "claude-haiku-4-5-20251001", "cost": 0.01, "inputTokens": 6}


def day(date: str, *models: dict[str, Any], **more: Any) -> dict[str, Any]:
    sums = {name: sum(model[name] for model in models) for name in COUNTS}
    used = [model["modelName"] for model in models]
    return {"date": date, **sums, "totalTokens": 1, "totalCost": 0.5, "modelsUsed": used} | {
        "modelBreakdowns": list(models),
        **more,
    }


def imported(report: Any) -> tuple[Import, list[dict[str, Any]]]:
    world = new_world()
    done = import_file(world, json.dumps(report, indent=2).encode(), filename="ccusage.json")
    return done, [entry for entries in pages(world).values() for entry in entries]


def test_each_model_of_a_day_is_an_entry_with_four_disjoint_buckets() -> None:
    report = {"daily": [day("2025-11-03", SONNET, HAIKU), day("2025-11-05", SONNET)], "totals": COUNTS}
    done, entries = imported(report)
    assert (done.status, done.format, done.variant) == ("completed", "ccusage", "daily"), done.problem
    assert (done.converted, (done.receipt or {})["imported"]) == ("JSON", 3)
    (found,) = (e for e in entries if e["model"] == HAIKU["modelName"])
    buckets = tuple(found[name] for name in ("input", "cache_write", "cache_read", "output"))
    assert buckets == (6, 1253, 128_955, 742)
    assert (found["cost"], found["charged"], found["requests"]) == (10_000_000, None, None)


def test_the_golden_sum_holds() -> None:
    world = new_world()
    import_file(world, json.dumps({"daily": [day("2025-11-03", SONNET)]}).encode())
    tokens = summarise(world, ADMIN, "demo", DaySpan(None, None))["tokens"]
    assert tokens["input"] + tokens["cache_read"] + tokens["cache_write"] == 5 + 128_955 + 1_253 == 130_213


def test_a_day_without_models_of_its_own_is_one_entry() -> None:
    bare = day("2025-11-03", SONNET)
    del bare["modelBreakdowns"]
    _, (entry,) = imported({"daily": [bare]})
    assert (entry["model"], entry["cache_read"], entry["cost"]) == (SONNET["modelName"], 128_955, 500_000_000)
    _, (entry,) = imported({"daily": [{**bare, "modelsUsed": ["a", "b"]}]})
    assert entry["model"] is None


def test_the_same_model_and_day_in_two_projects_are_two_entries() -> None:
    report = {
        "projects": {"-a": [day("2025-11-03", SONNET)], "-b": [day("2025-11-03", SONNET)]},
        "totals": COUNTS,
    }
    done, entries = imported(report)
    assert (done.status, (done.receipt or {})["imported"]) == ("completed", 2), done.problem
    assert {json.loads(entry["original"])["project"] for entry in entries} == {"-a", "-b"}


def test_a_report_again_adds_nothing_and_its_next_days_add_up() -> None:
    world = new_world()
    first, second = day("2025-11-03", SONNET), day("2025-11-04", SONNET)
    import_file(world, json.dumps({"daily": [first]}).encode())
    done = import_file(world, json.dumps({"daily": [first, second]}).encode())
    assert ((done.receipt or {})["imported"], (done.receipt or {})["duplicate_identical"]) == (1, 1)


@pytest.mark.parametrize("report", ["weekly", "monthly", "sessions", "blocks"])
def test_a_report_that_adds_up_days_is_refused_with_the_command_for_the_daily_one(report: str) -> None:
    done, entries = imported({report: [{"month": "2026-03", **COUNTS}], "totals": COUNTS})
    assert (done.status, (done.problem or {})["code"]) == ("failed", "aggregated-export")
    assert "ccusage daily --json" in (done.problem or {})["detail"]
    assert entries == []


def test_what_is_no_count_is_a_reject_with_its_place() -> None:
    done, _ = imported({"daily": [day("2025-11-03", SONNET), {**day("x", HAIKU), "date": "March"}]})
    assert (done.receipt or {})["rejects_by_code"] == {"date-unreadable": 1}
    odd = {
        **day("2025-11-03", SONNET),
        "modelBreakdowns": ["sonnet", {**SONNET, "inputTokens": "many"}, SONNET],
    }
    done, entries = imported({"daily": [odd]})
    assert (done.receipt or {})["rejects_by_code"] == {"tokens-not-a-number": 1}
    assert {entry["model"]: entry["warnings"] for entry in entries} == {
        "sonnet": "tokens-blank",
        SONNET["modelName"]: None,
    }
