"""Cursor exports of any size, from a seed: the mix of kinds, models, costs and token counts of real exports.

    python -m bench.generate OUT.csv --bytes 100000000 --days 413 [--quoting needed] [--duplicates 0.001]

Rows are of variant V2 and come newest first, as Cursor writes them. What was taken from real exports: the kinds and
how often they are not charged, costs with two decimals or as text, rows with blank tokens, the disjoint token
columns with their total, gaps between events from 1 ms to hours.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

HEADER = (
    "Date,Kind,Model,Max Mode,Input (w/ Cache Write),Input (w/o Cache Write),"
    "Cache Read,Output Tokens,Total Tokens,Cost"
)
NEWEST_MS = 1_767_225_600_000  # 2026-01-01T00:00Z
DAY_MS = 86_400_000
PIECE_ROWS = 100_000

KINDS = {
    "Included": 0.62,
    "On-Demand": 0.18,
    "Included in Pro": 0.06,
    "User API Key": 0.04,
    "Free": 0.03,
    "Errored, Not Charged": 0.03,
    "Aborted, Not Charged": 0.02,
    "Errored, No Charge": 0.01,
    "Unknown": 0.01,
}
MODELS = {
    "auto": 0.3,
    "composer-1": 0.15,
    "claude-4.5-sonnet-thinking": 0.15,
    "gpt-5-codex-high": 0.08,
    "claude-4-sonnet": 0.07,
    "gpt-5": 0.06,
    "claude-4.5-sonnet": 0.05,
    "gpt-5-codex": 0.04,
    "claude-4-sonnet-thinking": 0.03,
    "gemini-2.5-pro": 0.02,
    "grok-code-fast-1": 0.02,
    "o3": 0.01,
    "claude-4.5-opus-high-thinking": 0.01,
    "gpt-5-mini": 0.01,
}
COST_WORDS = {"Included": 0.3, "Included in Pro": 1.0, "Free": 1.0, "User API Key": 0.2}
"""How often the cost of a kind is text instead of a number."""
BLANK_TOKENS = 0.01


@dataclass(frozen=True, slots=True)
class Mix:
    """What is generated: seed, rows, days, quoting ("all" or "needed") and the share of repeated rows."""

    rows: int
    days: int = 413
    quoting: str = "all"
    duplicates: float = 0.0
    seed: int = 1


def write_export(path: Path, mix: Mix) -> int:
    """Write an export; returns its size in bytes."""
    with path.open("wb") as file:
        file.write(HEADER.encode() + b"\n")
        for piece in pieces(mix):
            file.write(as_csv(piece, mix.quoting))
        return file.tell()


def as_csv(table: pa.Table, quoting: str) -> pa.Buffer:
    """The rows as CSV: every cell quoted ("all"), or those that hold a comma ("needed")."""
    columns = [column.combine_chunks() for column in table.columns]
    if quoting == "all":
        lines = pc.binary_join_element_wise(*columns, '","')
        lines = pc.binary_join_element_wise('"', lines, '"\n', "")
    else:
        quoted = [
            pc.if_else(
                pc.match_substring(cells, ","), pc.binary_join_element_wise('"', cells, '"', ""), cells
            )
            for cells in columns
        ]
        lines = pc.binary_join_element_wise(pc.binary_join_element_wise(*quoted, ","), "", "\n")
    _, offsets, text = lines.buffers()
    first, last = np.frombuffer(offsets, np.int32)[[0, len(lines)]].tolist()
    return text.slice(first, last - first)


def rows_for(size: int, quoting: str = "all", seed: int = 1) -> int:
    """About how many rows give a file of `size` bytes."""
    sample = next(pieces(Mix(PIECE_ROWS, quoting=quoting, seed=seed)))
    return max(1, round(size * sample.num_rows / as_csv(sample, quoting).size))


def pieces(mix: Mix) -> Iterator[pa.Table]:
    """The rows as tables of text, newest first; the instants span the days evenly on the whole."""
    random = np.random.default_rng(mix.seed)
    newest, span = NEWEST_MS, mix.days * DAY_MS
    for first in range(0, mix.rows, PIECE_ROWS):
        count = min(PIECE_ROWS, mix.rows - first)
        oldest = NEWEST_MS - round(span * (first + count) / mix.rows)
        weights = random.exponential(size=count) + 1e-3
        gaps = np.maximum(1, weights / weights.sum() * (newest - oldest)).astype(np.int64)
        if mix.duplicates:
            gaps[1:][random.random(count - 1) < mix.duplicates] = 0
        yield _rows(newest - np.cumsum(gaps), gaps == 0, random)
        newest = min(oldest, newest - int(gaps.sum()))


def _rows(ts: NDArray[np.int64], repeated: NDArray[np.bool_], random: np.random.Generator) -> pa.Table:
    count = len(ts)
    kind = random.choice(len(KINDS), count, p=list(KINDS.values()))
    model = random.choice(len(MODELS), count, p=list(MODELS.values()))
    tokens = np.stack(
        [
            np.where(random.random(count) < 0.4, 0, random.lognormal(9.2, 1.2, count)),
            random.lognormal(6.5, 2.0, count),
            random.lognormal(11.6, 1.6, count),
            random.lognormal(7.0, 1.2, count),
        ]
    ).astype(np.int64)
    tokens = np.minimum(tokens, 22_900_000)
    cents = np.maximum(1, (tokens * np.array([[3.75e-4], [3e-4], [3e-5], [1.5e-3]])).sum(axis=0)).astype(
        np.int64
    )
    words = random.random(count) < np.array([COST_WORDS.get(name, 0.0) for name in KINDS])[kind]
    blank = random.random(count) < BLANK_TOKENS
    columns: list[pa.Array] = [
        _dates(ts),
        pa.array(list(KINDS)).take(pa.array(kind)),
        pa.array(list(MODELS)).take(pa.array(model)),
        pa.array(["No", "Yes"]).take(pa.array((random.random(count) < 0.08).astype(np.int64))),
        *(_counts(amount, blank) for amount in (*tokens, tokens.sum(axis=0))),
        pc.if_else(pa.array(words), "Included", _costs(cents)),
    ]
    table = pa.table(columns, names=HEADER.split(","))
    if not repeated.any():
        return table
    # a repeated row is the one before it, whole
    place = np.maximum.accumulate(np.where(repeated, 0, np.arange(count)))
    return table.take(pa.array(place))


def _dates(ts: NDArray[np.int64]) -> pa.Array:
    instants = pa.array(ts).cast(pa.timestamp("ms"))
    return pc.binary_join_element_wise(pc.strftime(instants, "%Y-%m-%dT%H:%M:%S"), "Z", "")


def _counts(amounts: NDArray[np.int64], blank: NDArray[np.bool_]) -> pa.Array:
    return pc.if_else(pa.array(blank), "", pa.array(amounts).cast(pa.string()))


def _costs(cents: NDArray[np.int64]) -> pa.Array:
    whole = pa.array(cents // 100).cast(pa.string())
    return pc.binary_join_element_wise(
        whole, pc.utf8_lpad(pa.array(cents % 100).cast(pa.string()), 2, "0"), "."
    )


def main() -> None:
    """Write one export from the command line."""
    parser = argparse.ArgumentParser(prog="python -m bench.generate", description="Write a Cursor export.")
    parser.add_argument("out", type=Path)
    size = parser.add_mutually_exclusive_group()
    size.add_argument("--bytes", type=int, default=100_000_000, help="about this size (default: 100 MB)")
    size.add_argument("--rows", type=int, help="exactly this many rows")
    parser.add_argument("--days", type=int, default=413)
    parser.add_argument("--quoting", choices=["all", "needed"], default="all")
    parser.add_argument("--duplicates", type=float, default=0.0, help="share of rows repeated at once")
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    rows = given.rows or rows_for(given.bytes, given.quoting, given.seed)
    written = write_export(given.out, Mix(rows, given.days, given.quoting, given.duplicates, given.seed))
    print(f"{given.out}: {rows:,} rows, {written:,} bytes, {given.days} days")


if __name__ == "__main__":
    main()
