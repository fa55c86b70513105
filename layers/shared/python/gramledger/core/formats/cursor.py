"""Cursor usage events: one row per event, the columns of seven variants, and what they say.

Source of the variants and rules: real exports of 2025-07 to 2026-07. The four token columns are disjoint, and
`Total Tokens` is their sum: a checksum, not a fifth amount.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from gramledger.core import limits
from gramledger.core.claims import BUCKETS
from gramledger.core.columns import comparable, map_columns
from gramledger.core.formats import cursor_keys
from gramledger.core.formats.claiming import Flags, all_blank, batch_of, constant, costs_of, indices_of
from gramledger.core.formats.profile import Profile
from gramledger.core.identities import TIMESTAMP, WITH_CONTENT, WITH_USER
from gramledger.core.money import DEFAULT_CURRENCY
from gramledger.core.problems import AggregatedExport, ColumnsMissing
from gramledger.core.typed import CellKind, Typed

NAME = cursor_keys.NAME

FIELDS: dict[str, CellKind] = {
    "date": CellKind.INSTANT,
    "user": CellKind.TEXT,
    "kind": CellKind.TEXT,
    "model": CellKind.TEXT,
    "max_mode": CellKind.TEXT,
    "agent": CellKind.TEXT,
    "automation": CellKind.TEXT,
    "cache_write": CellKind.COUNT,
    "input": CellKind.COUNT,
    "cache_read": CellKind.COUNT,
    "output": CellKind.COUNT,
    "total": CellKind.COUNT,
    "cost": CellKind.MONEY,
    "requests": CellKind.TEXT,
}
KEPT_AS_WRITTEN = ("requests",)
"""Fields that no column of a claim holds; they go to `original`. (A claim's `requests` counts events.)"""

_AS_THEY_ARE = (*BUCKETS, "total", "kind", "model", "max_mode", "user", "agent", "automation")
"""Fields whose column is that of the claim."""

_NOT_CHARGED = ("not charged", "no charge", "errored", "aborted")


_ITS_OWN = {"maxmode", "inputwcachewrite", "inputwocachewrite", "cloudagentid", "automationid"}
"""Names of columns that no other tool gives: every variant has at least one of them."""


def variant(header: list[str]) -> str | None:
    """Which Cursor export has this header; None if none has.

    Raises AggregatedExport when it has no events, and ColumnsMissing.
    """
    fields = map_columns(header, NAME).fields
    names = {comparable(name) for name in header}
    if "date" not in fields and {"model", "requestcount"} <= names:
        raise AggregatedExport(
            "The export is aggregated by model: it has no 'Date' column, so its events cannot be told apart. "
            "In Cursor's usage page export the single events and upload that file."
        )
    tokens = [name for name in (*BUCKETS, "total") if name in fields]
    if not tokens or len(fields) < 3 or not names & _ITS_OWN:
        return None
    only_total = tokens == ["total"] and "tokens" in names
    _require(fields, [] if only_total else list(BUCKETS))
    if only_total:
        return "V0"
    if "agent" in fields or "automation" in fields:
        return "V3 team" if "user" in fields else "V3"
    if "output" in names:
        return "V1"
    return "V2 team" if "user" in fields else "V2"


_WRITTEN = {
    "date": "Date",
    "kind": "Kind",
    "model": "Model",
    "cache_write": "Input (w/ Cache Write)",
    "input": "Input (w/o Cache Write)",
    "cache_read": "Cache Read",
    "output": "Output Tokens",
    "cost": "Cost",
}


def _require(fields: dict[str, int], tokens: list[str]) -> None:
    missing = [_WRITTEN[name] for name in ("date", "kind", "model", *tokens) if name not in fields]
    if "cost" not in fields and "requests" not in fields:
        missing.append(_WRITTEN["cost"])
    if missing:
        named = ", ".join(repr(name) for name in missing)
        raise ColumnsMissing(
            f"The Cursor export lacks the column{'s' if len(missing) > 1 else ''} {named}. "
            "Export it again with all columns, or restore the header.",
            missing=missing,
        )


def claims_of(typed: Typed, rows: NDArray[np.int64], original: pa.Array, now_ms: int) -> pa.RecordBatch:
    """The claims of typed events, schema CHUNK_CLAIM; `rows` are their record numbers in the chunk.

    `original` is the JSON of the cells that no column holds. One event counts as one request.
    """
    given, count = typed.columns, len(typed)
    ts = given["date"].view(pa.int64())
    flags = Flags(count)
    flags.check_instants(ts.to_numpy(), now_ms)
    _check_tokens(typed, flags)
    columns: dict[str, Any] = {
        "ts": ts,
        "key": constant(NAME, count),
        "row": pa.array(rows),
        "requests": pa.array(np.ones(count, np.int64)),
        **_costs(typed, flags),
        "original": original,
        "warnings": flags.column(),
    }
    columns |= {name: given[name] for name in _AS_THEY_ARE if name in given}
    return batch_of(columns, count)


def _costs(typed: Typed, flags: Flags) -> dict[str, pa.Array]:
    """The columns of the cost; without one, the currency in which Cursor accounts."""
    if "cost" not in typed.amounts:
        return {"currency": constant(DEFAULT_CURRENCY, len(typed))}
    columns = costs_of(typed, flags)
    return {**columns, "charged": _charged(columns["cost"], typed.columns["kind"])}


def _charged(cost: pa.Int64Array, kinds: pa.DictionaryArray) -> pa.Int64Array:
    """The cost, but 0 where the kind says that the event was not charged; null where there is no cost."""
    free = np.array([_says_not_charged(kind) for kind in [*kinds.dictionary.to_pylist(), None]])
    if not free.any():
        return cost
    validity, nano = cost.buffers()
    charged = np.where(free[indices_of(kinds)], 0, np.frombuffer(nano, np.int64, len(cost)))
    return pa.Array.from_buffers(pa.int64(), len(cost), [validity, pa.py_buffer(charged)])


def _says_not_charged(kind: str | None) -> bool:
    return kind is not None and any(words in kind.lower() for words in _NOT_CHARGED)


def _check_tokens(typed: Typed, flags: Flags) -> None:
    """Flag rows whose total is not the sum, that state no tokens, or suspiciously many."""
    buckets = [name for name in BUCKETS if name in typed.counts] or ["total"]
    summed = typed.counts[buckets[0]].copy()
    for name in buckets[1:]:
        summed += typed.counts[name]
    blank = all_blank([typed.columns[name] for name in buckets])
    if blank is not None:
        flags.add("tokens-blank", blank)
    total = typed.counts.get("total", summed)
    differs = summed != total
    if differs.any():
        differs &= typed.columns["total"].is_valid().to_numpy(zero_copy_only=False)
        differs &= True if blank is None else ~blank
        flags.add("token-sum-mismatch", differs)
        summed = np.maximum(summed, total)
    if summed.max() > limits.TOKENS_SUSPICIOUS:
        flags.add("tokens-suspicious", summed > limits.TOKENS_SUSPICIOUS)


PROFILE = Profile(
    name=NAME,
    title="Cursor usage events (CSV)",
    fields=FIELDS,
    kept_as_written=KEPT_AS_WRITTEN,
    variant=variant,
    variants=("V0", "V1", "V2", "V2 team", "V3", "V3 team"),
    claims_of=claims_of,
    identify=cursor_keys.identify,
    identities={
        TIMESTAMP: cursor_keys.by_instant,
        WITH_USER: cursor_keys.by_user,
        WITH_CONTENT: cursor_keys.by_content,
    },
)
