"""Recalculations among imports, undos, updates, faults and late tasks: figures, reports and ends are as they must."""

from __future__ import annotations

import os
from collections.abc import Iterator
from itertools import chain

import pytest
from mutants.recalculating import MUTANTS

from simulation.faults import Fate
from simulation.recalculating import at_every_swap, run_course
from simulation.remember import remembering
from simulation.run import Outcome
from simulation.stage import stage, substituted

COURSES = int(os.environ.get("GRAMLEDGER_COURSES", "16"))
MUTANT_COURSES = int(os.environ.get("GRAMLEDGER_MUTANT_COURSES", "10"))
CUTS: tuple[Fate, ...] = ("crash after", "given up", "unheard")


def test_a_course_breaks_no_invariant() -> None:
    with stage(), remembering():
        for number in range(COURSES):
            outcome = run_course(number)
            assert not outcome.wrong, f"course {number}: {outcome.wrong}"


@pytest.mark.parametrize("fate", CUTS)
def test_a_fault_at_any_swap_breaks_no_invariant(fate: Fate) -> None:
    with stage(), remembering():
        outcomes = list(at_every_swap(fate, 1))
    assert len(outcomes) >= 6
    assert not [outcome.wrong for outcome in outcomes if outcome.wrong]


@pytest.mark.parametrize("name", MUTANTS)
def test_a_mutant_is_caught(name: str) -> None:
    with stage(), substituted(MUTANTS[name]()), remembering():
        assert any(outcome.wrong for outcome in outcomes()), f"nothing has noticed {name}"


def outcomes() -> Iterator[Outcome]:
    """Courses, and then swaps at which a task dies, or sleeps until others have gone on."""
    yield from map(run_course, range(MUTANT_COURSES))
    yield from at_every_swap("crash after", 1)
    yield from chain.from_iterable(at_every_swap("given up", number) for number in range(12))
