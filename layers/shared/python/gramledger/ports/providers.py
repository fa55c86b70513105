"""What the use cases need to be told by providers. Every method may raise ports.Unavailable."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from gramledger.core.providers.keys import ProviderKey
from gramledger.core.providers.pages import HttpReply, HttpRequest


class ProviderKeys(Protocol):
    """The keys by which usage is fetched from providers; their secrets are elsewhere."""

    def create(self, key: ProviderKey) -> None:
        """Keep a new key; one of its id that is there stays as it is."""

    def get(self, tenant: str, key_id: str) -> ProviderKey | None:
        """The key of that id, read consistently."""

    def list(self, tenant: str) -> list[ProviderKey]:
        """All keys of the tenant, oldest first, read consistently."""

    def change(
        self, tenant: str, key_id: str, change: Callable[[ProviderKey], ProviderKey | None]
    ) -> ProviderKey | None:
        """Apply a pure change under compare-and-swap, as `Jobs.change` does."""

    def delete(self, tenant: str, key_id: str) -> None:
        """Remove a key; one that does not exist counts as removed."""


class UsageProviders(Protocol):
    """The APIs of the providers, each at the base URL that is set for it."""

    def send(self, request: HttpRequest) -> HttpReply:
        """Send a request; what came back within limited time and size. No redirect is followed, nothing tried twice,
        and no trouble of the network raised: a reply tells it."""
