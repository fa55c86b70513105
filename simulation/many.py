"""Many schedules at once: seeds dealt out to as many processes as there are cores, whole shelves to each."""

from __future__ import annotations

import atexit
import multiprocessing
import os
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from contextlib import ExitStack, contextmanager, nullcontext
from dataclasses import dataclass, field

import pyarrow as pa

from simulation.remember import remembering
from simulation.run import SEEDS_PER_SHELF, Outcome, run_seed
from simulation.schedule import IN_MEMORY, Ground
from simulation.stage import stage

FAILURES_KEPT = 5


@dataclass
class Tally:
    """What some schedules came to."""

    schedules: int = 0
    calls: int = 0
    faults: int = 0
    statuses: Counter[str] = field(default_factory=Counter)
    broken: int = 0
    failures: list[tuple[int, Outcome]] = field(default_factory=list)
    """The first few that failed, with their seeds."""
    cpu: float = 0.0

    def count(self, seed: int, outcome: Outcome) -> None:
        """Add one schedule."""
        self.schedules += 1
        self.calls, self.faults = self.calls + outcome.calls, self.faults + outcome.faults
        self.statuses.update(outcome.statuses)
        if outcome.wrong:
            self.broken += 1
            if len(self.failures) < FAILURES_KEPT:
                self.failures.append((seed, outcome))

    def add(self, other: Tally) -> None:
        """Add what others came to."""
        self.schedules += other.schedules
        self.calls, self.faults = self.calls + other.calls, self.faults + other.faults
        self.statuses.update(other.statuses)
        self.broken += other.broken
        self.failures = sorted([*self.failures, *other.failures], key=lambda found: found[0])[:FAILURES_KEPT]
        self.cpu += other.cpu


def blocks(first: int, count: int, processes: int) -> list[range]:
    """The seeds in runs of neighbours: none of more than one shelf, and enough of them that nobody is idle long."""
    most = max(1, min(SEEDS_PER_SHELF, -(-count // processes)))
    found, seed = [], first
    while seed < first + count:
        end = min(first + count, seed + most, (seed // SEEDS_PER_SHELF + 1) * SEEDS_PER_SHELF)
        found.append(range(seed, end))
        seed = end
    return found


def run_many(
    first: int, count: int, *, processes: int | None = None, plain: bool = False, engine: bool = False
) -> Iterator[Tally]:
    """What has been played so far, again and again as more of it is."""
    processes = processes or os.cpu_count() or 1
    tally = Tally()
    fresh = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(
        processes, mp_context=fresh, initializer=_prepare, initargs=(plain, engine)
    ) as workers:
        playing = [workers.submit(play, seeds) for seeds in blocks(first, count, processes)]
        for played in as_completed(playing):
            tally.add(played.result())
            yield tally


def play(seeds: range) -> Tally:
    """The schedules of some seeds, on a stage that is set."""
    tally, began = Tally(), time.process_time()
    for seed in seeds:
        tally.count(seed, run_seed(seed, ground=_grounds[-1]))
    tally.cpu = time.process_time() - began
    return tally


_grounds = [IN_MEMORY]
_set_up = ExitStack()
"""What stays until the process ends."""


def _prepare(plain: bool, engine: bool) -> None:
    _grounds.append(_set_up.enter_context(on_stage(plain=plain, engine=engine)))
    atexit.register(_set_up.close)


@contextmanager
def on_stage(*, plain: bool = False, engine: bool = False) -> Iterator[Ground]:
    """What schedules need around them: an engine if asked for, and a memory for pure functions unless it is plain."""
    pa.set_cpu_count(1)  # a schedule is one thread at a time, and its tables are small
    with stage(), nullcontext() if plain else remembering():
        if not engine:
            yield IN_MEMORY
            return
        from simulation.embedded import on_the_engine  # noqa: PLC0415 -- it brings the SDK

        with on_the_engine() as ground:
            yield ground
