"""OpenAI completions usage (CSV): one row per window, project, user, key, model, batch and service tier.

Source: exports of the usage page, 24 columns in 2025-09 and 26 in 2026-08; the meaning of the counts is that of
https://platform.openai.com/docs/api-reference/usage/completions_object. `input_tokens` includes the cached tokens
(and, since 2026, those written to the cache), and reasoning is inside `output_tokens`. Counts are written as floats.
A window without usage is a row whose other cells are blank; an export without any usage has four columns only.
"""

from __future__ import annotations

import json
import re
from functools import lru_cache

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from gramledger.core.columns import comparable, map_columns
from gramledger.core.formats.buckets import bucket_claims, keep_keys, without_cached
from gramledger.core.formats.claiming import Flags, keys_of, require
from gramledger.core.formats.profile import Profile
from gramledger.core.original import DENSE
from gramledger.core.typed import CellKind, Typed, coded

NAME = "openai-usage"
TITLE = "OpenAI completions usage (CSV)"

WINDOW = ("start", "end", "start_words", "end_words")

FIELDS: dict[str, CellKind] = {
    "start": CellKind.UNIX_TIME,
    "end": CellKind.TEXT,
    "start_words": CellKind.TEXT,
    "end_words": CellKind.TEXT,
    "project": CellKind.TEXT,
    "requests": CellKind.DECIMAL_COUNT,
    "user": CellKind.TEXT,
    "api_key": CellKind.TEXT,
    "model": CellKind.TEXT,
    "batch": CellKind.TEXT,
    "tier": CellKind.TEXT,
    "whole_input": CellKind.DECIMAL_COUNT,
    "cache_read": CellKind.DECIMAL_COUNT,
    "cache_write": CellKind.DECIMAL_COUNT,
    "output": CellKind.DECIMAL_COUNT,
    "uncached": CellKind.TEXT,
    "compute": CellKind.TEXT,
}
KEPT_AS_WRITTEN = ("end", "project", "api_key", "batch", "tier", "uncached", "compute")

DIMENSIONS = ("project", "user", "api_key", "model", "batch", "tier")
"""What the key of a row names, in this order."""

_REQUIRED = {
    "start": "start_time",
    "requests": "num_model_requests",
    "model": "model",
    "whole_input": "input_tokens",
    "output": "output_tokens",
}
_ONLY_WINDOWS = {"starttime", "endtime", "starttimeiso", "endtimeiso"}


def variant(header: list[str]) -> str | None:
    """The month since which exports have this header, or `without usage`; None if it is none of OpenAI's.

    Raises ColumnsMissing.
    """
    names = {comparable(name) for name in header}
    if names == _ONLY_WINDOWS:
        return "without usage"
    if len(names & {"starttime", "nummodelrequests", "inputtokens", "outputtokens"}) < 3:
        return None
    fields = map_columns(header, NAME).fields
    require("OpenAI usage export", fields, _REQUIRED)
    return "2026-08" if "cache_write" in fields or "compute" in fields else "2025-09"


def claims_of(typed: Typed, rows: NDArray[np.int64], original: pa.Array, now_ms: int) -> pa.RecordBatch:
    """The claims of typed rows, schema CHUNK_CLAIM; `rows` are their record numbers in the chunk."""
    given, flags = typed.columns, Flags(len(typed))
    tokens = without_cached(typed, flags)
    columns = {
        "model": given["model"],
        "user": given.get("user"),
        "requests": given["requests"],
        **tokens,
    }
    alike, key = spelt_alike(original, tokens["input"]), _keys(typed)
    return bucket_claims(typed, rows, alike, now_ms, start="start", key=key, columns=columns, flags=flags)


_COUNTED = re.compile(r"_tokens|^compute_units")
_WHOLE = re.compile(r"(\d+)(?:\.0+)?")
_UNCACHED = "input_uncached_tokens"
_CHARACTERS = 16  # a larger count is refused anyway (limits.TOKENS_MAXIMUM)


def spelt_alike(original: pa.DictionaryArray | None, uncached: pa.Int64Array) -> pa.DictionaryArray | None:
    """What rows say beyond the columns of a claim, as exports and the API say it alike; `uncached` is the input of each
    row that was not cached.

    An export writes `False` and `0.0`, has a column for each modality, and states the uncached input, which follows
    from the others; the API writes `false` and `0`, in another order, and leaves out what was not used.
    """
    if original is None:
        return None
    known = [_spelt_alike(text) for text in original.dictionary.to_pylist()]
    at = original.indices.fill_null(len(known)).to_numpy()
    stated = np.array([*map(_uncached, known), -1], np.int64)
    again = stated[at] == uncached.fill_null(-2).to_numpy()
    texts = [*map(_as_text, known), None]
    for place in np.unique(at[again]).tolist():
        known[place].pop(_UNCACHED)
        texts.append(_as_text(known[place]))
    places = at.copy()
    places[again] = len(known) + 1 + np.unique(at[again], return_inverse=True)[1]
    return coded(texts, places).cast(pa.string()).dictionary_encode()


def _uncached(cells: dict[str, str]) -> int:
    stated = cells.get(_UNCACHED, "")
    return int(stated) if stated.isdecimal() and len(stated) < _CHARACTERS else -1


def _spelt_alike(text: str) -> dict[str, str]:
    said = ((name, _said(name, cell)) for name, cell in sorted(json.loads(text).items()))
    return {name: cell for name, cell in said if cell is not None}


@lru_cache(maxsize=10_000)
def _said(name: str, cell: str) -> str | None:
    """A cell as both spell it; None for a count of nothing."""
    if name == "batch":
        return cell.lower()
    whole = _WHOLE.fullmatch(cell) if _COUNTED.search(name) else None
    return (whole[1].lstrip("0") or None) if whole else cell


def _as_text(cells: dict[str, str]) -> str | None:
    return DENSE.encode(cells) if cells else None


def _keys(typed: Typed) -> pa.DictionaryArray:
    """The keys; whether a row is of batches is written `False` in CSV and `false` in JSON, which is one thing."""
    dimensions = {name: typed.columns.get(name) for name in DIMENSIONS}
    if dimensions["batch"] is not None:
        dimensions["batch"] = pc.utf8_lower(dimensions["batch"].cast(pa.string())).dictionary_encode()
    return keys_of(NAME, list(dimensions.values()), len(typed))


PROFILE = Profile(
    name=NAME,
    title=TITLE,
    fields=FIELDS,
    kept_as_written=KEPT_AS_WRITTEN,
    variant=variant,
    variants=("2025-09", "2026-08", "without usage"),
    claims_of=claims_of,
    identify=keep_keys,
    window=WINDOW,
)
