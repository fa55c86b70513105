"""Requests to the providers' APIs: each at the base URL that is set for it, whole and in time, or not at all.

No proxy is used, no redirect followed (it might take the secret elsewhere), and nothing is tried twice here. A reply
that ends before its announced length counts as cut off, and one that is larger than any page as no reply.
"""

from __future__ import annotations

import ssl
from collections.abc import Mapping
from email.utils import parsedate_to_datetime
from functools import cache
from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection, IncompleteRead
from math import ceil
from urllib.parse import urlsplit

from gramledger.adapters.deadline import deadline
from gramledger.core.limits import PROVIDER_PAGE_BYTES
from gramledger.core.providers.pages import HttpReply, HttpRequest

CONNECT_SECONDS = 5.0


class BaseUrlUnfit(Exception):  # noqa: N818 -- names the fault of the deployment
    """The base URL of a provider is not one that its secret may be sent to."""


class Providers:
    """The providers by name, at their base URLs. Plain HTTP is spoken to this machine only.

    A whole request may take `seconds`, however slowly its answer trickles in.
    """

    def __init__(
        self, base_urls: Mapping[str, str], *, seconds: float = 30.0, most_bytes: int = PROVIDER_PAGE_BYTES
    ) -> None:
        self._base_urls = base_urls
        self._seconds = seconds
        self._most = most_bytes

    def send(self, request: HttpRequest) -> HttpReply:
        """What came back, or why nothing whole did. Raises BaseUrlUnfit."""
        connection, prefix = _connection_to(self._base_urls[request.provider])
        try:
            connection.connect()
            with deadline(connection, self._seconds):
                connection.request(
                    request.method, prefix + request.path, request.body, headers=request.headers
                )
                return self._read(connection.getresponse())
        except TimeoutError:
            return _no_answer("no answer in time")
        except ssl.SSLError as error:
            return _no_answer(f"no secure connection: {error.reason or 'the handshake failed'}")
        except IncompleteRead:
            return HttpReply(None, trouble="cut-off", detail="the reply was cut off")
        except (OSError, HTTPException) as error:
            return _no_answer(f"no answer: {type(error).__name__}")
        finally:
            connection.close()

    def _read(self, answer: HTTPResponse) -> HttpReply:
        body = answer.read(self._most + 1)
        if len(body) > self._most:
            return HttpReply(
                None, trouble="too-long", detail=f"the reply is longer than {self._most:,} bytes"
            )
        if answer.length:
            raise IncompleteRead(body, answer.length)  # a read of so many bytes does not say so by itself
        return HttpReply(answer.status, body, _retry_after(answer))


def _retry_after(answer: HTTPResponse) -> int | None:
    """The seconds of `Retry-After`, or from the answer's own date until the date that it names (RFC 9110 10.2.3)."""
    after = answer.headers.get("retry-after", "").strip()
    if after.isascii() and after.isdigit() and len(after) < 10:
        return int(after)
    try:
        wait = parsedate_to_datetime(after) - parsedate_to_datetime(answer.headers.get("date", ""))
    except (ValueError, TypeError):  # the latter where just one of the two states a zone
        return None
    return max(0, ceil(wait.total_seconds()))


def _no_answer(detail: str) -> HttpReply:
    return HttpReply(None, trouble="no-answer", detail=detail)


def _connection_to(base_url: str) -> tuple[HTTPConnection, str]:
    """A connection to a base URL, and the path in front of all paths. Raises BaseUrlUnfit."""
    parts = urlsplit(base_url)
    host = parts.hostname or ""
    if parts.scheme == "https" and host:
        secure = HTTPSConnection(host, parts.port, timeout=CONNECT_SECONDS, context=_context())
        return secure, parts.path.rstrip("/")
    if parts.scheme == "http" and host in ("127.0.0.1", "localhost", "::1"):
        return HTTPConnection(host, parts.port, timeout=CONNECT_SECONDS), parts.path.rstrip("/")
    raise BaseUrlUnfit(f"'{base_url}' must begin with https://; see docs/reference/settings.md")


@cache
def _context() -> ssl.SSLContext:
    return ssl.create_default_context()
