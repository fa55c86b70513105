"""Saving a preset: a new one, or a new version of one that is there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from gramledger.app.log import log_preset
from gramledger.app.lookup import Caller
from gramledger.app.presets import find_preset
from gramledger.core import factors
from gramledger.core.problems import Busy, InvalidRequest, NotFound, PresetConflict
from gramledger.core.saved_presets import SavedPreset, clean_id, edited
from gramledger.core.subjects import subjects
from gramledger.ports import World

ATTEMPTS = 10
"""How often a version's number may be taken by somebody else before the request is given up."""


def save_preset(world: World, caller: Caller, form: object) -> tuple[SavedPreset, bool]:
    """The preset as it is kept now, and whether that is a new version (settings that are there already make none).

    Settings that are left out are those of `base`, else of the newest version, else of the default preset. Where a
    `version` is stated it must be the next one. Raises NotAllowed, InvalidRequest, NotFound for a base that is not
    there, PresetConflict and Busy.
    """
    caller.need_admin()
    if not isinstance(form, Mapping):
        raise InvalidRequest(
            "The body must be a JSON object: an 'id', and the settings that differ from the base's."
        )
    preset_id = clean_id(form.get("id"))
    for _ in range(ATTEMPTS):
        newest = world.presets.newest(caller.tenant, preset_id)
        saved = _next_version(world, caller, preset_id, newest, form)
        if newest and replace(saved.preset, version=newest.preset.version) == newest.preset:
            log_preset(world, caller.tenant, newest)  # whoever saved it may have been cut off
            return newest, False
        if world.presets.add(caller.tenant, saved):
            log_preset(world, caller.tenant, saved)
            return saved, True
        if form.get("version") is not None:
            raise _taken(saved.preset.id, saved.preset.version)
    raise Busy(f"The preset '{preset_id}' kept changing while it was being saved. Send the request again.")


def _next_version(
    world: World, caller: Caller, preset_id: str, newest: SavedPreset | None, form: Mapping[str, Any]
) -> SavedPreset:
    following = newest.preset.version + 1 if newest else 1
    stated = form.get("version")
    if stated is not None and stated != following:
        raise _taken(preset_id, stated, following)
    base = (
        newest.preset
        if newest and form.get("base") is None
        else find_preset(world, caller.tenant, form.get("base"))
    )
    changes = {name: value for name, value in form.items() if name not in ("id", "version", "base")}
    preset = edited(base, changes, preset_id=preset_id, version=following)
    try:
        subjects(preset, factors.load(preset.factors_id))  # whatever it names must be listed in its factors
    except NotFound as missing:
        raise InvalidRequest(missing.detail) from None
    return SavedPreset(preset, world.clock.now_ms(), caller.user)


def _taken(preset_id: str, stated: object, following: int | None = None) -> PresetConflict:
    expected = f"the next one is {following}" if following else "somebody else has just added it"
    return PresetConflict(
        f"The preset '{preset_id}' cannot get the version {stated}: {expected}. Look at the newest version, and send "
        "the change again.",
        preset=preset_id,
    )
