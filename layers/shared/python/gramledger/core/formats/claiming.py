"""What the formats have in common: building the columns of claims, and flagging what is odd about their rows.

Flags are one small integer per row, a bit for each warning; `Flags.column` turns them into the codes of a claim.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import reduce
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from gramledger.core import limits
from gramledger.core.claims import CHUNK_CLAIM
from gramledger.core.money import DEFAULT_CURRENCY
from gramledger.core.original import DENSE
from gramledger.core.problems import ColumnsMissing
from gramledger.core.rejects import WARNINGS
from gramledger.core.typed import Typed, coded, distinct_rows, texts_at

_WARNING_BIT = {code: 1 << bit for bit, code in enumerate(WARNINGS)}

Rows = NDArray[np.bool_]


class Flags:
    """The warnings of some rows."""

    def __init__(self, count: int) -> None:
        self._bits = np.zeros(count, np.uint8)

    def add(self, code: str, rows: Rows) -> None:
        """Some rows get one warning."""
        self._bits[rows] |= _WARNING_BIT[code]

    def check_instants(self, ms: NDArray[np.int64], now_ms: int) -> None:
        """Flag rows of the future."""
        latest = now_ms + limits.FUTURE_TOLERANCE_MS
        if ms.max() > latest:
            self.add("date-in-future", ms > latest)

    def column(self) -> pa.DictionaryArray | None:
        """The codes of each row, sorted and joined; null when no row has any."""
        counts = np.bincount(self._bits)
        if len(counts) == 1:
            return None
        texts = [
            " ".join(code for code, bit in _WARNING_BIT.items() if bits & bit) or None
            for bits in range(len(counts))
        ]
        return coded(texts, self._bits)


def batch_of(columns: Mapping[str, Any], count: int) -> pa.RecordBatch:
    """Claims of the given columns, schema CHUNK_CLAIM; a column that is not given (or None) is null."""
    return pa.RecordBatch.from_arrays(
        [
            pa.nulls(count, field.type) if columns.get(field.name) is None else columns[field.name]
            for field in CHUNK_CLAIM
        ],
        schema=CHUNK_CLAIM,
    )


def constant(text: str, count: int) -> pa.DictionaryArray:
    """The same text in every row."""
    return pa.DictionaryArray.from_arrays(pa.array(np.zeros(count, np.int32)), pa.array([text], pa.string()))


def indices_of(column: pa.DictionaryArray) -> NDArray[np.int32]:
    """Dictionary index of every cell; a blank cell has the one after the last."""
    indices = column.indices
    return (indices.fill_null(len(column.dictionary)) if indices.null_count else indices).to_numpy()


def costs_of(typed: Typed, flags: Flags) -> dict[str, pa.Array]:
    """The column `cost` in nano-units, null where no amount is stated, `currency` as the cells say, and `cost_text`."""
    amounts = typed.amounts["cost"]
    at = indices_of(typed.columns["cost"])
    if not amounts.readable.all():
        flags.add("cost-not-a-number", ~amounts.readable[at])
    nano = amounts.nano[at]
    return {
        "cost": pa.array(nano) if amounts.stated.all() else pa.array(nano, mask=~amounts.stated[at]),
        "currency": _currency(amounts.currencies, at),
        "cost_text": typed.columns["cost"],
    }


def _currency(names: list[str], at: NDArray[np.int32]) -> pa.DictionaryArray:
    if len(names) == 1:
        return constant(names[0], len(at))
    distinct = sorted(set(names))
    codes = np.array([distinct.index(name) for name in names], np.int32)
    return pa.DictionaryArray.from_arrays(pa.array(codes[at]), pa.array(distinct, pa.string()))


def named_currency(column: pa.DictionaryArray) -> pa.DictionaryArray:
    """The currency that a column of its own names, in capitals; the default where it is blank."""
    names = [*(name.strip().upper() for name in column.dictionary.to_pylist()), DEFAULT_CURRENCY]
    return _currency(names, indices_of(column))


def keys_of(name: str, dimensions: Sequence[pa.DictionaryArray | None], count: int) -> pa.DictionaryArray:
    """The key of each row: the format's name and a JSON array of its dimensions, null where one is blank or absent.

    JSON, so that no two combinations of cells share a key, whatever is in the cells.
    """
    firsts, at = distinct_rows([column for column in dimensions if column is not None], count)
    distinct = [[None] * len(firsts) if column is None else texts_at(column, firsts) for column in dimensions]
    combinations = zip(*distinct, strict=True)
    return coded([f"{name}|{DENSE.encode(cells)}" for cells in combinations], at)


def all_blank(columns: Sequence[pa.Array]) -> Rows | None:
    """Where every one of the columns is blank; null when that is nowhere."""
    if not all(column.null_count for column in columns):
        return None
    return blank(reduce(pc.and_, [column.is_null() for column in columns]))


def blank(mask: pa.BooleanArray) -> Rows:
    """An Arrow mask as numpy's."""
    rows: Rows = mask.to_numpy(zero_copy_only=False)
    return rows


def require(title: str, fields: Mapping[str, int], written: Mapping[str, str]) -> None:
    """Raise ColumnsMissing when one of the fields (with its name as exports write it) has no column."""
    missing = [name for field, name in written.items() if field not in fields]
    if missing:
        named = ", ".join(repr(name) for name in missing)
        raise ColumnsMissing(
            f"The {title} lacks the column{'s' if len(missing) > 1 else ''} {named}. "
            "Export it again with all columns, or restore the header.",
            missing=missing,
        )
