"""Presets: those that are shipped, and those that a tenant has saved."""

from __future__ import annotations

from typing import Any

from gramledger.app.lookup import Caller
from gramledger.core import presets
from gramledger.core.iso import iso
from gramledger.core.presets import Preset
from gramledger.core.problems import NotFound
from gramledger.core.saved_presets import SavedPreset
from gramledger.ports import World

DEFAULT_PRESET = "default"


def find_preset(world: World, tenant: str, label: object) -> Preset:
    """The preset `id@version`, or the newest version of `id`; the default one when none is named.

    Raises NotFound, and InvalidRequest for a label that is none.
    """
    preset_id, version = presets.parse_label(DEFAULT_PRESET if label is None else label)
    if preset_id in presets.shipped_ids():
        return presets.load(preset_id, version)
    return _saved(world, tenant, preset_id, version).preset


def list_presets(world: World, caller: Caller) -> list[dict[str, Any]]:
    """The newest version of each preset: the shipped ones first, then the tenant's own by id."""
    known: dict[str, list[Preset | SavedPreset]] = {}
    for shipped in presets.shipped():
        known.setdefault(shipped.id, []).append(shipped)
    for saved in world.presets.list(caller.tenant):
        known.setdefault(saved.preset.id, []).append(saved)
    return [
        {**_shown(versions[-1]), "versions": [_preset(each).version for each in versions]}
        for versions in known.values()
    ]


def get_preset(world: World, caller: Caller, preset_id: str, version: str | None = None) -> dict[str, Any]:
    """One version of a preset, or its newest one. Raises NotFound and InvalidRequest."""
    asked, number = presets.parse_label(preset_id if version is None else f"{preset_id}@{version}")
    if asked in presets.shipped_ids():
        return _shown(presets.load(asked, number))
    return _shown(_saved(world, caller.tenant, asked, number))


def show_preset(saved: SavedPreset) -> dict[str, Any]:
    """A saved preset as clients see it."""
    return _shown(saved)


def _saved(world: World, tenant: str, preset_id: str, version: int | None) -> SavedPreset:
    if version is None:
        saved = world.presets.newest(tenant, preset_id)
    else:
        saved = world.presets.get(tenant, preset_id, version)
    if saved is None:
        asked = preset_id if version is None else f"{preset_id}@{version}"
        raise NotFound(f"There is no preset '{asked}'. List the presets, or save it first.", preset=asked)
    return saved


def _shown(known: Preset | SavedPreset) -> dict[str, Any]:
    preset = _preset(known)
    saved = known if isinstance(known, SavedPreset) else None
    return {
        "preset": preset.label,
        **preset.to_json(),
        "shipped": saved is None,
        "created_at": iso(saved.created_at) if saved else None,
        "created_by": saved.created_by if saved else None,
    }


def _preset(known: Preset | SavedPreset) -> Preset:
    return known.preset if isinstance(known, SavedPreset) else known
