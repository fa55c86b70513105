"""OpenAI costs (CSV): one row per day and line item, user, key and project, with an amount and no tokens.

Source: exports of the usage page of 2026 (16 columns, or 17 with `api_source`). Amounts have up to 36 decimals and
are rounded to nano-units; what was written is kept beside them. The words of times are naive in rows with amounts
and zoned in empty ones, so only the Unix times are read.
"""

from __future__ import annotations

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from gramledger.core.columns import comparable, map_columns
from gramledger.core.formats.buckets import keep_keys
from gramledger.core.formats.claiming import Flags, batch_of, costs_of, keys_of, named_currency, require
from gramledger.core.formats.profile import Profile
from gramledger.core.typed import CellKind, Typed

NAME = "openai-cost"
TITLE = "OpenAI costs (CSV)"

WINDOW = ("start", "end", "start_words", "end_words")

KEPT_AS_WRITTEN = (
    *("end", "quantity", "quantity_unit", "api_key", "project", "organization"),
    *("project_name", "organization_name", "email", "source"),
)
FIELDS: dict[str, CellKind] = {
    "start": CellKind.UNIX_TIME,
    "start_words": CellKind.TEXT,
    "end_words": CellKind.TEXT,
    "cost": CellKind.MONEY,
    "currency": CellKind.TEXT,
    "line": CellKind.TEXT,
    "user": CellKind.TEXT,
    **dict.fromkeys(KEPT_AS_WRITTEN, CellKind.TEXT),
}

DIMENSIONS = ("organization", "project", "user", "api_key", "line", "source")
"""What the key of a row names, in this order. Names and addresses can change, so they are no part of it."""

_REQUIRED = {"start": "start_time", "cost": "amount_value", "line": "line_item"}


def variant(header: list[str]) -> str | None:
    """Whether the export names the source of each amount; None if the header is none of OpenAI's costs.

    Raises ColumnsMissing.
    """
    names = {comparable(name) for name in header}
    if len(names & {"starttime", "amountvalue", "amountcurrency", "lineitem"}) < 3:
        return None
    fields = map_columns(header, NAME).fields
    require("OpenAI cost export", fields, _REQUIRED)
    return "with api_source" if "source" in fields else "without api_source"


def claims_of(typed: Typed, rows: NDArray[np.int64], original: pa.Array, now_ms: int) -> pa.RecordBatch:
    """The claims of typed rows, schema CHUNK_CLAIM; `rows` are their record numbers in the chunk.

    The line item is the claim's kind; there are no tokens and no requests, so nothing can be calculated.
    """
    given, count = typed.columns, len(typed)
    flags = Flags(count)
    ts = given["start"].view(pa.int64())
    flags.check_instants(ts.to_numpy(), now_ms)
    costs = costs_of(typed, flags)
    if "currency" in given:
        costs["currency"] = named_currency(given["currency"])
    columns = {
        "ts": ts,
        "key": keys_of(NAME, [given.get(name) for name in DIMENSIONS], count),
        "row": pa.array(rows),
        "kind": given["line"],
        "user": given.get("user"),
        **costs,
        "charged": costs["cost"],
        "original": original,
    }
    return batch_of({**columns, "warnings": flags.column()}, count)


PROFILE = Profile(
    name=NAME,
    title=TITLE,
    fields=FIELDS,
    kept_as_written=KEPT_AS_WRITTEN,
    variant=variant,
    variants=("with api_source", "without api_source"),
    claims_of=claims_of,
    identify=keep_keys,
    window=WINDOW,
)
