"""Anthropic's usage report of messages: pages of daily buckets.

Source: https://platform.claude.com/docs/en/api/admin-api/usage-cost/get-messages-usage-report. The input counts what
was neither read from the cache nor written to it.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from gramledger.core.iso import iso
from gramledger.core.providers.bucket_pages import days_of, page_of_buckets
from gramledger.core.providers.pages import HttpRequest, Page, WindowRequest
from gramledger.core.providers.shapes import Reader

GROUP_BY = (
    *("workspace_id", "api_key_id", "model", "service_tier", "context_window", "inference_geo"),
    *("account_id", "service_account_id"),
)
"""All dimensions but the speed, which needs the header of a beta."""

VERSION = "2023-06-01"
MOST_BUCKETS = 31


def http_request(window: WindowRequest, secret: str) -> HttpRequest:
    """The request of a page."""
    query = [
        ("starting_at", _time(window.start)),
        ("ending_at", _time(window.end)),
        ("bucket_width", "1d"),
        ("limit", str(min(days_of(window), MOST_BUCKETS))),
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
    return page_of_buckets(window, reply, _span_of, _check)


def _span_of(reader: Reader, bucket: dict[str, Any]) -> tuple[int, int]:
    return (
        reader.instant(bucket.get("starting_at"), "'starting_at'"),
        reader.instant(bucket.get("ending_at"), "'ending_at'"),
    )


def _check(reader: Reader, result: dict[str, Any]) -> None:
    reader.need_numbers(result, "uncached_input_tokens", "cache_read_input_tokens", "output_tokens")
    written = result.get("cache_creation")
    if written is not None:
        reader.need_numbers(
            reader.members(written, "'cache_creation'"),
            "ephemeral_5m_input_tokens",
            "ephemeral_1h_input_tokens",
        )
    reader.allow_texts(result, *GROUP_BY)


def _time(seconds: int) -> str:
    return iso(seconds * 1000).replace(".000Z", "Z")
