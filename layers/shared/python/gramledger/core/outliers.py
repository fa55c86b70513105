"""Outliers: rows with many times the tokens that are usual in the project.

What is usual comes from the rollups of the project's days, so no entry is read: for each model name the weighted median
of the days' mean tokens a request, each day weighing as much as it has requests. A median of means is moved neither by
single large events nor by a few odd days. Real exports hold events of 80 times the mean; FACTOR leaves them alone.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from gramledger.core.claims import BUCKETS
from gramledger.core.iso import iso
from gramledger.core.rollup import Group

FACTOR = 100
"""A row is an outlier when its tokens a request are more than this many times what is usual."""
DAYS = 5
"""On fewer days nothing is usual yet."""
REQUESTS = 30
"""Of fewer requests nothing is usual yet."""
SHOWN = 10
"""How many outliers of an import are named."""


@dataclass(frozen=True, slots=True)
class Outliers:
    """How many rows are outliers, and the first of them, each {row, ts, model, tokens, usual}; rows count from 0."""

    count: int
    first: list[dict[str, Any]]


def usual_tokens(days: Iterable[Sequence[Group]]) -> dict[str, int]:
    """Model name -> the usual number of tokens of a request, for the models of which enough is known."""
    means: dict[str, list[tuple[float, int]]] = defaultdict(list)
    for groups in days:
        tokens: dict[str, int] = defaultdict(int)
        requests: dict[str, int] = defaultdict(int)
        for group in groups:
            model = group.label("model")
            if model is not None and group.tokens:
                tokens[model] += group.tokens
                requests[model] += group.value("requests") or group.entries
        for model, count in requests.items():
            means[model].append((tokens[model] / count, count))
    return {
        model: round(_weighted_median(known))
        for model, known in means.items()
        if len(known) >= DAYS and sum(count for _, count in known) >= REQUESTS
    }


def _weighted_median(weighted: list[tuple[float, int]]) -> float:
    half, below = sum(weight for _, weight in weighted) / 2, 0
    for value, weight in sorted(weighted):
        below += weight
        if below >= half:
            return value
    raise ValueError("nothing has no median")


def find_outliers(claims: pa.Table, usual: Mapping[str, int]) -> Outliers:
    """The outliers among claims (schema CHUNK_CLAIM), in their order."""
    at = _beyond(claims, usual) if usual and claims.num_rows else np.zeros(0, np.int64)
    shown = claims.select(["row", "ts", "model", *BUCKETS]).take(pa.array(at[:SHOWN])).to_pylist()
    return Outliers(
        len(at),
        [
            {
                "row": claim["row"],
                "ts": iso(claim["ts"]),
                "model": claim["model"],
                "tokens": sum(claim[bucket] or 0 for bucket in BUCKETS),
                "usual": usual[claim["model"]],
            }
            for claim in shown
        ],
    )


def _beyond(claims: pa.Table, usual: Mapping[str, int]) -> np.ndarray[Any, np.dtype[np.int64]]:
    tokens = sum(claims[bucket].fill_null(0).to_numpy() for bucket in BUCKETS)
    requests = np.maximum(claims["requests"].fill_null(1).to_numpy(), 1)
    most = np.concatenate([_most(chunk, usual) for chunk in claims["model"].chunks])
    return np.flatnonzero(tokens > most * requests)


def _most(models: pa.DictionaryArray, usual: Mapping[str, int]) -> np.ndarray[Any, np.dtype[np.float64]]:
    """The most tokens of a request that are no outlier, for each row; without end where nothing is usual."""
    known = [FACTOR * usual[name] if name in usual else np.inf for name in models.dictionary.to_pylist()]
    return np.array([*known, np.inf])[models.indices.fill_null(len(known)).to_numpy(zero_copy_only=False)]
