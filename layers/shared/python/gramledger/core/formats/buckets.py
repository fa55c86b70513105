"""Usage that was added up by its provider: one row for each window of time and combination of dimensions.

Such a row is an entry like any other. Its instant is the start of the window, and its dimensions are its key: the
same window exported again with other numbers speaks of the same entry.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from gramledger.core import limits, memory
from gramledger.core.claims import BUCKETS
from gramledger.core.formats.claiming import Flags, all_blank
from gramledger.core.typed import Typed


def keep_keys(claims: pa.Table, _several_users: bool) -> pa.Table:
    """The claims as they are: their keys name the dimensions already, the user among them."""
    return claims


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
