"""Columns that hold the same kind of cell, side by side: one dictionary of texts for all of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from gramledger.core.typed import Typed

Rows = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Grid:
    """The cells of R rows and C columns; blank is what is null or holds only blanks."""

    texts: pa.StringArray
    """The distinct texts, without blanks around them."""
    at: NDArray[np.int64]
    """(R, C): which text each cell has; one beyond the last where it is blank."""

    @classmethod
    def of(cls, columns: Sequence[pa.DictionaryArray]) -> Grid:
        """The cells of some text columns."""
        trimmed = pc.utf8_trim_whitespace(pa.concat_arrays([column.dictionary for column in columns]))
        stated = pc.if_else(pc.equal(trimmed, ""), None, trimmed).dictionary_encode()
        texts = stated.dictionary
        codes = stated.indices.fill_null(len(texts)).to_numpy(zero_copy_only=False).astype(np.int64)
        at = np.empty((len(columns[0]), len(columns)), np.int64)
        offset = 0
        for number, column in enumerate(columns):
            size = len(column.dictionary)
            of_column = np.append(codes[offset : offset + size], len(texts))
            indices = column.indices.fill_null(size) if column.null_count else column.indices
            at[:, number] = of_column[indices.to_numpy(zero_copy_only=False)]
            offset += size
        return cls(texts, at)

    @property
    def given(self) -> Rows:
        """(R, C): which cells are not blank."""
        return self.at < len(self.texts)

    def text(self, row: int, column: int = 0) -> str:
        """The text of one cell; the empty one where it is blank."""
        place = int(self.at[row, column])
        return str(self.texts[place]) if place < len(self.texts) else ""


def cells(typed: Typed, field: str) -> Grid | None:
    """The cells of one field: of its column, or the text that the layout gives every row; None where it has neither."""
    column = typed.columns.get(field)
    if column is not None:
        return Grid.of([column])
    constant = typed.layout.constants.get(field, "").strip()
    if not constant:
        return None
    return Grid(pa.array([constant]), np.zeros((len(typed), 1), np.int64))
