"""Typed columns: what a block of records becomes when every cell is what its column says.

The clean way: pyarrow reads the whole block with explicit types, and a few whole-column checks show that nothing is
out of range. Anything else is left to `core.cells`, which names every bad cell; whatever this module accepts,
that one reads as the same values, so it never matters which of the two read a block.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from functools import lru_cache, partial
from itertools import repeat
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.csv
from numpy.typing import NDArray

from gramledger.core import limits, memory
from gramledger.core.claims import NANO, TEXT
from gramledger.core.dates import finer_than_ms, read_times
from gramledger.core.instants import EARLIEST_MS, INSTANT, LATEST_MS
from gramledger.core.money import DEFAULT_CURRENCY, read_amount
from gramledger.core.numerals import unix_instants, utc_instants, whole_numbers
from gramledger.core.separators import POINT, DecimalMark

COST_MAXIMUM_NANO = limits.COST_MAXIMUM * NANO


class CellKind(Enum):
    """What the cells of a column are."""

    INSTANT = "instant"
    UNIX_TIME = "unix time"
    """Whole seconds since 1970-01-01T00:00Z; typed as an instant."""
    UTC_TIME = "utc time"
    """A date or a date and time whose column says that it is UTC; typed as an instant."""
    TIME = "time"
    """A date or a time in the form and the zone that the layout names; typed as an instant."""
    LOCAL_DAY = "local day"
    """A day of the calendar; typed as text, for when it begins depends on its zone."""
    COUNT = "count"
    DECIMAL_COUNT = "decimal count"
    """A count that may be written with a decimal point (`4.0`); typed as a count."""
    MONEY = "money"
    QUANTITY = "quantity"
    """An amount of energy; typed as text, for its unit may be in another column."""
    TEXT = "text"


INSTANTS = (CellKind.INSTANT, CellKind.UNIX_TIME, CellKind.UTC_TIME, CellKind.TIME)
COUNTS = (CellKind.COUNT, CellKind.DECIMAL_COUNT)


_TYPES = {
    CellKind.INSTANT: INSTANT,
    CellKind.UNIX_TIME: pa.float64(),
    CellKind.UTC_TIME: pa.timestamp("ms"),
    CellKind.TIME: TEXT,
    CellKind.LOCAL_DAY: TEXT,
    CellKind.COUNT: pa.int64(),
    CellKind.DECIMAL_COUNT: pa.float64(),
    CellKind.MONEY: TEXT,
    CellKind.QUANTITY: TEXT,
    CellKind.TEXT: TEXT,
}
"""As what pyarrow reads each kind."""

_CONVERSIONS: dict[CellKind, Callable[[pa.Array], pa.Array | None]] = {
    CellKind.UNIX_TIME: unix_instants,
    CellKind.UTC_TIME: utc_instants,
    CellKind.DECIMAL_COUNT: partial(whole_numbers, most=limits.TOKENS_MAXIMUM),
}
"""From what pyarrow reads to what the kind is typed as; None when a cell is not what its column says."""


@dataclass(frozen=True)
class Layout:
    """The columns of a file in their order: name as written, field name (or `#index`), and kind of cell."""

    header: Sequence[str]
    names: Sequence[str]
    kinds: Sequence[CellKind]
    delimiter: str
    kept: Sequence[str]
    """Names of the columns whose cells are kept as written in `original`, in the file's order."""
    quote: str = '"'
    """Empty when no character quotes."""
    decimal: DecimalMark = POINT
    """The decimal mark of amounts."""
    window: Sequence[str] = ()
    """Names of the columns that say only of which window of time a row is; a row with nothing else is empty."""
    dates: str = ""
    """How times are written, where the format leaves that open (`core.dates`)."""
    zone: str = ""
    """The time zone (IANA name) of times that state none; empty when such a time is refused."""
    unit: str = ""
    """The unit of readings that state none."""
    constants: Mapping[str, str] = field(default_factory=dict)
    """Field -> the text that it has in every row."""
    key: Sequence[str] = ()
    """Names of the columns that tell rows of one instant apart, where the format leaves that open."""
    read: pa.csv.ReadOptions = field(init=False, repr=False, compare=False)
    parse: pa.csv.ParseOptions = field(init=False, repr=False, compare=False)
    convert: pa.csv.ConvertOptions = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Make pyarrow's options once. A block is one buffer, so newlines in values need no second look."""
        types = {name: _TYPES[kind] for name, kind in zip(self.names, self.kinds, strict=True)}
        options = {
            "read": pa.csv.ReadOptions(use_threads=False, block_size=1 << 30, column_names=list(self.names)),
            "parse": pa.csv.ParseOptions(
                delimiter=self.delimiter, quote_char=self.quote or False, double_quote=bool(self.quote)
            ),
            "convert": pa.csv.ConvertOptions(
                column_types=types, null_values=[""], strings_can_be_null=True, check_utf8=False
            ),
        }
        for name, value in options.items():
            object.__setattr__(self, name, value)

    def names_of(self, *kinds: CellKind) -> list[str]:
        """The columns of some kinds, in the file's order."""
        return [name for name, its in zip(self.names, self.kinds, strict=True) if its in kinds]


