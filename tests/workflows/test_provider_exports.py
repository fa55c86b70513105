"""Whole imports of providers' exports: every row has an outcome, and requests reach energy, carbon and totals."""

from __future__ import annotations

import json
from datetime import date, timedelta
from importlib import resources
from typing import Any

import pytest
from support.csv_texts import GOOD, V2
from support.provider_texts import (
    ANTHROPIC,
    DAY,
    OPENAI_24,
    OPENAI_26,
    OPENAI_COST_17,
    OPENAI_EMPTY,
    anthropic,
    empty_window,
    export,
    openai,
    openai_cost,
)
from support.runs import ADMIN, NOW, import_file, new_world, pages
from support.standing_in import in_process, one_page, window_of

from gramledger.adapters.memory.world import MemoryWorld
from gramledger.app.spans import DaySpan
from gramledger.app.summary import summarise
from gramledger.core.formats import PROFILES
from gramledger.core.imports import Import
from gramledger.core.providers.document import document_of
from gramledger.core.providers.endpoints import OPENAI_USAGE
from gramledger.core.providers.pages import Page, Result
from local.providers.accounts import day_number
from local.providers.exports import completions_csv
from local.providers.sample import openai_account
from local.providers.stand_in import StandIn


def summary(world: MemoryWorld) -> dict[str, Any]:
    return summarise(world, ADMIN, "demo", DaySpan(None, None))


def receipt(record: Import) -> dict[str, Any]:
    assert record.status == "completed", record.problem
    assert record.receipt is not None
    return record.receipt


def test_a_usage_export_is_accounted_for_completely() -> None:
    world = new_world()
    rows = [
        openai(),
        openai(model="gpt-5-mini-2025-08-07", num_model_requests="6.0"),
        empty_window(OPENAI_26),
        openai(start_time=str(DAY + 86_400)),
        openai(output_tokens="many"),
    ]
    record = import_file(world, export(OPENAI_26, *rows))
    assert (record.format, record.variant) == ("openai-usage", "2026-08")
    found = receipt(record)
    assert (found["rows_in"], found["imported"], found["days"]) == (5, 3, 2)
    assert found["rejects_by_code"] == {"tokens-not-a-number": 1}
    assert found["excluded_by_code"] == {"bucket-empty": 1}
    totals = summary(world)
    assert (totals["entries"], totals["requests"]) == (3, 14)
    assert totals["tokens"] == {
        "input": 30,
        "cache_write": 90,
        "cache_read": 180,
        "output": 60,
        "total": 360,
    }
    assert [day["requests"] for day in totals["days"]] == [10, 4]


def test_a_page_of_the_usage_api_speaks_of_the_same_entries_as_the_export() -> None:
    world = new_world()
    # no export and no answer of the API states what is written to the cache in 2025: it is inside the input
    receipt(import_file(world, export(OPENAI_24, openai(OPENAI_24, input_uncached_tokens="40.0"))))
    result = {
        "object": "organization.usage.completions.result",
        "input_tokens": 100,
        "output_tokens": 20,
        "input_cached_tokens": 60,
        "num_model_requests": 4,
        "project_id": "proj_a",
        "user_id": "user-a",
        "api_key_id": "key_a",
        "model": "gpt-5-2025-08-07",
        "batch": False,
        "service_tier": "default",
    }
    day = {"object": "bucket", "start_time": DAY, "end_time": DAY + 86_400, "results": [result]}
    empty = {"object": "bucket", "start_time": DAY + 86_400, "end_time": DAY + 172_800, "results": []}
    answer = {"object": "page", "data": [day, empty], "has_more": False, "next_page": None}
    record = import_file(world, json.dumps(answer).encode(), filename="usage.json")
    found = receipt(record)
    assert (record.format, found["imported"], found["excluded"]) == ("openai-usage", 0, 1)
    assert (found["duplicate_identical"], found["duplicate_differing"]) == (1, 0)
    assert (summary(world)["entries"], summary(world)["requests"]) == (1, 4)


def fetched(stand_in: StandIn, day: date) -> bytes:
    """The document of a day, read page by page."""
    request = window_of(OPENAI_USAGE, day)
    read: list[Result] = []
    while True:
        page = one_page(in_process(stand_in), request, "secret")
        assert isinstance(page, Page)
        read += page.results
        if page.following is None:
            return document_of(request, "01K", read, fetched_at=NOW).content
        request = request.following(page.following)


@pytest.mark.parametrize("order", ["export first", "fetch first"])
def test_an_export_and_a_fetch_of_the_same_days_state_the_same(order: str) -> None:
    days = [date(2025, 11, 3) + timedelta(days=number) for number in range(7)]
    account = openai_account(days[0], len(days))
    stand_in = StandIn({"secret": account}, results_per_page=4)
    rows = sum(len(account.used("usage/completions", day_number(day))) for day in days)
    files = [[completions_csv(account, days[0], len(days))], [fetched(stand_in, day) for day in days]]
    if order == "fetch first":
        files.reverse()
    world = new_world()
    counts = []
    for side in files:
        found = [receipt(import_file(world, content)) for content in side]
        names = ("imported", "duplicate_identical", "duplicate_differing")
        counts.append(tuple(sum(one[name] for one in found) for name in names))
    assert rows == 7 * 6
    assert counts == [(rows, 0, 0), (0, rows, 0)]


