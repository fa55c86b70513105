"""The presets of tenants in memory."""

from __future__ import annotations

from gramledger.adapters.memory.versions import MemoryVersions
from gramledger.core.saved_presets import SavedPreset


class MemoryPresets(MemoryVersions[SavedPreset]):
    """Versions of presets."""

    def __init__(self) -> None:
        super().__init__(lambda saved: (saved.preset.id, saved.preset.version))
