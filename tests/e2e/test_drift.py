"""The drift sentinel through the front door."""

from __future__ import annotations

import numpy as np
import pytest
from support.drifting import HABITS, TOKENS, exchanged, file_of
from support.front import Front

pytestmark = pytest.mark.stack


def test_columns_that_changed_places_are_refused_until_somebody_allows_it(front: Front, project: str) -> None:
    chance = np.random.default_rng(5)
    first, second = (HABITS.export(chance, 60) for _ in range(2))
    assert front.wait(front.send(project, file_of(first)))["status"] == "completed"
    before = front.entries(project)
    damaged = file_of(exchanged(second, TOKENS[1], TOKENS[2]))
    refused = front.wait(front.send(project, damaged))
    assert (refused["status"], refused["problem"]["code"]) == ("failed", "drift-suspected")
    assert front.entries(project) == before
    allowed = front.wait(front.send(project, damaged, allow_drift=True))
    assert allowed["status"] == "completed"
    drift = front.get(f"/v1/imports/{allowed['import_id']}/preview")["drift"]
    assert [found["column"] for found in drift["suspected"]] == [TOKENS[1], TOKENS[2]]
