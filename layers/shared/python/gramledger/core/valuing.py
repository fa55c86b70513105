"""Everything that is calculated of claims when they come into the ledger: impacts and list prices."""

from __future__ import annotations

from functools import partial

import pyarrow as pa

from gramledger.core import bodies, list_prices, models
from gramledger.core.factors import Factors
from gramledger.core.impact import calculate
from gramledger.core.list_prices import PricedModel
from gramledger.core.page import PAGE
from gramledger.core.presets import Preset
from gramledger.core.subjects import subjects

_CERTAIN = (models.EXACT, models.DERIVED)


def value(claims: pa.Table, preset: Preset, factors: Factors, *, calculated_at: int) -> pa.Table:
    """The claims with what they come to (schema page.PAGE, canonical), in their order. Raises as `calculate` does."""
    impacts = calculate(claims, preset, factors, calculated_at=calculated_at)
    prices = price(claims, preset, factors)
    whole = pa.Table.from_arrays([*claims.columns, *impacts.columns, *prices.columns], schema=PAGE)
    return bodies.canonical(whole, PAGE)


def price(claims: pa.Table, preset: Preset, factors: Factors) -> pa.Table:
    """The list prices of claims (schema list_prices.LIST_PRICE) by the current price file."""
    return list_prices.estimate(claims, list_prices.load(), partial(_meant, preset, factors))


def priced_as(name: str, preset: Preset, factors: Factors) -> PricedModel | None:
    """The model of the current price file by whose prices a name is priced."""
    prices = list_prices.load()
    place = prices.find(name, _meant(preset, factors, name))
    return None if place is None else prices.models[place]


def _meant(preset: Preset, factors: Factors, name: str | None) -> str | None:
    """The factors' name of the model that a name certainly means, without its provider."""
    subject = subjects(preset, factors).of(name)
    if subject.resolved is None or subject.quality not in _CERTAIN:
        return None
    return subject.resolved.partition("/")[2]
