"""The estimate of a preview, held against what the import then asks of the table and the store."""

from __future__ import annotations

import math
from collections import Counter
from typing import Any

import pytest
from support.deployed import arrive, carry_out
from support.events import Context, answer, request
from support.files import export, minutes, row

from functions.api.app import handler as api
from functions.calculate.app import handler as calculate
from functions.finalize.app import handler as finalize
from functions.plan_csv.app import handler as plan_csv
from gramledger.adapters.aws.clients import client

pytestmark = pytest.mark.usefixtures("deployed")


def rehearsed(content: bytes) -> tuple[dict[str, Any], dict[str, Any]]:
    """The payload of a planned import's second execution, and its preview."""
    payload = arrive(content, confirm="manual")
    carry_out(payload)
    preview = request("GET", f"/v1/imports/{payload['import_id']}/preview")
    return {**payload, "confirmed": True}, answer(api(preview, Context()))[1]


def goes_on(second: dict[str, Any]) -> None:
    """The word, and the second execution."""
    assert answer(api(request("POST", f"/v1/imports/{second['import_id']}/confirm"), Context()))[0] == 200
    for portion in plan_csv(second, Context())["days"]["portions"]:
        calculate({**second, "portion": portion}, Context())
    assert finalize(second, Context())["status"] == "completed"


@pytest.fixture
def asked() -> Counter[str]:
    """Counts what is asked of the table, in the units in which it is billed, and of the store."""
    counted: Counter[str] = Counter()

    def of_table(parsed: dict[str, Any], model: Any, **_: Any) -> None:
        if model.name in ("GetItem", "Query"):
            found = parsed.get("Items", [parsed["Item"]] if "Item" in parsed else [])
            counted["read_units"] += max(1, math.ceil(sum(map(size, found)) / 4096))

    def to_table(params: dict[str, Any], model: Any, **_: Any) -> None:
        if model.name == "PutItem":
            counted["write_units"] += units(params)
        elif model.name == "TransactWriteItems":
            verbs = [(verb, call) for action in params["TransactItems"] for verb, call in action.items()]
            counted["write_units"] += sum(2 * (units(call) if verb == "Put" else 1) for verb, call in verbs)

    def to_store(model: Any, **_: Any) -> None:
        counted["puts" if model.name in ("PutObject", "ListObjectsV2") else "gets"] += (
            model.name != "DeleteObjects"
        )

    table, store = client("dynamodb").meta.events, client("s3").meta.events
    table.register("before-parameter-build.dynamodb", to_table)
    table.register("after-call.dynamodb", of_table)
    store.register("before-call.s3", to_store)
    return counted


def units(call: dict[str, Any]) -> int:
    return max(1, math.ceil(size(call["Item"]) / 1024))


def size(item: dict[str, Any]) -> int:
    """Names and values: texts in UTF-8, two digits of a number in a byte."""
    return sum(len(name) + length(value) for name, value in item.items())


def length(value: dict[str, Any]) -> int:
    ((kind, content),) = value.items()
    return len(content) // 2 + 1 if kind == "N" else len(content if kind == "B" else content.encode())


def days(count: int, rows: int) -> bytes:
    """A file of some days with so many rows each, and of one row that is refused."""
    good = [line for day in range(1, count + 1) for line in minutes(rows, day=f"2025-10-{day:02d}")]
    return export([*good, row("never")])


@pytest.mark.parametrize(("many", "rows"), [(1, 5), (28, 40), (3, 1440)], ids=str)
def test_the_estimated_requests_are_those_that_follow(asked: Counter[str], many: int, rows: int) -> None:
    assert answer(api(request("POST", "/v1/projects", body={"name": "demo"}), Context()))[0] == 201
    for content in (days(many, rows // 2), days(many, rows)):
        second, preview = rehearsed(content)
        asked.clear()
        goes_on(second)
        estimated = preview["estimate"]["requests"]
        assert set(asked) == {"read_units", "write_units", "gets", "puts"}
        for name, billed in asked.items():
            assert estimated[name] == pytest.approx(billed, rel=0.06, abs=1), name


def test_an_estimate_has_a_time_and_a_price_with_its_source() -> None:
    assert answer(api(request("POST", "/v1/projects", body={"name": "demo"}), Context()))[0] == 201
    _, preview = rehearsed(days(3, 20))
    estimate = preview["estimate"]
    assert 0 < estimate["seconds"] < 60
    cost = estimate["cost"]
    services = ("dynamodb", "s3", "lambda", "step_functions")
    assert all(cost[service] > 0 for service in services)
    assert cost["total"] == pytest.approx(sum(cost[service] for service in services), abs=3e-9)
    assert 0 < cost["total"] < 0.01
    assert cost["currency"] == "USD"
    assert set(cost["prices"]) == {"as_of", "region", "source"}
