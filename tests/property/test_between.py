"""What became of entries between two instants: every difference is told once, and its parts add up."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from typing import Any

import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st
from support.pages import SOURCES, Said, says, table, table_of_rows

from gramledger.core import page
from gramledger.core.between import DIFFERENCE, PARTS, differences
from gramledger.core.change_sums import columns_of, sums_by_model, total
from gramledger.core.change_totals import UNITS
from gramledger.core.changes import MEASURES, Present
from gramledger.core.claims import CLAIM
from gramledger.core.recalculation import Basis, Ruling, Selection

OLD, NEW = Basis("p@1", prices="7"), Basis("p@2", prices="11")
_FACTORS = {"p@1": "2", "p@2": "5"}
RULING = Ruling("01JCY000000000000000000000", 5, NEW, Selection(), frozenset(SOURCES))
PRESENT = Present(dict.fromkeys(SOURCES, (OLD, 1)), [RULING])
ENGINE = 1
"""What every figure of today has more than one of then."""


def values(basis: Basis, claims: pa.Table, calculated_at: int) -> pa.Table:
    """Figures that tell by what they were made: energy by the preset, gwp by the factors, prices by the list."""
    return table_of_rows([valued(claim, basis, calculated_at) for claim in claims.to_pylist()])


def valued(claim: dict[str, Any], basis: Basis, calculated_at: int) -> dict[str, Any]:
    """One row of `values`."""
    preset, factors = int(basis.preset[-1]), int(basis.factors or _FACTORS[basis.preset])
    count = claim["output"] or 0
    row = figures(claim["output"]) | dict.fromkeys(itertools.chain(*MEASURES.values()), 0)
    row |= {**claim, "factors": str(factors), "calculated_at": calculated_at}
    row |= {"energy_output_value": count * preset + ENGINE, "gwp_output_value": count * factors}
    return {**row, "list_price": count * int(basis.prices)}


@cache
def figures(output: int | None) -> dict[str, Any]:
    """A row with what is said of so many tokens."""
    (row,) = table([Said(ts=0, source=SOURCES[0], row=1, output=output)]).to_pylist()
    return dict(row)


def page_of(said: list[Said], stamped: frozenset[int]) -> pa.Table:
    """Claims as the import had left them, with the engine of then; those of `stamped` rows as recalculated."""
    rows = []
    for claim in table(said).select(CLAIM.names).to_pylist():
        recalculated = claim["row"] in stamped
        row = valued(claim, NEW if recalculated else OLD, 1)
        row["recalculation"] = RULING.recalculation_id if recalculated else None
        row["energy_output_value"] -= 0 if recalculated else ENGINE
        rows.append(row)
    return page.merge(table_of_rows(rows))


def entries(said: list[Said], stamped: frozenset[int] = frozenset()) -> pa.Table:
    return page.entries(page_of(said, stamped), {})


def told(old: pa.Table, new: pa.Table) -> pa.Table:
    found = differences(old, new, PRESENT, values, calculated_at=9)
    assert found.schema.equals(DIFFERENCE)
    return found


def by_event(entries_: pa.Table) -> Mapping[tuple[int, str], dict[str, Any]]:
    return {(row["ts"], row["key"]): row for row in entries_.to_pylist()}


def amount(row: dict[str, Any] | None, measure: str) -> int:
    return sum(row[name] or 0 for name in MEASURES[measure]) if row else 0


@given(says(), says(), st.frozensets(st.integers(1, 12)), st.frozensets(st.integers(1, 12)))
def test_each_entry_that_differs_is_told_once_and_its_parts_add_up(
    first: list[Said], second: list[Said], then: frozenset[int], now: frozenset[int]
) -> None:
    old, new = entries(first, then), entries(second, now)
    was, is_ = by_event(old), by_event(new)
    rows = told(old, new).to_pylist()
    assert len({(row["ts"], row["key"]) for row in rows}) == len(rows)
    for row in rows:
        before, after = was.get((row["ts"], row["key"])), is_.get((row["ts"], row["key"]))
        same = bool(before and after and all(before[name] == after[name] for name in page.STATED))
        expected = "revalued" if same else "restated" if before and after else "came" if after else "went"
        assert row["kind"] == expected
        for measure in MEASURES:
            steps = {part: row[f"{measure}_{part}"] for part in PARTS}
            assert row[f"{measure}_before"] == amount(before, measure)
            assert row[f"{measure}_after"] == amount(after, measure)
            assert row[f"{measure}_before"] + sum(steps.values()) == row[f"{measure}_after"]
            assert same or steps == {**dict.fromkeys(PARTS, 0), "data": steps["data"]}
    silent = (was.keys() | is_.keys()) - {(row["ts"], row["key"]) for row in rows}
    for event in silent:
        assert all(amount(was[event], measure) == amount(is_[event], measure) for measure in MEASURES)


@given(says())
def test_nothing_differs_from_itself(said: list[Said]) -> None:
    assert told(entries(said), entries(said)).num_rows == 0


def test_the_parts_are_told_apart_by_what_they_are_made_of() -> None:
    said = [Said(ts=1, source=SOURCES[0], row=1, output=10)]
    (row,) = told(entries(said), entries(said, frozenset({1}))).to_pylist()
    steps = {
        measure: [row[f"{measure}_{part}"] for part in ("before", *PARTS, "after")] for measure in MEASURES
    }
    assert steps == {
        "energy": [10, 0, ENGINE, 10, 0, 21],
        "gwp": [20, 0, 0, 0, 30, 50],
        "list_price": [70, 0, 0, 0, 40, 110],
    }


def test_what_states_something_else_is_data_whatever_it_is_calculated_by() -> None:
    said = [Said(ts=1, source=SOURCES[0], row=1, output=10)]
    changed = [replace(said[0], output=4)]
    (row,) = told(entries(said), entries(changed, frozenset({1}))).to_pylist()
    assert (row["kind"], row["gwp_before"], row["gwp_data"], row["gwp_after"]) == ("restated", 20, 0, 20)
    assert (row["energy_data"], row["energy_method"], row["energy_preset"]) == (9 - 10, 0, 0)


@given(says(), says(), st.frozensets(st.integers(1, 12)))
def test_sums_by_model_add_up_to_the_whole(
    first: list[Said], second: list[Said], now: frozenset[int]
) -> None:
    found = told(entries(first), entries(second, now))
    by_model = sums_by_model(found, PARTS)
    whole = total(by_model.values())
    assert whole.entries == found.num_rows
    for name in columns_of(PARTS):
        assert whole.figures.get(name, 0) == sum(found[name].to_pylist())
    shown = whole.to_json(PARTS)
    for unit in UNITS.values():
        assert shown[unit]["before"] + sum(shown[unit][part] for part in PARTS) == shown[unit]["after"]
