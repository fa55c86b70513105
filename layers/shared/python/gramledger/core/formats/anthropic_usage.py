"""Anthropic Console usage (CSV): one row per UTC day, model, key, workspace and kind of usage.

Source: the Console's usage export of 2026. The input column counts what was not cached, so the buckets are disjoint
as they are; tokens were written to the cache for five minutes or for an hour, which are added. How many requests a
row stands for is not stated.
"""

from __future__ import annotations

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from gramledger.core.columns import comparable, map_columns
from gramledger.core.formats.buckets import (
    CACHE_WRITES,
    bucket_claims,
    bucket_keys,
    disjoint_tokens,
    keep_keys,
)
from gramledger.core.formats.claiming import require
from gramledger.core.formats.profile import Profile
from gramledger.core.typed import CellKind, Typed

NAME = "anthropic-usage"
TITLE = "Anthropic Console usage (CSV)"

FIELDS: dict[str, CellKind] = {
    "day": CellKind.UTC_TIME,
    "model": CellKind.TEXT,
    "api_key": CellKind.TEXT,
    "workspace": CellKind.TEXT,
    "kind": CellKind.TEXT,
    "context": CellKind.TEXT,
    "input": CellKind.COUNT,
    "cache_write_5m": CellKind.COUNT,
    "cache_write_1h": CellKind.COUNT,
    "cache_read": CellKind.COUNT,
    "output": CellKind.COUNT,
    "searches": CellKind.TEXT,
    "geography": CellKind.TEXT,
    "speed": CellKind.TEXT,
}
KEPT_AS_WRITTEN = ("api_key", "workspace", "context", *CACHE_WRITES, "searches", "geography", "speed")

DIMENSIONS = ("workspace", "api_key", "model", "kind", "context", "geography", "speed")
"""What the key of a row names, in this order."""

_REQUIRED = {
    "day": "usage_date_utc",
    "model": "model_version",
    "input": "usage_input_tokens_no_cache",
    "cache_write_5m": "usage_input_tokens_cache_write_5m",
    "cache_write_1h": "usage_input_tokens_cache_write_1h",
    "cache_read": "usage_input_tokens_cache_read",
    "output": "usage_output_tokens",
}


def variant(header: list[str]) -> str | None:
    """`console` for the Console's usage export; None if the header is none. Raises ColumnsMissing."""
    names = {comparable(name) for name in header}
    if len(names & {comparable(name) for name in _REQUIRED.values()}) < 3:
        return None
    require("Anthropic usage export", map_columns(header, NAME).fields, _REQUIRED)
    return "console"


def claims_of(typed: Typed, rows: NDArray[np.int64], original: pa.Array, now_ms: int) -> pa.RecordBatch:
    """The claims of typed rows, schema CHUNK_CLAIM; `rows` are their record numbers in the chunk."""
    given = typed.columns
    columns = {"kind": given.get("kind"), "model": given["model"], **disjoint_tokens(typed)}
    key = bucket_keys(NAME, DIMENSIONS, typed)
    return bucket_claims(typed, rows, original, now_ms, start="day", key=key, columns=columns)


PROFILE = Profile(
    name=NAME,
    title=TITLE,
    fields=FIELDS,
    kept_as_written=KEPT_AS_WRITTEN,
    variant=variant,
    variants=("console",),
    claims_of=claims_of,
    identify=keep_keys,
)
