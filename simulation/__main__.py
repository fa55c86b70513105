"""`./run simulate`: many schedules, or one of them again.

--seeds N        that many schedules (1,000), from --first S on (a fresh number each time)
--seed S         just that one, with --trace every call of it
--every-call     instead, an import of three chunks, failing at each of its calls in turn in every way
--courses N      instead, that many courses with recalculations, from --first S on (0); --trace shows every call
--processes N    how many play at once; otherwise one for each core
--engine         with the adapters of AWS and the embedded engine, and faults between the two
--plain          without the memory for pure functions: slower, and the same
"""

from __future__ import annotations

import argparse
import secrets
import sys
import time

from simulation.crashes import EVERY_FATE, at_every_call
from simulation.many import Tally, on_stage, run_many
from simulation.recalculating import run_course
from simulation.run import Outcome, run_seed, run_tape, shrunk
from simulation.schedule import Ground
from simulation.tape import Tape

SHOWN = 5
"""How many lines of a broken invariant are shown."""

FAULTS_SHOWN = 12


def main(arguments: list[str]) -> int:
    """Run what is asked for; 1 when an invariant was broken."""
    parser = argparse.ArgumentParser(prog="./run simulate", usage=__doc__)
    parser.add_argument("--seeds", type=int, default=1000)
    parser.add_argument("--first", type=int, default=None)
    parser.add_argument("--seed", type=int, default=None)
    parser.add_argument("--trace", action="store_true")
    parser.add_argument("--every-call", action="store_true")
    parser.add_argument("--courses", type=int, default=None)
    parser.add_argument("--engine", action="store_true")
    parser.add_argument("--plain", action="store_true")
    parser.add_argument("--processes", type=int, default=None)
    chosen = parser.parse_args(arguments)
    with on_stage(plain=chosen.plain, engine=chosen.engine and chosen.seed is not None) as ground:
        if chosen.every_call:
            return _every_call()
        if chosen.courses is not None:
            return _courses(chosen.first or 0, chosen.courses, traced=chosen.trace)
        if chosen.seed is not None:
            return _one(chosen.seed, ground, traced=chosen.trace)
        return _many(chosen)


def _one(seed: int, ground: Ground, *, traced: bool) -> int:
    outcome = run_seed(seed, traced=traced, ground=ground)
    for line in outcome.trace:
        print(line)
    _tell(seed, outcome)
    return bool(outcome.wrong)


def _many(chosen: argparse.Namespace) -> int:
    first = secrets.randbelow(10**9) if chosen.first is None else chosen.first
    count, place = chosen.seeds, " on the embedded engine" if chosen.engine else ""
    print(f"simulate: {count:,} schedules{place} from seed {first}", flush=True)
    began = time.monotonic()
    played, told = Tally(), set[int]()
    options = {"processes": chosen.processes, "plain": chosen.plain, "engine": chosen.engine}
    for played in run_many(first, count, **options):
        for seed, outcome in played.failures:
            if seed not in told:
                print(f"simulate: seed {seed} breaks: {', '.join(outcome.wrong)}", flush=True)
                told.add(seed)
        if played.schedules < count:
            print(f"simulate: {played.schedules:,} played, {played.broken} failed", flush=True)
    for seed, outcome in played.failures:
        _tell(seed, outcome, "--engine " if chosen.engine else "")
        if not chosen.engine:
            _tell_simplest(seed, outcome)
    seconds = time.monotonic() - began
    ends = ", ".join(f"{number:,} {status}" for status, number in played.statuses.most_common())
    print(f"simulate: {played.calls:,} calls, {played.faults:,} faults; imports: {ends}")
    print(
        f"simulate: {played.broken} of {count:,} schedules failed; {count / seconds:.1f} schedules/s "
        f"({seconds:.0f} s, {played.cpu:.0f} s of one core)"
    )
    return bool(played.broken)


def _every_call() -> int:
    broken = runs = 0
    for fate in EVERY_FATE:
        for number, name, outcome in at_every_call(fate):
            runs += 1
            if outcome.wrong:
                broken += 1
                print(f"'{fate}' at call {number}, {name}: {outcome.wrong}")
    print(f"simulate: {broken} of {runs:,} runs failed")
    return bool(broken)


def _courses(first: int, count: int, *, traced: bool) -> int:
    broken = 0
    for number in range(first, first + count):
        outcome = run_course(number, traced=traced)
        for line in outcome.trace:
            print(line)
        if outcome.wrong:
            broken += 1
            print(f"course {number}: {outcome.wrong}", flush=True)
            print(f"  replay: ./run simulate --courses 1 --first {number} --trace")
    print(f"simulate: {broken} of {count:,} courses failed")
    return bool(broken)


def _tell(seed: int, outcome: Outcome, how: str = "") -> None:
    if not outcome.wrong:
        print(f"simulate: seed {seed}: all invariants hold; imports {', '.join(outcome.statuses)}")
    for name, found in outcome.wrong.items():
        print(f"simulate: seed {seed}: {name}")
        for line in found[:SHOWN]:
            print(f"    {line}")
        print(f"  replay: ./run simulate {how}--seed {seed} --trace")


def _tell_simplest(seed: int, outcome: Outcome) -> None:
    answers = shrunk(outcome.answers, seed)
    simplest = run_tape(Tape(played=answers), seed, traced=True)
    faults = [line for line in simplest.trace if line.rsplit(" ", 1)[-1] in _FAULT_ENDS or "lost" in line]
    print(f"  simplest schedule found: {simplest.calls} calls, {simplest.faults} faults: {simplest.wrong}")
    for line in faults[:FAULTS_SHOWN]:
        print(f"    {line}")


_FAULT_ENDS = frozenset(("unheard", "echoed", "storm", "before", "after", "up"))

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
