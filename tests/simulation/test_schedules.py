"""Whatever goes wrong in whatever order: random schedules, and a fault at every single call."""

from __future__ import annotations

import os
import secrets
import subprocess
import sys
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import pytest

from simulation.crashes import EVERY_FATE, FAILING, at_every_call, undisturbed
from simulation.faults import Fate
from simulation.files import shelf, three_chunks
from simulation.remember import remembering
from simulation.run import run_seed, run_tape, shrunk
from simulation.schedule import WISHES, Given, Plot
from simulation.stage import stage
from simulation.tape import Tape
from simulation.truth import Asked

SCHEDULES = int(os.environ.get("GRAMLEDGER_SCHEDULES", "200"))
ROOT = Path(__file__).parents[2]

CONFIRMED = Plot((Given("acme", shelf(0)[0], decisions=("confirm",)),))


@pytest.fixture(autouse=True)
def staged() -> Iterator[None]:
    with stage(), remembering():
        yield


def test_random_schedules_break_no_invariant() -> None:
    first = secrets.randbelow(10**9)
    for seed in range(first, first + SCHEDULES):
        outcome = run_seed(seed)
        assert not outcome.wrong, f"{outcome.wrong}; replay: ./run simulate --seed {seed} --trace"


@pytest.mark.parametrize("asked", WISHES, ids=repr)
def test_a_file_of_which_no_row_is_accepted_ends_as_was_asked(asked: Asked) -> None:
    shelves = (file for number in range(99) for file in shelf(number))
    empty = next(file for file in shelves if file.readable and not file.events)
    outcome = undisturbed(Plot((Given("acme", three_chunks()), Given("acme", empty, asked=asked))))
    assert not outcome.wrong
    assert outcome.statuses == ("completed", "failed" if asked.replaces else "completed")


@pytest.mark.parametrize("fate", EVERY_FATE)
def test_a_fault_at_any_call_of_an_import_of_three_chunks_is_survived(fate: Fate) -> None:
    broken = {
        f"call {number}, {name}": outcome.wrong
        for number, name, outcome in at_every_call(fate)
        if outcome.wrong or outcome.statuses != ("completed",)
    }
    assert broken == {}


@pytest.mark.parametrize("fate", ["crash after", "given up"])
@pytest.mark.parametrize(
    ("plot", "end"), [(CONFIRMED, "completed"), (FAILING, "failed")], ids=["confirmed", "failing"]
)
def test_a_fault_at_any_call_of_other_imports_is_survived(plot: Plot, end: str, fate: Fate) -> None:
    assert undisturbed(plot).statuses == (end,)
    broken = {f"call {n}, {name}": o.wrong for n, name, o in at_every_call(fate, plot) if o.wrong}
    assert broken == {}


def test_an_undisturbed_import_reads_its_file_in_three_chunks_and_writes_three_pages() -> None:
    names = undisturbed().names
    assert sum("/chunks/" in name and "write" in name for name in names) == 3
    assert sum(name.startswith("ledger.swap") for name in names) == 3


def test_a_seed_is_one_schedule_byte_for_byte_with_or_without_the_memory_and_in_any_process() -> None:
    seed = 48  # one that checks the serial run too
    first, second = run_seed(seed, traced=True), run_seed(seed, traced=True)
    assert first == second
    command = [sys.executable, "-m", "simulation", "--seed", str(seed), "--trace", "--plain"]
    environment = {**os.environ, "PYTHONHASHSEED": "7", "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    shown = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, check=True).stdout  # noqa: S603 -- this Python
    lines = shown.decode().splitlines()
    assert len(first.trace) > 50
    assert _digest(lines[: len(first.trace)]) == _digest(first.trace)
    assert lines[len(first.trace) :] == [
        f"simulate: seed {seed}: all invariants hold; imports {', '.join(first.statuses)}"
    ]


def test_every_kind_of_fault_and_every_end_of_an_import_occurs() -> None:
    outcomes = [run_seed(seed, traced=True) for seed in range(120)]
    ends = {status for outcome in outcomes for status in outcome.statuses}
    assert {"completed", "failed", "cancelled"} <= ends
    told = "\n".join(line for outcome in outcomes for line in outcome.trace)
    for fate in (*EVERY_FATE, "refused: version", "is lost", "was not called", " copy: "):
        assert fate in told, fate


def test_a_played_tape_gives_the_same_schedule_and_an_empty_one_gives_the_plainest() -> None:
    drawn = run_seed(3, traced=True)
    assert run_tape(Tape(played=drawn.answers), 3, traced=True) == drawn
    plain = run_tape(Tape(played=()), 3)
    assert (plain.wrong, plain.faults, plain.statuses) == ({}, 0, ("completed",))
    assert shrunk([0, 0, 0], 3) == []


def _digest(lines: list[str]) -> str:
    return sha256("\n".join(lines).encode()).hexdigest()
