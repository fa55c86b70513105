"""Anthropic's usage report of messages over its API: one row per window and combination of dimensions.

Source: https://platform.claude.com/docs/en/api/admin-api/usage-cost/get-messages-usage-report
(`core.convert.provider_rows` makes the rows). It names workspaces and keys by their ids and knows service tiers, where
the Console's export has their names and kinds of usage: so rows of the two have different keys. The input counts what
was not cached; tokens were written to the cache for five minutes or for an hour, which are added. How many requests a
row stands for is not stated.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from gramledger.core.columns import comparable, map_columns
from gramledger.core.formats.buckets import check_tokens, keep_keys, total_of, where_stated
from gramledger.core.formats.claiming import Flags, batch_of, keys_of, require
from gramledger.core.formats.profile import Profile
from gramledger.core.typed import CellKind, Typed

NAME = "anthropic-usage-api"
TITLE = "Anthropic usage report (API)"

WINDOW = ("start", "end")
CACHE_WRITES = ("cache_write_5m", "cache_write_1h")

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
    given, count = typed.columns, len(typed)
    flags = Flags(count)
    ts = given["start"].view(pa.int64())
    flags.check_instants(ts.to_numpy(), now_ms)
    written = total_of(typed.counts[name] for name in CACHE_WRITES)
    columns: dict[str, Any] = {
        "ts": ts,
        "key": keys_of(NAME, [given.get(name) for name in DIMENSIONS], count),
        "row": pa.array(rows),
        "kind": given.get("tier"),
        "model": given["model"],
        "user": given.get("account"),
        "input": given["input"],
        "cache_write": where_stated(written, *(given[name] for name in CACHE_WRITES)),
        "cache_read": given["cache_read"],
        "output": given["output"],
        "original": original,
    }
    check_tokens(columns, flags)
    return batch_of({**columns, "warnings": flags.column()}, count)


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
