"""The routes of half-hourly intensities."""

from __future__ import annotations

import json
from typing import Any

import pytest
from support.events import Context, answer, request
from support.half_hours import as_csv, as_json, instant

from functions.api.app import handler as api
from gramledger.core.limits import INTENSITIES_BYTES

pytestmark = pytest.mark.usefixtures("deployed")

NOON = instant("2025-01-15T12:00")
FROM_NESO = json.loads(as_json({NOON: (266, 263)}))


def call(method: str, **event: Any) -> tuple[int, Any]:
    return answer(api(request(method, "/v1/intensities", **event), Context()))


def test_what_neso_answers_is_sent_as_it_came_and_makes_a_version_once() -> None:
    assert call("GET") == (200, {"versions": []})
    status, first = call("POST", body=FROM_NESO)
    assert (status, first["label"], first["half_hours"], first["forecasts"]) == (201, "neso-gb@1", 1, 0)
    assert (first["first"], first["last"]) == ("2025-01-15T12:00:00.000Z", "2025-01-15T12:00:00.000Z")
    assert call("POST", body=FROM_NESO) == (200, first)
    status, second = call("POST", body={"csv": as_csv({NOON: (None, 300)}).decode()})
    assert (status, second["label"]) == (201, "neso-gb@2")
    assert [each["label"] for each in call("GET")[1]["versions"]] == ["neso-gb@1", "neso-gb@2"]


@pytest.mark.parametrize(
    "body", [{}, [], {"csv": 7}, {"csv": "from,actual\n", "more": 1}, {"csv": "from,price\n"}]
)
def test_a_body_of_another_form_is_refused(body: object) -> None:
    status, problem = call("POST", body=body)
    assert (status, problem["code"]) == (400, "invalid-request")


def test_a_file_that_is_too_large_is_refused_with_the_limit() -> None:
    status, problem = call("POST", body={"csv": "x" * INTENSITIES_BYTES})
    assert (status, problem["code"], problem["limit"]) == (413, "file-too-large", INTENSITIES_BYTES)


def test_members_may_look_and_not_import() -> None:
    assert call("POST", body=FROM_NESO, groups="[member]")[0] == 403
    assert call("GET", groups="[member]")[0] == 200
