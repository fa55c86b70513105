"""List prices: what the tokens of a claim cost by the public price list of the model's maker.

An estimate, beside what a source reports and what it charged. The prices are versioned files made from genai-prices
(`tools/prices/build.py`, docs/reference/list-prices.md); a file is added, never edited. A model that has no price is
never priced as another or as 0: its claims have no list price, and reports count them.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache, lru_cache
from importlib import resources

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from gramledger.core.claims import BUCKETS, DAY_MS, TEXT
from gramledger.core.factors import FactorsDamaged, digest
from gramledger.core.names import normal_forms, plain, rewritten, rules

CURRENT = "genai-prices-0.2.3"
"""The price file by which claims are priced."""

COLUMNS = ("provider", "id", "names", "tier_from", "prices")

SPEEDS = frozenset(("fast", "priority", "slow"))
"""Words at the end of a name for another service tier, which has another price."""

LIST_PRICE = pa.schema(
    [
        pa.field("list_price", pa.int64()),  # nano-USD; null where there is no price or no output is stated
        pa.field(
            "list_savings", pa.int64()
        ),  # nano-USD that caching saved (or, below 0, cost); null likewise
        pa.field("prices", TEXT, nullable=False),  # id of the price file
    ]
)
"""One row for each claim, in the same order."""

_FINE_TUNED = "ft:"

_PICO_PER_TOKEN = 10**6
"""pico-USD a token for one USD a million tokens."""
_SPLIT = 10**6
_FITS = np.iinfo(np.int64).max // len(BUCKETS)
_ALWAYS = np.iinfo(np.int64).min

Integers = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class PricedModel:
    """A model of the list. `tier_from` is the size of a prompt from which another price holds, which is not used.

    `starts` are the days (since 1970-01-01) from which each of the `prices` holds, ascending; a price is in pico-USD
    a token for (input, cache_write, cache_read, output). A cached bucket without a price of its own has that of
    input.
    """

    provider: str
    id: str
    tier_from: int | None
    starts: tuple[int, ...]
    prices: tuple[tuple[int, int, int, int], ...]


@dataclass(frozen=True, eq=False)
class ListPrices:
    """One price file; `names` gives the place of a plain name in `models`."""

    id: str
    sha256: str
    release: str
    models: tuple[PricedModel, ...]
    names: Mapping[str, int]

    def find(self, name: str | None, meant: str | None) -> int | None:
        """The place in `models` of the model that a name stands for, or else of the model that is `meant` by it.

        `meant` is the factors' name for it, where it is certain. A name is listed as it is, or without marks,
        prefixes, effort words and dates; never by its family. What has a price of its own that is not listed (a
        fine-tuned model, another service tier) has none.
        """
        if name is not None:
            written = plain(name)
            if written.startswith(_FINE_TUNED):
                return self.names.get(written)
            normal = normal_forms(written, rules().prefixes)
            if SPEEDS & set(normal[-1].split("-")):
                return next((self.names[form] for form in normal if form in self.names), None)
            for form in (*normal, *rewritten(normal[-1], rules())):
                if form in self.names:
                    return self.names[form]
        return None if meant is None else self.names.get(plain(meant))


def read(content: str) -> ListPrices:
    """Read a price file. Raises FactorsDamaged when its hash does not fit its content."""
    document = json.loads(content)
    if digest(document) != document["sha256"]:
        raise FactorsDamaged(
            f"price file '{document['id']}' does not hold what its hash says; deploy it again"
        )
    models: list[PricedModel] = []
    names: dict[str, int] = {}
    for provider, model_id, stated, tier_from, prices in document["models"]:
        for name in stated:
            names.setdefault(plain(name), len(models))
        models.append(
            PricedModel(
                provider,
                model_id,
                tier_from,
                tuple(_ALWAYS if start is None else _day(start) for start, *_ in prices),
                tuple(_buckets(*price) for _, *price in prices),
            )
        )
    return ListPrices(document["id"], document["sha256"], document["release"], tuple(models), names)


def _day(text: str) -> int:
    return (date.fromisoformat(text) - date(1970, 1, 1)).days


def _buckets(new: str, write: str | None, read_: str | None, output: str) -> tuple[int, int, int, int]:
    return _pico(new), _pico(write or new), _pico(read_ or new), _pico(output)


def _pico(price: str) -> int:
    """USD a million tokens to pico-USD a token; finer prices than that are rounded half to even."""
    return round(Decimal(price) * _PICO_PER_TOKEN)


@cache
def load(prices_id: str = CURRENT) -> ListPrices:
    """The shipped prices of that id."""
    file = resources.files("gramledger.core") / "data" / "list_prices" / f"{prices_id}.json"
    return read(file.read_text(encoding="utf-8"))


def estimate(claims: pa.Table, prices: ListPrices, meant: Callable[[str | None], str | None]) -> pa.Table:
    """The list prices (schema LIST_PRICE) of claims (the columns `ts`, `model` and the buckets).

    `meant` gives the factors' name of the model that a name certainly means, or null. A claim without output tokens
    has no list price; other blank buckets count as 0. A claim of no tokens at all costs nothing, whatever its model.
    """
    names, name_of_row = _names(claims["model"])
    places = [prices.find(name, meant(name)) for name in names]
    starts, table = _tables(prices, tuple(places))
    days = claims["ts"].to_numpy() // DAY_MS
    version = (starts[name_of_row] <= days[:, None]).sum(axis=1) - 1
    priced = np.array([place is not None for place in places], bool)[name_of_row] & (version >= 0)

    columns = [claims[bucket].combine_chunks() for bucket in BUCKETS]
    tokens = np.stack([column.fill_null(0).to_numpy(zero_copy_only=False) for column in columns])
    stated = columns[BUCKETS.index("output")].is_valid().to_numpy(zero_copy_only=False)
    each = table[name_of_row, np.maximum(version, 0)].T  # (4 buckets, rows)
    uncached = np.stack([each[0], each[0], each[0], each[3]])
    cost = _nano(tokens, each)
    known = stated & (priced | (tokens.sum(axis=0) == 0))
    columns_of_price = [
        pa.array(np.where(known, amount, 0), pa.int64(), mask=~known)
        for amount in (cost, _nano(tokens, uncached) - cost)
    ]
    label = pa.DictionaryArray.from_arrays(pa.array(np.zeros(len(cost), np.int32)), pa.array([prices.id]))
    return pa.Table.from_arrays([*columns_of_price, label], schema=LIST_PRICE)


def without_price(count: int, prices: ListPrices) -> pa.Table:
    """What `estimate` says of so many claims that have no price."""
    label = pa.DictionaryArray.from_arrays(pa.array(np.zeros(count, np.int32)), pa.array([prices.id]))
    none = pa.nulls(count, pa.int64())
    return pa.Table.from_arrays([none, none, label], schema=LIST_PRICE)


@lru_cache(maxsize=64)
def _tables(prices: ListPrices, places: tuple[int | None, ...]) -> tuple[Integers, Integers]:
    """For each of some models the days from which its prices hold, (models, versions), and these prices
    (models, versions, 4 buckets); models with fewer versions are filled up with days that never come."""
    models = [None if place is None else prices.models[place] for place in places]
    most = max((len(model.starts) for model in models if model), default=1)
    starts = np.full((len(models), most), np.iinfo(np.int64).max)
    table = np.zeros((len(models), most, len(BUCKETS)), np.int64)
    for number, model in enumerate(models):
        if model:
            starts[number, : len(model.starts)] = model.starts
            table[number, : len(model.starts)] = model.prices
    return starts, table


def _nano(tokens: Integers, each: Integers) -> Integers:
    """The sum over the buckets (4, rows) of tokens x pico-USD in nano-USD, rounded once, half to even."""
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
    row = values.indices.fill_null(len(known) - 1).to_numpy(zero_copy_only=False).astype(np.int64)
    return known, row
