"""ccusage's daily report (JSON): one row per day, model and (with `--instances`) project.

Source: `ccusage daily --json` of https://github.com/ryoppippi/ccusage, whose days come with `modelBreakdowns`
(`core.convert.json_shapes` makes the rows). The four counts are disjoint. A day is that of the time zone in which the
report was made, which it does not state; it is taken as a UTC day. Costs are ccusage's estimates by list prices, so
nothing is known to have been charged.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from gramledger.core.claims import BUCKETS
from gramledger.core.columns import comparable, map_columns
from gramledger.core.formats.buckets import bucket_claims, bucket_keys, keep_keys
from gramledger.core.formats.claiming import Flags, costs_of, require
from gramledger.core.formats.profile import Profile
from gramledger.core.typed import CellKind, Typed

NAME = "ccusage"
TITLE = "ccusage daily report (JSON)"

FIELDS: dict[str, CellKind] = {
    "day": CellKind.UTC_TIME,
    "project": CellKind.TEXT,
    "model": CellKind.TEXT,
    **dict.fromkeys(BUCKETS, CellKind.COUNT),
    "cost": CellKind.MONEY,
}
KEPT_AS_WRITTEN = ("project",)

DIMENSIONS = ("project", "model")
"""What the key of a row names, in this order."""

_REQUIRED = {
    "day": "date",
    "model": "modelName",
    "input": "inputTokens",
    "cache_write": "cacheCreationTokens",
    "cache_read": "cacheReadTokens",
    "output": "outputTokens",
}


def variant(header: list[str]) -> str | None:
    """`daily` for ccusage's daily report; None if the header is none. Raises ColumnsMissing."""
    names = {comparable(name) for name in header}
    if len(names & {"modelname", "inputtokens", "cachecreationtokens", "cachereadtokens"}) < 3:
        return None
    require("ccusage report", map_columns(header, NAME).fields, _REQUIRED)
    return "daily"


def claims_of(typed: Typed, rows: NDArray[np.int64], original: pa.Array, now_ms: int) -> pa.RecordBatch:
    """The claims of typed rows, schema CHUNK_CLAIM; `rows` are their record numbers in the chunk."""
    given, flags = typed.columns, Flags(len(typed))
    columns: dict[str, Any] = {"model": given["model"], **{name: given[name] for name in BUCKETS}}
    if "cost" in typed.amounts:
        columns |= costs_of(typed, flags)
    key = bucket_keys(NAME, DIMENSIONS, typed)
    return bucket_claims(typed, rows, original, now_ms, start="day", key=key, columns=columns, flags=flags)


PROFILE = Profile(
    name=NAME,
    title=TITLE,
    fields=FIELDS,
    kept_as_written=KEPT_AS_WRITTEN,
    variant=variant,
    variants=("daily",),
    claims_of=claims_of,
    identify=keep_keys,
)
