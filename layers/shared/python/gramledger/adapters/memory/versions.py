"""Records of which versions are added and never changed, in memory."""

from __future__ import annotations

from collections.abc import Callable
from threading import RLock
from typing import Generic, TypeVar

Record = TypeVar("Record")


class MemoryVersions(Generic[Record]):
    """Versions in a dictionary; `name_of` says how one is called (name and number)."""

    def __init__(self, name_of: Callable[[Record], tuple[str, int]]) -> None:
        self._name_of = name_of
        self._versions: dict[str, dict[tuple[str, int], Record]] = {}
        self._lock = RLock()

    def add(self, tenant: str, saved: Record) -> bool:
        """Keep a new version, if there is none of its number."""
        name = self._name_of(saved)
        with self._lock:
            versions = self._versions.setdefault(tenant, {})
            if name in versions:
                return False
            versions[name] = saved
            return True

    def get(self, tenant: str, name: str, version: int) -> Record | None:
        """One version."""
        return self._versions.get(tenant, {}).get((name, version))

    def newest(self, tenant: str, name: str) -> Record | None:
        """The newest version."""
        return next((saved for saved in reversed(self.list(tenant)) if self._name_of(saved)[0] == name), None)

    def list(self, tenant: str) -> list[Record]:
        """All versions, sorted by name and number."""
        return [saved for _, saved in sorted(dict(self._versions.get(tenant, {})).items())]
