"""Usage that somebody states, to have its energy and carbon calculated without storing anything."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields

import pyarrow as pa

from gramledger.core.claims import BUCKETS, CLAIM
from gramledger.core.instants import read_instant
from gramledger.core.limits import TOKENS_MAXIMUM
from gramledger.core.members import Members
from gramledger.core.problems import InvalidRequest


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens of one model. `zone` and `preset` are as they were asked for, null where left out; `ts` in ms UTC."""

    model: str
    input: int
    cache_write: int
    cache_read: int
    output: int
    requests: int
    zone: str | None
    preset: str | None
    ts: int | None


_KNOWN = tuple(field.name for field in fields(Usage))


def from_json(document: object, what: str = "calculation") -> Usage:
    """The usage of a JSON object: `model` and `output`, and whatever else is stated.

    A bucket that is left out counts as 0, `requests` as 1. Raises InvalidRequest, naming what is wrong; `what`
    names the document in it.
    """
    if not isinstance(document, Mapping):
        raise InvalidRequest(
            f"The {what} is no JSON object; it needs a 'model' and 'output' (tokens) at least."
        )
    stated = Members(document, what=what, known=_KNOWN)
    left_out = {"input": 0, "cache_write": 0, "cache_read": 0, "requests": 1}
    counts = {
        name: stated.whole(name, least, TOKENS_MAXIMUM) if name in document else left_out[name]
        for name, least in (("input", 0), ("cache_write", 0), ("cache_read", 0), ("requests", 1))
    }
    return Usage(
        model=stated.text("model"),
        output=stated.whole("output", 0, TOKENS_MAXIMUM),
        zone=stated.text("zone").strip().upper() if stated.has("zone") else None,
        preset=stated.text("preset").strip() if stated.has("preset") else None,
        ts=_instant(stated) if stated.has("ts") else None,
        **counts,
    )


def _instant(stated: Members) -> int:
    found = read_instant(stated.text("ts"))
    if found.code:
        raise stated.refusal("ts", "an instant with a zone, such as 2026-01-31T12:00:00Z")
    return found.ms


def claims_of(usages: Sequence[Usage], now: int) -> pa.Table:
    """The columns of claims from which impacts and prices are calculated, a row for each usage; of `now` (ms UTC)
    unless it states its own time."""
    names = ("ts", "model", *BUCKETS, "requests", "warnings")
    rows = [
        {**{name: getattr(usage, name, None) for name in names}, "ts": now if usage.ts is None else usage.ts}
        for usage in usages
    ]
    return pa.Table.from_pylist(rows, schema=pa.schema([CLAIM.field(name) for name in names]))
