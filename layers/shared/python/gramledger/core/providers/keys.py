"""Provider keys: by which account of which provider usage is fetched, for which project, and how that went last.

A record names its secret and never holds it. Each secret has a name of its own and is never changed: a rotation makes
another one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any, Literal

Status = Literal["active", "disabled"]


@dataclass(frozen=True, slots=True)
class Check:
    """Whether a key may read an endpoint, as the provider answered at an instant (ms UTC).

    `code` is that of the problem that it answered with, and None where the key may.
    """

    at: int
    code: str | None = None
    detail: str = ""

    @property
    def passed(self) -> bool:
        """Whether the key may read the endpoint."""
        return self.code is None


@dataclass(frozen=True, slots=True)
class ProviderKey:
    """One key. Instants are ms UTC."""

    tenant: str
    key_id: str
    """A ULID."""
    provider: str
    label: str
    """Unique within the tenant."""
    project_id: str
    """The project that is fed."""
    endpoints: tuple[str, ...]
    """Names of endpoints of the provider (`core.providers.endpoints`)."""
    secret_id: str
    """A ULID; the secret is kept under `secret_name`."""
    created_at: int
    created_by: str
    status: Status = "active"
    rotated_at: int | None = None
    replaced: tuple[str, ...] = ()
    """Ids of secrets that were replaced and may not have been removed yet."""
    checks: Mapping[str, Check] = field(default_factory=dict)
    """Name of an endpoint -> what its last check found."""
    succeeded_at: Mapping[str, int] = field(default_factory=dict)
    """Name of an endpoint -> when a window of it was last fetched whole."""
    revision: int = 0

    @property
    def active(self) -> bool:
        """Whether it is to be fetched by."""
        return self.status == "active"

    @property
    def secret_name(self) -> str:
        """The name of its secret (`ports.Secrets`)."""
        return f"{self.key_id}/{self.secret_id}"

    @property
    def replaced_names(self) -> list[str]:
        """The names of secrets that are to be removed."""
        return [f"{self.key_id}/{secret_id}" for secret_id in self.replaced]

    @property
    def account(self) -> str:
        """What imports of its windows name as their account: a window replaces those of the same key only."""
        return f"{self.provider}:{self.key_id}"

    def with_status(self, status: Status) -> ProviderKey | None:
        """The key with another status; None where it has that already."""
        return None if status == self.status else replace(self, status=status)

    def rotated(self, secret_id: str, at: int) -> ProviderKey | None:
        """The key with another secret; None where it has that already. What the old one was allowed says no more."""
        if secret_id == self.secret_id:
            return None
        replaced = (*self.replaced, self.secret_id)
        return replace(self, secret_id=secret_id, rotated_at=at, replaced=replaced, checks={})

    def without_replaced(self, removed: tuple[str, ...]) -> ProviderKey | None:
        """The key after some replaced secrets were removed; None where it names none of them."""
        left = tuple(secret_id for secret_id in self.replaced if secret_id not in removed)
        return None if left == self.replaced else replace(self, replaced=left)

    def checked(self, found: Mapping[str, Check]) -> ProviderKey:
        """The key with what checks of some endpoints found."""
        return replace(self, checks={**self.checks, **found})

    def succeeded(self, endpoint: str, at: int) -> ProviderKey | None:
        """The key after a window of an endpoint was fetched; None where a later one is known."""
        if at <= self.succeeded_at.get(endpoint, -1):
            return None
        return replace(self, succeeded_at={**self.succeeded_at, endpoint: at})

    def to_json(self) -> dict[str, Any]:
        """A JSON object of the whole record."""
        return asdict(self)

    @staticmethod
    def from_json(form: Mapping[str, Any]) -> ProviderKey:
        """The record of a JSON object that `to_json` gave."""
        checks = {name: Check(**check) for name, check in form["checks"].items()}
        sequences = {name: tuple(form[name]) for name in ("endpoints", "replaced")}
        return ProviderKey(**{**form, **sequences, "checks": checks})
