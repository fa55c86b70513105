"""Everything that is calculated of claims when they come into the ledger: impacts and list prices.

A calculation that fails never keeps a claim out of the ledger. What fails for all claims together is tried for half of
their models and meters, and so on, until those are found for which it fails alone: their claims have no figures, and
say why (FAILURES). So what a claim comes to does not depend on those that it is calculated with.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from gramledger.core import bodies, models
from gramledger.core.claims import TEXT
from gramledger.core.factors import Factors
from gramledger.core.half_hours import Series
from gramledger.core.impact import CALCULATION_FAILED, IMPACT, calculate
from gramledger.core.list_price_estimate import estimate, without_price
from gramledger.core.list_prices import ListPrices, PricedModel
from gramledger.core.measured import MEASURED_QUALITY, STEP
from gramledger.core.page import PAGE
from gramledger.core.presets import Preset
from gramledger.core.problems import InvalidRequest
from gramledger.core.subjects import NEEDS_RECALCULATION, subjects
from gramledger.core.typed import coded

PRESET_UNFIT = "preset-unfit"

FAILURES = (CALCULATION_FAILED, PRESET_UNFIT)
"""The warnings of claims whose calculation failed; they wait for recalculation."""

WAITING = ("model-unknown", *FAILURES)
"""The warnings that say why a claim waits for recalculation: also the preset's policy may want that."""

FAILED_STEP = "failed"
"""In place of how a model was resolved."""

_CERTAIN = (models.EXACT, models.DERIVED)

Rows = npt.NDArray[np.int64]


def value(
    claims: pa.Table,
    preset: Preset,
    factors: Factors,
    prices: ListPrices,
    *,
    calculated_at: int,
    series: Series | None = None,
) -> pa.Table:
    """The claims with what they come to (schema page.PAGE, canonical), in their order; `series` are the half-hourly
    intensities for readings, where there are any."""
    by = {"preset": preset.label, "factors": factors.id, "engine": factors.methodology}
    impacts = _spared(
        claims,
        partial(calculate, preset=preset, factors=factors, calculated_at=calculated_at, series=series),
        partial(_without_figures, by=by, calculated_at=calculated_at),
    )
    listed = _spared(
        claims,
        partial(price, preset=preset, factors=factors, prices=prices),
        lambda some, _: without_price(len(some), prices),
    )
    by_import = pa.nulls(len(claims), TEXT)
    whole = pa.Table.from_arrays([*claims.columns, *impacts.columns, *listed.columns, by_import], schema=PAGE)
    return bodies.canonical(whole, PAGE)


def price(claims: pa.Table, preset: Preset, factors: Factors, prices: ListPrices) -> pa.Table:
    """The list prices of claims (schema list_prices.LIST_PRICE) by a price file."""
    return estimate(claims, prices, partial(_meant, preset, factors))


def priced_as(name: str, preset: Preset, factors: Factors, prices: ListPrices) -> PricedModel | None:
    """The model of a price file by whose prices a name is priced."""
    place = prices.find(name, _meant(preset, factors, name))
    return None if place is None else prices.models[place]


def _meant(preset: Preset, factors: Factors, name: str | None) -> str | None:
    """The factors' name of the model that a name certainly means, without its provider."""
    subject = subjects(preset, factors).of(name)
    if subject.resolved is None or subject.quality not in _CERTAIN:
        return None
    return subject.resolved.partition("/")[2]


def _spared(
    claims: pa.Table, work: Callable[[pa.Table], pa.Table], instead: Callable[[pa.Table, str], pa.Table]
) -> pa.Table:
    """A row of `work` for each claim, or of `instead` (with one of FAILURES) where it fails."""
    named: Rows | None = None

    def tried(rows: Rows | None) -> list[tuple[Rows, pa.Table]]:
        nonlocal named
        some = claims if rows is None else claims.take(pa.array(rows))
        rows = np.arange(len(claims)) if rows is None else rows
        try:
            return [(rows, work(some))]
        except InvalidRequest:  # which is so for every claim
            return [(rows, instead(some, PRESET_UNFIT))]
        except MemoryError:
            raise
        except Exception:  # whatever one name brings about, the claims of the others have figures
            named = _names(claims) if named is None else named
            its = named[rows]
            if not len(its) or its.min() == its.max():
                return [(rows, instead(some, CALCULATION_FAILED))]
            distinct = np.unique(its)
            first = its < distinct[len(distinct) // 2]
            return [*tried(rows[first]), *tried(rows[~first])]

    done = tried(None)
    if len(done) == 1:
        return done[0][1]
    place = np.empty(len(claims), np.int64)
    place[np.concatenate([rows for rows, _ in done])] = np.arange(len(claims))
    return pa.concat_tables([table for _, table in done]).unify_dictionaries().take(pa.array(place))


def _names(claims: pa.Table) -> Rows:
    """A number for each claim's pair of model and meter."""
    codes = np.zeros(len(claims), np.int64)
    for name in ("model", "meter"):
        if name in claims.column_names:
            column = bodies.one_chunk(claims[name].cast(pa.string())).dictionary_encode()
            its = column.indices.fill_null(len(column.dictionary)).to_numpy(zero_copy_only=False)
            codes = codes * (len(column.dictionary) + 1) + its
    return codes


def _without_figures(claims: pa.Table, code: str, by: dict[str, str], calculated_at: int) -> pa.Table:
    """Impacts (schema IMPACT) that wait for recalculation."""
    metered = _metered(claims).astype(np.intp)
    everywhere = np.zeros(len(claims), np.intp)
    texts = {"status": NEEDS_RECALCULATION, "impact_warnings": code, **by}
    columns = {name: coded([text], everywhere) for name, text in texts.items()}
    columns |= {
        "step": coded([FAILED_STEP, STEP], metered),
        "quality": coded([models.UNKNOWN, MEASURED_QUALITY], metered),
        "calculated_at": pa.array(np.full(len(claims), calculated_at, np.int64)),
    }
    columns |= {
        field.name: pa.nulls(len(claims), field.type) for field in IMPACT if field.name not in columns
    }
    return pa.Table.from_arrays([columns[name] for name in IMPACT.names], schema=IMPACT)


def _metered(claims: pa.Table) -> npt.NDArray[np.bool_]:
    """Which claims are readings of meters."""
    if "energy" not in claims.column_names:
        return np.zeros(len(claims), bool)
    return bodies.one_chunk(claims["energy"]).is_valid().to_numpy(zero_copy_only=False)
