"""List prices: what the tokens of a claim cost by the public price list of the model's maker.

An estimate, beside what a source reports and what it charged. The prices are versioned files made from genai-prices
(`tools/prices/build.py`, docs/reference/list-prices.md); a file is added, never edited. A model that has no price is
never priced as another or as 0: its claims have no list price, and reports count them.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache
from importlib import resources

import pyarrow as pa

from gramledger.core.claims import BUCKETS, TEXT
from gramledger.core.factors import FactorsDamaged, digest
from gramledger.core.names import normal_forms, plain, rewritten, rules
from gramledger.core.problems import NotFound

CURRENT = "genai-prices-0.2.3-2"
"""The price file by which claims are priced."""

COLUMNS = ("provider", "id", "names", "tier_from", "prices", "tiers")

KINDS = (
    *BUCKETS,
    "cache_write_1h",
    *("input_audio", "cache_read_audio", "output_audio"),
    *("input_image", "cache_read_image", "output_image"),
)
"""The kinds of tokens that have prices: text of the four buckets, and what of these may cost something else."""

STANDARD, LONG = "standard", "long"
"""The service tier that a row has unless it says something else, and that of long prompts."""

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

_FOLDER = resources.files("gramledger.core") / "data" / "list_prices"

_FINE_TUNED = "ft:"

_PICO_PER_TOKEN = 10**6
"""pico-USD a token for one USD a million tokens."""
_ALWAYS = -(2**63)


@dataclass(frozen=True, eq=False, slots=True)
class Offer:
    """What a model costs in one service tier.

    `starts` are the days (since 1970-01-01) from which each of the `prices` holds, ascending; a price is in pico-USD
    a token for each of KINDS. A kind without a price of its own has that of the kind that it is part of: a cached
    bucket that of input, sound and pictures that of text.
    """

    starts: tuple[int, ...]
    prices: tuple[tuple[int, ...], ...]


@dataclass(frozen=True, slots=True)
class PricedModel:
    """A model of the list with its offers by service tier.

    `tier_from` is the size of a prompt from which another price holds: the tier `long`, where it is known of a row.
    """

    provider: str
    id: str
    tier_from: int | None
    offers: Mapping[str, Offer]

    def offer(self, tier: str) -> Offer | None:
        """What the model costs in a tier, null where the list does not say.

        A model whose price does not depend on the size of a prompt costs the same in long ones.
        """
        words = [word for word in tier.split(" ") if word != LONG or self.tier_from is not None]
        return self.offers.get(" ".join(words) or STANDARD)


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
    for provider, model_id, stated, tier_from, prices, *further in document["models"]:
        for name in stated:
            names.setdefault(plain(name), len(models))
        tiers = further[0] if further else {}
        offers = {tier: _offer(rows) for tier, rows in {STANDARD: prices, **tiers}.items()}
        models.append(PricedModel(provider, model_id, tier_from, offers))
    return ListPrices(document["id"], document["sha256"], document["release"], tuple(models), names)


def _offer(rows: Sequence[Sequence[str | None]]) -> Offer:
    starts = tuple(_ALWAYS if start is None else _day(start) for start, *_ in rows)
    return Offer(starts, tuple(_complete(prices) for _, *prices in rows))


def _day(text: str) -> int:
    return (date.fromisoformat(text) - date(1970, 1, 1)).days


def _complete(stated: Sequence[str | None]) -> tuple[int, ...]:
    """The price of each of KINDS; those at the end may be left out."""
    own = dict(zip(KINDS, stated, strict=False))
    new, output = own["input"] or "0", own["output"] or "0"
    write, read_ = own.get("cache_write") or new, own.get("cache_read") or new
    prices = [new, write, read_, output, own.get("cache_write_1h") or write]
    for kind in ("audio", "image"):
        its = own.get(f"input_{kind}")
        prices += [
            its or new,
            own.get(f"cache_read_{kind}") or its or read_,
            own.get(f"output_{kind}") or output,
        ]
    return tuple(map(_pico, prices))


def _pico(price: str) -> int:
    """USD a million tokens to pico-USD a token; finer prices than that are rounded half to even."""
    return round(Decimal(price) * _PICO_PER_TOKEN)


def load(prices_id: str = CURRENT) -> ListPrices:
    """The shipped prices of that id. Raises NotFound (naming those there are) or FactorsDamaged."""
    shipped = shipped_ids()
    if prices_id not in shipped:
        raise NotFound(f"There is no price file '{prices_id}'; there are: {', '.join(sorted(shipped))}.")
    return _loaded(prices_id)


@cache
def shipped_ids() -> frozenset[str]:
    """The ids of all shipped price files."""
    return frozenset(
        file.name.removesuffix(".json") for file in _FOLDER.iterdir() if file.name.endswith(".json")
    )


@cache
def _loaded(prices_id: str) -> ListPrices:
    return read((_FOLDER / f"{prices_id}.json").read_text(encoding="utf-8"))