def test_requests_reach_the_energy_of_their_entry() -> None:
    figures = {}
    for requests in (1, 5, 9):
        world = new_world()
        import_file(world, export(OPENAI_26, openai(num_model_requests=f"{requests}.0")))
        ((entry,),) = pages(world).values()
        assert (entry["requests"], entry["status"]) == (requests, "ok")
        figures[requests] = entry["energy_output_value"]
    assert figures[1] < figures[5] < figures[9]
    # each request costs the same beside the tokens, up to the rounding of each figure
    assert figures[9] - figures[5] == pytest.approx(figures[5] - figures[1], abs=2)


def test_one_call_costs_the_same_energy_in_every_dialect() -> None:
    call = GOOD.replace(",auto,No,1,2,3,4,10,", ",claude-sonnet-4-5-20250929,No,1253,5,128955,742,130955,")
    console = anthropic(
        usage_input_tokens_no_cache="5",
        usage_input_tokens_cache_write_5m="1253",
        usage_input_tokens_cache_write_1h="0",
        usage_input_tokens_cache_read="128955",
        usage_output_tokens="742",
    )
    provider = openai(
        model="claude-sonnet-4-5-20250929",
        num_model_requests="1.0",
        input_tokens="130213.0",
        input_cached_tokens="128955.0",
        input_cache_write_tokens="1253.0",
        output_tokens="742.0",
    )
    figures = []
    for header, row in ((V2, call), (ANTHROPIC, console), (OPENAI_26, provider)):
        world = new_world()
        receipt(import_file(world, export(header, row)))
        ((entry,),) = pages(world).values()
        figures.append({name: value for name, value in entry.items() if name.endswith(("_value", "_high"))})
    assert figures[0] == figures[1] == figures[2]
    assert figures[0]["energy_output_value"] > 0


def test_a_window_that_is_exported_again_is_no_second_entry() -> None:
    world = new_world()
    receipt(import_file(world, export(OPENAI_24, openai(OPENAI_24))))
    again = receipt(import_file(world, export(OPENAI_24, openai(OPENAI_24))))
    assert (again["imported"], again["duplicate_identical"]) == (0, 1)
    later = receipt(import_file(world, export(OPENAI_24, openai(OPENAI_24, num_model_requests="7.0"))))
    assert (later["imported"], later["duplicate_differing"]) == (0, 1)
    assert (summary(world)["entries"], summary(world)["requests"]) == (1, 4)


@pytest.mark.parametrize("header", [OPENAI_EMPTY, OPENAI_26, OPENAI_COST_17])
def test_an_export_of_days_without_usage_is_complete_and_adds_nothing(header: str) -> None:
    world = new_world()
    found = receipt(import_file(world, export(header, empty_window(header), empty_window(header))))
    assert (found["rows_in"], found["imported"], found["excluded"], found["days"]) == (2, 0, 2, 0)
    assert summary(world)["entries"] == 0


def test_costs_and_usage_of_one_day_stand_beside_each_other() -> None:
    world = new_world()
    receipt(import_file(world, export(OPENAI_26, openai())))
    rows = [openai_cost(), openai_cost(amount_currency="eur", project_id="proj_b")]
    costs = receipt(import_file(world, export(OPENAI_COST_17, *rows)))
    assert (costs["imported"], costs["not_applicable"], costs["warnings"]) == (2, 2, {"tokens-missing": 2})
    totals = summary(world)
    assert (totals["entries"], totals["requests"], totals["tokens"]["total"]) == (3, 4, 120)
    spent = {totals["cost"]["currency"]: totals["cost"]["reported"]}
    spent |= {other["currency"]: other["reported"] for other in totals["cost"]["other_currencies"]}
    assert spent == {"USD": 0.25, "EUR": 0.25}


@pytest.mark.parametrize("name", [name for name, profile in PROFILES.items() if profile.complete is None])
def test_the_example_of_every_format_that_names_itself_is_read_without_a_reject(name: str) -> None:
    content = resources.files("gramledger.core").joinpath(f"data/examples/{name}.csv").read_bytes()
    world = new_world()
    record = import_file(world, content)
    found = receipt(record)
    assert record.format == name
    assert (found["rejected"], found["rows_in"]) == (0, found["rows_accepted"] + found["excluded"])
    assert found["imported"] == found["claims"]
    assert found["imported"] >= 2
    doubtful = {
        "cost-not-a-number",
        "token-sum-mismatch",
        "tokens-blank",
        "tokens-suspicious",
        "model-unknown",
    }
    assert not doubtful & found["warnings"].keys()
