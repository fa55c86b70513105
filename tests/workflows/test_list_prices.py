"""List prices in entries and totals: beside what was reported, exact, and without what has no price."""

from __future__ import annotations

from typing import Any

from support.files import export, row
from support.runs import ADMIN, import_file, new_world

from gramledger.adapters.memory.world import MemoryWorld
from gramledger.app.entries import list_entries
from gramledger.app.spans import DaySpan
from gramledger.app.summary import summarise

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
        "prices": "genai-prices-0.2.3",
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
