"""List prices in entries and totals: beside what was reported, exact, and without what has no price."""

from __future__ import annotations

import json
from importlib import resources
from typing import Any

import pytest
from support.files import export, row
from support.runs import ADMIN, import_file, new_world, pages, steps, upload

from gramledger.adapters.memory.world import MemoryWorld
from gramledger.app import keys
from gramledger.app.entries import list_entries
from gramledger.app.lookup import read_json
from gramledger.app.rebuilds import finish_rebuild, get_rebuild, plan_rebuild, rebuild_days, start_rebuild
from gramledger.app.spans import DaySpan
from gramledger.app.summary import summarise
from gramledger.core.list_prices import CURRENT

OLDER = "genai-prices-0.2.3"
ALWAYS = DaySpan.of(None, None)


def world_with(*rows: str) -> MemoryWorld:
    world = new_world()
    assert import_file(world, export(list(rows))).status == "completed"
    return world


def summary(world: MemoryWorld) -> dict[str, Any]:
    return summarise(world, ADMIN, "demo", ALWAYS)


def usage(minute: int, model: str, *buckets: object, day: int = 4) -> str:
    """Buckets are those of the export: cache write, input, cache read, output."""
    cells: tuple[object, object, object, object] = buckets  # type: ignore[assignment]
    return row(f"2025-11-{day:02d}T10:{minute:02d}:00.000Z", model=model, buckets=cells, cost="0.50")


def test_an_entry_has_its_list_price_beside_its_cost() -> None:
    world = world_with(
        usage(1, "claude-4.5-sonnet", 1000, 2000, 3000, 4000),
        usage(2, "auto", 1000, 2000, 3000, 4000),
    )
    known, unknown = list_entries(world, ADMIN, "demo", ALWAYS, limit=5, cursor=None)["entries"]
    assert known["list_price"] == {
        "amount": 0.07065,  # 0.00375 + 0.006 + 0.0009 + 0.06
        "currency": "USD",
        "cache_savings": 0.00735,  # 0.0081 saved by reading, 0.00075 spent on writing
        "prices": CURRENT,
    }
    assert known["cost"]["reported"] == 0.5
    assert unknown["list_price"] is None


def test_totals_add_up_over_days_and_models_and_name_what_has_no_price() -> None:
    world = world_with(
        usage(1, "gpt-5", 0, 0, 0, 1_000_000),
        usage(2, "gpt-5", 0, 0, 1_000_000, 0, day=5),
        usage(3, "auto", 0, 0, 0, 10),
        usage(4, "auto", 0, 0, 0, 10, day=5),
        usage(5, "composer-1", 0, 0, 0, 10),
        usage(6, "auto", 0, 0, 0, 0),
    )
    found = summary(world)
    assert found["list_price"] == {
        "amount": 10.125,
        "currency": "USD",
        "cache_savings": 1.125,
        "entries_with_price": 3,
        "entries_without_price": 3,
    }
    assert found["without_list_price"] == [
        {"model": "auto", "entries": 2},
        {"model": "composer-1", "entries": 1},
    ]
    assert [day["list_price"]["amount"] for day in found["days"]] == [10.0, 0.125]
    by_model = {model["model"]: model["list_price"] for model in found["models"]}
    assert by_model["gpt-5"]["amount"] == 10.125
    assert by_model["auto"]["entries_with_price"] == 1


def test_rows_without_tokens_are_neither_with_nor_without_a_price() -> None:
    world = world_with(usage(1, "gpt-5", "", "", "", ""), usage(2, "gpt-5", 0, 0, 0, 5))
    found = summary(world)["list_price"]
    assert (found["entries_with_price"], found["entries_without_price"]) == (1, 0)


def test_savings_below_zero_are_what_writing_to_the_cache_cost() -> None:
    found = summary(world_with(usage(1, "claude-4.5-sonnet", 1_000_000, 0, 0, 0)))["list_price"]
    assert (found["amount"], found["cache_savings"]) == (3.75, -0.75)


def test_an_export_of_a_provider_is_priced_by_its_tiers_and_never_by_another_one() -> None:
    world = new_world()
    example = resources.files("gramledger.core") / "data" / "examples" / "openai-usage.csv"
    assert import_file(world, example.read_bytes()).status == "completed"
    found = summary(world)
    standard = (5 * 1.25 + 1253 * 1.25 + 128_955 * 0.125 + 742 * 10) / 1e6
    batch = (2_480_000 * 0.125 + 96_100 * 1) / 1e6
    assert found["list_price"]["amount"] == pytest.approx(standard + batch, rel=1e-9)
    assert found["list_price"]["entries_without_price"] == 1  # of the priority tier
    assert found["without_list_price"] == [{"model": "gpt-5-2025-08-07", "entries": 1}]


@pytest.mark.parametrize("export_of", ["anthropic-usage", "anthropic-usage-api"])
def test_rows_of_anthropic_have_prices_of_caches_of_an_hour_batches_and_long_prompts(export_of: str) -> None:
    world = new_world()
    example = resources.files("gramledger.core") / "data" / "examples" / f"{export_of}.csv"
    assert import_file(world, example.read_bytes()).status == "completed"
    found = list_entries(world, ADMIN, "demo", ALWAYS, limit=9, cursor=None)["entries"]
    assert sorted(entry["list_price"]["amount"] for entry in found) == [
        pytest.approx((5 * 3 + 1000 * 3.75 + 253 * 6 + 128_955 * 0.3 + 742 * 15) / 1e6, rel=1e-6),
        pytest.approx((91_240 * 0.5 + 18_400 * 2.5) / 1e6, rel=1e-6),
        pytest.approx((310 * 6 + 88_000 * 7.5 + 640_200 * 0.6 + 5120 * 22.5) / 1e6, rel=1e-6),
    ]


def test_an_import_goes_by_the_price_file_that_its_log_names_also_when_its_pages_are_made_again() -> None:
    world = new_world()
    record = upload(world, export([usage(1, "gpt-5", 0, 0, 0, 1_000_000)]))
    portion = keys.portion("acme", record.import_id, 0)
    for step in steps(world, record):
        step()
        if (
            world.store.size(portion) is not None
        ):  # as if it had been begun before there was another price file
            older = {**read_json(world.store, portion), "prices": OLDER}
            world.store.write(portion, json.dumps(older).encode())
    (before,) = next(iter(pages(world).values()))
    assert before["prices"] == OLDER != CURRENT
    asked = start_rebuild(world, ADMIN, "demo", {"check": True})
    place = ("acme", asked["project_id"], asked["rebuild_id"])
    for window in plan_rebuild(world, *place)["windows"]:
        rebuild_days(world, *place, window["index"])
    finish_rebuild(world, *place)
    found = get_rebuild(world, ADMIN, "demo", asked["rebuild_id"])
    assert found["days"] == {"equal": 1, "different": 0, "missing": 0, "extra": 0}
