"""What a row says beyond the columns of a claim, kept as it was written."""

from __future__ import annotations

import json

import pyarrow as pa

from gramledger.core.readers import AS_WRITTEN
from gramledger.core.typed import Layout, Typed, coded, distinct_rows, texts_at

DENSE = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))
"""Writes JSON without blanks."""


def originals(typed: Typed, layout: Layout) -> pa.DictionaryArray | None:
    """For each row a JSON object {header name: cell} of the cells that no other column holds exactly.

    Blank cells are left out, a row without any is null, and so is the whole answer when no row has any. Work is done
    once for each distinct combination of cells.
    """
    columns = {
        label: as_texts(typed.columns[name])
        for name, label in _labels(layout).items()
        if name in typed.columns and typed.columns[name].null_count < len(typed)
    }
    if not columns:
        return None
    firsts, at = distinct_rows(columns.values(), len(typed))
    distinct = [texts_at(column, firsts) for column in columns.values()]
    texts = [_as_json(dict(zip(columns, cells, strict=True))) for cells in zip(*distinct, strict=True)]
    return coded(texts, at)


def as_texts(column: pa.Array) -> pa.DictionaryArray:
    """The cells as texts, also of a column of counts."""
    is_text = pa.types.is_dictionary(column.type)
    return column if is_text else column.cast(pa.string()).dictionary_encode()


def _labels(layout: Layout) -> dict[str, str]:
    """Column name -> header name; header names that are used twice carry their column's number."""
    labels = {}
    for index, (name, written) in enumerate(zip(layout.names, layout.header, strict=True)):
        label = written if layout.header.count(written) == 1 else f"{written} (column {index + 1})"
        labels[name if name in layout.kept else AS_WRITTEN + name] = label
    return labels


def _as_json(cells: dict[str, str | None]) -> str | None:
    stated = {label: cell for label, cell in cells.items() if cell is not None}
    return DENSE.encode(stated) if stated else None
