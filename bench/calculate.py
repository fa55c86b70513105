"""`python -m bench calculate`: what energy, carbon and list prices add to an import's work, and EcoLogits beside them.

One process, pinned to one core and one thread, runs the stages of an import of a generated file in turns, by the code
that imports run: the file is parsed and checked into claims, their impacts and list prices are calculated by portions
of days, and each day becomes a page with its rollups. CPU seconds of each stage are compared. EcoLogits is asked for
one row after the other, for all models of makers, as it is meant to be used. Where the figures differ, it fails.
"""

from __future__ import annotations

import argparse
import logging
import os
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from statistics import median
from typing import Any, TypeVar

import numpy as np
import pyarrow as pa

from bench.alone import claims_of_file
from bench.generate import Mix, rows_for, write_export
from bench.machine import ROOT, commit, machine, versions
from gramledger.core import bodies, factors, limits, list_prices, page, presets, rollup
from gramledger.core.claims import DAY_MS
from gramledger.core.impact import usage_impacts
from gramledger.core.subjects import subjects
from gramledger.core.valuing import price, value

RESULTS = ROOT / "bench/results"
FILES = ROOT / "bench/data"
SHARE_GOAL = 0.10
TIMES_GOAL = 1000
RELATIVE = 1e-9
WARM_UP_BYTES = 2_000_000
SOURCE = "01BENCH"
NOW_MS = 1_767_225_600_000

PARSE, IMPACTS, PRICES, SUMMARISE = "parse and validate", "impacts", "list prices", "summarise"

Done = TypeVar("Done")

PRESET = presets.load("default")
FACTORS = factors.load(PRESET.factors_id)


@dataclass(slots=True)
class Runs:
    """CPU seconds of each stage, a run each."""

    cpu: dict[str, list[float]] = field(default_factory=dict)

    def take(self, stage: str, work: Callable[[], Done]) -> Done:
        """Do the work and note what it took."""
        began = time.process_time()
        done = work()
        self.cpu.setdefault(stage, []).append(time.process_time() - began)
        return done

    def median(self, stage: str) -> float:
        """The median of a stage's runs."""
        return median(self.cpu[stage])


def main(arguments: list[str]) -> int:
    """Run the stages in turns, ask EcoLogits, print and keep the table."""
    parser = argparse.ArgumentParser(prog="./run bench calculate", description=__doc__)
    parser.add_argument("--bytes", type=int, default=40_000_000, help="size of the file (default: 40 MB)")
    parser.add_argument("--days", type=int, default=413)
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--asked", type=int, default=3000, help="rows that EcoLogits is asked for")
    given = parser.parse_args(arguments)
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    pa.set_cpu_count(1)
    file = _file(given.bytes, given.days)
    _stages(_file(WARM_UP_BYTES, 10), Runs())
    runs = Runs()
    for turn in range(given.repeats):
        claims = _stages(file, runs)
        print(f"bench: {turn + 1}/{given.repeats} {runs.cpu[IMPACTS][-1]:.3f} s of impacts", file=sys.stderr)
    each, difference = _ecologits(given.asked)
    report = _report(file, claims.num_rows, runs, each, difference)
    print(report)
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / "calculate.md").write_text(report)
    return 0 if difference <= RELATIVE else 1


def _file(size: int, days: int) -> Path:
    FILES.mkdir(exist_ok=True)
    path = FILES / f"cursor-{size}-{days}d-all.csv"
    if not path.exists():
        unfinished = path.with_suffix(".part")
        write_export(unfinished, Mix(rows_for(size, "all"), days, "all", 0.001))
        unfinished.rename(path)
    return path


def _stages(file: Path, runs: Runs) -> pa.Table:
    """One run of all stages; the file's claims."""
    prices = list_prices.load()
    claims = runs.take(PARSE, lambda: claims_of_file(file, SOURCE, NOW_MS))
    days = _days(claims)
    portions = [
        claims.slice(days[first], days[min(first + limits.DAYS_PER_TASK, len(days) - 1)] - days[first])
        for first in range(0, len(days) - 1, limits.DAYS_PER_TASK)
    ]
    runs.take(IMPACTS, lambda: [usage_impacts(p, PRESET, FACTORS, calculated_at=NOW_MS) for p in portions])
    runs.take(PRICES, lambda: [price(p, PRESET, FACTORS, prices) for p in portions])
    stated = [value(p, PRESET, FACTORS, prices, calculated_at=NOW_MS) for p in portions]
    tables = [
        portion.slice(first, last - first) for portion in stated for first, last in pairwise(_days(portion))
    ]
    runs.take(SUMMARISE, lambda: [_summarised(table) for table in tables])
    return claims


