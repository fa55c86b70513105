"""Schedules on the embedded engine: the same ones, through the adapters of AWS, with faults at every request."""

from __future__ import annotations

import os
import secrets
import subprocess
import sys
from pathlib import Path

SCHEDULES = os.environ.get("GRAMLEDGER_ENGINE_SCHEDULES", "4")
ROOT = Path(__file__).parents[2]


def simulate(*arguments: str) -> str:
    """In a process of its own, for the engine stays in the one that loads it."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    command = [sys.executable, "-m", "simulation", "--engine", *arguments]
    found = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)  # noqa: S603 -- this Python
    assert found.returncode == 0, found.stdout + found.stderr
    return found.stdout


def test_random_schedules_on_the_engine_break_no_invariant() -> None:
    first = str(secrets.randbelow(10**9))
    told = simulate("--seeds", SCHEDULES, "--first", first, "--processes", "1")
    assert f"0 of {SCHEDULES} schedules failed" in told


def test_a_seed_on_the_engine_is_one_schedule_and_its_faults_are_those_of_a_network() -> None:
    told = simulate("--seed", "48", "--trace")
    assert told == simulate("--seed", "48", "--trace")
    assert "ledger.swap" in told
    assert "PUT store imports/acme/" in told
    assert "simulate: seed 48: all invariants hold" in told
