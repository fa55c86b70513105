"""Running schedules: one seed, many seeds, and the shortest tape that still fails."""

from __future__ import annotations

import traceback
from collections.abc import Sequence
from dataclasses import dataclass, field

from simulation.files import shelf
from simulation.invariants import INVARIANTS, Aftermath, Invariant, equals_the_serial_run
from simulation.rebuilt import the_log_alone_gives_the_pages_again
from simulation.schedule import IN_MEMORY, Ground, Plot, Schedule, drawn_plot
from simulation.tape import Tape

SEEDS_PER_SHELF = 500
"""Neighbouring seeds share their files, so that the memory for pure functions is of use."""

SERIAL_EVERY = 16
"""After how many schedules the serial run is made as well, and the pages are made again from the log."""

SHRINK_RUNS = 150


@dataclass(frozen=True)
class Outcome:
    """What one schedule came to: what was wrong by invariant, its calls, faults and tape, and the trace if wanted."""

    wrong: dict[str, list[str]]
    names: list[str] = field(repr=False)
    """Of all calls, in their order."""
    faults: int
    answers: list[int] = field(repr=False)
    trace: list[str] = field(repr=False)
    statuses: tuple[str, ...]

    @property
    def calls(self) -> int:
        """How many calls there were."""
        return len(self.names)


def run_seed(seed: int, *, traced: bool = False, ground: Ground = IN_MEMORY) -> Outcome:
    """The schedule of a seed."""
    return run_tape(Tape(seed), seed, traced=traced, ground=ground)


def run_tape(tape: Tape, seed: int, *, traced: bool = False, ground: Ground = IN_MEMORY) -> Outcome:
    """The schedule that a tape tells, with the files of a seed."""
    plot = drawn_plot(tape, shelf(seed // SEEDS_PER_SHELF))
    return run_plot(plot, tape, traced=traced, serial=seed % SERIAL_EVERY == 0, ground=ground)


def run_plot(
    plot: Plot,
    tape: Tape,
    *,
    traced: bool = False,
    serial: bool = True,
    ground: Ground = IN_MEMORY,
    kind: type[Schedule] = Schedule,
    further: Sequence[Invariant] = (),
) -> Outcome:
    """One schedule, of that kind, and all that must hold after it."""
    schedule = kind(plot, tape, traced=traced, ground=ground)
    wrong: dict[str, list[str]] = {}
    try:
        schedule.play()
    except Exception:
        wrong["the schedule ends"] = [traceback.format_exc()]
    calls = schedule.fates.calls[:]
    after = Aftermath(schedule)
    dear: Sequence[Invariant] = (equals_the_serial_run, the_log_alone_gives_the_pages_again) if serial else ()
    invariants = (*dear, *further, *INVARIANTS)
    for invariant in invariants:
        if wrong:
            break
        found = _checked(invariant, after)
        if found:
            wrong[invariant.__name__] = [_numbered(line, schedule) for line in found]
    spent = plot.budget - schedule.fates.budget
    statuses = tuple(record.status for record, _ in after.records)
    trace = [_numbered(line, schedule) for line in schedule.wire.trace or ()]
    return Outcome(wrong, calls, spent, tape.answers, trace, statuses)


def _numbered(line: str, schedule: Schedule) -> str:
    """A line of a trace, in which imports have numbers."""
    for number, record in enumerate(schedule.records, start=1):
        line = line.replace(record.import_id, f"#{number}")
    return line


def _checked(invariant: Invariant, after: Aftermath) -> list[str]:
    try:
        return list(invariant(after))
    except Exception:
        return [traceback.format_exc()]


def shrunk(answers: Sequence[int], seed: int, *, ground: Ground = IN_MEMORY) -> list[int]:
    """A simpler tape after which something is still wrong: shorter, and with more harmless answers."""
    best = list(answers)
    left = SHRINK_RUNS

    def fails(candidate: list[int]) -> bool:
        nonlocal left
        left -= 1
        return bool(run_tape(Tape(played=candidate), seed, ground=ground).wrong)

    length = len(best) // 2
    while length and left > 0:
        begin = len(best) - length
        while begin >= 0 and left > 0:
            if any(best[begin : begin + length]):
                candidate = [*best[:begin], *([0] * length), *best[begin + length :]]
                if fails(candidate):
                    best = candidate
            begin -= length
        length //= 2
    while best and best[-1] == 0:
        best.pop()
    return best
