"""What carries requests: the protocol that the client needs, and patience with what passes by itself.

The implementation over the network is `network.py`, which is imported only when a request is made.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from gramledger_cli.exits import NoAnswer


@dataclass(frozen=True, slots=True)
class Answer:
    """A response: status, headers with lower-case names, and the body, which can be read once."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    chunks: Iterable[bytes] = ()

    def read(self) -> bytes:
        """The whole body. Raises NoAnswer when the connection breaks."""
        return b"".join(self.chunks)


class Transport(Protocol):
    """Sends one request. Raises NoAnswer; follows no redirect; repeats nothing."""

    def send(
        self, method: str, url: str, headers: Mapping[str, str], body: bytes | Iterable[bytes] | None = None
    ) -> Answer:
        """Send a request and return its answer, whatever the status."""


KEY = "Idempotency-Key"
"""The header of a request that the server does once, however often it is sent."""

TRANSIENT = (429, 500, 502, 503, 504)
CONFLICT = 409
DELAYS = (0.2, 0.4, 0.8, 1.6)
LONGEST_DELAY = 30.0


class Patient:
    """A transport that repeats a request which got no answer, or one that says "later", where that is harmless: a GET,
    or one that bears a key.

    A server that has never answered is taken for one that is not running: then the first failure counts.
    """

    def __init__(
        self, transport: Transport, sleep: Callable[[float], None], delays: tuple[float, ...] = DELAYS
    ) -> None:
        self._transport = transport
        self._sleep = sleep
        self._delays = delays
        self._answered = False

    def send(
        self, method: str, url: str, headers: Mapping[str, str], body: bytes | Iterable[bytes] | None = None
    ) -> Answer:
        """Send a request; where repeating is harmless, up to once more than there are delays."""
        for delay in self._delays if method == "GET" or KEY in headers else ():
            try:
                answer = self._transport.send(method, url, headers, body)
            except NoAnswer:
                if not self._answered:
                    raise
                self._sleep(delay)
                continue
            self._answered = True
            if not _passing(answer):
                return answer
            answer.read()  # the connection can be used again only after its answer was read
            self._sleep(max(delay, _retry_after(answer)))
        answer = self._transport.send(method, url, headers, body)
        self._answered = True
        return answer


def _passing(answer: Answer) -> bool:
    """Whether the same request may be answered otherwise in a moment, as one that is still being carried out."""
    return answer.status in TRANSIENT or (answer.status == CONFLICT and "retry-after" in answer.headers)


def _retry_after(answer: Answer) -> float:
    """Seconds that the server asks to wait; 0 where it says nothing, or a date."""
    stated = answer.headers.get("retry-after", "")
    return min(float(stated), LONGEST_DELAY) if stated.isdigit() else 0.0
