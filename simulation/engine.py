"""The embedded engine within our own process: its application is called, and no socket is opened.

So a schedule on the engine is as repeatable as one in memory, and its requests wait for nobody else.
"""

from __future__ import annotations

import asyncio
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from typing import Any
from urllib.parse import unquote, urlsplit

from botocore.awsrequest import AWSResponse, HeadersDict

from gramledger.adapters.aws import clients

REGION = "eu-west-1"
ADDRESS = "127.0.0.1", 4566
"""What the SDK believes to speak to."""

SET = {
    "AWS_ENDPOINT_URL": f"http://{ADDRESS[0]}:{ADDRESS[1]}",
    "AWS_ACCESS_KEY_ID": "simulation",
    "AWS_SECRET_ACCESS_KEY": "simulation",
    "AWS_DEFAULT_REGION": REGION,
    "AWS_EC2_METADATA_DISABLED": "true",
    "IOT_MTLS_ENABLED": "0",
    "SFTP_ENABLED": "0",
    "LOG_LEVEL": "ERROR",
}


class Body(BytesIO):
    """The body of an answer that came over no network, as the SDK reads it."""

    def stream(self, **_: Any) -> Iterator[bytes]:
        """All of it."""
        yield self.read()


class Engine:
    """The application of the engine, asked as the SDK's own sessions would ask it."""

    def __init__(self) -> None:
        from ministack.app import app  # noqa: PLC0415 -- it reads the environment when it is loaded

        self._app: Any = app
        self._loop = asyncio.new_event_loop()

    def send(self, request: Any) -> AWSResponse:
        """The answer to a signed request."""
        place = urlsplit(request.url)
        scope = {
            "type": "http",
            "http_version": "1.1",
            "method": request.method,
            "scheme": "http",
            "path": unquote(place.path),
            "raw_path": place.path.encode(),
            "query_string": place.query.encode(),
            "headers": [(b"host", place.netloc.encode()), *_encoded(request.headers)],
            "client": ADDRESS,
            "server": ADDRESS,
        }
        status, headers, content = self._loop.run_until_complete(_asked(self._app, scope, _body_of(request)))
        return AWSResponse(request.url, status, HeadersDict(headers), Body(content))

    def close(self) -> None:
        """Nothing is asked any more."""
        self._loop.close()


async def _asked(app: Any, scope: dict[str, Any], body: bytes) -> tuple[int, dict[str, str], bytes]:
    answer: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: dict[str, Any]) -> None:
        answer.append(message)

    await app(scope, receive, send)
    start, *parts = answer
    headers = {name.decode(): value.decode() for name, value in start["headers"]}
    return start["status"], headers, b"".join(part.get("body", b"") for part in parts)


def _encoded(headers: Any) -> Iterator[tuple[bytes, bytes]]:
    for name, value in headers.items():
        yield name.lower().encode(), value if isinstance(value, bytes) else str(value).encode()


def _body_of(request: Any) -> bytes:
    body = request.body
    if body is None:
        return b""
    if isinstance(body, str):
        return body.encode()
    return bytes(body) if isinstance(body, (bytes, bytearray)) else bytes(body.read())


@contextmanager
def embedded_engine() -> Iterator[Engine]:
    """An engine for this process, which has it until it ends, and an environment in which the SDK speaks to it."""
    before = {name: os.environ.get(name) for name in (*SET, "TMPDIR")}
    with tempfile.TemporaryDirectory(prefix="gramledger-simulation-") as folder:
        os.environ.update({**SET, "TMPDIR": folder})
        clients.client.cache_clear()
        engine = Engine()
        try:
            yield engine
        finally:
            engine.close()
            clients.client.cache_clear()
            for name, value in before.items():
                os.environ.pop(name, None)
                if value is not None:
                    os.environ[name] = value
