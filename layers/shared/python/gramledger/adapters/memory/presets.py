"""The presets of tenants in memory."""

from __future__ import annotations

from threading import RLock

from gramledger.core.saved_presets import SavedPreset


class MemoryPresets:
    """Presets in a dictionary."""

    def __init__(self) -> None:
        self._versions: dict[str, dict[tuple[str, int], SavedPreset]] = {}
        self._lock = RLock()

    def add(self, tenant: str, saved: SavedPreset) -> bool:
        """Keep a new version, if there is none of its number."""
        name = saved.preset.id, saved.preset.version
        with self._lock:
            versions = self._versions.setdefault(tenant, {})
            if name in versions:
                return False
            versions[name] = saved
            return True

    def get(self, tenant: str, preset_id: str, version: int) -> SavedPreset | None:
        """One version."""
        return self._versions.get(tenant, {}).get((preset_id, version))

    def newest(self, tenant: str, preset_id: str) -> SavedPreset | None:
        """The newest version."""
        return next((s for s in reversed(self.list(tenant)) if s.preset.id == preset_id), None)

    def list(self, tenant: str) -> list[SavedPreset]:
        """All versions of all presets."""
        return [saved for _, saved in sorted(dict(self._versions.get(tenant, {})).items())]
