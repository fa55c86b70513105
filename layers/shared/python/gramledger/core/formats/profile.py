"""What a format's module says of itself, so that everything else needs to know no format by name."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from gramledger.core.columns import Mapping as HeaderMapping
from gramledger.core.findings import Findings
from gramledger.core.separators import DecimalMark
from gramledger.core.typed import CellKind, Typed


@dataclass(frozen=True, slots=True)
class Head:
    """The first rows of a file, for what its format leaves open."""

    header: Sequence[str]
    fields: Mapping[str, int]
    """Field -> column index."""
    rows: Sequence[Sequence[str]]
    """The cells of the first rows of the header's width."""
    decimal: DecimalMark
    zone: str = ""
    """The time zone that was asked for; empty when none was."""
    dates: str = ""
    """The form of dates that was asked for; empty when none was."""
    constants: Mapping[str, str] = field(default_factory=dict)
    """Field -> the text that it has in every row, as somebody said."""
    every_row: Callable[[], Sequence[Sequence[str]]] = tuple
    """Reads all rows that are known, where the first ones do not tell."""

    def texts(self, field: str) -> list[str]:
        """The distinct texts in the column of a field, in the order of the rows and without blank ones."""
        index = self.fields.get(field)
        cells = () if index is None else (row[index].strip() for row in self.rows)
        return [text for text in dict.fromkeys(cells) if text]


@dataclass(frozen=True, slots=True)
class Settled:
    """What the first rows say of that: members of a Reading of the same names."""

    dates: str = ""
    zone: str = ""
    unit: str = ""
    constants: Mapping[str, str] = field(default_factory=dict)
    notes: Sequence[str] = ()


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
    map_header: Callable[[list[str]], HeaderMapping] | None = None
    """Which column holds which field, where that is not told by the aliases of single names."""
    findings: Findings | None = None
    """The rules of rows that look at more than one cell."""
    settle: Callable[[Head], Settled] | None = None
    """What the header leaves open, from the first rows. Raises a problem when they do not tell."""
    complete: Callable[[Collection[str]], None] | None = None
    """Of a format that no header names: raises ColumnsMissing unless the fields that are stated say enough."""
    window: tuple[str, ...] = ()
    """Fields that only say of which window of time a row is: a row that states nothing else is an empty bucket."""
    identities: Mapping[str, Callable[[pa.Table], pa.Table]] = field(default_factory=dict)
    """What else may tell rows apart where a project chooses it (`core.identities`): claims -> claims with such keys."""

    def identified(self, claims: pa.Table, several_users: bool, identity: str | None) -> pa.Table:
        """The claims with their final keys, by the identity that the project has chosen or the format's own rule."""
        return self.identities[identity](claims) if identity else self.identify(claims, several_users)
