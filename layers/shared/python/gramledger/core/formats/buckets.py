"""Usage that was added up by its provider: one row for each window of time and combination of dimensions.

Such a row is an entry like any other. Its instant is the start of the window, and its dimensions are its key: the
same window exported again with other numbers speaks of the same entry.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from gramledger.core import limits, memory
from gramledger.core.claims import BUCKETS
from gramledger.core.formats.claiming import Flags, all_blank, batch_of, keys_of
from gramledger.core.typed import Typed


def keep_keys(claims: pa.Table, _several_users: bool) -> pa.Table:
    """The claims as they are: their keys name the dimensions already, the user among them."""
    return claims


def bucket_claims(
    typed: Typed,
    rows: NDArray[np.int64],
    original: pa.DictionaryArray | None,
    now_ms: int,
    *,
    start: str,
    key: pa.DictionaryArray,
    columns: Mapping[str, Any],
    flags: Flags | None = None,
) -> pa.RecordBatch:
    """The claims of typed rows, schema CHUNK_CLAIM: `rows` are their record numbers in the chunk, `start` is the column
    of when a window begins, `columns` what else a claim states, and `flags` what is odd about them so far."""
    flags = flags or Flags(len(typed))
    ts = typed.columns[start].view(pa.int64())
    flags.check_instants(ts.to_numpy(), now_ms)
    claims = {"ts": ts, "key": key, "row": pa.array(rows), "original": original, **columns}
    check_tokens(claims, flags)
    return batch_of({**claims, "warnings": flags.column()}, len(typed))


def bucket_keys(name: str, dimensions: Sequence[str], typed: Typed) -> pa.DictionaryArray:
    """The keys of rows whose dimensions are in columns of these names; one that a file does not have is blank."""
    return keys_of(name, [typed.columns.get(dimension) for dimension in dimensions], len(typed))


CACHE_WRITES = ("cache_write_5m", "cache_write_1h")
"""Fields of Anthropic: what was written to the cache for five minutes, and for an hour."""


def disjoint_tokens(typed: Typed) -> dict[str, pa.Int64Array]:
    """The four buckets of Anthropic's rows: the input counts what was neither read from the cache nor written to it."""
    given = typed.columns
    written = total_of(typed.counts[name] for name in CACHE_WRITES)
    return {
        "input": given["input"],
        "cache_write": where_stated(written, *(given[name] for name in CACHE_WRITES)),
        "cache_read": given["cache_read"],
        "output": given["output"],
    }


def check_tokens(columns: Mapping[str, pa.Int64Array], flags: Flags) -> None:
    """Flag rows without tokens, and those with suspiciously many for each request (`columns` are a claim's)."""
    buckets = [columns[name] for name in BUCKETS]
    blank = all_blank(buckets)
    if blank is not None:
        flags.add("tokens-blank", blank)
    total = total_of(memory.filled(column, 0) for column in buckets)
    requests = (
        memory.filled(columns["requests"], 0) if "requests" in columns else np.ones(len(total), np.int64)
    )
    per_request = total // np.maximum(requests, 1)
    if per_request.max() > limits.TOKENS_SUSPICIOUS:
        flags.add("tokens-suspicious", per_request > limits.TOKENS_SUSPICIOUS)


def total_of(counts: Iterable[NDArray[np.int64]]) -> NDArray[np.int64]:
    """The sums of several counts of each row; limits.TOKENS_MAXIMUM keeps them far inside 64 bits."""
    first, *others = counts
    total = first.copy()
    for count in others:
        total += count
    return total


def where_stated(counts: NDArray[np.int64], *columns: pa.Int64Array) -> pa.Int64Array:
    """The counts, but null where none of the columns states one."""
    blank = all_blank(columns)
    return pa.array(counts) if blank is None else pa.array(counts, mask=blank)


def without_cached(typed: Typed, flags: Flags) -> dict[str, pa.Int64Array]:
    """The four disjoint buckets of rows whose `whole_input` counts what was read from the cache or written to it too.

    Where an export has no column of cache writes, these are inside the input, and the bucket is 0. A row that
    states more cached tokens than input has none left, a warning, and what it states as its total.
    """
    given, counts = typed.columns, typed.counts
    nothing = np.zeros(len(typed), np.int64)
    cached = counts.get("cache_read", nothing) + counts.get("cache_write", nothing)
    rest = counts["whole_input"] - cached
    columns = {
        "input": where_stated(np.maximum(rest, 0), given["whole_input"]),
        "cache_write": given.get("cache_write", where_stated(nothing, given["whole_input"])),
        "cache_read": given.get("cache_read"),
        "output": given.get("output"),
    }
    contradictory = rest < 0
    if contradictory.any():
        flags.add("token-sum-mismatch", contradictory)
        stated = total_of([counts["whole_input"], counts.get("output", nothing)])
        columns["total"] = pa.array(stated, mask=~contradictory)
    return {
        name: pa.nulls(len(typed), pa.int64()) if column is None else column
        for name, column in columns.items()
    }
