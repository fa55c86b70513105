"""The generator of the benchmarks writes exports that are like real ones, and the same ones each time."""

from __future__ import annotations

from pathlib import Path

import pyarrow.compute as pc
import pytest
from support.csv_texts import Upload

from bench.generate import NEWEST_MS, Mix, rows_for, write_export


@pytest.mark.parametrize("quoting", ["all", "needed"])
def test_a_generated_export_is_read_without_a_reject(tmp_path: Path, quoting: str) -> None:
    path = tmp_path / "export.csv"
    size = write_export(path, Mix(5000, days=30, quoting=quoting))
    reading = Upload.of(path.read_bytes()).read()
    assert (reading.rows, reading.claims.num_rows, reading.end) == (5000, 5000, size)
    assert set(reading.claims["warnings"].drop_null().unique().to_pylist()) == {"tokens-blank"}
    ts = reading.claims["ts"].to_numpy()
    assert (ts[:-1] > ts[1:]).all()
    assert NEWEST_MS - 30 * 86_400_000 <= ts[-1] < ts[0] < NEWEST_MS
    assert pc.min(reading.claims["charged"]).as_py() == 0
    assert 0 < reading.claims["cost"].null_count < 5000


def test_one_seed_gives_one_file_and_another_seed_another(tmp_path: Path) -> None:
    paths = [tmp_path / name for name in ("a", "b", "c")]
    for path, seed in zip(paths, (1, 1, 2), strict=True):
        write_export(path, Mix(300, days=3, seed=seed))
    first, second, third = (path.read_bytes() for path in paths)
    assert first == second != third


def test_the_size_asked_for_is_met_within_a_percent(tmp_path: Path) -> None:
    path = tmp_path / "export.csv"
    assert write_export(path, Mix(rows_for(3_000_000, "needed"), quoting="needed")) == pytest.approx(
        3e6, rel=0.01
    )


def test_repeated_rows_are_whole_repetitions(tmp_path: Path) -> None:
    path = tmp_path / "export.csv"
    write_export(path, Mix(5000, days=30, duplicates=0.01))
    lines = path.read_bytes().splitlines()[1:]
    ts = Upload.of(path.read_bytes()).read().claims["ts"]
    repeated = len(lines) - len(set(lines))
    assert repeated == len(ts) - len(ts.unique())
    assert repeated > 10
