"""Cursor's Admin API: the usage events of a team, page by page.

Source: https://cursor.com/docs/account/teams/admin-api, and replies of 2025 and 2026, in which the events are called
`usageEvents` or `usageEventsDisplay`. Pages are numbered, which is nobody's concern outside of here: the token of the
next one is its number. Whether the end of the span that is asked for is part of it is not documented; an event at that
very millisecond is the next window's and left out here.
"""

from __future__ import annotations

import json
from base64 import b64encode
from typing import Any

from gramledger.core.providers.pages import HttpRequest, Page, Result, WindowRequest
from gramledger.core.providers.shapes import Reader

PAGE_SIZE = 100


def http_request(window: WindowRequest, secret: str) -> HttpRequest:
    """The request of a page."""
    form = {
        "startDate": window.start * 1000,
        "endDate": window.end * 1000,
        "page": _number(window),
        "pageSize": PAGE_SIZE,
    }
    return HttpRequest(
        window.endpoint.provider,
        "POST",
        f"/teams/{window.endpoint.name}",
        {
            "Authorization": f"Basic {b64encode(f'{secret}:'.encode()).decode()}",
            "Content-Type": "application/json",
            "Accept": "application/json",
        },
        json.dumps(form, separators=(",", ":")).encode(),
    )


def page_of(window: WindowRequest, reply: Any) -> Page:
    """The page that a reply holds. Raises ReplyUnknown."""
    reader = Reader(window.endpoint)
    page = reader.members(reply, "the page")
    total = reader.whole(page.get("totalUsageEventsCount"), "'totalUsageEventsCount'")
    named = page.get("usageEventsDisplay", page.get("usageEvents", [] if total == 0 else None))
    events = [reader.members(event, "an event") for event in reader.elements(named, "'usageEventsDisplay'")]
    for event in events:
        reader.allow_texts(event, "model", "kind", "kindLabel", "userEmail")
        if event.get("tokenUsage") is not None:
            reader.members(event["tokenUsage"], "'tokenUsage'")
    results = tuple(
        Result(window.start, window.end, event)
        for event in events
        if window.start * 1000 <= _instant(reader, event) < window.end * 1000
    )
    number = _number(window)
    more = _more(reader, page, number, total)
    if more and not events:
        raise reader.unknown(f"page {number} is empty, but there are {total:,} events")
    return Page(results, str(number + 1) if more else None)


def _number(window: WindowRequest) -> int:
    return 1 if window.page is None else int(window.page)


def _more(reader: Reader, page: dict[str, Any], number: int, total: int) -> bool:
    if "pagination" not in page:
        return number * PAGE_SIZE < total
    more = reader.members(page["pagination"], "'pagination'").get("hasNextPage")
    if not isinstance(more, bool):
        raise reader.unknown("'hasNextPage' is neither true nor false")
    return more


def _instant(reader: Reader, event: dict[str, Any]) -> int:
    """Milliseconds since 1970, which are written as a text or as a number."""
    written = event.get("timestamp")
    if not isinstance(written, str) or not (written.isascii() and written.isdigit()) or len(written) > 15:
        raise reader.unknown("'timestamp' is no instant in milliseconds")
    return int(written)
