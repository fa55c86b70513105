"""Rejects: rows that were refused, each with its place, reason and raw text.

One code is one rule: title, what was expected, and how to repair it.
"""

from __future__ import annotations

from dataclasses import dataclass

import pyarrow as pa

REJECT = pa.schema(
    [
        pa.field("row", pa.int64(), nullable=False),  # number of the record (0-based in a chunk, 1-based in a file)
        pa.field("line", pa.int64(), nullable=False),  # line of the file on which it starts, counted the same way
        pa.field("offset", pa.int64(), nullable=False),  # byte offset of the record's start in the file
        pa.field("code", pa.string(), nullable=False),
        pa.field("column", pa.string()),  # header name, or null when the whole row is meant
        pa.field("found", pa.string()),  # the offending cell
        pa.field("message", pa.string(), nullable=False),
        pa.field("raw", pa.string(), nullable=False),  # the record as it stands in the file, without its line end
    ]
)


@dataclass(frozen=True, slots=True)
class Rule:
    """Why a row is refused (or, with `excluded`, knowingly left out)."""

    code: str
    title: str
    expected: str
    repair: str
    excluded: bool = False
