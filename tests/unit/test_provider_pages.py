"""What is asked of each provider, and what its replies are taken for: documented shapes, and all else refused."""

from __future__ import annotations

import base64
import json
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from support.provider_pages import DAY, NEXT, RESULTS, page, replied, window

from gramledger.core.problems import KeyRefused, ReplyUnknown, RequestRefused, ScopesMissing
from gramledger.core.providers.endpoints import ENDPOINTS, PROVIDERS, find_endpoint
from gramledger.core.providers.pages import HttpReply, Page, Setback
from gramledger.core.providers.replies import http_request, page_of

SECRET = "sk-canary-0123456789"
USAGE, COSTS = "openai/usage/completions", "openai/costs"
ANTHROPIC, CURSOR = "anthropic/usage_report/messages", "cursor/filtered-usage-events"


@pytest.fixture(params=ENDPOINTS)
def endpoint(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def asked(endpoint: str, page: str | None = None) -> tuple[str, list[tuple[str, str]]]:
    first = window(endpoint)
    request = http_request(first if page is None else first.following(page), SECRET)
    parts = urlsplit(request.path)
    return parts.path, parse_qsl(parts.query)


def read(endpoint: str, form: Any) -> Page:
    found = page_of(window(endpoint), replied(form))
    assert isinstance(found, Page)
    return found


def test_completions_are_asked_for_by_all_six_dimensions() -> None:
    path, query = asked(USAGE)
    assert path == "/v1/organization/usage/completions"
    assert [value for name, value in query if name == "group_by[]"] == [
        *("project_id", "user_id", "api_key_id", "model", "batch", "service_tier")
    ]
    assert {(n, v) for n, v in query if n != "group_by[]"} == {
        ("start_time", str(DAY)),
        ("end_time", str(NEXT)),
        ("bucket_width", "1d"),
        ("limit", "1"),
    }


def test_costs_and_reports_are_asked_for_by_their_documented_names() -> None:
    path, query = asked(COSTS)
    assert path == "/v1/organization/costs"
    assert [value for name, value in query if name == "group_by[]"] == ["project_id", "line_item"]
    path, query = asked(ANTHROPIC)
    assert path == "/v1/organizations/usage_report/messages"
    assert dict(query)["starting_at"] == "2025-11-04T00:00:00Z"
    assert dict(query)["ending_at"] == "2025-11-05T00:00:00Z"
    assert {"model", "service_tier", "workspace_id"} <= {v for n, v in query if n == "group_by[]"}


@pytest.mark.parametrize(
    ("name", "days", "limit"), [(USAGE, 40, "31"), (COSTS, 400, "180"), (ANTHROPIC, 9, "9")]
)
def test_no_more_buckets_are_asked_for_than_a_page_may_have(name: str, days: int, limit: str) -> None:
    assert dict(parse_qsl(urlsplit(http_request(window(name, days), SECRET).path).query))["limit"] == limit


def test_a_team_s_events_are_asked_for_in_milliseconds_and_by_page() -> None:
    request = http_request(window(CURSOR).following("3"), SECRET)
    assert (request.method, request.path) == ("POST", "/teams/filtered-usage-events")
    form = {"startDate": DAY * 1000, "endDate": NEXT * 1000, "page": 3, "pageSize": 100}
    assert json.loads(request.body or b"") == form


def test_the_secret_goes_into_the_header_that_the_provider_wants_and_into_no_text() -> None:
    wanted = {
        USAGE: ("Authorization", f"Bearer {SECRET}"),
        COSTS: ("Authorization", f"Bearer {SECRET}"),
        ANTHROPIC: ("x-api-key", SECRET),
        CURSOR: ("Authorization", f"Basic {base64.b64encode(f'{SECRET}:'.encode()).decode()}"),
    }
    for name, (header, value) in wanted.items():
        request = http_request(window(name), SECRET)
        assert request.headers[header] == value
        assert "canary" not in repr(request)
        assert value not in repr(request)


@pytest.mark.parametrize("token", ["page_AAA", "https://evil.example/v1?page=2", "a&b=c#d", "ü"])
@pytest.mark.parametrize("name", [USAGE, COSTS, ANTHROPIC])
def test_a_page_token_is_handed_back_as_it_came_and_is_never_an_address(name: str, token: str) -> None:
    found = read(name, page(name, RESULTS[name], following=token))
    assert found.following == token
    path, query = asked(name, token)
    assert path == asked(name)[0]
    assert dict(query)["page"] == token


def test_a_page_has_its_results_with_bucket_and_all_members_as_written(endpoint: str) -> None:
    result = {**RESULTS[endpoint], "brand_new": {"deep": [1.50, None]}}
    (found,) = read(endpoint, page(endpoint, result)).results
    assert (found.start, found.end) == (DAY, NEXT)
    assert found.fields is not None
    assert list(found.fields) == list(result)
    assert found.fields["brand_new"] == {"deep": ["1.5", None]}


def test_amounts_keep_every_digit_whether_numbers_or_texts() -> None:
    digits = "0.016119375000000000000000000000000001"
    for value in (digits, f'"{digits}"'):
        text = json.dumps(page(COSTS, RESULTS[COSTS])).replace(f'"{digits}"', value)
        found = page_of(window(COSTS), HttpReply(200, text.encode()))
        assert isinstance(found, Page)
        fields = found.results[0].fields
        assert fields is not None
        assert fields["amount"]["value"] == digits


def test_a_bucket_without_usage_is_a_result_of_nothing() -> None:
    for name in (USAGE, COSTS, ANTHROPIC):
        (found,) = read(name, page(name)).results
        assert (found.start, found.end, found.fields) == (DAY, NEXT, None)
    assert read(CURSOR, page(CURSOR)).results == ()


def test_a_time_without_a_zone_is_utc() -> None:
    form = page(ANTHROPIC, RESULTS[ANTHROPIC])
    form["data"][0] |= {"starting_at": "2025-11-04T00:00:00", "ending_at": "2025-11-05T01:00:00+01:00"}
    (found,) = read(ANTHROPIC, form).results
    assert (found.start, found.end) == (DAY, NEXT)


def test_events_of_the_next_window_s_first_instant_are_not_of_this_one() -> None:
    events = [{**RESULTS[CURSOR], "timestamp": at} for at in (DAY * 1000, str(NEXT * 1000 - 1), NEXT * 1000)]
    found = read(CURSOR, page(CURSOR, *events))
    assert [result.fields["timestamp"] for result in found.results if result.fields] == [
        str(DAY * 1000),
        str(NEXT * 1000 - 1),
    ]


def test_pages_of_events_are_counted_where_the_provider_does_not_say_whether_there_is_more() -> None:
    form = {"totalUsageEventsCount": 101, "usageEventsDisplay": [RESULTS[CURSOR]] * 100}
    assert read(CURSOR, form).following == "2"
    last = page_of(window(CURSOR).following("2"), replied({**form, "usageEventsDisplay": [RESULTS[CURSOR]]}))
    assert isinstance(last, Page)
    assert last.following is None
    assert read(CURSOR, {"totalUsageEventsCount": 0}) == Page((), None)


def unfit(name: str) -> list[Any]:
    """Forms that are not what the endpoint documents."""
    result, good = RESULTS[name], page(name, RESULTS[name])
    forms: list[Any] = [[], "x", None, {}, {"error": "none"}]
    if name == CURSOR:
        return [
            *forms,
            {**good, "usageEvents": {}},
            {**good, "usageEvents": ["x"]},
            {**good, "pagination": {"hasNextPage": "yes"}},
            {**good, "usageEvents": [], "pagination": {"hasNextPage": True}},
            page(name, {**result, "timestamp": "2025-11-04"}),
            page(name, {**result, "timestamp": None}),
            page(name, {**result, "tokenUsage": [1]}),
            page(name, {**result, "model": 5}),
        ]
    needed = {USAGE: "input_tokens", COSTS: "amount", ANTHROPIC: "uncached_input_tokens"}[name]
    forms += [
        {**good, "data": {}},
        {**good, "data": ["x"]},
        {**good, "data": [{**good["data"][0], "results": None}]},
        {**good, "has_more": "no"},
        {**good, "has_more": True, "next_page": None},
        {**good, "has_more": True, "next_page": 2},
        {**good, "has_more": True, "next_page": "\ud800"},
        {name: value for name, value in good.items() if name != "has_more"},
        page(name, {member: value for member, value in result.items() if member != needed}),
        page(name, {**result, needed: "many"}),
        page(name, {**result, "project_id" if name != ANTHROPIC else "model": 5}),
    ]
    start, end = ("starting_at", "ending_at") if name == ANTHROPIC else ("start_time", "end_time")
    late = "2025-11-06T00:00:00Z" if name == ANTHROPIC else NEXT + 86_400
    buckets = [
        {**good["data"][0], start: "x"},
        {**good["data"][0], end: None},
        {**good["data"][0], end: late},
    ]
    return [*forms, *({**good, "data": [bucket]} for bucket in buckets)]


def test_a_reply_of_another_shape_is_refused_and_names_the_endpoint(endpoint: str) -> None:
    for form in unfit(endpoint):
        with pytest.raises(ReplyUnknown, match="documented shape") as caught:
            page_of(window(endpoint), replied(form))
        assert caught.value.facts["endpoint"] == endpoint


@pytest.mark.parametrize("body", [b"", b'{"data": [', b"<html>", b"\xff", b'{"a": NaN}', b"[" * 100_000])
def test_what_is_no_whole_json_was_cut_off(endpoint: str, body: bytes) -> None:
    found = page_of(window(endpoint), HttpReply(200, body))
    assert isinstance(found, Setback)
    assert found.kind == "cut-off"


def test_setbacks_are_told_apart_and_say_when_to_ask_again(endpoint: str) -> None:
    replies = {
        "throttled": HttpReply(429, b"{}", retry_after=7),
        "unavailable": HttpReply(503, retry_after=2),
        "no-answer": HttpReply(None, trouble="no-answer", detail="no answer in time"),
        "cut-off": HttpReply(None, trouble="cut-off", detail="the reply was cut off"),
    }
    for kind, reply in replies.items():
        found = page_of(window(endpoint), reply)
        assert isinstance(found, Setback)
        assert (found.kind, found.retry_after) == (kind, reply.retry_after)
        assert PROVIDERS[endpoint.partition("/")[0]].title in found.detail


def test_a_reply_that_is_larger_than_any_page_is_not_asked_for_again(endpoint: str) -> None:
    with pytest.raises(ReplyUnknown, match="longer than 5 bytes"):
        page_of(
            window(endpoint),
            HttpReply(None, trouble="too-long", detail="the reply is longer than 5 bytes"),
        )


@pytest.mark.parametrize("status", [401, 403])
def test_missing_scopes_are_named(status: int) -> None:
    words = (
        "You have insufficient permissions for this operation. Missing scopes: api.usage.read. Try sk-canary."
    )
    with pytest.raises(ScopesMissing) as caught:
        page_of(window(USAGE), replied({"error": {"message": words}}, status))
    assert caught.value.facts["scopes"] == ["api.usage.read"]
    assert "lacks the scopes: api.usage.read." in caught.value.detail
    assert "canary" not in caught.value.detail


def test_a_key_that_may_not_is_told_from_one_that_is_unknown(endpoint: str) -> None:
    with pytest.raises(ScopesMissing, match="it needs"):
        page_of(window(endpoint), replied({}, 403))
    with pytest.raises(KeyRefused, match="does not know the key"):
        page_of(window(endpoint), replied({"error": f"Incorrect API key provided: {SECRET}"}, 401))


@pytest.mark.parametrize("status", [301, 302, 400, 404, 405, 413, 422])
def test_any_other_refusal_is_final_and_repeats_nobody_s_words(endpoint: str, status: int) -> None:
    with pytest.raises(RequestRefused, match=f"status {status}") as caught:
        page_of(window(endpoint), replied({"error": SECRET}, status))
    assert "canary" not in json.dumps(caught.value.document())


def test_every_endpoint_is_found_by_its_provider_and_name(endpoint: str) -> None:
    provider, _, name = endpoint.partition("/")
    assert find_endpoint(provider, name).id == endpoint
