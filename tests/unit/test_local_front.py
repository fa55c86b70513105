"""The front: which requests go to the API, and what it counts as a change."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest

from local.front import Front


class Engine:
    """Remembers what reached it."""

    def __init__(self) -> None:
        self.scopes: list[dict[str, Any]] = []

    async def __call__(self, scope: dict[str, Any], _receive: Any, _send: Any) -> None:
        self.scopes.append(scope)


def request(front: Front, path: str, method: str = "GET", **headers: str) -> list[dict[str, Any]]:
    sent: list[dict[str, Any]] = []

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    async def receive() -> dict[str, Any]:
        return {"type": "http.request"}

    named = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    scope = {"type": "http", "method": method, "path": path, "raw_path": path.encode(), "headers": named}
    asyncio.run(front(scope, receive, send))
    return sent


@pytest.fixture
def engine() -> Engine:
    return Engine()


def test_the_api_is_at_the_same_path_as_on_aws(engine: Engine) -> None:
    front = Front(engine)
    front.open("abc")
    request(front, "/v1/projects/a%20b")
    assert engine.scopes[0]["path"] == "/_aws/execute-api/abc/$default/v1/projects/a%20b"
    assert engine.scopes[0]["raw_path"] == b"/_aws/execute-api/abc/$default/v1/projects/a%20b"


def test_everything_else_reaches_the_engine_as_it_is(engine: Engine) -> None:
    front = Front(engine)
    for path in ("/bucket/key", "/v1", "/v11/x", "/web", "/website/x"):
        request(front, path)
    assert [scope["path"] for scope in engine.scopes] == [
        "/bucket/key",
        "/v1",
        "/v11/x",
        "/web",
        "/website/x",
    ]


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_the_dashboard_is_at_the_same_paths_as_on_aws(engine: Engine, method: str) -> None:
    front = Front(engine)
    front.open("abc")
    for path in ("/", "/web/config.json"):
        request(front, path, method)
    paths = [scope["path"] for scope in engine.scopes]
    assert paths == [f"/_aws/execute-api/abc/$default{path}" for path in ("/", "/web/config.json")]


def test_a_list_of_buckets_and_a_call_of_a_service_are_not_for_the_dashboard(engine: Engine) -> None:
    front = Front(engine)
    front.open("abc")
    request(front, "/", authorization="AWS4-HMAC-SHA256 Credential=test")
    request(front, "/", "POST", x_amz_target="DynamoDB_20120810.GetItem")
    request(front, "/web/key", "PUT")
    assert [scope["path"] for scope in engine.scopes] == ["/", "/", "/web/key"]


def test_before_the_deployment_the_api_says_that_it_is_starting(engine: Engine) -> None:
    start, body = request(Front(engine), "/v1/health")
    assert (start["status"], engine.scopes) == (503, [])
    assert (b"content-type", b"application/problem+json") in start["headers"]
    assert json.loads(body["body"])["code"] == "starting"


def test_requests_that_never_leave_the_machine_count_as_secure(engine: Engine) -> None:
    request(Front(engine), "/bucket/key")
    assert (b"x-forwarded-proto", b"https") in engine.scopes[0]["headers"]


@pytest.mark.parametrize(
    ("method", "headers", "changes"),
    [
        ("GET", {}, False),
        ("HEAD", {}, False),
        ("PUT", {}, True),
        ("DELETE", {}, True),
        ("POST", {}, True),
        ("POST", {"x_amz_target": "DynamoDB_20120810.PutItem"}, True),
        ("POST", {"x_amz_target": "DynamoDB_20120810.GetItem"}, False),
        ("POST", {"x_amz_target": "DynamoDB_20120810.Query"}, False),
        ("POST", {"x_amz_target": "AWSStepFunctions.DescribeExecution"}, False),
        ("POST", {"x_amz_target": "AWSStepFunctions.StartExecution"}, True),
    ],
)
def test_a_question_is_no_change(engine: Engine, method: str, headers: dict[str, str], changes: bool) -> None:
    front = Front(engine)
    before = front.changed_at
    request(front, "/", method, **headers)
    assert (front.changed_at > before) is changes
