"""Every mistake of the catalogue is noticed by the simulator, where the documentation says so."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path

import mutants.imports
import mutants.notices
import mutants.pages
import mutants.past
import mutants.recalculating
import mutants.stopping
import pytest
from mutants.catalogue import MUTANTS

from simulation.crashes import FAILING, TAKEN_BACK, THREE_CHUNKS, at_every_call
from simulation.faults import Fate
from simulation.invariants import INVARIANTS, equals_the_serial_run
from simulation.rebuilt import the_log_alone_gives_the_pages_again
from simulation.recalculated import FURTHER
from simulation.remember import remembering
from simulation.run import Outcome, run_seed
from simulation.scenes import run_scene
from simulation.schedule import Plot
from simulation.stage import stage, substituted

SEEDS = int(os.environ.get("GRAMLEDGER_MUTANT_SEEDS", "60"))
SCENE_NUMBERS = 140  # ten times each call of a doomed task
FAULTS: dict[str, tuple[Fate, Plot]] = {
    "a crash at every call of an import that fails": ("crash after", FAILING),
    "a crash at every call of an import that is undone": ("crash after", TAKEN_BACK),
    "a crash at every call of an import": ("crash after", THREE_CHUNKS),
    "a lost call at every place of an import": ("lost", THREE_CHUNKS),
}
PAGE = Path(__file__).parents[2] / "docs/explanation/simulator.md"
assert all(
    (mutants.imports, mutants.notices, mutants.pages, mutants.past, mutants.stopping)
)  # loaded, they are listed


def listed() -> dict[str, str]:
    """The mutants of the documentation, each with the schedules that notice it."""
    rows = re.findall(r"^\| `(\w+)` \|[^|]+\| ([^|:]+): \w+ \|$", PAGE.read_text("utf-8"), re.MULTILINE)
    return dict(rows)


def at_the_place(name: str) -> Iterator[Outcome]:
    """The schedules of what the documentation names: random ones, those of a scene, or a fault at every call."""
    if scene := re.fullmatch(r'the scene "([^"]+)"', name):
        return (run_scene(scene[1], number) for number in range(SCENE_NUMBERS))
    if name == "random schedules":
        return (run_seed(seed) for seed in range(SEEDS))
    return (outcome for _, _, outcome in at_every_call(*FAULTS[name]))


@pytest.mark.parametrize("name", MUTANTS)
def test_a_mutant_is_caught(name: str) -> None:
    place = listed()[name]
    with stage(), substituted(MUTANTS[name]()), remembering():
        wrong = next((outcome.wrong for outcome in at_the_place(place) if outcome.wrong), {})
    assert wrong, f"{place} did not notice {name}"
    for error in ("TypeError", "AttributeError"):
        assert error not in str(wrong), f"{name} does not fit what it takes the place of: {wrong}"


def test_there_are_at_least_20_mutants_and_the_documentation_lists_them_all() -> None:
    assert len(MUTANTS) >= 20
    assert sorted(listed()) == sorted([*MUTANTS, *mutants.recalculating.MUTANTS])


def test_every_invariant_is_in_the_documentation_in_the_order_in_which_it_is_checked() -> None:
    stated = re.findall(r"^\| (\w+_\w+) \|", PAGE.read_text("utf-8"), re.MULTILINE)
    imports = (*INVARIANTS, equals_the_serial_run, the_log_alone_gives_the_pages_again)
    assert stated == [each.__name__ for each in (*imports, *FURTHER)]
