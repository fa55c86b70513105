"""The changes of a recalculation as a CSV file: a line for each entry, with every figure before and after.

Whole columns are written at a time, for a project may have millions of entries. Texts come from files: those that a
spreadsheet would take for a formula get a quote before them.
"""

from __future__ import annotations

import io

import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv

from gramledger.core import bodies
from gramledger.core.change_totals import STEPS, UNITS
from gramledger.core.csv_text import guarded

_STATED = {"ts": "ts", "key": "key", "source": "import", "row": "row", "model": "model"}
_ENDS = [f"{name}_{end}" for name in ("status", "resolved", "quality") for end in ("before", "after")]
_FIGURES = {f"{measure}_{step}": f"{unit}_{step}" for measure, unit in UNITS.items() for step in STEPS}
_COLUMNS = {**_STATED, **dict.fromkeys(_ENDS), **_FIGURES}
"""Column of the changes -> its name in the file, where that is another one."""

_OPTIONS = csv.WriteOptions(include_header=False)


def header() -> bytes:
    """The first line: the names of the columns, of which none has to be quoted."""
    return ",".join(shown or name for name, shown in _COLUMNS.items()).encode() + b"\n"


def lines(changes: pa.Table) -> bytes:
    """The lines of the entries in a table of changes (schema core.changes.CHANGE)."""
    entries = changes.filter(changes["entry"])
    columns = {name: _shown(bodies.one_chunk(entries[name]), name) for name in _COLUMNS}
    text = io.BytesIO()
    csv.write_csv(pa.table(columns), text, _OPTIONS)
    return text.getvalue()


def _shown(column: pa.Array, name: str) -> pa.Array:
    if name == "ts":
        return pc.strftime(column.cast(pa.timestamp("ms")), "%Y-%m-%dT%H:%M:%SZ")
    if not pa.types.is_dictionary(column.type):
        return column
    texts = pa.array([guarded(text) for text in column.dictionary.to_pylist()], pa.string())
    return pa.DictionaryArray.from_arrays(column.indices, texts).cast(pa.string())
