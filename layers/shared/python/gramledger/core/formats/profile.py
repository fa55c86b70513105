"""What a format's module says of itself, so that everything else needs to know no format by name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from gramledger.core.typed import CellKind, Typed


@dataclass(frozen=True, slots=True)
class Profile:
    """One file format: its columns, and how its rows become claims."""

    name: str
    """As in `core/data/columns.toml` and in an import's `format`."""
    title: str
    fields: Mapping[str, CellKind]
    """What the cells of each known field are."""
    kept_as_written: tuple[str, ...]
    """Fields that no column of a claim holds; their cells go to `original`."""
    variant: Callable[[list[str]], str | None]
    """Which variant of the format has this header; None if it is none of the format's.

    Raises AggregatedExport or ColumnsMissing where the header is the format's, but cannot be imported.
    """
    claims_of: Callable[[Typed, NDArray[np.int64], pa.Array, int], pa.RecordBatch]
    """(typed columns, record numbers, `original` of each row, now in ms UTC) -> claims, schema CHUNK_CLAIM."""
    identify: Callable[[pa.Table, bool], pa.Table]
    """(claims, whether the file names several users) -> the claims with their final keys."""
    variants: tuple[str, ...] = ()
    """The names that `variant` gives."""
    window: tuple[str, ...] = ()
    """Fields that only say of which window of time a row is: a row that states nothing else is an empty bucket."""
