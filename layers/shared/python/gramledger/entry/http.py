"""HTTP: requests of API Gateway become calls of use cases, and problems become problem+json.

Who asks, and for which tenant, is read from the claims that the gateway's authorizer verified, never from the
body, path or query.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.event_handler import APIGatewayHttpResolver, Response
from aws_lambda_powertools.event_handler.exceptions import NotFoundError

from gramledger.app.lookup import Caller
from gramledger.core.problems import (
    Busy,
    InternalError,
    InvalidRequest,
    NotFound,
    NotSignedIn,
    Problem,
    RequestInProgress,
)
from gramledger.ports import Unavailable

JSON = "application/json"
PROBLEM_JSON = "application/problem+json"
_TENANT = re.compile(r"[a-z0-9][a-z0-9-]{0,62}")

log = Logger()


def router() -> APIGatewayHttpResolver:
    """A resolver whose errors are problem documents."""
    app = APIGatewayHttpResolver(serializer=text_of)

    @app.exception_handler(Problem)  # type: ignore[untyped-decorator] # powertools leaves it untyped
    def refused(problem: Problem) -> Response[str]:
        log.info("refused", extra={"code": problem.code, "status": problem.status})
        return _problem(problem)

    @app.exception_handler(Unavailable)  # type: ignore[untyped-decorator] # as above
    def unavailable(trouble: Unavailable) -> Response[str]:
        log.warning("unavailable", extra={"reason": str(trouble)})
        return _problem(Busy("A service behind the API did not answer. Send the request again in a moment."))

    @app.not_found
    def no_route(_error: NotFoundError) -> Response[str]:
        event = app.current_event
        return _problem(NotFound(f"There is no {event.http_method} {event.path}. See docs/reference/api.md."))

    return app


def handler_of(app: APIGatewayHttpResolver) -> Callable[[dict[str, Any], Any], dict[str, Any]]:
    """The Lambda handler of a router. An unexpected error answers 500 with no detail of it; the log has them."""

    @log.inject_lambda_context(clear_state=True)
    def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
        try:
            return app.resolve(event, context)
        except Exception:
            log.exception("unexpected error")
            problem = InternalError(
                "The request failed. Send it again; if it fails again, ask the operator to look."
            )
            return {
                "statusCode": problem.status,
                "headers": {"content-type": PROBLEM_JSON},
                "body": json.dumps(problem.document()),
                "isBase64Encoded": False,
            }

    return handler


def caller_of(app: APIGatewayHttpResolver) -> Caller:
    """Who sent the current request. Raises NotSignedIn when the verified token names no tenant."""
    authorizer = app.current_event.request_context.authorizer
    claims = (authorizer.jwt_claim if authorizer else None) or {}
    tenant = claims.get("custom:tenant")
    if not isinstance(tenant, str) or not _TENANT.fullmatch(tenant):
        raise NotSignedIn("The token names no tenant. Sign in again, with the ID token.")
    user = claims.get("email") or claims.get("cognito:username") or claims.get("sub") or "unknown"
    return Caller(tenant=tenant, user=str(user), groups=frozenset(_groups(claims.get("cognito:groups"))))


def body_of(app: APIGatewayHttpResolver) -> Any:
    """The JSON body of the current request. Raises InvalidRequest."""
    try:
        text = app.current_event.decoded_body or ""
        found = json.loads(text)
    except (ValueError, TypeError):
        raise InvalidRequest("The body is not JSON. Send a JSON object.") from None
    except RecursionError:
        raise InvalidRequest(
            "The body is nested too deeply. Send a JSON object as the reference shows it."
        ) from None
    if "\\u" in text:
        _need_characters(found)
    return found


def body_if_any(app: APIGatewayHttpResolver) -> Any:
    """The same of a request that may go without one: then None."""
    return body_of(app) if app.current_event.body else None


def _need_characters(found: object) -> None:
    """Refuse escapes that are half a surrogate pair: these are no characters, and nothing can keep them."""
    try:
        json.dumps(found, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        raise InvalidRequest(
            "The body has half a surrogate pair, which is no character. Send whole ones."
        ) from None


def limit_of(app: APIGatewayHttpResolver, *, default: int, most: int) -> int:
    """The query's `limit`. Raises InvalidRequest."""
    text = query_of(app, "limit")
    if text is None:
        return default
    if not text.isascii() or not text.isdigit() or not 1 <= int(text) <= most:
        raise InvalidRequest(f"'limit' must be a number from 1 to {most}; it is '{text}'.")
    return int(text)


def query_of(app: APIGatewayHttpResolver, name: str) -> str | None:
    """One member of the query, or None when it is absent or blank."""
    value = (app.current_event.query_string_parameters or {}).get(name)
    return value or None


def see_other(address: str) -> Response[str]:
    """An answer that sends the client to another address."""
    return Response(status_code=303, content_type=JSON, body="{}", headers={"Location": address})


def created(form: dict[str, Any], *, secret: bool = False) -> Response[str]:
    """201 with a JSON body; a `secret` one holds what may be stored nowhere."""
    headers = {"Cache-Control": "no-store"} if secret else None
    return Response(status_code=201, content_type=JSON, body=text_of(form), headers=headers)


def text_of(body: object) -> str:
    """The JSON text of a body."""
    return json.dumps(body, separators=(",", ":"), ensure_ascii=False)


def csv_file(text: str, filename: str) -> Response[str]:
    """200 with a CSV file to be saved under that name."""
    headers = {"Content-Disposition": f'attachment; filename="{filename}"'}
    return Response(status_code=200, content_type="text/csv; charset=utf-8", body=text, headers=headers)


def _problem(problem: Problem) -> Response[str]:
    passing = isinstance(problem, Busy | RequestInProgress)
    return Response(
        status_code=problem.status,
        content_type=PROBLEM_JSON,
        body=json.dumps(problem.document(), ensure_ascii=False),
        headers={"Retry-After": "1"} if passing else None,
    )


def _groups(claim: object) -> list[str]:
    """The gateway hands an array claim over as text: `[admin member]`."""
    if isinstance(claim, list):
        return [str(group) for group in claim]
    return re.split(r"[,\s]+", claim.strip("[] ")) if isinstance(claim, str) and claim.strip("[] ") else []
