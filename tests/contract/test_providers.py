"""What comes back from a provider is the same in the process and over HTTP, in good times and in bad ones."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import suppress
from datetime import date, timedelta
from threading import Thread

import pytest
from support.standing_in import in_process, one_page, over_http, whole, window_of

from gramledger.adapters.providers import BaseUrlUnfit, Providers
from gramledger.core.problems import KeyRefused, RequestRefused, ScopesMissing
from gramledger.core.providers.endpoints import (
    CURSOR_EVENTS,
    ENDPOINTS,
    OPENAI_COSTS,
    OPENAI_USAGE,
    Endpoint,
)
from gramledger.core.providers.pages import HttpReply, HttpRequest, Page, Setback
from gramledger.core.providers.replies import http_request
from gramledger.ports.providers import UsageProviders
from local.providers.accounts import day_number
from local.providers.http import Fault, Plan
from local.providers.sample import anthropic_account, cursor_account, openai_account
from local.providers.stand_in import StandIn

FIRST = date(2025, 10, 6)
"""A Monday."""
DAYS = 8
SECRETS = {"openai": "sk-admin-canary-1", "anthropic": "sk-ant-admin-canary", "cursor": "key_canary"}
OTHER = "sk-admin-canary-2"


@pytest.fixture
def stand_in() -> StandIn:
    return StandIn(
        {
            SECRETS["openai"]: openai_account(FIRST, DAYS),
            OTHER: openai_account(FIRST, DAYS, name="batch"),
            SECRETS["anthropic"]: anthropic_account(FIRST, DAYS),
            SECRETS["cursor"]: cursor_account(FIRST, DAYS),
        },
        results_per_page=4,
    )


@pytest.fixture(params=["in the process", "over HTTP"])
def providers(request: pytest.FixtureRequest, stand_in: StandIn) -> Iterator[UsageProviders]:
    if request.param == "in the process":
        yield in_process(stand_in)
    else:
        with over_http(stand_in) as adapter:
            yield adapter


@pytest.fixture(params=ENDPOINTS)
def endpoint(request: pytest.FixtureRequest) -> Endpoint:
    return ENDPOINTS[request.param]


def truth(stand_in: StandIn, endpoint: Endpoint, day: date, secret: str | None = None) -> list[object]:
    account = stand_in.accounts[secret or SECRETS[endpoint.provider]]
    return list(account.used(endpoint.name, day_number(day)))


def same(found: list[object], wanted: list[object]) -> bool:
    """Whether two lists hold the same, in whatever order."""
    return sorted(map(repr, found)) == sorted(map(repr, wanted))


def test_a_day_is_read_whole_over_several_pages(
    providers: UsageProviders, stand_in: StandIn, endpoint: Endpoint
) -> None:
    found = whole(providers, window_of(endpoint, FIRST), SECRETS[endpoint.provider])
    assert same(found, truth(stand_in, endpoint, FIRST))
    assert stand_in.requests == -(-len(found) // 4)


def test_several_days_are_read_in_one_window(
    providers: UsageProviders, stand_in: StandIn, endpoint: Endpoint
) -> None:
    found = whole(providers, window_of(endpoint, FIRST, DAYS), SECRETS[endpoint.provider])
    days = [FIRST + timedelta(days=number) for number in range(DAYS)]
    assert same(found, [result for day in days for result in truth(stand_in, endpoint, day)])


def test_a_sunday_without_usage_is_an_empty_bucket(providers: UsageProviders) -> None:
    sunday = window_of(OPENAI_USAGE, FIRST + timedelta(days=6))
    page = one_page(providers, sunday, SECRETS["openai"])
    assert isinstance(page, Page)
    assert [result.fields for result in page.results] == [None]


def test_a_revised_day_is_read_as_it_is_now(
    providers: UsageProviders, stand_in: StandIn, endpoint: Endpoint
) -> None:
    secret = SECRETS[endpoint.provider]
    before = whole(providers, window_of(endpoint, FIRST), secret)
    stand_in.accounts[secret].use(endpoint.name, FIRST, truth(stand_in, endpoint, FIRST)[1:])  # type: ignore[arg-type] # results they are
    after = whole(providers, window_of(endpoint, FIRST), secret)
    assert len(after) == len(before) - 1


def test_each_key_sees_its_own_account(providers: UsageProviders, stand_in: StandIn) -> None:
    found = whole(providers, window_of(OPENAI_USAGE, FIRST), OTHER)
    assert same(found, truth(stand_in, OPENAI_USAGE, FIRST, OTHER))
    assert not same(found, truth(stand_in, OPENAI_USAGE, FIRST))


def test_a_key_that_is_not_known_or_may_not_is_refused(
    providers: UsageProviders, stand_in: StandIn, endpoint: Endpoint
) -> None:
    window, secret = window_of(endpoint, FIRST), SECRETS[endpoint.provider]
    with pytest.raises(KeyRefused) as unknown:
        one_page(providers, window, f"{secret}x")
    stand_in.accounts[secret].scopes.clear()
    with pytest.raises(ScopesMissing, match=r"api\.usage\.read") as caught:
        one_page(providers, window, secret)
    assert caught.value.facts["scopes"] == ["api.usage.read"]
    assert "canary" not in f"{unknown.value.document()}{caught.value.document()}"


@pytest.mark.parametrize(
    ("fault", "kind", "retry_after"),
    [
        ("throttled", "throttled", 7),
        ("unavailable", "unavailable", None),
        ("overloaded", "unavailable", None),
        ("slow", "no-answer", None),
        ("cut-off", "cut-off", None),
        ("garbled", "cut-off", None),
    ],
)
def test_a_fault_is_a_setback_and_the_same_request_succeeds_later(
    providers: UsageProviders, stand_in: StandIn, fault: Fault, kind: str, retry_after: int | None
) -> None:
    stand_in.plan = Plan([fault], retry_after=7)
    window = window_of(CURSOR_EVENTS, FIRST)
    setback = one_page(providers, window, SECRETS["cursor"])
    assert isinstance(setback, Setback)
    assert (setback.kind, setback.retry_after) == (kind, retry_after)
    assert isinstance(one_page(providers, window, SECRETS["cursor"]), Page)


def test_days_read_through_many_faults_are_exactly_the_truth(stand_in: StandIn, endpoint: Endpoint) -> None:
    stand_in.plan = Plan(chance=0.6, seed=5)
    found = whole(
        in_process(stand_in), window_of(endpoint, FIRST, DAYS), SECRETS[endpoint.provider], attempts=60
    )
    days = [FIRST + timedelta(days=number) for number in range(DAYS)]
    assert same(found, [result for day in days for result in truth(stand_in, endpoint, day)])
    assert sum(stand_in.plan.met.values()) >= 2


@pytest.mark.parametrize(
    "endpoint",
    [name for name in ENDPOINTS if name != CURSOR_EVENTS.id],  # whose pages are numbered
    indirect=True,
)
def test_a_token_of_another_window_is_refused(providers: UsageProviders, endpoint: Endpoint) -> None:
    window = window_of(endpoint, FIRST).following("page_of_something_else")
    with pytest.raises(RequestRefused, match="status 400"):
        one_page(providers, window, SECRETS[endpoint.provider])


def test_dimensions_that_are_not_asked_for_are_added_up_as_the_provider_does(stand_in: StandIn) -> None:
    account = stand_in.accounts[SECRETS["openai"]]
    merged = account.merged(
        "usage/completions", day_number(FIRST), {"model"}, ("model", "service_tier", "batch")
    )
    assert [result["service_tier"] for result in merged] == [None] * 3
    whole_day = account.used("usage/completions", day_number(FIRST))
    assert sum(r["input_tokens"] for r in merged) == sum(r["input_tokens"] for r in whole_day)


def request_to(path: str = "/v1/organization/costs") -> HttpRequest:
    return HttpRequest("openai", "GET", path, {"Authorization": "Bearer s"})


def served(answer: bytes) -> tuple[str, Thread]:
    """A server of one connection, which answers with these bytes; its base URL."""
    listening = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        connection, _ = listening.accept()
        with connection, listening, suppress(ConnectionError):  # whoever has read enough hangs up
            connection.recv(65_536)
            connection.sendall(answer)

    thread = Thread(target=serve, daemon=True)
    thread.start()
    return f"http://127.0.0.1:{listening.getsockname()[1]}", thread


def test_a_redirect_is_not_followed() -> None:
    url, thread = served(
        b"HTTP/1.1 302 Found\r\nLocation: https://evil.example/\r\nContent-Length: 0\r\n\r\n"
    )
    reply = Providers({"openai": url}).send(request_to())
    thread.join()
    assert (reply.status, reply.body) == (302, b"")


def test_a_reply_beyond_the_limit_is_not_read_to_its_end() -> None:
    url, thread = served(b"HTTP/1.1 200 OK\r\nContent-Length: 2000000\r\n\r\n" + b" " * 2_000_000)
    reply = Providers({"openai": url}, most_bytes=1000).send(request_to())
    assert (reply.status, reply.trouble, reply.body) == (None, "too-long", b"")
    thread.join(5)


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n{}",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{\"a\"",
    ],
)  # fmt: skip
def test_a_reply_that_ends_too_early_was_cut_off(answer: bytes) -> None:
    url, thread = served(answer)
    assert Providers({"openai": url}).send(request_to()).trouble == "cut-off"
    thread.join()


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ("Retry-After: 7", 7),
        ("Retry-After: Tue, 04 Nov 2025 10:00:30 GMT\r\nDate: Tue, 04 Nov 2025 10:00:00 GMT", 30),
        ("Retry-After: Tue, 04 Nov 2025 09:00:00 GMT\r\nDate: Tue, 04 Nov 2025 10:00:00 GMT", 0),
        ("Retry-After: Tue, 04 Nov 2025 10:00:30 GMT", None),
        ("Retry-After: soon\r\nDate: Tue, 04 Nov 2025 10:00:00 GMT", None),
        ("Retry-After: -5", None),
        ("X: y", None),
    ],
)
def test_when_to_ask_again_is_told_in_seconds_or_by_a_date(headers: str, seconds: int | None) -> None:
    head = f"HTTP/1.1 429 Too Many Requests\r\n{headers}\r\nContent-Length: 0\r\n\r\n"
    url, thread = served(head.encode())
    assert Providers({"openai": url}).send(request_to()) == HttpReply(429, b"", seconds)
    thread.join()


@pytest.mark.parametrize("answer", [b"", b"\x16\x03\x01", b"HTTP/1.1 abc\r\n\r\n"])
def test_what_is_no_http_is_no_answer(answer: bytes) -> None:
    url, thread = served(answer)
    assert Providers({"openai": url}).send(request_to()).trouble == "no-answer"
    thread.join()


def test_nobody_there_is_no_answer() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    reply = Providers({"openai": f"http://127.0.0.1:{port}"}).send(request_to())
    assert (reply.status, reply.trouble) == (None, "no-answer")


@pytest.mark.parametrize(
    "url", ["http://api.example.org", "ftp://127.0.0.1", "api.openai.com", "", "https://"]
)
def test_a_secret_is_sent_over_encrypted_connections_or_to_this_machine_only(url: str) -> None:
    with pytest.raises(BaseUrlUnfit, match="https"):
        Providers({"openai": url}).send(request_to())


def test_a_base_url_may_have_a_path() -> None:
    url, thread = served(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")
    window = window_of(OPENAI_COSTS, FIRST)
    assert Providers({"openai": f"{url}/proxy/"}).send(http_request(window, "s")).body == b"{}"
    thread.join()
