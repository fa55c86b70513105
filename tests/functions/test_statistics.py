"""The route of statistics."""

from __future__ import annotations

from typing import Any

import pytest
from support.events import Context, answer, request

from functions.api.app import handler as api

pytestmark = pytest.mark.usefixtures("deployed")


def call(path: str, **query: str) -> tuple[int, Any]:
    return answer(api(request("GET", path, query=query), Context()))


def test_statistics_of_a_project_are_answered_as_they_are_asked_for() -> None:
    made = api(request("POST", "/v1/projects", body={"name": "a"}), Context())
    project_id = answer(made)[1]["project_id"]
    status, found = call("/v1/projects/a/statistics", zone="Europe/Paris", sort="cost", model="gpt-5")
    assert (status, found["project_id"], found["entries"]) == (200, project_id, 0)
    assert (found["time_zone"], found["models"], found["growth"]) == ("Europe/Paris", [], None)


def test_what_cannot_be_asked_is_refused_by_its_name() -> None:
    api(request("POST", "/v1/projects", body={"name": "a"}), Context())
    assert call("/v1/projects/a/statistics", sort="size")[1]["code"] == "invalid-request"
    assert call("/v1/projects/a/statistics", zone="Home")[0] == 400
    assert call("/v1/projects/b/statistics")[0] == 404
