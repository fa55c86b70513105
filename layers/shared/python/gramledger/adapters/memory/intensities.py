"""The half-hourly intensities of tenants in memory: what each version is."""

from __future__ import annotations

from gramledger.adapters.memory.versions import MemoryVersions
from gramledger.core.saved_series import SavedSeries


class MemoryIntensities(MemoryVersions[SavedSeries]):
    """Versions of series."""

    def __init__(self) -> None:
        super().__init__(lambda saved: (saved.series, saved.version))
