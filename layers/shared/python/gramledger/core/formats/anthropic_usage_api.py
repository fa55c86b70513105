"""Anthropic's usage report of messages over its API: one row per window and combination of dimensions.

Source: https://platform.claude.com/docs/en/api/admin-api/usage-cost/get-messages-usage-report
(`core.convert.provider_rows` makes the rows). It names workspaces and keys by their ids and knows service tiers, where
the Console's export has their names and kinds of usage: so rows of the two have different keys. The input counts what
was not cached; tokens were written to the cache for five minutes or for an hour, which are added. How many requests a
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

NAME = "anthropic-usage-api"
TITLE = "Anthropic usage report (API)"

WINDOW = ("start", "end")

FIELDS: dict[str, CellKind] = {
    "start": CellKind.INSTANT,
    "end": CellKind.TEXT,
    "model": CellKind.TEXT,
    "workspace": CellKind.TEXT,
    "api_key": CellKind.TEXT,
    "account": CellKind.TEXT,
    "service_account": CellKind.TEXT,
    "tier": CellKind.TEXT,
    "context": CellKind.TEXT,
    "geography": CellKind.TEXT,
    "speed": CellKind.TEXT,
    "input": CellKind.DECIMAL_COUNT,
    "cache_write_5m": CellKind.DECIMAL_COUNT,
    "cache_write_1h": CellKind.DECIMAL_COUNT,
    "cache_read": CellKind.DECIMAL_COUNT,
    "output": CellKind.DECIMAL_COUNT,
    "searches": CellKind.TEXT,
}
KEPT_AS_WRITTEN = (
    *("end", "workspace", "api_key", "service_account", "context", "geography", "speed"),
    *(*CACHE_WRITES, "searches"),
)

DIMENSIONS = (
    *("workspace", "api_key", "account", "service_account", "model", "tier", "context", "geography"),
    "speed",
)
"""What the key of a row names, in this order."""

_REQUIRED = {
    "start": "starting_at",
    "model": "model",
    "input": "uncached_input_tokens",
    "cache_write_5m": "cache_creation.ephemeral_5m_input_tokens",
    "cache_write_1h": "cache_creation.ephemeral_1h_input_tokens",
    "cache_read": "cache_read_input_tokens",
    "output": "output_tokens",
}


def variant(header: list[str]) -> str | None:
    """`messages` for the usage report of messages; None if the header is none. Raises ColumnsMissing."""
    names = {comparable(name) for name in header}
    if not {"startingat", "uncachedinputtokens"} <= names:
        return None
    require("Anthropic usage report", map_columns(header, NAME).fields, _REQUIRED)
    return "messages"


def claims_of(typed: Typed, rows: NDArray[np.int64], original: pa.Array, now_ms: int) -> pa.RecordBatch:
    """The claims of typed rows, schema CHUNK_CLAIM; `rows` are their record numbers in the chunk."""
    given = typed.columns
    named = {"kind": given.get("tier"), "model": given["model"], "user": given.get("account")}
    columns = {**named, **disjoint_tokens(typed)}
    key = bucket_keys(NAME, DIMENSIONS, typed)
    return bucket_claims(typed, rows, original, now_ms, start="start", key=key, columns=columns)


PROFILE = Profile(
    name=NAME,
    title=TITLE,
    fields=FIELDS,
    kept_as_written=KEPT_AS_WRITTEN,
    variant=variant,
    variants=("messages",),
    claims_of=claims_of,
    identify=keep_keys,
    window=WINDOW,
)
