"""Presets: finding the one that is asked for."""

from __future__ import annotations

from gramledger.core import presets
from gramledger.core.presets import Preset

DEFAULT_PRESET = "default"


def find_preset(label: str | None) -> Preset:
    """The shipped preset `id@version`, or the newest version of `id`; the default one when none is named.

    Raises NotFound, and InvalidRequest for a version that is no number.
    """
    return presets.load(*presets.parse_label(label or DEFAULT_PRESET))