@dataclass(frozen=True, slots=True)
class Amounts:
    """What the distinct cells of a money column say, as arrays by dictionary index; one more slot stands for blank."""

    nano: NDArray[np.int64]
    stated: NDArray[np.bool_]
    readable: NDArray[np.bool_]
    currencies: list[str]
    """Of each slot; just one name when all have the same currency."""

    @classmethod
    def of(cls, dictionary: pa.StringArray, decimal: DecimalMark) -> Amounts:
        """Read each distinct text once."""
        texts = dictionary.to_pylist()
        packed = np.array([*map(_packed, texts, repeat(decimal)), _packed("", decimal)], np.int64)
        foreign = packed & _FOREIGN > 0
        currencies = [DEFAULT_CURRENCY]
        if foreign.any():
            currencies = [read_amount(text, decimal).currency for text in [*texts, ""]]
        return cls(packed >> _SHIFT, packed & _STATED > 0, packed & _READABLE > 0, currencies)

    @property
    def fine(self) -> bool:
        """No amount is negative or too large."""
        return bool(self.nano.min() >= 0 and self.nano.max() <= COST_MAXIMUM_NANO)


_STATED, _READABLE, _FOREIGN, _SHIFT = 1, 2, 4, 3


@lru_cache(maxsize=1 << 16)
def _packed(text: str, decimal: DecimalMark) -> int:
    """An amount as one integer, so that a block's distinct texts become arrays in one pass."""
    amount = read_amount(text, decimal)
    bits = _STATED * (amount.nano is not None) + _READABLE * amount.readable
    return (limited(amount.nano) << _SHIFT) + bits + _FOREIGN * (amount.currency != DEFAULT_CURRENCY)


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
    """Of each money column."""
    counts: dict[str, NDArray[np.int64]]
    """Of each count column, 0 where it is blank."""
    layout: Layout
    """How the file is laid out, and what it leaves unsaid."""

    @classmethod
    def of(cls, columns: dict[str, pa.Array], layout: Layout) -> Typed:
        """Derive amounts and counts from the columns."""
        return cls(
            columns,
            {
                name: Amounts.of(columns[name].dictionary, layout.decimal)
                for name in layout.names_of(CellKind.MONEY)
            },
            {name: memory.filled(columns[name], 0) for name in layout.names_of(*COUNTS)},
            layout,
        )

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
    # pyarrow would take `2.000` for 2 where it may be 2,000
    if not table.num_rows or (layout.decimal != POINT and CellKind.DECIMAL_COUNT in layout.kinds):
        return None
    columns = {name: one_array(table.column(index)) for index, name in enumerate(layout.names)}
    if not _is_utf8(columns.values()) or empty_windows(columns, layout) is not None:
        return None
    for name in layout.names_of(*_CONVERSIONS):
        columns[name] = _CONVERSIONS[layout.kinds[layout.names.index(name)]](columns[name])
        if columns[name] is None:
            return None
    for name in layout.names_of(CellKind.TIME):
        ms, codes = read_times(columns[name].dictionary, layout.dates, layout.zone)
        if columns[name].null_count or codes or finer_than_ms(columns[name].dictionary):
            return None
        columns[name] = pa.array(ms[columns[name].indices.to_numpy()]).cast(INSTANT)
    typed = Typed.of(columns, layout)
    return typed if _is_fine(typed, layout) else None


