"""Cursor usage events: one row per event, the columns of seven variants, and what they say.

Source of the variants and rules: real exports of 2025-07 to 2026-07. The four token columns are disjoint, and
`Total Tokens` is their sum: a checksum, not a fifth amount.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from gramledger.core import limits
from gramledger.core.claims import BUCKETS, CHUNK_CLAIM, TEXT
from gramledger.core.columns import comparable, map_columns
from gramledger.core.problems import AggregatedExport, ColumnsMissing, FormatUnknown
from gramledger.core.rejects import WARNINGS
from gramledger.core.typed import Amounts, CellKind, Typed, coded

NAME = "cursor"

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

_NOT_CHARGED = ("not charged", "no charge", "errored", "aborted")
_WARNING_BIT = {code: 1 << bit for bit, code in enumerate(WARNINGS)}


def variant(header: list[str]) -> str:
    """Which Cursor export has this header.

    Raises FormatUnknown when it is none, AggregatedExport when it has no events, and ColumnsMissing.
    """
    fields = map_columns(header, NAME).fields
    names = {comparable(name) for name in header}
    if "date" not in fields and {"model", "requestcount"} <= names:
        raise AggregatedExport(
            "The export is aggregated by model: it has no 'Date' column, so its events cannot be told apart. "
            "In Cursor's usage page export the single events and upload that file."
        )
    tokens = [name for name in (*BUCKETS, "total") if name in fields]
    if not tokens or len(fields) < 3:
        raise FormatUnknown(
            f"The first line is no header of a known export: {', '.join(header)[:200]!r}. A Cursor export begins "
            "with Date, Kind, Model and its token columns.",
            header=header[:50],
        )
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


def claims_of(typed: Typed, rows: NDArray[np.int64], original: pa.Array, *, now_ms: int) -> pa.RecordBatch:
    """The claims of typed events, schema CHUNK_CLAIM; `rows` are their record numbers in the chunk.

    `original` is the JSON of the cells that no column holds. One event counts as one request.
    """
    given, count = typed.columns, len(typed)
    ts = given["date"].view(pa.int64())
    tokens = {name: given.get(name) for name in (*BUCKETS, "total")}
    amounts = typed.amounts.get("cost")
    cost, currency, unreadable = _costs(given.get("cost"), amounts, count)
    warnings = _warnings(ts, tokens, unreadable, now_ms)
    columns: dict[str, Any] = {
        "ts": ts,
        "key": _constant(NAME, count),
        "row": pa.array(rows),
        **{name: given.get(name) for name in ("kind", "model", "max_mode", "user", "agent", "automation")},
        **tokens,
        "requests": pa.array(np.ones(count, np.int64)),
        "cost_text": given.get("cost"),
        "currency": currency,
        "cost": cost,
        "charged": _charged(cost, given["kind"]),
        "original": original,
        "warnings": warnings,
    }
    return pa.RecordBatch.from_arrays(
        [
            pa.nulls(count, field.type) if columns[field.name] is None else columns[field.name]
            for field in CHUNK_CLAIM
        ],
        schema=CHUNK_CLAIM,
    )


def identify(claims: pa.Table, several_users: bool) -> pa.Table:
    """The claims with their keys: the instant alone tells one user's events apart, else the user's name does."""
    if not several_users:
        return claims
    index = claims.schema.get_field_index("key")
    keys = [_user_keys(chunk) for chunk in claims.column("user").chunks]
    return claims.set_column(index, claims.schema.field(index), pa.chunked_array(keys, TEXT))


def _user_keys(users: pa.DictionaryArray) -> pa.DictionaryArray:
    """`cursor|<user>` for each distinct user, `cursor` where none is named."""
    names = [NAME if name is None else f"{NAME}|{name}" for name in users.dictionary.to_pylist()]
    indices = users.indices.fill_null(len(names))
    return pa.DictionaryArray.from_arrays(indices, pa.array([*names, NAME], pa.string()))


def _constant(text: str, count: int) -> pa.DictionaryArray:
    return pa.DictionaryArray.from_arrays(pa.array(np.zeros(count, np.int32)), pa.array([text], pa.string()))


def _indices(column: pa.DictionaryArray) -> NDArray[np.int32]:
    """Dictionary index of every cell; a blank cell has the one after the last."""
    indices = column.indices
    return (indices.fill_null(len(column.dictionary)) if indices.null_count else indices).to_numpy()


def _costs(
    column: pa.DictionaryArray | None, amounts: Amounts | None, count: int
) -> tuple[pa.Array | None, pa.DictionaryArray, NDArray[np.bool_] | None]:
    """(cost in nano-units, its currency, where the text is neither an amount nor a known word)."""
    if column is None or amounts is None:
        return None, _constant("USD", count), None
    at = _indices(column)
    nano = amounts.nano[at]
    cost = (
        pa.array(nano)
        if amounts.stated[:-1].all() and not column.null_count
        else pa.array(nano, mask=~amounts.stated[at])
    )
    distinct = sorted(set(amounts.currencies))
    if len(distinct) == 1:
        currency = _constant(distinct[0], count)
    else:
        code = np.array([distinct.index(name) for name in amounts.currencies], np.int32)
        currency = pa.DictionaryArray.from_arrays(pa.array(code[at]), pa.array(distinct, pa.string()))
    return cost, currency, None if amounts.readable.all() else ~amounts.readable[at]


def _charged(cost: pa.Array | None, kinds: pa.DictionaryArray) -> pa.Array | None:
    """The cost, but 0 where the kind says that the event was not charged; null where there is no cost."""
    free = np.array([_says_not_charged(kind) for kind in [*kinds.dictionary.to_pylist(), None]])
    if cost is None or not free.any():
        return cost
    return pc.if_else(pc.and_(pa.array(free[_indices(kinds)]), pc.is_valid(cost)), 0, cost)


def _says_not_charged(kind: str | None) -> bool:
    return kind is not None and any(words in kind.lower() for words in _NOT_CHARGED)


def _warnings(
    ts: pa.Int64Array,
    tokens: dict[str, pa.Int64Array | None],
    unreadable: NDArray[np.bool_] | None,
    now_ms: int,
) -> pa.DictionaryArray | None:
    """The codes of each row, joined; null when no row has any."""
    flags = np.zeros(len(ts), np.uint8)
    instants = ts.to_numpy()
    if instants.max() > now_ms + limits.FUTURE_TOLERANCE_MS:
        flags[instants > now_ms + limits.FUTURE_TOLERANCE_MS] |= _WARNING_BIT["date-in-future"]
    if unreadable is not None:
        flags[unreadable] |= _WARNING_BIT["cost-not-a-number"]
    _check_tokens(tokens, flags)
    if not flags.any():
        return None
    distinct, at = np.unique(flags, return_inverse=True)
    texts = [
        " ".join(code for code, bit in _WARNING_BIT.items() if flag & bit) or None
        for flag in distinct.tolist()
    ]
    return coded(texts, at)


def _check_tokens(tokens: dict[str, pa.Int64Array | None], flags: NDArray[np.uint8]) -> None:
    """Flag rows whose total is not the sum, that state no tokens, or suspiciously many."""
    stated = {name: column for name, column in tokens.items() if column is not None}
    buckets = [column for name, column in stated.items() if name != "total"]
    total = stated.get("total")
    amounts = [_or_zero(column) for column in buckets or [total]]
    summed = amounts[0] if len(amounts) == 1 else amounts[0] + amounts[1]
    for amount in amounts[2:]:
        summed += amount
    missing = [
        column.is_null().to_numpy(zero_copy_only=False) for column in buckets or [total] if column.null_count
    ]
    blank = np.logical_and.reduce(missing) if len(missing) == len(amounts) else None
    if blank is not None:
        flags[blank] |= _WARNING_BIT["tokens-blank"]
    largest = summed
    if total is not None and buckets:
        stated_total = _or_zero(total)
        differs = summed != stated_total
        if differs.any():
            checked = total.is_valid().to_numpy(zero_copy_only=False)
            checked &= True if blank is None else ~blank
            flags[differs & checked] |= _WARNING_BIT["token-sum-mismatch"]
            largest = np.maximum(summed, stated_total)
    if largest.max() > limits.TOKENS_SUSPICIOUS:
        flags[largest > limits.TOKENS_SUSPICIOUS] |= _WARNING_BIT["tokens-suspicious"]


def _or_zero(column: pa.Int64Array) -> NDArray[np.int64]:
    return (column.fill_null(0) if column.null_count else column).to_numpy()
