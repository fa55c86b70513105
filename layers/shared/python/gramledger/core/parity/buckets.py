"""Buckets: what two sides of a comparison have in common, whatever format each was read from.

A bucket is a claim without what makes it an entry: when it began, whose usage it was (DIMENSIONS), who said so, and
how much (MEASURES). Names are compared as they were written: a model that is called otherwise is another model.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from gramledger.core import bodies
from gramledger.core.claims import BUCKETS, TEXT
from gramledger.core.formats import anthropic_usage, anthropic_usage_api, cursor, openai_cost, openai_usage
from gramledger.core.money import DEFAULT_CURRENCY
from gramledger.core.typed import coded

DIMENSIONS = ("project", "api_key", "user", "model", "tier", "batch")
STREAM = ("project", "api_key")
"""The dimensions whose windows a provider gives together: a stream of windows."""

TOKENS = BUCKETS
MEASURES = (*TOKENS, "requests", "money")
"""Tokens by bucket, requests, and nano-units of the default currency."""

BUCKET = pa.schema(
    [
        pa.field(
            "ts", pa.int64(), nullable=False
        ),  # the start of the window or the instant of the event, ms UTC
        *(pa.field(name, TEXT) for name in DIMENSIONS),
        pa.field("source", TEXT, nullable=False),
        pa.field("format", TEXT, nullable=False),
        *(pa.field(name, pa.int64()) for name in MEASURES),
    ]
)

NAMED_OTHERWISE = frozenset((anthropic_usage.NAME, anthropic_usage_api.NAME))
"""Formats of one provider of which one names projects and keys by words and the other by ids."""

COSTS = frozenset((openai_cost.NAME,))
"""Formats that state amounts of money and no tokens."""

_KEYED: Mapping[str, Mapping[str, str]] = {
    openai_usage.NAME: {name: name for name in DIMENSIONS},
    openai_cost.NAME: {"project": "project", "api_key": "api_key", "user": "user", "line": "model"},
    anthropic_usage.NAME: {
        "workspace": "project",
        "api_key": "api_key",
        "model": "model",
        "kind": "batch",
    },
    anthropic_usage_api.NAME: {
        "workspace": "project",
        "api_key": "api_key",
        "account": "user",
        "model": "model",
        "tier": "tier",
    },
}
"""Of the formats whose keys name dimensions: the key's name for each and ours."""

_ORDERS: Mapping[str, Sequence[str]] = {
    openai_usage.NAME: openai_usage.DIMENSIONS,
    openai_cost.NAME: openai_cost.DIMENSIONS,
    anthropic_usage.NAME: anthropic_usage.DIMENSIONS,
    anthropic_usage_api.NAME: anthropic_usage_api.DIMENSIONS,
}

PROVIDERS = (*_ORDERS, cursor.NAME)
"""The formats that speak for a provider."""


def family_of(name: str) -> str:
    """The provider that a format speaks for: `openai-usage` and `openai-cost` are of one."""
    return name.partition("-")[0]


def buckets_of(claims: pa.Table) -> pa.Table:
    """The buckets (schema BUCKET) of claims of PROVIDERS; rows of other formats are left out.

    Money is what a claim states; a page's claims that state none have their list price. Another currency than the
    default one is no money here (`other_currencies` counts it).
    """
    if not claims.num_rows:
        return BUCKET.empty_table()
    key = bodies.one_chunk(claims["key"])
    known = [_dimensions_of(text) for text in key.dictionary.to_pylist()]
    spoken = np.array([name is not None for name, _ in known], bool)
    codes = key.indices.to_numpy(zero_copy_only=False)
    kept = spoken[codes]
    if not kept.all():
        claims, codes = claims.filter(pa.array(kept)), codes[kept]
    columns: dict[str, pa.Array | pa.ChunkedArray] = {"ts": claims["ts"], "source": claims["source"]}
    # as plain texts: what several keys name alike must become one text of one dictionary
    columns["format"] = coded([name for name, _ in known], codes).cast(pa.string())
    for name in DIMENSIONS:
        keyed = coded([found.get(name) for _, found in known], codes).cast(pa.string())
        if name in ("user", "model"):  # not every key names them
            keyed = pc.coalesce(keyed, bodies.one_chunk(claims[name]).cast(pa.string()))
        columns[name] = keyed
    columns |= {name: claims[name] for name in (*TOKENS, "requests")}
    columns["money"] = _money(claims)
    return bodies.canonical(pa.table(columns), BUCKET)


def other_currencies(claims: pa.Table) -> int:
    """How many claims state money of another currency than the default one."""
    foreign = pc.and_kleene(
        pc.not_equal(claims["currency"].cast(pa.string()), DEFAULT_CURRENCY), pc.is_valid(claims["cost"])
    )
    return pc.sum(foreign).as_py() or 0


def without_names(buckets: pa.Table) -> pa.Table:
    """The buckets without the dimensions that one format of a provider names by words and another by ids."""
    blank = pa.nulls(buckets.num_rows, pa.string())
    columns = {name: blank if name in STREAM else buckets[name] for name in BUCKET.names}
    return bodies.canonical(pa.table(columns), BUCKET)


def of_formats(buckets: pa.Table, formats: frozenset[str], *, others: bool = False) -> pa.Table:
    """The buckets of some formats, or of the others."""
    chosen = pc.is_in(buckets["format"].cast(pa.string()), pa.array(sorted(formats), pa.string()))
    return bodies.canonical(buckets.filter(pc.invert(chosen) if others else chosen), BUCKET)


def _money(claims: pa.Table) -> pa.ChunkedArray:
    native = pc.fill_null(pc.equal(claims["currency"].cast(pa.string()), DEFAULT_CURRENCY), True)
    stated = pc.if_else(native, claims["cost"], pa.scalar(None, pa.int64()))
    if "list_price" not in claims.column_names:
        return stated
    return pc.coalesce(stated, pc.if_else(pc.is_null(claims["cost"]), claims["list_price"], None))


def _dimensions_of(key: str) -> tuple[str | None, dict[str, str | None]]:
    """The format that a key begins with and its dimensions by our names; no format where it is none of PROVIDERS."""
    name, _, rest = key.partition("|")
    if name == cursor.NAME:
        return name, {}
    if name not in _ORDERS:
        return None, {}
    cells = dict(zip(_ORDERS[name], json.loads(rest), strict=True))
    found = {ours: cells[theirs] for theirs, ours in _KEYED[name].items()}
    if name == openai_cost.NAME and found["model"]:
        found["model"] = found["model"].partition(", ")[0]  # `gpt-5-2025-08-07, output`
    if name == anthropic_usage.NAME and found["batch"] is not None:
        found["batch"] = str(found["batch"].casefold() == "batch").lower()
    return name, found
