"""Saved mappings of tenants in memory."""

from __future__ import annotations

from gramledger.core.mapping import SavedMapping


class MemoryMappings:
    """Saved mappings in a dictionary."""

    def __init__(self) -> None:
        self._mappings: dict[tuple[str, str], SavedMapping] = {}

    def put(self, saved: SavedMapping) -> None:
        """Keep a mapping under its name."""
        self._mappings[saved.tenant, saved.name] = saved

    def get(self, tenant: str, name: str) -> SavedMapping | None:
        """The mapping of that name."""
        return self._mappings.get((tenant, name))

    def list(self, tenant: str) -> list[SavedMapping]:
        """All mappings of the tenant by name."""
        return [saved for (owner, _), saved in sorted(self._mappings.items()) if owner == tenant]

    def delete(self, tenant: str, name: str) -> None:
        """Remove the mapping of that name."""
        self._mappings.pop((tenant, name), None)
