"""Events as the services send them, and the settings of a deployed function."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

IMPORT_MACHINE = "arn:aws:states:eu-west-1:123456789012:stateMachine:import"
DELIVERY_MACHINE = "arn:aws:states:eu-west-1:123456789012:stateMachine:deliver"
ENVIRONMENT = {
    "AWS_ACCESS_KEY_ID": "x",
    "AWS_SECRET_ACCESS_KEY": "x",
    "AWS_DEFAULT_REGION": "eu-west-1",
    "TABLE": "ledger",
    "UPLOADS_BUCKET": "uploads",
    "LEDGER_BUCKET": "store",
    "IMPORT_MACHINE_ARN": IMPORT_MACHINE,
    "EVENT_BUS": "default",
    "DELIVERY_MACHINE_ARN": DELIVERY_MACHINE,
    "SECRETS_PREFIX": "test/webhooks",
    "LOOPBACK_WEBHOOKS": "true",
    "POWERTOOLS_SERVICE_NAME": "gramledger",
    "LOG_LEVEL": "ERROR",
}


@dataclass(frozen=True, slots=True)
class Context:
    """What the runtime hands to a handler beside the event."""

    function_name: str = "test"
    memory_limit_in_mb: int = 512
    invoked_function_arn: str = "arn:aws:lambda:eu-west-1:123456789012:function:test"
    aws_request_id: str = "00000000-0000-0000-0000-000000000000"


def request(
    method: str,
    path: str,
    *,
    query: dict[str, str] | None = None,
    body: object = None,
    tenant: str | None = "acme",
    groups: str | None = "[admin]",
    text: str | None = None,
    user: str = "ada@example.org",
    headers: dict[str, str] | None = None,
) -> dict[str, Any]:
    """An HTTP API event (payload version 2.0) of a signed-in caller; `tenant=None` is a token without a tenant."""
    claims = {"sub": "0001", "email": user}
    if tenant is not None:
        claims["custom:tenant"] = tenant
    if groups is not None:
        claims["cognito:groups"] = groups
    return {
        "version": "2.0",
        "routeKey": "$default",
        "rawPath": path,
        "rawQueryString": urlencode(query or {}),
        "headers": {"content-type": "application/json", **(headers or {})},
        "queryStringParameters": query or {},
        "requestContext": {
            "accountId": "123456789012",
            "apiId": "api",
            "authorizer": {"jwt": {"claims": claims, "scopes": None}},
            "domainName": "api.example.org",
            "http": {
                "method": method,
                "path": path,
                "protocol": "HTTP/1.1",
                "sourceIp": "192.0.2.1",
                "userAgent": "t",
            },
            "requestId": "r",
            "stage": "$default",
            "time": "13/Nov/2025:02:13:20 +0000",
            "timeEpoch": 1763000000000,
        },
        "body": text if text is not None else None if body is None else json.dumps(body),
        "isBase64Encoded": False,
    }


def object_created(key: str, size: int) -> dict[str, Any]:
    """The event of an object that has arrived, as EventBridge delivers it."""
    return {
        "version": "0",
        "id": "17793124-05d4-b198-2fde-7ededc63b103",
        "detail-type": "Object Created",
        "source": "aws.s3",
        "account": "123456789012",
        "time": "2025-11-13T02:13:20Z",
        "region": "eu-west-1",
        "resources": ["arn:aws:s3:::uploads"],
        "detail": {
            "version": "0",
            "bucket": {"name": "uploads"},
            "object": {
                "key": key,
                "size": size,
                "etag": "b1946ac92492d2347c6235b4d2611184",
                "sequencer": "00",
            },
            "reason": "PostObject",
        },
    }


def answer(response: dict[str, Any]) -> tuple[int, Any]:
    """Status and JSON body of an answer."""
    return response["statusCode"], json.loads(response["body"])
