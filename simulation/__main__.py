"""`./run simulate`: many schedules, or one of them again.

--seeds N        that many schedules (1,000), from --first S on (a fresh number each time)
--seed S         just that one, with --trace every call of it
--every-call     instead, an import of three chunks, failing at each of its calls in turn in every way
--plain          without the memory for pure functions: slower, and the same
"""

from __future__ import annotations

import argparse
import secrets
import sys
import time
from collections import Counter
from contextlib import nullcontext

import pyarrow as pa

from simulation.crashes import EVERY_FATE, at_every_call
from simulation.remember import remembering
from simulation.run import Outcome, run_seed, run_tape, shrunk
from simulation.stage import stage
from simulation.tape import Tape

SHOWN = 5
"""How many failures are shown in full."""

FAULTS_SHOWN = 12


def main(arguments: list[str]) -> int:
    """Run what is asked for; 1 when an invariant was broken."""
    parser = argparse.ArgumentParser(prog="./run simulate", usage=__doc__)
    parser.add_argument("--seeds", type=int, default=1000)
    parser.add_argument("--first", type=int, default=None)
    parser.add_argument("--seed", type=int, default=None)
    parser.add_argument("--trace", action="store_true")
    parser.add_argument("--every-call", action="store_true")
    parser.add_argument("--plain", action="store_true")
    chosen = parser.parse_args(arguments)
    pa.set_cpu_count(1)  # a schedule is one thread at a time, and its tables are small
    with stage(), nullcontext() if chosen.plain else remembering():
        if chosen.every_call:
            return _every_call()
        if chosen.seed is not None:
            return _one(chosen.seed, traced=chosen.trace)
        first = secrets.randbelow(10**9) if chosen.first is None else chosen.first
        return _many(first, chosen.seeds)


def _one(seed: int, *, traced: bool) -> int:
    outcome = run_seed(seed, traced=traced)
    for line in outcome.trace:
        print(line)
    _tell(seed, outcome)
    return bool(outcome.wrong)


def _many(first: int, count: int) -> int:
    print(f"simulate: {count:,} schedules from seed {first}")
    began, used = time.monotonic(), time.process_time()
    statuses: Counter[str] = Counter()
    calls = faults = broken = 0
    for seed in range(first, first + count):
        outcome = run_seed(seed)
        statuses.update(outcome.statuses)
        calls, faults = calls + outcome.calls, faults + outcome.faults
        if outcome.wrong:
            broken += 1
            if broken <= SHOWN:
                _tell(seed, outcome)
                _tell_simplest(seed, outcome)
    seconds, cpu = time.monotonic() - began, time.process_time() - used
    ends = ", ".join(f"{number:,} {status}" for status, number in statuses.most_common())
    print(f"simulate: {calls:,} calls, {faults:,} faults; imports: {ends}")
    print(
        f"simulate: {broken} of {count:,} schedules failed; {count / seconds:.1f} schedules/s "
        f"({seconds:.0f} s, {cpu:.0f} s of one core)"
    )
    return bool(broken)


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


def _tell(seed: int, outcome: Outcome) -> None:
    if not outcome.wrong:
        print(f"simulate: seed {seed}: all invariants hold; imports {', '.join(outcome.statuses)}")
    for name, found in outcome.wrong.items():
        print(f"simulate: seed {seed}: {name}")
        for line in found[:SHOWN]:
            print(f"    {line}")
        print(f"  replay: ./run simulate --seed {seed} --trace")


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
