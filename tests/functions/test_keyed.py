"""The `Idempotency-Key` of a POST: sent again, a request is answered as the first time and not done a second time."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import boto3
import pytest
from support.events import ENVIRONMENT, Context, request

from functions.api.app import handler as api
from functions.upload_url.app import handler as upload_url

pytestmark = pytest.mark.usefixtures("deployed")

Handler = Callable[[dict[str, Any], Any], dict[str, Any]]


@dataclass
class Answer:
    """An answer with its headers by their names in small letters."""

    status: int
    body: Any
    headers: dict[str, str] = field(default_factory=dict)


def post(path: str, body: object, *, key: str | None = "key-1", **event: Any) -> Answer:
    handler = upload_url if path.endswith("/imports") else api
    headers = {} if key is None else {"idempotency-key": key}
    response = handler(request("POST", path, body=body, headers=headers, **event), Context())
    stated = {name.lower(): value for name, value in response["headers"].items()}
    return Answer(response["statusCode"], json.loads(response["body"]), stated)


def get(path: str) -> Any:
    return json.loads(api(request("GET", path), Context())["body"])


def test_a_project_asked_for_twice_is_created_once() -> None:
    first = post("/v1/projects", {"name": "demo"})
    again = post("/v1/projects", {"name": "demo"})
    assert (first.status, again.status) == (201, 201)
    assert again.body == first.body
    assert "idempotency-replayed" not in first.headers
    assert again.headers["idempotency-replayed"] == "true"
    assert len(get("/v1/projects")["projects"]) == 1


def test_without_a_key_each_request_is_done() -> None:
    post("/v1/projects", {"name": "demo"}, key=None)
    made = [
        post("/v1/projects/demo/imports", {"filename": "a.csv"}, key=None).body["import_id"] for _ in range(2)
    ]
    assert len(set(made)) == 2
    assert post("/v1/projects", {"name": "demo"}, key=None).body["code"] == "name-taken"


def test_an_import_asked_for_twice_is_one_import_with_a_form_signed_anew() -> None:
    post("/v1/projects", {"name": "demo"})
    first = post("/v1/projects/demo/imports", {"filename": "a.csv"})
    again = post("/v1/projects/demo/imports", {"filename": "a.csv"})
    assert first.status == again.status == 201
    assert again.body["import_id"] == first.body["import_id"]
    assert again.body["upload"]["fields"]["key"] == first.body["upload"]["fields"]["key"]
    assert [known["import_id"] for known in get("/v1/imports")["imports"]] == [first.body["import_id"]]
    assert first.headers["cache-control"] == "no-store"


def test_nothing_that_permits_an_upload_is_kept() -> None:
    post("/v1/projects", {"name": "demo"})
    fields = post("/v1/projects/demo/imports", {"filename": "a.csv"}).body["upload"]["fields"]
    (signature,) = [value for name, value in fields.items() if name.lower().endswith("signature")]
    kept = boto3.client("dynamodb").scan(TableName=ENVIRONMENT["TABLE"])["Items"]
    assert [found for found in kept if found["pk"]["S"].endswith("#REQUESTS")]
    assert signature not in json.dumps(kept)


def test_another_body_under_the_same_key_is_refused() -> None:
    post("/v1/projects", {"name": "demo"})
    other = post("/v1/projects", {"name": "other"})
    assert (other.status, other.body["code"]) == (422, "idempotency-key-reused")
    assert [known["name"] for known in get("/v1/projects")["projects"]] == ["demo"]


def test_a_key_is_the_users_own_and_the_routes_own() -> None:
    first = post("/v1/projects", {"name": "demo"})
    of_another_user = post("/v1/projects", {"name": "second"}, user="bob@example.org")
    of_another_tenant = post("/v1/projects", {"name": "demo"}, tenant="rival")
    of_another_route = post("/v1/projects/demo/imports", {"filename": "a.csv"})
    made = [first, of_another_user, of_another_tenant, of_another_route]
    assert [answer.status for answer in made] == [201] * 4
    assert first.body["project_id"] != of_another_tenant.body["project_id"]


def test_a_refused_request_may_be_sent_again_with_its_key() -> None:
    refused = post("/v1/projects/demo/imports", {"filename": "a.csv"})
    assert refused.status == 404
    post("/v1/projects", {"name": "demo"})
    assert post("/v1/projects/demo/imports", {"filename": "a.csv"}).status == 201


def test_a_request_that_is_being_carried_out_is_not_begun_again() -> None:
    post("/v1/projects", {"name": "demo"})
    dynamo = boto3.client("dynamodb")
    (item,) = (
        found
        for found in dynamo.scan(TableName=ENVIRONMENT["TABLE"])["Items"]
        if found["pk"]["S"] == "T#acme#REQUESTS"
    )
    record = json.loads(item["record"]["S"])
    record.update(reply=None, begun_at=record["first_at"])
    dynamo.put_item(TableName=ENVIRONMENT["TABLE"], Item={**item, "record": {"S": json.dumps(record)}})
    again = post("/v1/projects", {"name": "demo"})
    assert (again.status, again.body["code"]) == (409, "request-in-progress")
    assert again.headers["retry-after"] == "1"


@pytest.mark.parametrize("key", ["", "x" * 256, "größe", "a\tb"])
def test_a_key_that_is_none_is_refused(key: str) -> None:
    refused = post("/v1/projects", {"name": "demo"}, key=key)
    assert (refused.status, refused.body["code"]) == (400, "invalid-request")
    assert get("/v1/projects")["projects"] == []


def test_who_is_not_signed_in_is_told_so() -> None:
    assert post("/v1/projects", {"name": "demo"}, tenant=None).status == 401


def test_members_get_the_same_refusal_each_time() -> None:
    for _ in range(2):
        assert post("/v1/projects", {"name": "demo"}, groups="[member]").status == 403
