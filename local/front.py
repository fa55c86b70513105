"""One address for everything: `/v1/*` and the dashboard go to the deployed HTTP API, all else to the engine's
services."""

from __future__ import annotations

import json
import time
from collections.abc import Awaitable, Callable
from typing import Any

Scope = dict[str, Any]
Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]

_STARTING = {
    "type": "about:blank",
    "title": "Starting",
    "status": 503,
    "code": "starting",
    "detail": "The local stack is being deployed; try again in a few seconds.",
}
_QUESTIONS = (b"Get", b"BatchGet", b"Query", b"Scan", b"List", b"Describe")
# the buckets refuse plain connections; nobody can listen in on one that never leaves the machine
_LOOPBACK_IS_SECURE = (b"x-forwarded-proto", b"https")


class Front:
    """An ASGI application before the engine's.

    On AWS the API has a host of its own; here it shares one with the buckets, so its paths are rewritten to the
    engine's address for the API. Nothing else about a request changes: the token is verified behind this point.
    """

    def __init__(self, engine: Application) -> None:
        self._engine = engine
        self._api_id: str | None = None
        self.changed_at = time.monotonic()
        """When the last request arrived that may have changed something."""

    def open(self, api_id: str) -> None:
        """Let requests through to a deployed API."""
        self._api_id = api_id

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass one connection on (or answer that the API is not there yet)."""
        if scope["type"] != "http":
            await self._engine(scope, receive, send)
            return
        if _may_change(scope):
            self.changed_at = time.monotonic()
        target = {**scope, "headers": [*scope["headers"], _LOOPBACK_IS_SECURE]}
        if scope["path"].startswith("/v1/") or _is_for_the_dashboard(scope):
            if self._api_id is None:
                await _answer(send, _STARTING)
                return
            prefix = f"/_aws/execute-api/{self._api_id}/$default"
            target["path"] = prefix + scope["path"]
            target["raw_path"] = prefix.encode() + scope["raw_path"]
        await self._engine(target, receive, send)


def _is_for_the_dashboard(scope: Scope) -> bool:
    """Whether the request is one for the dashboard's files. A signed `GET /` asks for the list of buckets."""
    if scope["method"] not in ("GET", "HEAD"):
        return False
    if scope["path"] == "/":
        return b"authorization" not in dict(scope["headers"])
    return bool(scope["path"].startswith("/web/"))


def _may_change(scope: Scope) -> bool:
    """Whether a request is more than a question. Most services take both by POST and name them in a header."""
    if scope["method"] != "POST":
        return scope["method"] in ("PUT", "DELETE", "PATCH")
    operation = dict(scope["headers"]).get(b"x-amz-target", b"").rpartition(b".")[2]
    return not operation.startswith(_QUESTIONS)


async def _answer(send: Send, problem: dict[str, Any]) -> None:
    body = json.dumps(problem).encode()
    headers = [
        (b"content-type", b"application/problem+json"),
        (b"content-length", str(len(body)).encode()),
        (b"retry-after", b"2"),
    ]
    await send({"type": "http.response.start", "status": problem["status"], "headers": headers})
    await send({"type": "http.response.body", "body": body})
