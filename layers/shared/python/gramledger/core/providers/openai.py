"""OpenAI's usage API: pages of daily buckets, of completions and of costs.

Source: https://platform.openai.com/docs/api-reference/usage. All six dimensions of completions are asked for: without
the service tier, for one, usage at different prices would be added up and could not be compared with anything.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from gramledger.core.providers.bucket_pages import days_of, page_of_buckets
from gramledger.core.providers.endpoints import OPENAI_COSTS, OPENAI_USAGE
from gramledger.core.providers.pages import HttpRequest, Page, WindowRequest
from gramledger.core.providers.shapes import Reader

GROUP_BY = {
    OPENAI_USAGE.id: ("project_id", "user_id", "api_key_id", "model", "batch", "service_tier"),
    OPENAI_COSTS.id: ("project_id", "line_item"),
}
MOST_BUCKETS = {OPENAI_USAGE.id: 31, OPENAI_COSTS.id: 180}


def http_request(window: WindowRequest, secret: str) -> HttpRequest:
    """The request of a page."""
    endpoint = window.endpoint
    query = [
        ("start_time", str(window.start)),
        ("end_time", str(window.end)),
        ("bucket_width", "1d"),
        ("limit", str(min(days_of(window), MOST_BUCKETS[endpoint.id]))),
        *(("group_by[]", name) for name in GROUP_BY[endpoint.id]),
    ]
    if window.page is not None:
        query.append(("page", window.page))
    return HttpRequest(
        endpoint.provider,
        "GET",
        f"/v1/organization/{endpoint.name}?{urlencode(query)}",
        {"Authorization": f"Bearer {secret}", "Accept": "application/json"},
    )


def page_of(window: WindowRequest, reply: Any) -> Page:
    """The page that a reply holds. Raises ReplyUnknown."""
    return page_of_buckets(window, reply, _span_of, _check)


def _span_of(reader: Reader, bucket: dict[str, Any]) -> tuple[int, int]:
    return (
        reader.whole(bucket.get("start_time"), "'start_time'"),
        reader.whole(bucket.get("end_time"), "'end_time'"),
    )


def _check(reader: Reader, result: dict[str, Any]) -> None:
    if reader.endpoint == OPENAI_COSTS:
        amount = reader.members(result.get("amount"), "'amount'")
        if not isinstance(amount.get("value"), str):  # a number is a text with its digits, too
            raise reader.unknown("'amount' has no 'value'")
        reader.allow_texts(amount, "currency")
        reader.allow_texts(result, "line_item", "project_id")
    else:
        reader.need_numbers(result, "input_tokens", "output_tokens", "num_model_requests")
        reader.allow_texts(result, "project_id", "user_id", "api_key_id", "model", "service_tier")
