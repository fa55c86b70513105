"""`python -m bench parse`: reading a Cursor export into checked figures, beside other tools.

Every run is a process of its own, pinned to one core and one thread, warmed up on a small file; the contestants take
turns. CPU seconds are the process's own (user and system), of the stage alone; the table shows medians. All
contestants but the raw reads must give the same figures, or the benchmark fails.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass, field
from importlib import import_module
from importlib.abc import MetaPathFinder
from pathlib import Path
from statistics import median

from bench.contestants import Figures, Found
from bench.generate import Mix, rows_for, write_export
from bench.machine import ROOT, commit, machine, versions

RESULTS = ROOT / "bench/results"
FILES = ROOT / "bench/data"
ONE_THREAD = {
    "POLARS_MAX_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    "ARROW_NUM_THREADS": "1",
    "OMP_THREAD_LIMIT": "1",
}
WARM_UP_BYTES = 2_000_000
DUPLICATES = 0.001


@dataclass(frozen=True, slots=True)
class Contestant:
    """One way to read the file: label, and where its function is."""

    label: str
    module: str
    function: str
    repeats: int | None = None
    """At most so many runs; none: as many as the others."""


CONTESTANTS = {
    "ours": Contestant("Gramledger", "gramledger_blocks", "run"),
    "raw": Contestant("raw typed pyarrow read (dictionaries)", "raw", "run_dictionaries"),
    "raw-strings": Contestant("raw typed pyarrow read (strings)", "raw", "run_strings"),
    "duckdb": Contestant("DuckDB", "peers", "run_duckdb"),
    "polars": Contestant("Polars", "peers", "run_polars"),
    "pandas": Contestant("pandas", "peers", "run_pandas"),
    "rows": Contestant("csv.DictReader + pydantic", "rows", "run", repeats=2),
}
GOALS = (("duckdb", 1.5), ("rows", 12.0))
RAW_GOAL = 1.45
MEMORY_GOAL = 1.1


@dataclass(slots=True)
class Runs:
    """What the runs of one contestant gave."""

    cpu: list[float] = field(default_factory=list)
    wall: list[float] = field(default_factory=list)
    peak: list[int] = field(default_factory=list)
    figures: list[dict[str, object]] = field(default_factory=list)

    def add(self, run: dict[str, object]) -> None:
        """Take one run's report."""
        self.cpu.append(float(str(run["cpu"])))
        self.wall.append(float(str(run["wall"])))
        self.peak.append(int(str(run["peak"])))
        if isinstance(run["figures"], dict):
            self.figures.append(run["figures"])


def main(arguments: list[str]) -> int:
    """Generate the files, run everybody, print and keep the table."""
    parser = argparse.ArgumentParser(prog="./run bench parse", description=__doc__)
    parser.add_argument("--bytes", type=int, default=100_000_000, help="size of the file (default: 100 MB)")
    parser.add_argument(
        "--large", type=int, default=1_000_000_000, help="size for the memory test; 0 leaves it out"
    )
    parser.add_argument("--days", type=int, default=413)
    parser.add_argument("--quoting", choices=["all", "needed"], default="all")
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--only", nargs="*", choices=list(CONTESTANTS), help="run only these")
    parser.add_argument("--keep", action="store_true", help="keep the large file")
    parser.add_argument("--child", nargs=3, help=argparse.SUPPRESS)
    given = parser.parse_args(arguments)
    if given.child:
        print(json.dumps(_stage(*given.child)))
        return 0
    file = _file(given.bytes, given.days, given.quoting)
    names = given.only or list(CONTESTANTS)
    runs = _take_turns(names, file, given.repeats)
    report = [*_heading(file, given.repeats), *_table(runs, file.stat().st_size), *_figures(runs)]
    if given.large and "ours" in runs:
        large = _file(given.large, given.days, given.quoting)
        report += _memory(runs["ours"], file, large)
        if not given.keep:
            large.unlink()
    text = "\n".join(report) + "\n"
    print(text)
    if not given.only:
        RESULTS.mkdir(exist_ok=True)
        (RESULTS / "parse.md").write_text(text)
    return 0 if _agree(runs) else 1


def _file(size: int, days: int, quoting: str) -> Path:
    """A generated file; one that is there already is taken, as its name says what is in it."""
    FILES.mkdir(exist_ok=True)
    path = FILES / f"cursor-{size}-{days}d-{quoting}.csv"
    if not path.exists():
        print(f"bench: writing {path.name}", file=sys.stderr)
        unfinished = path.with_suffix(".part")
        write_export(unfinished, Mix(rows_for(size, quoting), days, quoting, DUPLICATES))
        unfinished.rename(path)
    return path


def _take_turns(names: Iterable[str], file: Path, repeats: int) -> dict[str, Runs]:
    file.read_bytes()  # into the system's cache, for everybody
    runs = {name: Runs() for name in names}
    for turn in range(repeats):
        for name, known in runs.items():
            limit = CONTESTANTS[name].repeats
            if limit is None or turn < limit:
                known.add(_child(name, file))
                print(f"bench: {turn + 1}/{repeats} {name} {known.cpu[-1]:.3f} s", file=sys.stderr)
    return runs


