"""Presets that a tenant keeps: versions that are added and never changed."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from gramledger.core import factors, presets
from gramledger.core.limits import PRESET_BYTES
from gramledger.core.presets import Preset
from gramledger.core.problems import InvalidRequest, NotFound

_ID = re.compile(r"[a-z0-9][a-z0-9-]{0,62}")


@dataclass(frozen=True, slots=True)
class SavedPreset:
    """One version, and who added it when (ms UTC)."""

    preset: Preset
    created_at: int
    created_by: str

    def to_json(self) -> dict[str, Any]:
        """A JSON object of the whole record."""
        return {
            "preset": self.preset.to_json(),
            "created_at": self.created_at,
            "created_by": self.created_by,
        }

    @staticmethod
    def from_json(form: dict[str, Any]) -> SavedPreset:
        """The record of a JSON object that `to_json` gave."""
        return SavedPreset(presets.from_json(form["preset"]), form["created_at"], form["created_by"])


def clean_id(preset_id: object) -> str:
    """The id, if a tenant's preset may have it. Raises InvalidRequest."""
    if not isinstance(preset_id, str) or not _ID.fullmatch(preset_id):
        raise InvalidRequest(
            "A preset needs an 'id' of 1 to 63 small letters, digits and dashes that begins with a letter or digit, "
            "such as our-grid."
        )
    if preset_id in presets.shipped_ids():
        raise InvalidRequest(
            f"'{preset_id}' is shipped with Gramledger and is never edited. Save yours under another id; a 'base' of "
            f"'{preset_id}' gives it all the settings that you leave out."
        )
    return preset_id


def edited(base: Preset, changes: Mapping[str, object], *, preset_id: str, version: int) -> Preset:
    """The base with some of its settings changed, as a version of `preset_id`.

    A table of settings is taken whole. Factors that are named without their hash get the hash they have. Raises
    InvalidRequest, naming the setting that is wrong.
    """
    document = {**base.to_json(), **changes, "id": preset_id, "version": version}
    if "factors_id" in changes and "factors_sha256" not in changes:
        document["factors_sha256"] = _hash_of(changes["factors_id"])
    preset = presets.from_json(document)
    size = len(json.dumps(preset.to_json(), ensure_ascii=False).encode())
    if size > PRESET_BYTES:
        raise InvalidRequest(
            f"The preset has {size:,} bytes; it may have {PRESET_BYTES:,}. Use fewer aliases."
        )
    return preset


def _hash_of(factors_id: object) -> str:
    try:
        return factors.load(str(factors_id)).sha256
    except NotFound as error:
        raise InvalidRequest(f"The preset's setting 'factors_id' is {factors_id!r}. {error.detail}") from None
