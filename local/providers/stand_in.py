"""The answers of the stand-in: who asks, for what, and which page of it.

Pages are cut by results and not only by buckets, so that a single day has several. The token of a page is text without
any meaning; one that is not known is refused, and so is anything else that the APIs refuse.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from local.providers.accounts import DAY, SCOPE, Account, Result, midnight
from local.providers.http import Answer, Asked, Plan, Refused, answered

OPENAI_DIMENSIONS = ("project_id", "user_id", "api_key_id", "model", "batch", "service_tier")
COSTS_DIMENSIONS = ("project_id", "line_item")
ANTHROPIC_DIMENSIONS = (
    *("api_key_id", "workspace_id", "model", "service_tier", "context_window", "inference_geo"),
    *("account_id", "service_account_id"),
)
BUCKETS = {"usage/completions": 31, "costs": 180, "usage_report/messages": 31}
"""Most daily buckets of a page, by endpoint."""

Bucket = tuple[int, list[Result]]
"""Days since 1970, and the results that a page has of it."""


class StandIn:
    """The APIs of three providers, below `/openai`, `/anthropic` and `/cursor`."""

    def __init__(
        self, accounts: dict[str, Account], *, plan: Plan | None = None, results_per_page: int = 25
    ) -> None:
        self.accounts = accounts
        """Secret -> account."""
        self.plan = plan or Plan()
        self.requests = 0
        self.down: set[int] = set()
        """Days since 1970 that nobody is told of for now: whoever asks for one gets a 503."""
        self._results = results_per_page

    def answer(self, asked: Asked) -> Answer:
        """What a request gets."""
        self.requests += 1
        fault = self.plan.next()
        try:
            answer = self._answer(asked)
        except Refused as refusal:
            answer = answered({"error": {"message": str(refusal)}}, refusal.status)
        return answer if fault is None else self.plan.spoiled(fault, answer)

    def _answer(self, asked: Asked) -> Answer:
        parts = urlsplit(asked.path)
        provider, _, place = parts.path.lstrip("/").partition("/")
        query = parse_qsl(parts.query, keep_blank_values=True)
        if provider == "openai" and asked.method == "GET" and place.startswith("v1/organization/"):
            account = self._account(provider, _bearer(asked))
            return answered(self._openai(account, place.removeprefix("v1/organization/"), query))
        if provider == "anthropic" and asked.method == "GET":
            if asked.headers.get("anthropic-version") != "2023-06-01":
                raise Refused(400, "anthropic-version: header is required")
            account = self._account(provider, asked.headers.get("x-api-key", ""))
            return answered(self._anthropic(account, place.removeprefix("v1/organizations/"), query))
        if provider == "cursor" and asked.method == "POST" and place == "teams/filtered-usage-events":
            return answered(self._cursor(self._account(provider, _basic(asked)), json.loads(asked.body)))
        raise Refused(404, f"Unknown request URL: {asked.method} /{place}")

    def _account(self, provider: str, secret: str) -> Account:
        account = self.accounts.get(secret)
        if account is None or account.provider != provider:
            shown = f"{secret[:8]}***{secret[-4:]}"
            raise Refused(
                401, f"Incorrect API key provided: {shown}. You can find your API key at the console."
            )
        if SCOPE not in account.scopes:
            raise Refused(
                403,
                f"You have insufficient permissions for this operation. Missing scopes: {SCOPE}. Check that you have "
                "the correct role in your organization.",
            )
        return account

    def _openai(self, account: Account, endpoint: str, query: list[tuple[str, str]]) -> dict[str, Any]:
        given = dict(query)
        start, end = (_number(given, name) for name in ("start_time", "end_time"))
        dimensions = {"usage/completions": OPENAI_DIMENSIONS, "costs": COSTS_DIMENSIONS}.get(endpoint)
        if dimensions is None:
            raise Refused(404, f"Unknown request URL: GET /v1/organization/{endpoint}")
        page = self._page(account, endpoint, dimensions, query, (start, end))
        buckets = [
            {"object": "bucket", "start_time": n * DAY, "end_time": (n + 1) * DAY, "results": results}
            for n, results in page["buckets"]
        ]
        return {"object": "page", "data": buckets, "has_more": page["more"], "next_page": page["next"]}

    def _anthropic(self, account: Account, endpoint: str, query: list[tuple[str, str]]) -> dict[str, Any]:
        given = dict(query)
        if endpoint != "usage_report/messages":
            raise Refused(404, "Not found")
        start, end = (
            int(datetime.fromisoformat(given[name]).timestamp()) for name in ("starting_at", "ending_at")
        )
        page = self._page(account, endpoint, ANTHROPIC_DIMENSIONS, query, (start, end))
        buckets = [
            {
                "starting_at": f"{midnight(number):%Y-%m-%dT%H:%M:%SZ}",
                "ending_at": f"{midnight(number) + timedelta(days=1):%Y-%m-%dT%H:%M:%SZ}",
                "results": results,
            }
            for number, results in page["buckets"]
        ]
        return {"data": buckets, "has_more": page["more"], "next_page": page["next"]}

    def _page(
        self,
        account: Account,
        endpoint: str,
        dimensions: tuple[str, ...],
        query: list[tuple[str, str]],
        span: tuple[int, int],
    ) -> dict[str, Any]:
        given = dict(query)
        limit = _number(given, "limit", 7)
        grouped = {value for name, value in query if name in ("group_by[]", "group_by")}
        if given.get("bucket_width", "1d") != "1d" or not 1 <= limit <= BUCKETS[endpoint]:
            raise Refused(400, "Invalid bucket_width or limit")
        if not grouped <= set(dimensions):
            raise Refused(400, f"Invalid group_by: {sorted(grouped - set(dimensions))[0]}")
        days = range(span[0] // DAY, -(-span[1] // DAY))
        if not self.down.isdisjoint(days):
            raise Refused(503, "The server is overloaded or not ready yet.")
        buckets = ((n, account.merged(endpoint, n, grouped, dimensions)) for n in days)
        pages = list(_pages(buckets, limit, self._results))
        tokens = [_token(endpoint, span, sorted(grouped), number) for number in range(len(pages))]
        token = given.get("page")
        if token is not None and token not in tokens[1:]:
            raise Refused(400, "Invalid page token")
        number = tokens.index(token) if token is not None else 0
        more = number + 1 < len(pages)
        return {
            "buckets": pages[number] if pages else [],
            "more": more,
            "next": tokens[number + 1] if more else None,
        }

    def _cursor(self, account: Account, form: dict[str, Any]) -> dict[str, Any]:
        start, end, number, size = (form[name] for name in ("startDate", "endDate", "page", "pageSize"))
        size = min(size, self._results)
        events = [
            event
            for (endpoint, _), found in sorted(account.usage.items())
            for event in found
            if endpoint == "filtered-usage-events" and start <= int(event["timestamp"]) <= end
        ]
        events.sort(key=lambda event: int(event["timestamp"]), reverse=True)
        pages = max(1, -(-len(events) // size))
        return {
            "totalUsageEventsCount": len(events),
            "pagination": {
                "numPages": pages,
                "currentPage": number,
                "pageSize": size,
                "hasNextPage": number < pages,
                "hasPreviousPage": number > 1,
            },
            "usageEvents": events[(number - 1) * size : number * size],
            "period": {"startDate": start, "endDate": end},
        }


def _pages(buckets: Iterator[Bucket], limit: int, most: int) -> Iterator[list[Bucket]]:
    """Buckets by pages of so many buckets and results at most; one with more results is on several."""
    page: list[Bucket] = []
    for number, results in buckets:
        for start in range(0, max(1, len(results)), most):
            part = results[start : start + most]
            if page and (len(page) == limit or sum(len(found) for _, found in page) + len(part) > most):
                yield page
                page = []
            page.append((number, part))
    if page:
        yield page


def _token(endpoint: str, span: tuple[int, int], grouped: list[str], number: int) -> str:
    """A token without any meaning, which belongs to its page alone; it looks like nothing that could be followed."""
    named = f"{endpoint}|{span}|{grouped}|{number}".encode()
    return f"page_{base64.b64encode(hashlib.sha256(named).digest()[:24]).decode()}=="


def _number(given: dict[str, str], name: str, default: int | None = None) -> int:
    text = given.get(name, "" if default is None else str(default))
    if not text.isdigit():
        raise Refused(400, f"Invalid {name}")
    return int(text)


def _bearer(asked: Asked) -> str:
    return asked.headers.get("authorization", "").removeprefix("Bearer ")


def _basic(asked: Asked) -> str:
    """The user name of Basic authentication; its password is blank."""
    try:
        text = base64.b64decode(asked.headers.get("authorization", "").removeprefix("Basic ")).decode()
    except (binascii.Error, UnicodeDecodeError):
        return ""
    return text.removesuffix(":")
