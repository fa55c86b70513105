"""Anthropic's usage report of messages: pages of daily buckets.

Source: https://platform.claude.com/docs/en/api/admin-api/usage-cost/get-messages-usage-report. The input counts what
was neither read from the cache nor written to it.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from gramledger.core.iso import iso
from gramledger.core.providers.pages import HttpRequest, Page, Result, WindowRequest
from gramledger.core.providers.shapes import Reader

GROUP_BY = (
    *("workspace_id", "api_key_id", "model", "service_tier", "context_window", "inference_geo"),
    *("account_id", "service_account_id"),
)
"""All dimensions but the speed, which needs the header of a beta."""

VERSION = "2023-06-01"
MOST_BUCKETS = 31
DAY = 86_400


def http_request(window: WindowRequest, secret: str) -> HttpRequest:
    """The request of a page."""
    days = -(-(window.end - window.start) // DAY)
    query = [
        ("starting_at", _time(window.start)),
        ("ending_at", _time(window.end)),
        ("bucket_width", "1d"),
        ("limit", str(min(days, MOST_BUCKETS))),
        *(("group_by[]", name) for name in GROUP_BY),
    ]
    if window.page is not None:
        query.append(("page", window.page))
    return HttpRequest(
        window.endpoint.provider,
        "GET",
        f"/v1/organizations/{window.endpoint.name}?{urlencode(query)}",
        {"x-api-key": secret, "anthropic-version": VERSION, "Accept": "application/json"},
    )


def page_of(window: WindowRequest, reply: Any) -> Page:
    """The page that a reply holds. Raises ReplyUnknown."""
    reader = Reader(window.endpoint)
    page = reader.members(reply, "the page")
    results = [
        result
        for bucket in reader.elements(page.get("data"), "'data'")
        for result in _results(reader, window, reader.members(bucket, "a bucket"))
    ]
    return Page(tuple(results), reader.token(page.get("next_page"), more=page.get("has_more")))


def _results(reader: Reader, window: WindowRequest, bucket: dict[str, Any]) -> list[Result]:
    span = reader.bucket(
        window,
        reader.instant(bucket.get("starting_at"), "'starting_at'"),
        reader.instant(bucket.get("ending_at"), "'ending_at'"),
    )
    found = reader.elements(bucket.get("results"), "'results'")
    for result in found:
        members = reader.members(result, "a result")
        reader.need_numbers(members, "uncached_input_tokens", "cache_read_input_tokens", "output_tokens")
        written = members.get("cache_creation")
        if written is not None:
            reader.need_numbers(
                reader.members(written, "'cache_creation'"),
                "ephemeral_5m_input_tokens",
                "ephemeral_1h_input_tokens",
            )
        reader.allow_texts(members, *GROUP_BY)
    return [Result(*span, fields) for fields in found] or [Result(*span, None)]


def _time(seconds: int) -> str:
    return iso(seconds * 1000).replace(".000Z", "Z")
