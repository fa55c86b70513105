"""Every mistake of the catalogue is noticed by the simulator, and the documentation says which there are."""

from __future__ import annotations

import os
import re
from itertools import chain
from pathlib import Path

import mutants.imports
import mutants.notices
import mutants.pages
import mutants.past
import mutants.recalculating
import mutants.stopping
import pytest
from mutants.catalogue import MUTANTS

from simulation.crashes import FAILING, TAKEN_BACK, at_every_call
from simulation.remember import remembering
from simulation.run import run_seed
from simulation.scenes import SCENES, run_scene
from simulation.stage import stage, substituted

SEEDS = int(os.environ.get("GRAMLEDGER_MUTANT_SEEDS", "40"))
SCENE_NUMBERS = 140  # ten times each call of a doomed task
PAGE = Path(__file__).parents[2] / "docs/explanation/simulator.md"
assert all(
    (mutants.imports, mutants.notices, mutants.pages, mutants.past, mutants.stopping)
)  # loaded, they are listed


@pytest.mark.parametrize("name", MUTANTS)
def test_a_mutant_is_caught(name: str) -> None:
    with stage(), substituted(MUTANTS[name]()), remembering():
        assert caught_by(), f"nothing has noticed {name}"


def caught_by() -> list[str]:
    """What notices the mutant first: random schedules, a fault at every call of an import, or scenes."""
    at_random = (run_seed(seed) for seed in range(SEEDS))
    in_scenes = (run_scene(scene, number) for number in range(SCENE_NUMBERS) for scene in SCENES)
    undone = (outcome for _, _, outcome in at_every_call("crash after", FAILING))
    taken_back = (outcome for _, _, outcome in at_every_call("crash after", TAKEN_BACK))
    lost = (outcome for _, _, outcome in at_every_call("lost"))
    return next((list(o.wrong) for o in chain(at_random, undone, lost, taken_back, in_scenes) if o.wrong), [])


def test_there_are_at_least_20_mutants_and_the_documentation_lists_them_all() -> None:
    listed = re.findall(r"^\| `(\w+)` \|", PAGE.read_text("utf-8"), re.MULTILINE)
    assert len(MUTANTS) >= 20
    assert sorted(listed) == sorted([*MUTANTS, *mutants.recalculating.MUTANTS])
