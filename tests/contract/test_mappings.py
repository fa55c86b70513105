"""Saved mappings behave alike in memory, over moto and over the embedded engine."""

from __future__ import annotations

from dataclasses import replace

from gramledger.core.mapping import SavedMapping
from gramledger.ports import World


def saved(tenant: str, name: str = "monthly") -> SavedMapping:
    mapping = {"format": "usage", "columns": {"time": {"column": "Größe ✓"}, "output": {"column": 2}}}
    return SavedMapping(tenant, name, mapping, ["Größe ✓", ""], 1_763_000_000_000, "ada")


def test_a_mapping_is_kept_whole_for_its_tenant(world: World, tenant: str) -> None:
    world.mappings.put(saved(tenant))
    assert world.mappings.get(tenant, "monthly") == saved(tenant)
    assert world.mappings.get(tenant, "month") is None
    assert world.mappings.get(f"{tenant}x", "monthly") is None


def test_a_mapping_takes_the_place_of_the_one_of_its_name(world: World, tenant: str) -> None:
    world.mappings.put(saved(tenant))
    world.mappings.put(replace(saved(tenant), header=None))
    assert world.mappings.list(tenant) == [replace(saved(tenant), header=None)]


def test_mappings_are_listed_by_name_and_removed_ones_are_gone(world: World, tenant: str) -> None:
    for name in ("b", "a", "C"):
        world.mappings.put(saved(tenant, name))
    assert [found.name for found in world.mappings.list(tenant)] == ["C", "a", "b"]
    world.mappings.delete(tenant, "a")
    world.mappings.delete(tenant, "a")
    assert [found.name for found in world.mappings.list(tenant)] == ["C", "b"]


def test_more_mappings_than_one_page_holds_are_listed(world: World, tenant: str) -> None:
    wide = replace(saved(tenant), header=["x" * 500] * 400)
    for number in range(7):
        world.mappings.put(replace(wide, name=f"m{number}"))
    assert len(world.mappings.list(tenant)) == 7
