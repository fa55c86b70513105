"""Pages of buckets: OpenAI and Anthropic both tell usage as buckets of days, each with its results, page by page."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from gramledger.core.providers.pages import Page, Result, WindowRequest
from gramledger.core.providers.shapes import Reader

DAY = 86_400

Members = dict[str, Any]


def days_of(window: WindowRequest) -> int:
    """How many buckets of a day a window has."""
    return -(-(window.end - window.start) // DAY)


def page_of_buckets(
    window: WindowRequest,
    reply: Any,
    span_of: Callable[[Reader, Members], tuple[int, int]],
    check: Callable[[Reader, Members], None],
) -> Page:
    """The page that a reply holds: `span_of` reads when a bucket begins and ends (Unix seconds), `check` raises where a
    result is none of the endpoint's. A bucket without results is one without usage. Raises ReplyUnknown."""
    reader = Reader(window.endpoint)
    page = reader.members(reply, "the page")
    results: list[Result] = []
    for told in reader.elements(page.get("data"), "'data'"):
        bucket = reader.members(told, "a bucket")
        span = reader.bucket(window, *span_of(reader, bucket))
        found = [
            reader.members(result, "a result")
            for result in reader.elements(bucket.get("results"), "'results'")
        ]
        for result in found:
            check(reader, result)
        results += [Result(*span, fields) for fields in found] or [Result(*span, None)]
    return Page(tuple(results), reader.token(page.get("next_page"), more=page.get("has_more")))
