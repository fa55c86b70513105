"""A page of a window, asked of its provider by a key."""

from __future__ import annotations

from gramledger.core.problems import KeyConflict
from gramledger.core.providers.keys import ProviderKey
from gramledger.core.providers.pages import Page, Setback, WindowRequest
from gramledger.core.providers.replies import http_request, page_of
from gramledger.ports import World


def fetch_page(world: World, key: ProviderKey, window: WindowRequest) -> Page | Setback:
    """One page, asked for once; a Setback where the same request may succeed later.

    Raises KeyConflict where the key has no secret any more, and what `ask` raises.
    """
    return ask(world, secret_of(world, key), window)


def ask(world: World, secret: str, window: WindowRequest) -> Page | Setback:
    """One page, by a secret.

    Raises KeyRefused, ScopesMissing, RequestRefused or ReplyUnknown, which trying again does not heal.
    """
    return page_of(window, world.providers.send(http_request(window, secret)))


def secret_of(world: World, key: ProviderKey) -> str:
    """The secret of a key. Raises KeyConflict where there is none any more."""
    secret = world.secrets.find(key.tenant, key.secret_name)
    if secret is None:
        raise KeyConflict(
            f"The provider key '{key.label}' has no secret any more: it was rotated or deleted meanwhile. Try again, "
            "or rotate it.",
            key_id=key.key_id,
        )
    return secret
