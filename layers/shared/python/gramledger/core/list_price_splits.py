"""What a row of a provider's usage says of its price beyond four buckets: its service tier, and its kinds of tokens.

A tier is part of the key of a row of the OpenAI and Anthropic formats. How many tokens were sound or pictures, or were
written to the cache for an hour, stands in `original`, in the columns of the provider. Other formats state neither.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from gramledger.core import bodies
from gramledger.core.claims import BUCKETS
from gramledger.core.list_prices import KINDS, LONG, STANDARD

_SOUND_AND_PICTURES = {
    "input_audio": "input_audio_tokens",
    "cache_read_audio": "input_cached_audio_tokens",
    "output_audio": "output_audio_tokens",
    "input_image": "input_image_tokens",
    "cache_read_image": "input_cached_image_tokens",
    "output_image": "output_image_tokens",
}
_TEXT = "input_text_tokens"
_WRITTEN_FOR_AN_HOUR = ("usage_input_tokens_cache_write_1h", "cache_creation.ephemeral_1h_input_tokens")

_PLAIN = frozenset((None, "", "default", "standard"))
_ANYWHERE = frozenset((None, "", "global", "not_available"))
_SHORT = re.compile(r"0-200k")

Integers = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True, eq=False, slots=True)
class Splits:
    """For each row the place of its tier in `tiers`, the tokens of each of KINDS beyond the buckets (5th and later),
    and whether these are certain. `counts` is null where no row has any; then all are certain."""

    tiers: tuple[str, ...]
    tier: Integers
    counts: Integers | None
    certain: Flags


def splits(claims: pa.Table, tokens: Integers) -> Splits:
    """The splits of claims; `tokens` (4 buckets, rows) are theirs, 0 where blank."""
    count = claims.num_rows
    nothing = Splits((STANDARD,), np.zeros(count, np.int64), None, np.ones(count, bool))
    if not {"key", "kind", "original"} <= set(claims.column_names):
        return nothing
    keys = bodies.one_chunk(claims["key"])
    if not pa.types.is_dictionary(keys.type):
        keys = keys.dictionary_encode()
    formats = [key.partition("|") for key in keys.dictionary.to_pylist()]
    if not any(name in _TIERS for name, _, _ in formats):
        return nothing
    of_key = keys.indices.to_numpy(zero_copy_only=False)
    named = [_TIERS[name](cells) if name in _TIERS else STANDARD for name, _, cells in formats]
    tiers = tuple(dict.fromkeys([STANDARD, *named]))
    tier = np.array([tiers.index(name) for name in named], np.int64)[of_key]
    names = np.array([name for name, _, _ in formats])[of_key]
    counts, certain = _counts(bodies.one_chunk(claims["original"]), names, tokens)
    return Splits(tiers, tier, counts, certain)


def _tier(*parts: tuple[str, bool]) -> str:
    """The name of a tier from what is special about it; `standard` where nothing is."""
    return " ".join(name for name, special in parts if special) or STANDARD


def _of_openai(cells: str) -> str:
    *_, batch, tier = json.loads(cells)
    return _tier(("batch", batch == "true"), (str(tier).lower(), tier not in _PLAIN))


def _of_anthropic_export(cells: str) -> str:
    _workspace, _key, _model, kind, context, geography, speed = json.loads(cells)
    return _of_anthropic(kind, context, geography, speed)


def _of_anthropic_api(cells: str) -> str:
    *_, tier, context, geography, speed = json.loads(cells)
    return _of_anthropic(tier, context, geography, speed)


def _of_anthropic(kind: str | None, context: str | None, geography: str | None, speed: str | None) -> str:
    return _tier(
        (str(kind).lower(), kind not in _PLAIN),
        (LONG, bool(context) and not _SHORT.fullmatch(str(context).lower())),
        (str(speed).lower(), speed not in _PLAIN),
        (str(geography).lower(), geography not in _ANYWHERE),
    )


_TIERS: dict[str, Callable[[str], str]] = {
    "openai-usage": _of_openai,
    "anthropic-usage": _of_anthropic_export,
    "anthropic-usage-api": _of_anthropic_api,
}


def _counts(
    original: pa.Array, names: npt.NDArray[np.str_], tokens: Integers
) -> tuple[Integers | None, Flags]:
    texts = original.cast(pa.string())
    counts = np.zeros((len(KINDS) - len(BUCKETS), len(texts)), np.int64)
    at = {kind: number - len(BUCKETS) for number, kind in enumerate(KINDS)}
    openai = names == "openai-usage"
    if openai.any():
        for kind, column in _SOUND_AND_PICTURES.items():
            counts[at[kind]] = np.where(openai, _stated(texts, column), 0)
    for column in _WRITTEN_FOR_AN_HOUR if not openai.all() else ():
        counts[at["cache_write_1h"]] += np.where(openai, 0, _stated(texts, column))
    if not counts.any():
        return None, np.ones(len(texts), bool)
    return counts, _settled(counts, at, _stated(texts, _TEXT), tokens)


def _stated(texts: pa.StringArray, column: str) -> Integers:
    """The count that each JSON object states in a column, 0 where it states none."""
    found = pc.extract_regex(texts, rf'"{re.escape(column)}":"?(?P<count>[0-9]{{1,18}})(?:\.0*)?"?[,}}]')
    return pc.struct_field(found, "count").cast(pa.int64()).fill_null(0).to_numpy(zero_copy_only=False)


def _settled(counts: Integers, at: dict[str, int], text: Integers, tokens: Integers) -> Flags:
    """Bring `counts` to what was not read from the cache, and say which rows are certain.

    OpenAI has counted sound and pictures of the input with what was cached of them, and without. Which it is shows
    where the kinds add up to the input; a row that fits neither way is not certain.
    """
    new, write, read, output = tokens
    sound, picture = counts[at["input_audio"]], counts[at["input_image"]]
    sound_read, picture_read = counts[at["cache_read_audio"]], counts[at["cache_read_image"]]
    kinds = text + sound + picture
    with_cached = (kinds == new + write + read) & (sound >= sound_read) & (picture >= picture_read)
    without = kinds == new + write
    unsplit = (sound + picture + sound_read + picture_read) == 0
    counts[at["input_audio"]] = np.where(with_cached & ~without, sound - sound_read, sound)
    counts[at["input_image"]] = np.where(with_cached & ~without, picture - picture_read, picture)
    fits = (
        (counts[at["input_audio"]] + counts[at["input_image"]] <= new)
        & (sound_read + picture_read <= read)
        & (counts[at["output_audio"]] + counts[at["output_image"]] <= output)
        & (counts[at["cache_write_1h"]] <= write)
    )
    return (unsplit | with_cached | without) & fits