def _child(name: str, file: Path) -> dict[str, object]:
    warm_up = _file(WARM_UP_BYTES, 10, "all")
    command = [sys.executable, "-m", "bench", "parse", "--child", name, str(file), str(warm_up)]
    ran = subprocess.run(  # noqa: S603 -- this program itself
        command, cwd=ROOT, env={**os.environ, **ONE_THREAD}, stdout=subprocess.PIPE, text=True, check=True
    )
    report: dict[str, object] = json.loads(ran.stdout)
    return report


def _stage(name: str, file: str, warm_up: str) -> dict[str, object]:
    """One run in this process: imports and a small file first, then the stage by the clock."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    if name != "pandas":
        sys.meta_path.insert(0, WithoutPandas())
    import pyarrow as pa  # noqa: PLC0415 -- only the child measures

    pa.set_cpu_count(1)
    contestant = CONTESTANTS[name]
    run: Callable[[Path], Found | None] = getattr(
        import_module(f"bench.contestants.{contestant.module}"), contestant.function
    )
    run(Path(warm_up))
    cpu, wall = time.process_time(), time.perf_counter()
    found = run(Path(file))
    cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
    return {
        "cpu": cpu,
        "wall": wall,
        "peak": _peak_bytes(),
        "figures": asdict(Figures.of(found)) if found else None,
    }


class WithoutPandas(MetaPathFinder):
    """Hides pandas from pyarrow, which imports it wherever it is installed; where the product runs it is not."""

    def find_spec(self, fullname: str, path: object, target: object = None) -> None:  # noqa: ARG002 -- the protocol
        """Refuse pandas, leave all others to the next finder."""
        if fullname == "pandas":
            raise ModuleNotFoundError(fullname)


def _peak_bytes() -> int:
    """The largest resident size of this process so far (Linux)."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) * 1024
    return 0


def _heading(file: Path, repeats: int) -> list[str]:
    rows = sum(1 for _ in file.open("rb")) - 1
    return [
        "# Parse, validate, normalise, duplicates, group by day and model",
        "",
        f"- File: {file.name}, {file.stat().st_size:,} bytes, {rows:,} rows",
        f"- Machine: {machine()}",
        f"- Commit: {commit()}",
        f"- Versions: {versions('pyarrow', 'numpy', 'duckdb', 'polars', 'pandas', 'pydantic')}",
        f"- Medians of {repeats} interleaved runs, each in a process of its own, one core, one thread",
        "",
    ]


def _table(runs: dict[str, Runs], size: int) -> list[str]:
    lines = [
        "| contestant | CPU s | min | max | MB/s | peak MB | of ours |",
        "|---|---:|---:|---:|---:|---:|---:|",
    ]
    ours = median(runs["ours"].cpu) if "ours" in runs else None
    for name, known in sorted(runs.items(), key=lambda entry: median(entry[1].cpu)):
        cpu = median(known.cpu)
        ratio = f"{cpu / ours:.2f}" if ours else ""
        lines.append(
            f"| {CONTESTANTS[name].label} | {cpu:.3f} | {min(known.cpu):.3f} | {max(known.cpu):.3f} "
            f"| {size / cpu / 1e6:.0f} | {median(known.peak) / 1e6:.0f} | {ratio} |"
        )
    return [*lines, "", *_goals(runs)]


def _goals(runs: dict[str, Runs]) -> list[str]:
    if "ours" not in runs:
        return []
    ours = median(runs["ours"].cpu)
    lines = []
    for name, goal in GOALS:
        if name in runs:
            times = median(runs[name].cpu) / ours
            label = f"{times:.2f} times as fast as {CONTESTANTS[name].label}"
            lines.append(f"- {label} (goal: {goal}): {_met(times >= goal)}")
    for name in ("raw", "raw-strings"):
        if name in runs:
            share = ours / median(runs[name].cpu)
            label = f"{share:.2f} times the CPU of the {CONTESTANTS[name].label}"
            lines.append(f"- {label} (goal: at most {RAW_GOAL}): {_met(share <= RAW_GOAL)}")
    return lines


def _figures(runs: dict[str, Runs]) -> list[str]:
    found = {json.dumps(figures, sort_keys=True) for known in runs.values() for figures in known.figures}
    verdict = "All contestants found the same" if len(found) == 1 else "THE CONTESTANTS DO NOT AGREE"
    return ["", f"{verdict}: {'; '.join(sorted(found))}", ""]


def _agree(runs: dict[str, Runs]) -> bool:
    return (
        len({json.dumps(figures, sort_keys=True) for known in runs.values() for figures in known.figures})
        <= 1
    )


def _memory(small: Runs, file: Path, large: Path) -> list[str]:
    peak, before = int(str(_child("ours", large)["peak"])), median(small.peak)
    times = peak / before
    sizes = [f"{path.stat().st_size / 1e6:,.0f} MB" for path in (file, large)]
    measured = f"{before / 1e6:.0f} MB at {sizes[0]}, {peak / 1e6:.0f} MB at {sizes[1]}: {times:.2f} times"
    return [
        f"Peak memory of Gramledger: {measured} (goal: at most {MEMORY_GOAL}): {_met(times <= MEMORY_GOAL)}"
    ]


def _met(goal: bool) -> str:
    return "met" if goal else "MISSED"
