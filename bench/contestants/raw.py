"""The floor: pyarrow's typed read of the whole file and nothing else; no check, no figure."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.csv

from bench.contestants import COUNTS

TEXTS = ("Kind", "Model", "Max Mode", "Cost")


def run_dictionaries(path: Path) -> None:
    """The types that the product reads: text columns as dictionaries."""
    _read(path, pa.dictionary(pa.int32(), pa.string()))


def run_strings(path: Path) -> None:
    """Text columns as plain strings: cheaper to read, dearer to group by."""
    _read(path, pa.string())


def _read(path: Path, text: pa.DataType) -> None:
    types = (
        {"Date": pa.timestamp("ms", "UTC")} | dict.fromkeys(COUNTS, pa.int64()) | dict.fromkeys(TEXTS, text)
    )
    pa.csv.read_csv(
        path,
        read_options=pa.csv.ReadOptions(use_threads=False),
        parse_options=pa.csv.ParseOptions(newlines_in_values=True),
        convert_options=pa.csv.ConvertOptions(column_types=types, null_values=[""], strings_can_be_null=True),
    )
