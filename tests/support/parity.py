"""Two sides of a comparison, told by hand."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pyarrow as pa

from gramledger.core import bodies
from gramledger.core.claims import DAY_MS
from gramledger.core.identity import ulid
from gramledger.core.parity.buckets import BUCKET

DAY = 20_400
"""2025-11-08."""

LATER = (DAY + 30) * DAY_MS


def source(at_ms: int = LATER, number: int = 0) -> str:
    """The id of an import that was created at an instant."""
    return ulid(at_ms, number.to_bytes(10, "big"))


OURS, THEIRS = source(number=1), source(number=2)

Bucket = dict[str, Any]


def bucket(day: int = 0, hour: int = 0, **changed: Any) -> Bucket:
    """A window of one model: 100 input, 40 cache read, 20 output tokens in 4 requests for half a dollar."""
    return {
        "ts": (DAY + day) * DAY_MS + hour * 3_600_000,
        "project": "proj_a",
        "api_key": "key_a",
        "user": "user_a",
        "model": "gpt-5",
        "tier": "default",
        "batch": "false",
        "source": OURS,
        "format": "openai-usage",
        "input": 100,
        "cache_write": 0,
        "cache_read": 40,
        "output": 20,
        "requests": 4,
        "money": 500_000_000,
        **changed,
    }


def times(factor: int, found: Bucket) -> Bucket:
    """The bucket with so many times its counts."""
    counts = ("input", "cache_write", "cache_read", "output", "requests", "money")
    return {**found, **{name: found[name] * factor for name in counts if found[name] is not None}}


def side(*buckets: Bucket, source: str | None = None) -> pa.Table:
    """One side; of one source, if it is named."""
    rows = [{**found, **({"source": source} if source else {})} for found in buckets]
    return bodies.canonical(pa.Table.from_pylist(rows, schema=pa.schema(BUCKET)), BUCKET)


def month(days: Iterable[int] = range(10), **changed: Any) -> list[Bucket]:
    """A window of each day, none with the counts of another."""
    return [times(day + 3, bucket(day, **changed)) for day in days]
