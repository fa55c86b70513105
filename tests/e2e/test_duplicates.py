"""Differing duplicates through the front door."""

from __future__ import annotations

import pytest
from support.files import export, minutes, row
from support.front import Front

pytestmark = pytest.mark.stack


def test_a_later_export_with_another_cost_shows_what_differs(front: Front, project: str) -> None:
    front.run(project, export([*minutes(3), row(cost="Included")]))
    done = front.run(project, export([*minutes(3), row(cost="0.25")]))
    assert (done["receipt"]["duplicate_identical"], done["receipt"]["duplicate_differing"]) == (3, 1)
    found = front.get(f"/v1/imports/{done['import_id']}/duplicates", limit=1)
    assert found["next_cursor"] is None
    (duplicate,) = found["duplicates"]
    assert duplicate["differs"] == ["cost_text", "cost"]
    assert (duplicate["entry"]["cost"]["text"], duplicate["stated"]["cost"]["reported"]) == ("Included", 0.25)
