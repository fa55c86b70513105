"""The method bench of a project: its stored entries under every method, without importing or changing anything."""

from __future__ import annotations

from typing import Any

import pytest
from support.files import export, row
from support.runs import ADMIN, import_file, new_world, pages

from gramledger.adapters.memory.world import MemoryWorld
from gramledger.app.methods import compare_methods
from gramledger.app.projects import change_project
from gramledger.app.save_preset import save_preset
from gramledger.app.spans import DaySpan
from gramledger.app.summary import summarise
from gramledger.core import limits
from gramledger.core.problems import InvalidRequest

ALWAYS = DaySpan.of(None, None)


def world_with_usage() -> MemoryWorld:
    world = new_world()
    rows = [
        row(f"2025-11-{day:02d}T10:00:00.000Z", model=model, buckets=(50, 1000, 90_000, 700))
        for day, model in ((4, "gpt-5"), (4, "auto"), (5, "claude-4.5-sonnet"), (9, "gpt-5"))
    ]
    rows[1] = rows[1].replace("T10:00", "T10:01")
    assert import_file(world, export(rows)).status == "completed"
    return world


def methods(world: MemoryWorld, span: DaySpan = ALWAYS) -> dict[str, dict[str, Any]]:
    return {method["method"]: method for method in compare_methods(world, ADMIN, "demo", span)["methods"]}


def test_the_presets_own_line_is_what_the_summary_says() -> None:
    world = world_with_usage()
    own = methods(world)["preset"]
    stated = summarise(world, ADMIN, "demo", ALWAYS)
    assert own["energy_kwh"] == stated["energy_kwh"]
    assert own["gwp_kgco2e"] == stated["gwp_kgco2e"]
    assert (own["inside"], own["of_preset"]) == (True, 1.0)


def test_each_method_is_named_with_weights_source_and_whether_it_lies_in_the_range() -> None:
    found = methods(world_with_usage())
    assert list(found) == [
        "preset",
        "output-only",
        "cache-weighted",
        "cache-as-input",
        "agents",
        "flat-total",
    ]
    assert all(method["sources"] for method in found.values())
    assert found["output-only"]["weights"]["cache_read"] == {"low": 0.0, "value": 0.0, "high": 0.0}
    assert found["output-only"]["inside"]
    assert not found["flat-total"]["inside"]
    assert found["flat-total"]["of_preset"] > 10
    values = [method["energy_kwh"]["value"] for method in found.values()]
    assert max(values) == found["flat-total"]["energy_kwh"]["value"]


def test_the_spread_is_that_of_the_values() -> None:
    whole = compare_methods(world_with_usage(), ADMIN, "demo", ALWAYS)
    values = [method["energy_kwh"]["value"] for method in whole["methods"]]
    assert whole["spread"]["energy_kwh"] == {"low": min(values), "high": max(values)}
    assert whole["spread"]["factor"] == pytest.approx(max(values) / min(values), abs=1e-4)
    assert (whole["entries"], whole["preset"], whole["from"], whole["to"]) == (
        4,
        "default@1",
        "2025-11-04",
        "2025-11-09",
    )


def test_days_add_up_and_nothing_is_changed() -> None:
    world = world_with_usage()
    before = pages(world)
    first, rest = (
        methods(world, DaySpan.of(None, "2025-11-04")),
        methods(world, DaySpan.of("2025-11-05", None)),
    )
    for name, method in methods(world).items():
        parts = first[name]["energy_kwh"]["value"] + rest[name]["energy_kwh"]["value"]
        assert method["energy_kwh"]["value"] == pytest.approx(parts, rel=1e-12)
    assert pages(world) == before


def test_the_projects_preset_and_aliases_hold_now() -> None:
    world = world_with_usage()
    save_preset(world, ADMIN, {"id": "ours", "grid": {"mode": "zone", "zone": "FRA"}})
    before = methods(world)["output-only"]
    aliases = {"aliases": {"auto": "openai/gpt-5-nano"}}
    change_project(world, ADMIN, "demo", {"preset": "ours", "settings": aliases})
    after = methods(world)["output-only"]
    assert after["gwp_kgco2e"]["value"] < before["gwp_kgco2e"]["value"] / 2
    assert after["energy_kwh"]["high"] < before["energy_kwh"]["high"]


def test_a_span_of_too_many_entries_is_refused_with_the_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "METHODS_ENTRIES", 3)
    with pytest.raises(InvalidRequest, match=r"The span has 4 entries; methods are compared on up to 3\."):
        compare_methods(world_with_usage(), ADMIN, "demo", ALWAYS)


def test_a_project_without_usage_has_nothing_to_compare() -> None:
    found = compare_methods(new_world(), ADMIN, "demo", ALWAYS)
    assert (found["entries"], found["from"], found["spread"]["factor"]) == (0, None, None)
    assert {method["of_preset"] for method in found["methods"]} == {None}
