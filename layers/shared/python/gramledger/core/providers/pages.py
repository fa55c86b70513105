"""What is asked of a provider and what comes back: windows, requests, replies, pages.

A window is a span of time, most often a UTC day; it is read page by page. Where the next page is, the provider says by
a token. That is text to be handed back as it came, and never an address.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any, Literal

from gramledger.core.providers.endpoints import Endpoint

Fields = dict[str, Any]
"""The members of a result by name, as the provider gave them; numbers are `json_values.Number`, digits as written."""


@dataclass(frozen=True, slots=True)
class WindowRequest:
    """One page of the window [start, end) of an endpoint. Instants are Unix seconds; both begin a UTC day."""

    endpoint: Endpoint
    start: int
    end: int
    page: str | None = None
    """The token that the page before gave; None for the first page."""

    def following(self, page: str) -> WindowRequest:
        """The request of the page whose token is `page`."""
        return replace(self, page=page)


@dataclass(frozen=True, slots=True)
class HttpRequest:
    """A request to a provider. Its headers hold the secret: they are in no text of it."""

    provider: str
    method: Literal["GET", "POST"]
    path: str
    """Below the base URL of the provider, with its query."""
    headers: dict[str, str] = field(repr=False)
    body: bytes | None = None


Trouble = Literal["", "no-answer", "cut-off", "too-long"]


@dataclass(frozen=True, slots=True)
class HttpReply:
    """What came back: `status` is None when nothing whole did, and then `trouble` and `detail` say why."""

    status: int | None
    body: bytes = b""
    retry_after: int | None = None
    """Seconds after which the provider wants to be asked again (`Retry-After`)."""
    trouble: Trouble = ""
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Result:
    """One result of a page: its bucket [start, end) in Unix seconds, and all that the provider said.

    `fields` is None for a bucket without usage.
    """

    start: int
    end: int
    fields: Fields | None


@dataclass(frozen=True, slots=True)
class Page:
    """A page that was checked; `following` is the token of the next one, None on the last."""

    results: tuple[Result, ...]
    following: str | None


SetbackKind = Literal["throttled", "unavailable", "no-answer", "cut-off"]


@dataclass(frozen=True, slots=True)
class Setback:
    """No page, for now: the same request may succeed later."""

    kind: SetbackKind
    detail: str
    retry_after: int | None = None
    """Seconds, where the provider said so."""
