"""Cell by cell: a block in which something is wrong, read as text, so that every bad cell is named.

A bad row never alters its neighbours: the good ones become the same typed columns that a clean block gives.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
from numpy.typing import NDArray

from gramledger.core import limits
from gramledger.core.instants import INSTANT, read_instants
from gramledger.core.money import read_amount
from gramledger.core.records import Records
from gramledger.core.rejects import REJECT, RULES
from gramledger.core.typed import COST_MAXIMUM_NANO, Amounts, CellKind, Layout, Typed, limited, one_array

Integers = NDArray[np.int64]

AS_WRITTEN = "as written: "
"""Prefix of the extra column that holds a date's text where its milliseconds do not say everything."""

_DISTINCT_BYTES = pa.dictionary(pa.int32(), pa.binary())
_DIGITS = r"^-?[0-9]+$"
_MOST_DIGITS = len(str(limits.TOKENS_MAXIMUM))


@dataclass(frozen=True, slots=True)
class BadCell:
    """Why one cell (or, without a column, one record) is refused."""

    code: str
    column: int | None = None
    found: str | None = None


@dataclass(frozen=True, slots=True)
class Checked:
    """What became of the records of a block."""

    typed: Typed | None
    """The good ones; null when there are none."""
    kept: Integers
    """Their numbers in the block."""
    bad: dict[int, list[BadCell]]
    """The others, by number, with all that is wrong with them in the order of the columns."""


def check_records(block: bytes, records: Records, layout: Layout) -> Checked:
    """Read the records of a block as text and tell good ones from bad ones."""
    bad = _wrong_shape(records, len(layout.header))
    shaped = np.setdiff1d(np.arange(len(records.starts)), np.fromiter(bad, np.int64, len(bad)), assume_unique=True)
    if not len(shaped):
        return Checked(None, shaped, bad)
    columns = _read_as_text(block, records, shaped, layout)
    _find_blank_rows(columns, shaped, bad)
    typed: dict[str, pa.Array] = {}
    for index, (name, kind) in enumerate(zip(layout.names, layout.kinds, strict=True)):
        cells, wrong = _READERS[kind](columns[name])
        typed |= {name + suffix: cell for suffix, cell in cells.items()}
        _note(wrong, columns[name], index, shaped, bad)
    for number in bad:
        bad[number].sort(key=lambda cell: -1 if cell.column is None else cell.column)
    good = np.array([number not in bad for number in shaped.tolist()], bool)
    kept = shaped[good]
    if not len(kept):
        return Checked(None, kept, bad)
    chosen = {name: column.filter(pa.array(good)) for name, column in typed.items()}
    amounts = {name: Amounts.of(chosen[name].dictionary) for name in layout.names_of(CellKind.MONEY)}
    return Checked(Typed(chosen, amounts), kept, bad)