def _is_utf8(columns: Iterable[pa.Array]) -> bool:
    """Whether all distinct texts are UTF-8; for that, pyarrow was told not to check each cell."""
    try:
        for column in columns:
            if pa.types.is_dictionary(column.type):
                column.dictionary.validate(full=True)
    except pa.ArrowInvalid:
        return False
    return True


def empty_windows(columns: Mapping[str, pa.Array], layout: Layout) -> NDArray[np.bool_] | None:
    """Which rows state nothing but their window; None when none does, or the layout knows no windows."""
    if not layout.window:
        return None
    others = [column for name, column in columns.items() if name not in layout.window]
    if not all(column.null_count for column in others):
        return None
    empty = np.ones(len(columns[layout.names[0]]), bool)
    for column in others:
        empty &= column.is_null().to_numpy(zero_copy_only=False)
    return empty if empty.any() else None


def _is_fine(typed: Typed, layout: Layout) -> bool:
    """Whether no date is blank and nothing is out of range."""
    for name in layout.names_of(*INSTANTS):
        ms = typed.columns[name].view(pa.int64())
        if ms.null_count or ms.to_numpy().min() < EARLIEST_MS or ms.to_numpy().max() > LATEST_MS:
            return False
    if not all(amounts.fine for amounts in typed.amounts.values()):
        return False
    return all(_within(counts, limits.TOKENS_MAXIMUM) for counts in typed.counts.values())


def _within(counts: NDArray[np.int64], most: int) -> bool:
    """Whether all counts are 0 to `most`: seen as unsigned, a negative one is the largest of all."""
    return int(counts.view(np.uint64).max()) <= most


def one_array(column: pa.ChunkedArray) -> pa.Array:
    """A column as one array, without copying where it is one already."""
    return column.chunk(0) if column.num_chunks == 1 else column.combine_chunks()


def coded(texts: Sequence[str | None], at: NDArray[np.integer[Any]]) -> pa.DictionaryArray:
    """The text of each row, where `at` is its place in `texts`; null where that text is null.

    The nulls are the rows', never the dictionary's: pyarrow does not unify dictionaries that hold any.
    """
    stated = [text for text in texts if text is not None]
    null = np.array([text is None for text in texts])
    codes = np.cumsum(~null, dtype=np.int32) - 1
    indices = pa.array(codes[at].astype(np.int32, copy=False), mask=null[at])
    return pa.DictionaryArray.from_arrays(indices, pa.array(stated, pa.string()))


def distinct_rows(
    columns: Iterable[pa.DictionaryArray], count: int
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """(a row of each distinct combination of cells, the place of each of the `count` rows among those)."""
    combined = np.zeros(count, np.int64)
    for column in columns:
        indices = column.indices.fill_null(len(column.dictionary)).to_numpy()
        _, combined = np.unique(combined * (len(column.dictionary) + 1) + indices, return_inverse=True)
    _, firsts, at = np.unique(combined, return_index=True, return_inverse=True)
    return firsts, at


def texts_at(column: pa.DictionaryArray, rows: NDArray[np.int64]) -> list[str | None]:
    """The texts of some rows; made from the dictionary, which is many times as fast as asking for each cell."""
    texts = [*column.dictionary.to_pylist(), None]
    indices = column.indices.fill_null(len(texts) - 1).to_numpy()
    return [texts[index] for index in indices[rows].tolist()]
