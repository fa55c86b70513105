"""Cursor usage events: one row per event, the columns of seven variants, and what they say.

Source of the variants and rules: real exports of 2025-07 to 2026-07. The four token columns are disjoint, and
`Total Tokens` is their sum: a checksum, not a fifth amount.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from gramledger.core import limits
from gramledger.core.cells import COUNT, INSTANT_CELL, MONEY, TEXT_CELL, CellKind, Typed
from gramledger.core.claims import BUCKETS, CHUNK_CLAIM, TEXT
from gramledger.core.columns import comparable, map_columns
from gramledger.core.problems import AggregatedExport, ColumnsMissing, FormatUnknown
from gramledger.core.rejects import WARNINGS

NAME = "cursor"

FIELDS: dict[str, CellKind] = {
    "date": INSTANT_CELL,
    "user": TEXT_CELL,
    "kind": TEXT_CELL,
    "model": TEXT_CELL,
    "max_mode": TEXT_CELL,
    "agent": TEXT_CELL,
    "automation": TEXT_CELL,
    "cache_write": COUNT,
    "input": COUNT,
    "cache_read": COUNT,
    "output": COUNT,
    "total": COUNT,
    "cost": MONEY,
    "requests": TEXT_CELL,
}
KEPT_AS_WRITTEN = ("requests",)
"""Fields that no column of a claim holds; they go to `original`. (A claim's `requests` counts events.)"""
