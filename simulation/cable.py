"""The way between the SDK and the embedded engine: others may go on before each HTTP request, and each may fail.

What fails is a connection or an answer, never a method of an adapter: retries are the SDK's own, in simulated time.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import botocore.endpoint
from botocore.awsrequest import AWSResponse
from botocore.exceptions import ConnectionClosedError
from botocore.retries.standard import ExponentialBackoff

from gramledger.adapters.aws.clients import client
from gramledger.ports import Unavailable
from simulation.engine import Body
from simulation.stage import substituted
from simulation.wire import Wire

READING = re.compile(r"^(GET|HEAD|Get|BatchGet|Query)")
SWAPPED = {"HEADS": "ledger.swap", "IMPORTS": "jobs.swap"}
"""Partitions whose conditional writes are sometimes slow, and how the simulated world calls such a write."""

Send = Callable[[Any], AWSResponse]
_UNHEARD = object()


@dataclass(frozen=True, slots=True)
class Request:
    """What a request asks for: its name, the tenants it names, and whether it may change something."""

    label: str
    tenants: frozenset[str]
    writes: bool


class Cable:
    """Every request of the process's SDK clients goes through here; without a wire, straight on."""

    def __init__(self) -> None:
        self.wire: Wire | None = None
        self._cut: set[str] = set()

    @contextmanager
    def plugged_in(self, services: Iterable[str], send: Send) -> Iterator[None]:
        """While this lasts, requests to these services go through the cable to `send`; retries wait simulated time."""
        replaced: list[tuple[object, str, object]] = [
            (client(service)._endpoint.http_session, "send", self._through(send)) for service in services
        ]
        replaced.append((botocore.endpoint, "time", SimpleNamespace(sleep=self._sleep)))
        replaced.append((ExponentialBackoff, "delay_amount", _delay))
        with substituted(replaced):
            yield

    def _through(self, send: Send) -> Send:
        def carry(request: Any) -> AWSResponse:
            wire = self.wire
            if wire is None or not wire.on:
                return send(request)
            return self._carried(wire, request, send)

        return carry

    def _carried(self, wire: Wire, request: Any, send: Send) -> AWSResponse:
        asked = read(request)
        process = wire.strands.current.process if wire.strands.current else None
        owner = process.tenant if process else ""
        tenant = min(asked.tenants - {owner}, default=owner)
        attempt = request.headers.get("amz-sdk-invocation-id")
        invocation = attempt.decode() if isinstance(attempt, bytes) else str(attempt)
        if invocation in self._cut:
            raise ConnectionClosedError(endpoint_url=request.url)
        try:
            answer = wire.call(asked.label, tenant, lambda: send(request), writes=asked.writes, echo=_UNHEARD)
        except Unavailable:
            if wire.fates.stormy:
                return _refusal(request)
            self._cut.add(invocation)
            raise ConnectionClosedError(endpoint_url=request.url) from None
        if answer is _UNHEARD:
            raise ConnectionClosedError(endpoint_url=request.url)
        found: AWSResponse = answer
        return found

    def _sleep(self, seconds: float) -> None:
        if self.wire is not None and self.wire.on:
            self.wire.strands.sleep(int(seconds * 1000))


def read(request: Any) -> Request:
    """What a signed request asks for."""
    target = request.headers.get("X-Amz-Target")
    if target is None:
        return _of_s3(request)
    operation = (target.decode() if isinstance(target, bytes) else target).partition(".")[2]
    text = request.body.decode() if isinstance(request.body, bytes) else request.body
    tenants = frozenset(re.findall(r'"T#([^#"]+)[#"]', text))
    writes = not READING.match(operation)
    key = re.search(r'"pk": ?\{"S": ?"T#[^#"]+#([^"]+)"\}(?:, ?"sk": ?\{"S": ?"([^"]*)"\})?', text)
    place, name = (key[1], key[2] or "") if key else ("", "")
    partition = place.rpartition("#")[2]
    verb = SWAPPED.get(partition, operation) if writes and "ConditionExpression" in text else operation
    return Request(f"{verb} {place} {name}".strip(), tenants, writes)


def _of_s3(request: Any) -> Request:
    place = urlsplit(request.url)
    bucket, _, key = unquote(place.path).lstrip("/").partition("/")
    query = parse_qs(place.query, keep_blank_values=True)
    keys = [key] if key else query.get("prefix", [])
    if "delete" in query:
        keys = re.findall(r"<Key>([^<]+)</Key>", request.body.decode())
    verb = "DELETE" if "delete" in query else request.method
    tenants = frozenset(each.split("/")[1] for each in keys if each.count("/") > 0)
    label = " ".join([verb, bucket.partition("-")[0], *keys])
    return Request(label, tenants, not READING.match(verb))


def _delay(_backoff: ExponentialBackoff, context: Any) -> float:
    """What full jitter makes of a pause in the middle: the tape decides nothing here, so a schedule stays short."""
    return 0.05 * 2.0 ** (context.attempt_number - 1)


def _refusal(request: Any) -> AWSResponse:
    """A service that asks to slow down."""
    if request.headers.get("X-Amz-Target") is None:
        text = b"<Error><Code>SlowDown</Code><Message>Please reduce your request rate.</Message></Error>"
        return AWSResponse(request.url, 503, {"Content-Type": "application/xml"}, Body(text))
    kind = "com.amazonaws.dynamodb.v20120810#ProvisionedThroughputExceededException"
    text = json.dumps({"__type": kind, "message": "too many requests"}).encode()
    return AWSResponse(request.url, 400, {"Content-Type": "application/x-amz-json-1.0"}, Body(text))
