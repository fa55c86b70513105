"""The stand-in for providers behind the port of the product: in the same process, or over HTTP."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from typing import Any

from gramledger.adapters.memory.providers import MemoryProviders
from gramledger.adapters.providers import Providers
from gramledger.core.providers.endpoints import Endpoint
from gramledger.core.providers.pages import HttpReply, HttpRequest, Page, Setback, WindowRequest
from gramledger.core.providers.replies import http_request, page_of
from gramledger.ports.providers import UsageProviders
from local.providers.accounts import Result
from local.providers.http import Asked
from local.providers.server import ProviderServer
from local.providers.stand_in import StandIn


def in_process(stand_in: StandIn) -> MemoryProviders:
    """The stand-in without a network."""
    providers = MemoryProviders()
    providers.answer = lambda request: answer_of(stand_in, request)
    return providers


def answer_of(stand_in: StandIn, request: HttpRequest) -> HttpReply:
    """What the network would make of the stand-in's answer."""
    headers = {name.lower(): value for name, value in request.headers.items()}
    asked = Asked(request.method, f"/{request.provider}{request.path}", headers, request.body or b"")
    answer = stand_in.answer(asked)
    if answer.late:
        return HttpReply(None, trouble="no-answer", detail="no answer in time")
    if answer.cut:
        return HttpReply(None, trouble="cut-off", detail="the reply was cut off")
    after = answer.headers.get("Retry-After")
    return HttpReply(answer.status, answer.body, int(after) if after else None)


@contextmanager
def over_http(stand_in: StandIn, *, seconds: float = 0.5) -> Iterator[Providers]:
    """The stand-in on a port, and the adapter that speaks to it."""
    with ProviderServer(stand_in) as server:
        yield Providers(server.base_urls, seconds=seconds)


def window_of(endpoint: Endpoint, day: date, days: int = 1) -> WindowRequest:
    """The first page of some UTC days."""
    start = int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp())
    return WindowRequest(endpoint, start, start + 86_400 * days)


def one_page(providers: UsageProviders, window: WindowRequest, secret: str) -> Page | Setback:
    """One request and what it comes to."""
    return page_of(window, providers.send(http_request(window, secret)))


def whole(
    providers: UsageProviders, window: WindowRequest, secret: str, *, attempts: int = 1
) -> list[Result]:
    """All results of a window, each page asked for so many times at most."""
    found: list[Result] = []
    while True:
        for _ in range(attempts):
            page = one_page(providers, window, secret)
            if isinstance(page, Page):
                break
        assert isinstance(page, Page), page
        found += [plain(result.fields) for result in page.results if result.fields is not None]
        if page.following is None:
            return found
        window = window.following(page.following)


def plain(fields: Any) -> Any:
    """Members with numbers as Python has them, as the stand-in states them."""
    from gramledger.core.convert.json_values import text_of

    return json.loads(text_of(fields))
