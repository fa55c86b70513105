"""POST requests with an `Idempotency-Key`: whoever sends one again gets the answer of the first time.

Without the header a request is carried out each time it comes.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from aws_lambda_powertools.event_handler import APIGatewayHttpResolver, Response

from gramledger.app.once import once
from gramledger.core.requests import Asked, Reply, checked_key
from gramledger.entry.http import JSON, caller_of, text_of
from gramledger.ports import World

HEADER = "Idempotency-Key"
REPLAYED = "Idempotency-Replayed"

Answer = Response[Any]


def honour_keys(app: APIGatewayHttpResolver, world: Callable[[], World]) -> None:
    """Have the routes of a resolver honour the header; those that create something take their world of `world_of`."""

    def keyed(app: APIGatewayHttpResolver, go_on: Callable[[APIGatewayHttpResolver], Answer]) -> Answer:
        app.append_context(world=world())  # type: ignore[no-untyped-call] # powertools leaves it untyped
        event = app.current_event
        key = event.headers.get(HEADER)
        if event.http_method != "POST" or key is None:
            return go_on(app)

        def carry_out(repeatable: World) -> Reply:
            app.append_context(world=repeatable)  # type: ignore[no-untyped-call] # as above
            answer = go_on(app)
            body = answer.body if isinstance(answer.body, str) else text_of(answer.body)
            headers = {name: value for name, value in answer.headers.items() if isinstance(value, str)}
            return Reply(answer.status_code, headers, body)

        reply, kept = once(world(), _asked(app, key), carry_out)
        headers = {**reply.headers, REPLAYED: "true"} if kept else reply.headers
        return Response(status_code=reply.status, content_type=JSON, body=reply.body, headers=headers)

    app.use(middlewares=[keyed])


def world_of(app: APIGatewayHttpResolver) -> World:
    """The world of the current request, in which it makes the same ids each time that it is sent with its key."""
    found: World = app.context["world"]
    return found


def _asked(app: APIGatewayHttpResolver, key: str) -> Asked:
    caller, event = caller_of(app), app.current_event
    query = text_of(sorted((event.query_string_parameters or {}).items()))
    return Asked(
        tenant=caller.tenant,
        user=caller.user,
        method=event.http_method,
        path=event.path,
        key=checked_key(key),
        content=f"{query}\n{event.decoded_body or ''}".encode(),
    )
