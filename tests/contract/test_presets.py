"""Saved presets behave alike in memory, over moto and over the embedded engine."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

from support.carbon import PRESET

from gramledger.core.presets import Grid
from gramledger.core.saved_presets import SavedPreset
from gramledger.ports import World


def saved(preset_id: str = "ours", version: int = 1, by: str = "ada") -> SavedPreset:
    preset = replace(
        PRESET,
        id=preset_id,
        version=version,
        name="Größe ✓",
        grid=Grid("market_factor", "GBR", 0.012, "supplier's contract", 2025),
        model_aliases=(("auto", "openai/gpt-5"),),
    )
    return SavedPreset(preset, 1_763_000_000_000 + version, by)


def test_a_version_is_kept_whole(world: World, tenant: str) -> None:
    assert world.presets.add(tenant, saved())
    assert world.presets.get(tenant, "ours", 1) == saved()
    assert world.presets.get(tenant, "ours", 2) is None
    assert world.presets.get(tenant, "our", 1) is None


def test_a_version_that_is_there_is_never_replaced(world: World, tenant: str) -> None:
    first = saved()
    assert world.presets.add(tenant, first)
    assert not world.presets.add(tenant, first)
    assert not world.presets.add(tenant, saved(by="bob"))
    assert world.presets.get(tenant, "ours", 1) == first


def test_the_newest_version_is_that_of_the_highest_number(world: World, tenant: str) -> None:
    assert world.presets.newest(tenant, "ours") is None
    for version in (2, 10, 9):
        world.presets.add(tenant, saved(version=version))
    world.presets.add(tenant, saved("ours-too", 99))
    newest = world.presets.newest(tenant, "ours")
    assert newest is not None
    assert newest.preset.version == 10


def test_all_versions_are_listed_by_id_and_number_and_only_the_tenants_own(world: World, tenant: str) -> None:
    for preset_id, version in (("ours-b", 1), ("ours", 10), ("ours", 9), ("a", 1)):
        world.presets.add(tenant, saved(preset_id, version))
    world.presets.add(f"{tenant}x", saved("theirs"))
    found = [each.preset.label for each in world.presets.list(tenant)]
    assert found == ["a@1", "ours@9", "ours@10", "ours-b@1"]
    assert world.presets.newest(tenant, "theirs") is None


def test_of_many_that_add_one_version_at_once_exactly_one_does(world: World, tenant: str) -> None:
    with ThreadPoolExecutor(6) as writers:
        added = list(writers.map(lambda n: world.presets.add(tenant, saved(by=f"p{n}")), range(12)))
    assert added.count(True) == 1
    kept = world.presets.get(tenant, "ours", 1)
    assert kept is not None
    assert kept.created_by == f"p{added.index(True)}"
