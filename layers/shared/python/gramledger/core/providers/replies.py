"""From a window to a request, and from a reply to a page, for any endpoint.

A provider's own words of an error are not repeated anywhere: some quote the key.
"""

from __future__ import annotations

import re
from types import ModuleType

from gramledger.core.problems import KeyRefused, ReplyUnknown, RequestRefused, ScopesMissing
from gramledger.core.providers import anthropic, cursor, openai
from gramledger.core.providers.endpoints import PROVIDERS
from gramledger.core.providers.pages import HttpReply, HttpRequest, Page, Setback, WindowRequest
from gramledger.core.providers.shapes import parsed

_MODULES: dict[str, ModuleType] = {"openai": openai, "anthropic": anthropic, "cursor": cursor}
_SCOPES = re.compile(rb"[Mm]issing scopes?:\s*((?:[a-z][a-z0-9_.]{0,60}(?:\s*,\s*)?){1,10})")
_PASSING = frozenset((408, 425, 500, 502, 503, 504, 520, 522, 524, 529))
"""Statuses that say nothing of the request; 529 is Anthropic's for an overload."""


def http_request(window: WindowRequest, secret: str) -> HttpRequest:
    """The request of a page of a window."""
    request: HttpRequest = _MODULES[window.endpoint.provider].http_request(window, secret)
    return request


def page_of(window: WindowRequest, reply: HttpReply) -> Page | Setback:
    """The page that a reply holds, or why there is none for now.

    Raises KeyRefused, ScopesMissing, RequestRefused or ReplyUnknown, which trying again does not heal.
    """
    title = PROVIDERS[window.endpoint.provider].title
    if reply.trouble == "too-long":
        raise ReplyUnknown(
            f"{window.endpoint.title}: {reply.detail}. Nothing of the window was imported. Look whether the base URL "
            "is the right one.",
            endpoint=window.endpoint.id,
        )
    if reply.trouble or reply.status is None:
        return Setback("cut-off" if reply.trouble == "cut-off" else "no-answer", f"{title}: {reply.detail}")
    if reply.status == 200:
        try:
            value = parsed(reply.body)
        except (ValueError, RecursionError):
            return Setback("cut-off", f"{title}: the reply is no whole JSON")
        page: Page = _MODULES[window.endpoint.provider].page_of(window, value)
        return page
    if reply.status == 429:
        return Setback("throttled", f"{title} asks to slow down", reply.retry_after)
    if reply.status in _PASSING:
        return Setback("unavailable", f"{title} answered with status {reply.status}", reply.retry_after)
    raise _refusal(window, reply.status, reply.body, title)


def _refusal(
    window: WindowRequest, status: int, body: bytes, title: str
) -> KeyRefused | ScopesMissing | RequestRefused:
    endpoint = window.endpoint
    scopes = _SCOPES.search(body[:4096]) if status in (401, 403) else None
    if scopes or status == 403:
        named = ", ".join(re.findall(r"[a-z][a-z0-9_.]*[a-z0-9_]", scopes[1].decode())) if scopes else ""
        lacks = f"it lacks the scopes: {named}" if named else f"it needs {endpoint.permission}"
        return ScopesMissing(
            f"{title} knows the key, but does not let it read {endpoint.title}: {lacks}. Give the key these rights at "
            "the provider, or register one that has them.",
            endpoint=endpoint.id,
            scopes=named.split(", ") if named else [],
        )
    if status == 401:
        return KeyRefused(
            f"{title} does not know the key (status 401). Look whether it was copied whole and is still valid, and "
            "rotate it here.",
            endpoint=endpoint.id,
        )
    return RequestRefused(
        f"{title} refused the request for {endpoint.title} with status {status}. Look whether the base URL is the "
        "right one, and whether the provider has changed its API.",
        endpoint=endpoint.id,
        status_of_provider=status,
    )
