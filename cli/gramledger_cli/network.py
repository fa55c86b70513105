"""The transport over the network (urllib3). Importing this module costs start-up time: import it late."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

import urllib3
from urllib3.exceptions import HTTPError

from gramledger_cli.connection import START_STACK
from gramledger_cli.exits import NoAnswer
from gramledger_cli.transport import Answer

CHUNK = 1 << 16


class Network:
    """Keeps connections open between requests. Bodies of both directions are streamed."""

    def __init__(self) -> None:
        timeout = urllib3.Timeout(connect=5, read=120)
        self._pool = urllib3.PoolManager(timeout=timeout, retries=False, maxsize=4)

    def send(
        self, method: str, url: str, headers: Mapping[str, str], body: bytes | Iterable[bytes] | None = None
    ) -> Answer:
        """Send one request; an iterable body needs its Content-Length among the headers. Raises NoAnswer."""
        try:
            answer = self._pool.request(
                method, url, headers=dict(headers), body=body, preload_content=False, redirect=False
            )
        except (HTTPError, OSError) as problem:
            raise _no_answer(url, problem) from problem
        names = {name.lower(): value for name, value in answer.headers.items()}
        return Answer(answer.status, names, _chunks(url, answer))


def _chunks(url: str, answer: urllib3.BaseHTTPResponse) -> Iterator[bytes]:
    try:
        yield from answer.stream(CHUNK)
    except (HTTPError, OSError) as problem:
        raise _no_answer(url, problem) from problem


def _no_answer(url: str, problem: Exception) -> NoAnswer:
    address = urllib3.util.parse_url(url)
    reason = str(problem).rsplit(": ", 1)[-1]  # before it stands the repr of urllib3's connection
    return NoAnswer(f"{address.scheme}://{address.netloc} does not answer: {reason}", START_STACK)
