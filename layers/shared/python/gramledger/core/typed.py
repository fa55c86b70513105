"""Typed columns: what a block of records becomes when every cell is what its column says.

The clean way: pyarrow reads the whole block with explicit types, and a few whole-column checks show that nothing is
out of range. Anything else is left to `core.cells`, which names every bad cell; whatever this module accepts,
that one reads as the same values, so it never matters which of the two read a block.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import Enum

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
from numpy.typing import NDArray

from gramledger.core import limits
from gramledger.core.claims import NANO, TEXT
from gramledger.core.instants import EARLIEST_MS, INSTANT, LATEST_MS
from gramledger.core.money import DEFAULT_CURRENCY, Amount, read_amount

COST_MAXIMUM_NANO = limits.COST_MAXIMUM * NANO


class CellKind(Enum):
    """What the cells of a column are."""

    INSTANT = "instant"
    COUNT = "count"
    MONEY = "money"
    TEXT = "text"


_TYPES = {
    CellKind.INSTANT: INSTANT,
    CellKind.COUNT: pa.int64(),
    CellKind.MONEY: TEXT,
    CellKind.TEXT: TEXT,
}


@dataclass(frozen=True)
class Layout:
    """The columns of a file in their order: name as written, field name (or `#index`), and kind of cell."""

    header: Sequence[str]
    names: Sequence[str]
    kinds: Sequence[CellKind]
    delimiter: str
    kept: Sequence[str]
    """Names of the columns whose cells are kept as written in `original`, in the file's order."""
    read: pa.csv.ReadOptions = field(init=False, repr=False, compare=False)
    parse: pa.csv.ParseOptions = field(init=False, repr=False, compare=False)
    convert: pa.csv.ConvertOptions = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Make pyarrow's options once. A block is one buffer, so newlines in values need no second look."""
        types = {name: _TYPES[kind] for name, kind in zip(self.names, self.kinds, strict=True)}
        options = {
            "read": pa.csv.ReadOptions(use_threads=False, block_size=1 << 30, column_names=list(self.names)),
            "parse": pa.csv.ParseOptions(delimiter=self.delimiter),
            "convert": pa.csv.ConvertOptions(column_types=types, null_values=[""], strings_can_be_null=True),
        }
        for name, value in options.items():
            object.__setattr__(self, name, value)

    def names_of(self, kind: CellKind) -> list[str]:
        """The columns of one kind, in the file's order."""
        return [name for name, its in zip(self.names, self.kinds, strict=True) if its is kind]


@dataclass(frozen=True, slots=True)
class Amounts:
    """What the distinct cells of a money column say, as arrays by dictionary index; one more slot stands for blank."""

    nano: NDArray[np.int64]
    stated: NDArray[np.bool_]
    readable: NDArray[np.bool_]
    currencies: list[str]

    @classmethod
    def of(cls, dictionary: pa.StringArray) -> Amounts:
        """Read each distinct text once."""
        read = [*map(read_amount, dictionary.to_pylist()), Amount(None, DEFAULT_CURRENCY)]
        nano = [amount.nano for amount in read]
        return cls(
            np.array([limited(value) for value in nano], np.int64),
            np.array([value is not None for value in nano]),
            np.array([amount.readable for amount in read]),
            [amount.currency for amount in read],
        )

    @property
    def fine(self) -> bool:
        """No amount is negative or too large."""
        return bool(self.nano.min() >= 0 and self.nano.max() <= COST_MAXIMUM_NANO)


def limited(nano: int | None) -> int:
    """The amount, or just beyond the limit where 64 bits may not hold it; 0 for no amount."""
    if nano is None:
        return 0
    return max(-1, min(nano, COST_MAXIMUM_NANO + 1))


@dataclass(frozen=True, slots=True)
class Typed:
    """The typed columns of one block by name; every column is one Arrow array of the same length."""

    columns: dict[str, pa.Array]
    amounts: dict[str, Amounts]

    def __len__(self) -> int:
        return len(next(iter(self.columns.values())))


def read_typed(block: pa.Buffer, layout: Layout) -> Typed | None:
    """Read whole records with pyarrow; null when any cell is not what its column says.

    The caller makes sure that the block holds whole records and does not begin with a byte order mark
    (pyarrow would drop it).
    """
    try:
        table = pa.csv.read_csv(
            pa.BufferReader(block),
            read_options=layout.read,
            parse_options=layout.parse,
            convert_options=layout.convert,
        )
    except pa.ArrowInvalid:
        return None
    if not table.num_rows:
        return None
    columns = {name: one_array(table.column(index)) for index, name in enumerate(layout.names)}
    amounts = {name: Amounts.of(columns[name].dictionary) for name in layout.names_of(CellKind.MONEY)}
    if not all(table_of.fine for table_of in amounts.values()):
        return None
    for name in layout.names_of(CellKind.INSTANT):
        if columns[name].null_count or not _between(columns[name].view(pa.int64()), EARLIEST_MS, LATEST_MS):
            return None
    if not all(_between(columns[name], 0, limits.TOKENS_MAXIMUM) for name in layout.names_of(CellKind.COUNT)):
        return None
    return Typed(columns, amounts)


def one_array(column: pa.ChunkedArray) -> pa.Array:
    """A column as one array, without copying where it is one already."""
    return column.chunk(0) if column.num_chunks == 1 else column.combine_chunks()


def coded(texts: Sequence[str | None], at: NDArray[np.int64]) -> pa.DictionaryArray:
    """The text of each row, where `at` is its place in `texts`; null where that text is null.

    The nulls are the rows', never the dictionary's: pyarrow does not unify dictionaries that hold any.
    """
    stated = [text for text in texts if text is not None]
    codes = np.cumsum([text is not None for text in texts]) - 1
    null = np.array([text is None for text in texts])
    indices = pa.array(codes[at].astype(np.int32), mask=null[at])
    return pa.DictionaryArray.from_arrays(indices, pa.array(stated, pa.string()))


def _between(numbers: pa.Array, least: int, most: int) -> bool:
    """Whether all numbers that are there lie within the bounds."""
    found = pc.min_max(numbers)
    low, high = found["min"].as_py(), found["max"].as_py()
    return low is None or (low >= least and high <= most)
