"""Fetched windows as files: read like exports, told apart by account, and exact to the last digit."""

from __future__ import annotations

import json
from typing import Any

import pytest
from support.csv_texts import V2
from support.provider_pages import COSTS_RESULT, CURSOR_EVENT, DAY, RESULTS, page, replied, window
from support.provider_texts import OPENAI_26, export, openai
from support.runs import ADMIN, import_file, new_world, pages

from gramledger.app.spans import DaySpan
from gramledger.app.summary import summarise
from gramledger.core.convert.window_rows import window_rows
from gramledger.core.providers.document import WindowDocument, document_of
from gramledger.core.providers.endpoints import ENDPOINTS
from gramledger.core.providers.pages import Page
from gramledger.core.providers.replies import page_of

NOW = 1_762_400_000_000
USAGE, COSTS = "openai/usage/completions", "openai/costs"
CURSOR = "cursor/filtered-usage-events"


def document(endpoint: str, *results: dict[str, Any], fetched_at: int = NOW) -> WindowDocument:
    """The document of a window of one page."""
    read = page_of(window(endpoint), replied(page(endpoint, *results)))
    assert isinstance(read, Page)
    return document_of(window(endpoint), "01K", read.results, fetched_at=fetched_at)


def imported(world: Any, made: WindowDocument) -> dict[str, Any]:
    """The receipt of its import."""
    record = import_file(world, made.content, filename="window.jsonl")
    assert record.status == "completed", record.problem
    return {"format": record.format, **(record.receipt or {})}


def entries(world: Any) -> list[dict[str, Any]]:
    return [entry for day in pages(world).values() for entry in day]


@pytest.mark.parametrize("endpoint", ENDPOINTS)
def test_a_window_is_imported_in_the_format_of_its_endpoint(endpoint: str) -> None:
    world = new_world()
    found = imported(world, document(endpoint, RESULTS[endpoint]))
    assert (found["format"], found["rows_in"], found["imported"]) == (ENDPOINTS[endpoint].format, 1, 1)
    (entry,) = entries(world)
    assert entry["ts"] // 1000 == DAY
    if endpoint != COSTS:
        assert [entry[name] for name in ("input", "cache_read", "output")] == [
            40 if endpoint == USAGE else 10, 60, 20
        ]  # fmt: skip


@pytest.mark.parametrize("endpoint", ENDPOINTS)
def test_a_member_that_nobody_knows_is_kept(endpoint: str) -> None:
    world = new_world()
    imported(world, document(endpoint, {**RESULTS[endpoint], "brand_new": "kept", "deep": {"er": 1.5}}))
    (entry,) = entries(world)
    mark = "_" if endpoint.startswith("openai") else "."
    assert json.loads(entry["original"]) | {"brand_new": "kept", f"deep{mark}er": "1.5"} == json.loads(
        entry["original"]
    )


def test_a_fetched_window_of_completions_speaks_of_the_same_entries_as_the_export() -> None:
    world = new_world()
    import_file(world, export(OPENAI_26, openai(input_cache_write_tokens="0.0")))
    result = {**RESULTS[USAGE], "user_id": "user-a"}
    found = imported(world, document(USAGE, result))
    assert (found["imported"], found["duplicate_differing"]) == (0, 1)  # it spells `batch` in another way


def test_a_fetched_event_speaks_of_the_same_entry_as_the_export() -> None:
    world = new_world()
    cells = [
        "2025-11-04T00:00:00.001Z",
        "Usage-based",
        "claude-4.5-sonnet",
        "Yes",
        "30",
        "10",
        "60",
        "20",
        "120",
    ]
    import_file(world, f"{V2}\n{','.join([*cells, '0.2136232'])}\n".encode())
    found = imported(world, document(CURSOR, CURSOR_EVENT))
    assert (found["imported"], found["duplicate_identical"] + found["duplicate_differing"]) == (0, 1)


def test_amounts_of_36_decimals_are_rounded_once_and_kept_as_written() -> None:
    world = new_world()
    imported(world, document(COSTS, COSTS_RESULT))
    (entry,) = entries(world)
    assert (entry["cost"], entry["charged"]) == (16_119_375, 16_119_375)
    assert entry["cost_text"] == "0.016119375000000000000000000000000001"
    assert entry["currency"] == "USD"


def test_small_amounts_that_json_writes_with_an_exponent_are_read() -> None:
    world = new_world()
    imported(world, document(COSTS, {**COSTS_RESULT, "amount": {"value": 6.1e-05, "currency": "usd"}}))
    assert [entry["cost"] for entry in entries(world)] == [61_000]


@pytest.mark.parametrize("endpoint", ENDPOINTS)
def test_a_window_without_usage_is_one_excluded_row_and_keeps_its_format(endpoint: str) -> None:
    world = new_world()
    found = imported(world, document(endpoint))
    assert found["format"] == ENDPOINTS[endpoint].format
    assert (found["rows_in"], found["excluded"], found["imported"]) == (1, 1, 0)
    assert entries(world) == []


def test_a_cell_that_is_no_number_is_refused_by_its_row_alone() -> None:
    world = new_world()
    odd = [
        {**RESULTS[USAGE], "model": name, "input_tokens": count} for name, count in (("a", 1.5), ("b", -1))
    ]
    found = imported(world, document(USAGE, RESULTS[USAGE], *odd))
    assert (found["imported"], found["rejected"]) == (1, 2)


def test_the_digest_is_that_of_what_was_said_and_not_of_when_or_in_which_order() -> None:
    other = {**RESULTS[USAGE], "model": "gpt-5-mini"}
    made = document(USAGE, RESULTS[USAGE], other)
    assert document(USAGE, other, RESULTS[USAGE], fetched_at=NOW + 1).digest == made.digest
    assert document(USAGE, RESULTS[USAGE], {**other, "output_tokens": 21}).digest != made.digest
    assert document(USAGE, RESULTS[USAGE]).digest != made.digest
    assert (made.results, document(USAGE).results) == (2, 0)


def test_a_document_follows_from_its_window_alone_and_names_it_first() -> None:
    made = document(USAGE, RESULTS[USAGE])
    assert document(USAGE, RESULTS[USAGE]) == made
    header, line = map(json.loads, made.content.splitlines())
    assert header == {
        "document": "gramledger-window/1",
        "endpoint": USAGE,
        "key_id": "01K",
        "start": "2025-11-04T00:00:00.000Z",
        "end": "2025-11-05T00:00:00.000Z",
        "fetched_at": "2025-11-06T03:33:20.000Z",
    }
    assert line == {"window_of": USAGE, "start": DAY, "end": DAY + 86_400, "result": RESULTS[USAGE]}
    assert list(window_rows(header)) == []


def test_windows_of_three_providers_add_up_in_one_project() -> None:
    world = new_world()
    for endpoint in (USAGE, "anthropic/usage_report/messages", CURSOR):
        imported(world, document(endpoint, RESULTS[endpoint]))
    totals = summarise(world, ADMIN, "demo", DaySpan(None, None))
    assert (totals["entries"], totals["tokens"]["total"]) == (3, 120 + 120 + 120)
