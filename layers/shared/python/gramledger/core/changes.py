"""What a recalculation has changed, claim by claim: what each was and is, and what the difference is made of.

The change of a claim has three parts, in this order: *method* is what its old basis comes to by the engine of today,
less what it had; *preset* is what the new settings come to with the old factors, less that; *factors* is the rest (the
factors, the list of prices, the intensities). All are integers, and before + method + preset + factors = after.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from gramledger.core import bodies
from gramledger.core.claims import CLAIM, TEXT
from gramledger.core.page import PAGE
from gramledger.core.recalculation import Basis, Ruling
from gramledger.core.revaluing import Origin, Revaluation, Values, failures, present_bases
from gramledger.core.verdicts import Mask

MEASURES: Mapping[str, tuple[str, ...]] = {
    "energy": ("energy_output_value", "energy_input_value", "energy_measured_value"),
    "gwp": ("gwp_output_value", "gwp_input_value", "gwp_embodied_value", "gwp_measured_value"),
    "list_price": ("list_price",),
}
"""What is compared (micro-watt-hours, micrograms CO2e, nano-USD), and the columns of a page that it is the sum of."""

STAGES = ("method", "preset", "factors")
"""What a change is made of."""

_STATED = ("ts", "key", "source", "row", "model")
_TOLD = ("status", "resolved", "quality")
_FIGURES = tuple(f"{measure}_{stage}" for measure in MEASURES for stage in ("before", *STAGES, "after"))

CHANGE = pa.schema(
    [
        *(CLAIM.field(name) for name in _STATED),
        pa.field("entry", pa.bool_(), nullable=False),  # whether the claim counts
        *(pa.field(f"{name}_{end}", TEXT) for name in _TOLD for end in ("before", "after")),
        *(pa.field(name, pa.int64(), nullable=False) for name in _FIGURES),
    ]
)
"""One row for each claim that has changed; no figure counts as 0, which the status tells apart."""

FAILURE = pa.schema(
    [
        *(CLAIM.field(name) for name in _STATED),
        pa.field("entry", pa.bool_(), nullable=False),
        pa.field("code", TEXT),
    ]
)
"""One row for each claim whose calculation failed, and which of valuing.FAILURES it was."""

Integers = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Present:
    """What is known of how the figures of a page came about: the bases of its sources, and the recalculations that were
    carried out."""

    origins: Mapping[str, Origin]
    rulings: Iterable[Ruling]


def changes_of(found: Revaluation, wins: Mask, ruling: Ruling, present: Present, values: Values) -> pa.Table:
    """The changes (schema CHANGE) of a page that a recalculation has revalued; `wins` are the claims that count."""
    rows = np.flatnonzero(found.changed)
    before, after = (table.take(pa.array(rows)) for table in (found.before, found.after))
    before = bodies.canonical(before, PAGE)
    by_method, by_preset = _between(before, after, ruling, present, values)
    columns = {name: before[name] for name in _STATED}
    columns["entry"] = pa.array(wins[rows])
    columns |= {f"{name}_before": before[name] for name in _TOLD}
    columns |= {f"{name}_after": after[name] for name in _TOLD}
    for measure in MEASURES:
        steps = [amounts(table, measure) for table in (before, by_method, by_preset, after)]
        columns[f"{measure}_before"], columns[f"{measure}_after"] = pa.array(steps[0]), pa.array(steps[-1])
        for stage, (earlier, later) in zip(STAGES, pairwise(steps), strict=True):
            columns[f"{measure}_{stage}"] = pa.array(later - earlier)
    return bodies.canonical(pa.table(columns), CHANGE)


def failures_of(found: Revaluation, wins: Mask, ruling: Ruling, values: Values) -> pa.Table:
    """The claims (schema FAILURE) whose calculation failed, and that therefore kept what they had."""
    rows = np.flatnonzero(found.failed)
    if not len(rows):
        return FAILURE.empty_table()
    claims = found.before.take(pa.array(rows))
    again = values(ruling.basis, claims.select(CLAIM.names), ruling.at)
    columns = {name: claims[name] for name in _STATED}
    columns["entry"] = pa.array(wins[rows])
    columns["code"] = again["impact_warnings"]
    return bodies.canonical(pa.table(columns), FAILURE)


def amounts(table: pa.Table, measure: str) -> Integers:
    """What each claim of a page comes to in one of MEASURES; 0 where it has no figure."""
    columns = [bodies.one_chunk(table[name]).fill_null(0).to_numpy() for name in MEASURES[measure]]
    total: Integers = np.sum(columns, axis=0, dtype=np.int64)
    return total


def between(
    before: pa.Table, after: pa.Table, old: Basis, new: Basis, *, at: int, values: Values
) -> tuple[pa.Table, pa.Table]:
    """What claims come to by their old basis today, and by the new one with the old factors; `before` and `after` are
    their figures, of these bases. Where one of the two cannot be calculated, the claim has not come that far: `before`
    stands for the first, `after` for the second."""
    claims = before.select(CLAIM.names)
    by_method = values(old, claims, at)
    factors = bodies.one_chunk(by_method["factors"])[0].as_py() if len(claims) else None
    mixed = replace(new, factors=factors, prices=old.prices, intensities=old.intensities)
    return _or_else(by_method, before), _or_else(values(mixed, claims, at), after)


def _between(
    before: pa.Table, after: pa.Table, ruling: Ruling, present: Present, values: Values
) -> tuple[pa.Table, pa.Table]:
    first, second, places = [], [], [np.empty(0, np.int64)]
    for old, rows in present_bases(before, present.origins, present.rulings):
        was, now = (table.take(pa.array(rows)) for table in (before, after))
        by_method, by_preset = between(was, now, old, ruling.basis, at=ruling.at, values=values)
        first.append(by_method)
        second.append(by_preset)
        places.append(rows)
    order = pa.array(np.argsort(np.concatenate(places), kind="stable"))
    return bodies.concat(first, PAGE).take(order), bodies.concat(second, PAGE).take(order)


def _or_else(valued: pa.Table, otherwise: pa.Table) -> pa.Table:
    """What was calculated, and for claims of which that failed, something else."""
    failed = failures(valued)
    if not failed.any():
        return valued
    place = np.arange(valued.num_rows) + np.where(failed, valued.num_rows, 0)
    both = pa.concat_tables([valued, otherwise]).unify_dictionaries()
    return bodies.canonical(both.take(pa.array(place)), PAGE)
