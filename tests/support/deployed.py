"""Imports through the deployed functions, over moto: what the state machine would hand from one to the next."""

from __future__ import annotations

from typing import Any

import boto3

from functions.api.app import handler as api
from functions.calculate.app import handler as calculate
from functions.finalize.app import handler as finalize
from functions.group_days.app import handler as group_days
from functions.parse_csv.app import handler as parse_csv
from functions.plan_csv.app import handler as plan_csv
from functions.start_import.app import handler as start_import
from functions.upload_url.app import handler as upload_url
from support.events import ENVIRONMENT, Context, answer, object_created, request

Payload = dict[str, Any]


def arrive(content: bytes, **announced: Any) -> Payload:
    """A new import into the project `demo`, whose file is there; the payload of its state machine."""
    if answer(api(request("GET", "/v1/projects/demo"), Context()))[0] == 404:
        assert answer(api(request("POST", "/v1/projects", body={"name": "demo"}), Context()))[0] == 201
    created = request("POST", "/v1/projects/demo/imports", body={"filename": "usage.csv", **announced})
    _, new = answer(upload_url(created, Context()))
    key = new["upload"]["fields"]["key"]
    boto3.client("s3").put_object(Bucket=ENVIRONMENT["UPLOADS_BUCKET"], Key=key, Body=content)
    started = start_import(object_created(key, len(content)), Context())
    assert started == {"import_id": new["import_id"]}
    return {"tenant": "acme", "import_id": new["import_id"], "confirmed": False}


def carry_out(payload: Payload) -> Any:
    """Run the steps of an import one after another; the answer of the last one."""
    for chunk in plan_csv(payload, Context())["chunks"]:
        parse_csv({**payload, "chunk": chunk}, Context())
    for portion in group_days(payload, Context())["portions"]:
        calculate({**payload, "portion": portion}, Context())
    return finalize(payload, Context())
