"""The figures of a page under recalculations, as a pure function of its claims, their own bases and what is asked.

It is a fold over the recalculations in the order of their ids. Each values the claims that it selects by its basis;
what a claim comes to takes the place of what it had where any of it differs, and bears the recalculation's id and time.
A claim of which nothing differs, or whose calculation fails, keeps all that it had. So a recalculation that changes
nothing leaves no trace, and taking one back is the fold without it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from gramledger.core import bodies
from gramledger.core.claims import CLAIM, DAY_MS
from gramledger.core.heads import day_number
from gramledger.core.page import FIGURES, PAGE, RECALCULATION
from gramledger.core.recalculation import Basis, Ruling, Selection
from gramledger.core.typed import coded
from gramledger.core.valuing import FAILURES
from gramledger.core.verdicts import Indices, Mask

Values = Callable[[Basis, pa.Table, int], pa.Table]
"""What claims (schema CLAIM) come to by a basis, calculated at an instant: schema PAGE, in their order."""

Origin = tuple[Basis, int]
"""The basis of an import, and when it was calculated."""

_COMPARED = tuple(name for name in FIGURES if name != "calculated_at")


@dataclass(frozen=True, slots=True)
class Revaluation:
    """A page before and after one recalculation (the same claims in the same order), which claims have other figures,
    and of which the calculation failed."""

    before: pa.Table
    after: pa.Table
    changed: Mask
    failed: Mask


def selects(selection: Selection, table: pa.Table) -> Mask:
    """Which claims of a table a selection means."""
    ts = bodies.one_chunk(table["ts"]).to_numpy()
    chosen = np.ones(table.num_rows, bool)
    if selection.first is not None:
        chosen &= ts >= day_number(selection.first) * DAY_MS
    if selection.last is not None:
        chosen &= ts < (day_number(selection.last) + 1) * DAY_MS
    if selection.models is not None:
        chosen &= _is_in(table["model"], selection.models)
    if selection.entries is not None:
        wanted = set(selection.entries)
        near = np.flatnonzero(chosen & np.isin(ts, np.array([at for at, _ in wanted], np.int64)))
        named = zip(ts[near].tolist(), table["key"].take(pa.array(near)).to_pylist(), strict=True)
        chosen[:] = False
        chosen[near[[pair in wanted for pair in named]]] = True
    return chosen


def asked_of(table: pa.Table, ruling: Ruling) -> Mask:
    """Which claims of a page a recalculation is about."""
    return _is_in(table["source"], ruling.sources) & selects(ruling.selection, table)


def revalue(table: pa.Table, ruling: Ruling, values: Values) -> Revaluation:
    """A page under one more recalculation, the newest one of it."""
    changed, failed = np.zeros(table.num_rows, bool), np.zeros(table.num_rows, bool)
    asked = np.flatnonzero(asked_of(table, ruling))
    if not len(asked):
        return Revaluation(table, table, changed, failed)
    old = table.take(pa.array(asked))
    new = values(ruling.basis, old.select(CLAIM.names), ruling.at)
    fails = failures(new)
    differs = _differ(old, new) & ~fails
    failed[asked[fails]] = True
    changed[asked[differs]] = True
    new = _stamped(new.filter(pa.array(differs)), ruling.recalculation_id)
    return Revaluation(table, _with_rows(table, asked[differs], new), changed, failed)


def figured(
    table: pa.Table, origins: Mapping[str, Origin], rulings: Iterable[Ruling], values: Values
) -> pa.Table:
    """The page of a table's claims, whatever figures they have: those of the bases of their sources (`origins`), under
    all recalculations."""
    return under(_by_origin(table, origins, values), rulings, values)


def under(table: pa.Table, rulings: Iterable[Ruling], values: Values) -> pa.Table:
    """A page with figures of the bases of its sources, or of some of the recalculations already, under all of these."""
    for ruling in sorted(rulings, key=lambda one: one.recalculation_id):
        table = revalue(table, ruling, values).after
    return table


def without(
    table: pa.Table,
    gone: Ruling,
    origins: Mapping[str, Origin],
    others: Iterable[Ruling],
    values: Values,
) -> pa.Table:
    """A page as if one recalculation had never been carried out, and all of `others` had."""
    touched = np.flatnonzero(asked_of(table, gone))
    if not len(touched):
        return table
    again = figured(bodies.canonical(table.take(pa.array(touched)), PAGE), origins, others, values)
    return _with_rows(table, touched, again)


def failures(table: pa.Table) -> Mask:
    """Which claims the calculation failed for."""
    codes = bodies.one_chunk(table["impact_warnings"])
    failing = [code for code in codes.dictionary.to_pylist() if not set(FAILURES).isdisjoint(code.split())]
    return _is_in(table["impact_warnings"], failing)


def present_bases(
    table: pa.Table, origins: Mapping[str, Origin], rulings: Iterable[Ruling]
) -> list[tuple[Basis, Indices]]:
    """The bases of the figures that a page has, each with the rows whose it is. Raises KeyError for a recalculation or
    a source without one."""
    by_stamp: dict[str | None, Basis] = {ruling.recalculation_id: ruling.basis for ruling in rulings}
    stamp, source = (bodies.one_chunk(table[name]) for name in (RECALCULATION, "source"))
    stamps_, sources = [*stamp.dictionary.to_pylist(), None], source.dictionary.to_pylist()
    pair = (
        stamp.indices.fill_null(len(stamps_) - 1).to_numpy() * np.int64(len(sources))
        + source.indices.to_numpy()
    )
    found: dict[str, tuple[Basis, list[Indices]]] = {}
    for code in np.unique(pair).tolist():
        stamped, said = stamps_[code // len(sources)], sources[code % len(sources)]
        basis = origins[said][0] if stamped is None else by_stamp[stamped]
        found.setdefault(basis.name, (basis, []))[1].append(np.flatnonzero(pair == code))
    return [(basis, np.sort(np.concatenate(rows))) for basis, rows in found.values()]


def _by_origin(table: pa.Table, origins: Mapping[str, Origin], values: Values) -> pa.Table:
    """The claims with the figures of their sources' own bases. Raises KeyError for a source without one."""
    names = bodies.one_chunk(table["source"]).dictionary.to_pylist()
    kinds = {name: (origins[name][0].name, origins[name][1]) for name in names}
    tables, places = [], [np.empty(0, np.int64)]
    for kind in dict.fromkeys(kinds.values()):
        alike = [name for name in names if kinds[name] == kind]
        mine = np.flatnonzero(_is_in(table["source"], alike))
        basis, at = origins[alike[0]]
        tables.append(values(basis, table.take(pa.array(mine)).select(CLAIM.names), at))
        places.append(mine)
    order = np.argsort(np.concatenate(places), kind="stable")
    return bodies.canonical(bodies.concat(tables, PAGE).take(pa.array(order)), PAGE)