def _days(claims: pa.Table) -> list[int]:
    """Where each day of a sorted table begins, and its end."""
    days = bodies.one_chunk(claims["ts"]).to_numpy() // DAY_MS
    return [0, *((days[1:] != days[:-1]).nonzero()[0] + 1).tolist(), len(days)]


def _summarised(table: pa.Table) -> int:
    """A day's page, which of its claims count, its rollup and the counts of its sources."""
    merged = page.merge(table)
    verdicts = page.verdicts(merged, {})
    rollup.count_sources(merged, verdicts)
    return len(rollup.fold(merged, verdicts, {}))


def _ecologits(asked: int) -> tuple[float, float]:
    """CPU seconds that EcoLogits takes for a row, and the largest relative difference of our energy from its."""
    from ecologits.tracers.utils import llm_impacts  # noqa: PLC0415 -- takes long to import, and warns

    logging.disable(logging.WARNING)
    # the hub has models without architecture as their users write them; tools name those of the makers
    known = [m for m in FACTORS.models if not FACTORS.retired(m) and m.provider != "huggingface_hub"]
    rows = [(known[number % len(known)], 100 + number) for number in range(asked)]
    ask: Any = llm_impacts
    ask(known[0].provider, known[0].name, 1, None)
    began = time.process_time()
    found = [ask(model.provider, model.name, tokens, None).energy.value for model, tokens in rows]
    each = (time.process_time() - began) / asked
    theirs = np.array([[e.min, e.max] if hasattr(e, "min") else [e, e] for e in found]).T
    position = np.array([FACTORS.position[model.id] for model, _ in rows])
    rates = subjects(PRESET, FACTORS).rates
    ours = rates.intensities.impacts(position, np.array([float(tokens) for _, tokens in rows]))[0]
    return each, float(np.abs(ours / theirs - 1).max())


def _report(file: Path, rows: int, runs: Runs, each: float, difference: float) -> str:
    base = runs.median(PARSE) + runs.median(SUMMARISE)
    share = runs.median(IMPACTS) / base
    ours = runs.median(IMPACTS) / rows
    stages: Sequence[str] = (PARSE, SUMMARISE, IMPACTS, PRICES)
    lines = [
        "# What the calculation adds to an import",
        "",
        f"- File: {file.name}, {file.stat().st_size:,} bytes, {rows:,} rows",
        f"- Machine: {machine()}",
        f"- Commit: {commit()}",
        f"- Versions: {versions('pyarrow', 'numpy', 'ecologits')}",
        f"- Medians of {len(runs.cpu[PARSE])} runs in turns, in one process, one core, one thread",
        "",
        "| stage | CPU s | min | max | microseconds a row |",
        "|---|---:|---:|---:|---:|",
        *(
            f"| {stage} | {runs.median(stage):.3f} | {min(runs.cpu[stage]):.3f} | {max(runs.cpu[stage]):.3f} "
            f"| {runs.median(stage) / rows * 1e6:.2f} |"
            for stage in stages
        ),
        f"| EcoLogits, a row at a time | | | | {each * 1e6:.0f} |",
        "",
        f"- Impacts add {share:.1%} to parsing, validating and summarising "
        + _goal(f"at most {SHARE_GOAL:.0%}", met=share <= SHARE_GOAL),
        f"- Impacts and list prices add {share + runs.median(PRICES) / base:.1%}",
        f"- Impacts alone are {runs.median(IMPACTS) / runs.median(PARSE):.0%} of parsing and validating",
        f"- {each / ours:,.0f} times as fast as EcoLogits row by row "
        + _goal(f"{TIMES_GOAL:,}", met=each / ours >= TIMES_GOAL),
        f"- Largest relative difference from EcoLogits: {difference:.1e} "
        + _goal(f"at most {RELATIVE:.0e}", met=difference <= RELATIVE),
    ]
    return "\n".join(lines) + "\n"


def _goal(goal: str, *, met: bool) -> str:
    return f"(goal: {goal}): {'met' if met else 'MISSED'}"
