"""Requests to receivers of webhooks: to the checked address, in a limited time, and never further."""

from __future__ import annotations

import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from support.receiver import Receiver, receiving

from gramledger.adapters.receivers import Receivers
from gramledger.core.problems import TargetRefused
from gramledger.core.targets import Target, parse_target

HERE = "127.0.0.1"


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as listening:
        yield listening


def target(port: int, scheme: str = "http", host: str = "hooks.example.org") -> Target:
    return Target(scheme, host, port, "/hook?a=b")


def port_of(receiver: Receiver) -> int:
    return parse_target(receiver.url, loopback=True).port


@contextmanager
def serving(work: Callable[[socket.socket], None]) -> Iterator[int]:
    """A server that does as it likes with its one connection; its port."""
    with socket.create_server((HERE, 0)) as listener:

        def serve() -> None:
            connection, _ = listener.accept()
            with connection:
                try:
                    work(connection)
                except OSError:
                    return

        thread = threading.Thread(target=serve)
        thread.start()
        yield listener.getsockname()[1]
        thread.join()


def test_a_request_goes_to_the_address_in_the_name_of_the_host(receiver: Receiver) -> None:
    reply = Receivers(loopback=True).post(target(port_of(receiver)), HERE, {"webhook-id": "e"}, b"{}")
    assert (reply.status, reply.reason, reply.taken) == (204, "No Content", True)
    ((headers, body),) = receiver.got
    assert headers["host"] == f"hooks.example.org:{port_of(receiver)}"
    assert (headers["webhook-id"], body) == ("e", b"{}")


@pytest.mark.parametrize(
    ("headers", "asked"),
    [
        ({}, None),
        ({"Retry-After": "120"}, 120),
        ({"Retry-After": "Wed, 21 Oct 2015"}, None),
        ({"Retry-After": "9" * 5000}, None),
    ],
)
def test_a_failure_is_an_answer_and_may_ask_for_a_pause(
    receiver: Receiver, headers: dict[str, str], asked: int | None
) -> None:
    receiver.answers[:] = [(503, headers)]
    reply = Receivers(loopback=True).post(target(port_of(receiver)), HERE, {}, b"{}")
    assert (reply.status, reply.retry_after, reply.taken) == (503, asked, False)


def test_a_redirect_is_not_followed(receiver: Receiver) -> None:
    receiver.answers[:] = [(307, {"Location": receiver.url})]
    reply = Receivers(loopback=True).post(target(port_of(receiver)), HERE, {}, b"{}")
    assert (reply.status, len(receiver.got)) == (307, 1)


def test_no_proxy_of_the_environment_is_used(receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "https_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    assert Receivers(loopback=True).post(target(port_of(receiver)), HERE, {}, b"{}").taken


def test_nobody_listening_is_an_answer() -> None:
    with socket.create_server((HERE, 0)) as listener:
        port = listener.getsockname()[1]
    reply = Receivers(loopback=True).post(target(port), HERE, {}, b"{}")
    assert (reply.status, reply.reason) == (None, "no answer: ConnectionRefusedError")


def trickle(connection: socket.socket) -> None:
    """An answer of a byte now and then, that never ends."""
    connection.sendall(b"HTTP/1.1 200 OK\r\nx: ")
    while True:
        connection.sendall(b"x")
        time.sleep(0.02)


def silence(connection: socket.socket) -> None:
    """No answer until the other side has had enough."""
    while connection.recv(4096):
        pass


@pytest.mark.parametrize("scheme", ["http", "https"])
@pytest.mark.parametrize("work", [trickle, silence])
def test_no_receiver_holds_us_longer_than_it_may(work: Callable[[socket.socket], None], scheme: str) -> None:
    with serving(work) as port:
        began = time.monotonic()
        reply = Receivers(loopback=True, seconds=0.3).post(target(port, scheme), HERE, {}, b"{}")
        assert time.monotonic() - began < 5
    assert reply.status is None
    if (work, scheme) != (trickle, "https"):  # what trickles there is no handshake, which is known at once
        assert reply.reason == "no answer in time"


@pytest.mark.parametrize(
    "text", [b"", b"220 smtp ready\r\n", b"HTTP/1.1 999999 what\r\n\r\n", b"\x00" * 70_000]
)
def test_whatever_is_no_http_is_no_answer(text: bytes) -> None:
    def answer(connection: socket.socket) -> None:
        connection.recv(4096)
        connection.sendall(text)

    with serving(answer) as port:
        reply = Receivers(loopback=True).post(target(port), HERE, {}, b"{}")
    assert reply.status is None
    assert reply.reason.startswith("no answer")


def test_a_long_answer_is_not_read() -> None:
    sent = 0

    def flood(connection: socket.socket) -> None:
        nonlocal sent
        connection.recv(4096)
        connection.sendall(b"HTTP/1.1 200 OK\r\ncontent-length: 1000000000\r\n\r\n")
        while sent < 100_000_000:
            sent += connection.send(b"x" * 65536)

    with serving(flood) as port:
        assert Receivers(loopback=True).post(target(port), HERE, {}, b"{}").taken
    assert sent < 20_000_000


def test_a_certificate_that_is_not_the_hosts_is_refused() -> None:
    def greet(connection: socket.socket) -> None:
        # a server without a certificate fails the handshake before anything is sent
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.wrap_socket(connection, server_side=True).recv(1)

    with serving(greet) as port:
        reply = Receivers(loopback=True).post(target(port, "https"), HERE, {}, b"{}")
    assert reply.status is None
    assert reply.reason.startswith("no secure connection")


def test_names_have_addresses_or_are_refused() -> None:
    receivers = Receivers(loopback=True)
    assert receivers.addresses(Target("http", "127.0.0.1", 80, "/")) == ["127.0.0.1"]
    assert receivers.addresses(Target("https", "2130706433", 443, "/")) == ["127.0.0.1"]
    with pytest.raises(TargetRefused, match="has no address"):
        receivers.addresses(Target("https", "nowhere.invalid", 443, "/"))