def _with_rows(table: pa.Table, rows: Indices, instead: pa.Table) -> pa.Table:
    """The page with other figures for some of its claims."""
    if not len(rows):
        return table
    place = np.arange(table.num_rows)
    place[rows] = table.num_rows + np.arange(len(rows))
    both = pa.concat_tables([table, instead]).unify_dictionaries()
    return bodies.canonical(both.take(pa.array(place)), PAGE)


def _differ(old: pa.Table, new: pa.Table) -> Mask:
    """Which rows of two tables of the same claims have any other figure; the time of calculation is none."""
    both = pa.concat_tables([old.select(_COMPARED), new.select(_COMPARED)]).unify_dictionaries()
    count = old.num_rows
    differs = np.zeros(count, bool)
    for name in _COMPARED:
        column = bodies.one_chunk(both[name])
        known = column.is_valid().to_numpy(zero_copy_only=False)
        codes = column.indices if pa.types.is_dictionary(column.type) else column
        numbers = codes.fill_null(0).to_numpy(zero_copy_only=False)
        differs |= (known[:count] != known[count:]) | (numbers[:count] != numbers[count:])
    return differs


def _stamped(table: pa.Table, recalculation_id: str) -> pa.Table:
    stamp = coded([recalculation_id], np.zeros(table.num_rows, np.intp))
    return table.set_column(PAGE.get_field_index(RECALCULATION), PAGE.field(RECALCULATION), stamp)


def _is_in(column: pa.ChunkedArray, wanted: Iterable[str | None]) -> Mask:
    """Which values of a column of text are among some; null is one where it is asked for."""
    array = bodies.one_chunk(column)
    chosen = set(wanted)
    known = [name in chosen for name in array.dictionary.to_pylist()]
    codes = array.indices.fill_null(len(known)).to_numpy(zero_copy_only=False)
    mask: Mask = np.array([*known, None in chosen], bool)[codes]
    return mask
