"""Scenes that chance alone would seldom set: late, repeated and outliving work leaves the ledger as it must be."""

from __future__ import annotations

import os

import pytest

from simulation.remember import remembering
from simulation.scenes import SCENES, run_scene
from simulation.stage import stage

NUMBERS = int(os.environ.get("GRAMLEDGER_SCENES", "21"))


@pytest.mark.parametrize("scene", SCENES)
def test_a_scene_breaks_no_invariant(scene: str) -> None:
    with stage(), remembering():
        for number in range(NUMBERS):
            outcome = run_scene(scene, number)
            assert not outcome.wrong, f"schedule {number}: {outcome.wrong}"
