"""Provider keys in memory, and providers that answer as a test has them answer."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from threading import RLock

from gramledger.core.providers.keys import ProviderKey
from gramledger.core.providers.pages import HttpReply, HttpRequest


class MemoryProviderKeys:
    """Keys in a dictionary."""

    def __init__(self) -> None:
        self._keys: dict[tuple[str, str], ProviderKey] = {}
        self._lock = RLock()

    def create(self, key: ProviderKey) -> None:
        """Keep a new key."""
        self._keys.setdefault((key.tenant, key.key_id), key)

    def get(self, tenant: str, key_id: str) -> ProviderKey | None:
        """The key of that id."""
        return self._keys.get((tenant, key_id))

    def list(self, tenant: str) -> list[ProviderKey]:
        """All keys of the tenant, oldest first."""
        return [known for (owner, _), known in sorted(self._keys.items()) if owner == tenant]

    def change(
        self, tenant: str, key_id: str, change: Callable[[ProviderKey], ProviderKey | None]
    ) -> ProviderKey | None:
        """Apply a pure change."""
        with self._lock:
            known = self.get(tenant, key_id)
            changed = change(known) if known else None
            if known is None or changed is None:
                return known
            self._keys[tenant, key_id] = replace(changed, revision=known.revision + 1)
            return self._keys[tenant, key_id]

    def delete(self, tenant: str, key_id: str) -> None:
        """Remove a key."""
        self._keys.pop((tenant, key_id), None)


class MemoryProviders:
    """Hands requests to whatever `answer` is; until a test sets it, nobody answers. Remembers every request."""

    def __init__(self) -> None:
        self.answer: Callable[[HttpRequest], HttpReply] = lambda _: HttpReply(None, trouble="no-answer")
        self.requests: list[HttpRequest] = []

    def send(self, request: HttpRequest) -> HttpReply:
        """What `answer` says."""
        self.requests.append(request)
        return self.answer(request)
