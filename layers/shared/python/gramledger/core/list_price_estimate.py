"""Estimates: what claims cost by a price file, in whole nano-dollars."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from gramledger.core import bodies, memory
from gramledger.core.claims import BUCKETS, DAY_MS
from gramledger.core.list_price_splits import Splits, splits
from gramledger.core.list_prices import KINDS, LIST_PRICE, ListPrices, Offer

_SPLIT = 10**6
_FITS = np.iinfo(np.int64).max // len(KINDS)

_PART_OF = ("input", "cache_write", "cache_read", "output", "cache_write") + 2 * (
    "input",
    "cache_read",
    "output",
)
"""For each of KINDS the bucket that its tokens are counted in."""
_UNCACHED = (
    *("input", "input", "input", "output", "input"),
    *("input_audio", "input_audio", "output_audio"),
    *("input_image", "input_image", "output_image"),
)
"""For each of KINDS what its tokens had been without a cache."""

_AT = {kind: number for number, kind in enumerate(KINDS)}
_BUCKET_OF = [_AT[bucket] for bucket in _PART_OF]
_UNCACHED_OF = [_AT[kind] for kind in _UNCACHED]

Integers = npt.NDArray[np.int64]


def estimate(claims: pa.Table, prices: ListPrices, meant: Callable[[str | None], str | None]) -> pa.Table:
    """The list prices (schema LIST_PRICE) of claims: the columns `ts`, `model` and the buckets, and of a provider's
    rows also `key`, `kind` and `original`.

    `meant` gives the factors' name of the model that a name certainly means, or null. A claim without output tokens
    has no list price; other blank buckets count as 0. A claim of no tokens at all costs nothing, whatever its model.
    """
    columns = [bodies.one_chunk(claims[bucket]) for bucket in BUCKETS]
    buckets = np.stack([memory.filled(column, 0) for column in columns])
    stated = memory.known_in(columns[BUCKETS.index("output")])
    split = splits(claims, buckets)
    tokens = _tokens(buckets, split)

    names, name_of_row = _names(claims["model"])
    offers, offer_of_row = _offers(
        prices, [prices.find(name, meant(name)) for name in names], split, name_of_row
    )
    starts, table = _tables(offers)
    days = claims["ts"].to_numpy() // DAY_MS
    version = np.full(len(days), -1)
    for first_days in starts.T:
        version += first_days[offer_of_row] <= days
    offered = np.array([offer is not None for offer in offers], bool)[offer_of_row]
    priced = offered & split.certain & (version >= 0)

    place = offer_of_row * starts.shape[1] + np.maximum(version, 0)
    flat = np.ascontiguousarray(table.reshape(-1, len(KINDS)).T)
    cost = _nano(tokens, flat[: len(tokens)].take(place, axis=1))
    uncached = _nano(tokens, flat[_UNCACHED_OF[: len(tokens)]].take(place, axis=1))
    known = stated & (priced | (buckets.sum(axis=0) == 0))
    amounts = [memory.integers(np.where(known, each, 0), known) for each in (cost, uncached - cost)]
    return pa.Table.from_arrays([*amounts, _label(len(cost), prices)], schema=LIST_PRICE)


def without_price(count: int, prices: ListPrices) -> pa.Table:
    """What `estimate` says of so many claims that have no price."""
    none = pa.nulls(count, pa.int64())
    return pa.Table.from_arrays([none, none, _label(count, prices)], schema=LIST_PRICE)


def _label(count: int, prices: ListPrices) -> pa.DictionaryArray:
    return pa.DictionaryArray.from_arrays(pa.array(np.zeros(count, np.int32)), pa.array([prices.id]))


def _tokens(buckets: Integers, split: Splits) -> Integers:
    """The tokens of each kind, (kinds, rows); of the buckets alone where no row says more."""
    if split.counts is None:
        return buckets
    tokens = np.concatenate([buckets, np.where(split.certain, split.counts, 0)])
    for kind in range(len(BUCKETS), len(KINDS)):
        tokens[_BUCKET_OF[kind]] -= tokens[kind]
    return tokens


def _offers(
    prices: ListPrices, places: list[int | None], split: Splits, name_of_row: Integers
) -> tuple[tuple[Offer | None, ...], Integers]:
    """The distinct offers of rows, null where there is none, and which of them each row has."""
    used, row = np.unique(name_of_row * len(split.tiers) + split.tier, return_inverse=True)
    found: list[Offer | None] = []
    for code in used.tolist():
        place, tier = places[code // len(split.tiers)], split.tiers[code % len(split.tiers)]
        found.append(None if place is None else prices.models[place].offer(tier))
    return tuple(found), row


@lru_cache(maxsize=64)
def _tables(offers: tuple[Offer | None, ...]) -> tuple[Integers, Integers]:
    """For each offer the days from which its prices hold, (offers, versions), and these prices
    (offers, versions, kinds); those with fewer versions are filled up with days that never come."""
    most = max((len(offer.starts) for offer in offers if offer), default=1)
    starts = np.full((len(offers), most), np.iinfo(np.int64).max)
    table = np.zeros((len(offers), most, len(KINDS)), np.int64)
    for number, offer in enumerate(offers):
        if offer:
            starts[number, : len(offer.starts)] = offer.starts
            table[number, : len(offer.starts)] = offer.prices
    return starts, table


def _nano(tokens: Integers, each: Integers) -> Integers:
    """The sum over the kinds (kinds, rows) of tokens x pico-USD in nano-USD, rounded once, half to even."""
    if tokens.size and int(tokens.max()) * int(each.max()) < _FITS:
        return _rounded((tokens * each).sum(axis=0))
    # millions and the rest apart, because the product of the largest count and price does not fit into 64 bits
    millions, rest = np.divmod(tokens, _SPLIT)
    return (millions * each).sum(axis=0) * (_SPLIT // 1000) + _rounded((rest * each).sum(axis=0))


def _rounded(pico: Integers) -> Integers:
    whole = pico // 1000
    part = pico - whole * 1000
    return whole + ((part > 500) | ((part == 500) & (whole % 2 == 1)))


def _names(column: pa.ChunkedArray) -> tuple[list[str | None], npt.NDArray[np.int64]]:
    """The distinct names of rows, null last, and which of them each row has."""
    values = column.combine_chunks()
    if not pa.types.is_dictionary(values.type):
        values = values.dictionary_encode()
    known = [*values.dictionary.to_pylist(), None]
    row = memory.filled(values.indices, len(known) - 1).astype(np.int64)
    return known, row
