"""The drift sentinel: columns that changed places are found, and ordinary variation is let alone."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
import pytest
from support.drifting import HEADER, TOKENS, Cells, Habits, exchanged, file_of, seen, shifted

from gramledger.core.drift import REMEMBERED, ROWS_NEEDED, compare
from gramledger.core.shape import Shape

STEADY = Habits(
    medians=(12_000.0, 40.0, 500_000.0, 1_500.0),
    widths=(0.5, 0.5, 0.5, 0.5),
    zeros=(0.0, 0.1, 0.0, 0.0),
    models=("auto", "gpt-5"),
    kinds=("Included", "On-Demand"),
    blank=0.0,
    costs_in_words=0.3,
)
CACHE_WRITE, INPUT, CACHE_READ, OUTPUT = TOKENS


def exports(seed: int, count: int, rows: int = 120) -> list[Cells]:
    chance = np.random.default_rng(seed)
    return [STEADY.export(chance, rows) for _ in range(count)]


def shapes(files: Sequence[Cells]) -> list[Shape]:
    return [seen(file_of(cells), number) for number, cells in enumerate(files)]


def suspects(cells: Cells, earlier: Sequence[Shape]) -> dict[str, str]:
    drift = compare(seen(file_of(cells)), earlier)
    assert drift is not None
    return {suspect.column: suspect.looks_like for suspect in drift.suspected}


def test_the_first_file_of_a_format_is_compared_with_nothing() -> None:
    (shape,) = shapes(exports(1, 1))
    assert compare(shape, []) is None


@pytest.mark.parametrize("before", [1, 3, REMEMBERED])
@pytest.mark.parametrize(
    ("one", "other"), [(INPUT, OUTPUT), (CACHE_WRITE, CACHE_READ), (OUTPUT, CACHE_READ), ("Kind", "Model")]
)
def test_two_columns_that_were_exchanged_are_found(one: str, other: str, before: int) -> None:
    *earlier, cells = exports(2, before + 1)
    assert suspects(exchanged(cells, one, other), shapes(earlier)) == {one: other, other: one}


@pytest.mark.parametrize("by", [1, -1])
def test_columns_that_were_shifted_beneath_their_header_are_found(by: int) -> None:
    *earlier, cells = exports(3, 4)
    found = suspects(shifted(cells, HEADER[4:9], by), shapes(earlier))
    assert len(found) >= 2
    for column, like in found.items():
        assert (HEADER.index(column) - HEADER.index(like) - by) % 5 == 0


def test_a_suspect_is_told_with_its_quartiles_and_those_it_should_have() -> None:
    *earlier, cells = exports(4, 3)
    drift = compare(seen(file_of(exchanged(cells, INPUT, OUTPUT))), shapes(earlier))
    assert drift is not None
    suspect = next(found for found in drift.suspected if found.column == INPUT)
    assert (suspect.number, suspect.field, suspect.looks_like) == (6, "input", OUTPUT)
    assert 700 < suspect.found[1] < 3000
    assert suspect.usual[1] < 100
    assert 700 < suspect.usual_there[1] < 3000
    assert json.loads(json.dumps(drift.to_json()))["suspected"][0]["looks_like"]


def test_one_column_that_changes_alone_is_no_suspect() -> None:
    *earlier, cells = exports(5, 4)
    changed = {**cells, INPUT: cells[OUTPUT]}
    assert suspects(changed, shapes(earlier)) == {}


def test_what_one_model_writes_to_its_cache_is_plain_input_of_another() -> None:
    *earlier, cells = exports(6, 4)
    without_cache = {**cells, INPUT: cells[CACHE_WRITE], CACHE_WRITE: ["0"] * len(cells[INPUT])}
    assert suspects(without_cache, shapes(earlier)) == {}


@pytest.mark.parametrize("which", ["the file", "the earlier ones"])
def test_few_rows_say_nothing(which: str) -> None:
    few = ROWS_NEEDED - 1
    earlier = shapes(exports(7, 3, few if which == "the earlier ones" else 100))
    (cells,) = exports(8, 1, few if which == "the file" else 100)
    assert suspects(exchanged(cells, INPUT, CACHE_READ), earlier) == {}


def test_what_varied_before_may_vary_again() -> None:
    calm, (cells,) = exports(9, 3), exports(10, 1)
    restless = [
        exchanged(one, INPUT, OUTPUT) if number % 2 else one for number, one in enumerate(exports(11, 6))
    ]
    assert suspects(exchanged(cells, INPUT, OUTPUT), shapes(calm))
    assert suspects(exchanged(cells, INPUT, OUTPUT), shapes(restless)) == {}


@pytest.mark.parametrize("part", range(4))
def test_ordinary_variation_never_alarms(part: int) -> None:
    chance = np.random.default_rng([2026, part])
    for _ in range(12):
        habits, earlier = Habits.of(chance), list[Shape]()
        for number in range(REMEMBERED):
            content = file_of(habits.export(chance, int(chance.choice([25, 60, 150]))))
            shape = seen(content, number)
            drift = compare(shape, earlier)
            assert drift is None or drift.suspected == [], (number, drift)
            earlier.insert(0, shape)
            habits = habits.later(chance)


def test_files_of_another_tool_are_no_measure() -> None:
    *earlier, cells = exports(15, 3)
    known = shapes(earlier)
    other = {"Date": "date", "Model": "model", "Input (w/o Cache Write)": "input"}
    foreign = [replace(shape, header=[other.get(name, f"x {name}") for name in HEADER]) for shape in known]
    assert compare(seen(file_of(exchanged(cells, INPUT, OUTPUT))), foreign) is None
    drift = compare(seen(file_of(exchanged(cells, INPUT, OUTPUT))), [*foreign, *known])
    assert drift is not None
    assert (drift.compared, len(drift.suspected)) == (2, 2)


def renamed(cells: Cells, change: Callable[[str], str]) -> bytes:
    return file_of(cells, [change(name) for name in HEADER])


def test_columns_that_moved_are_mapped_by_name_and_told_and_the_fewest_are() -> None:
    before, cells = exports(12, 2)
    order = ["Model", *(name for name in HEADER if name != "Model")]
    moved = file_of({name: cells[name] for name in order}, order)
    drift = compare(seen(moved), shapes([before]))
    assert drift is not None
    assert (drift.moved, drift.suspected, drift.new, drift.missing, drift.renamed) == (
        ["Model"],
        [],
        [],
        [],
        [],
    )


def test_renamed_new_and_missing_columns_are_told() -> None:
    before, cells = exports(13, 2)
    names = {"Output Tokens": "Output", "Max Mode": "Team"}
    drift = compare(seen(renamed(cells, lambda name: names.get(name, name))), shapes([before]))
    assert drift is not None
    assert drift.renamed == [{"field": "output", "before": "Output Tokens", "now": "Output"}]
    assert (drift.new, drift.missing, drift.moved) == (["Team"], ["Max Mode"], [])
    same = compare(seen(renamed(cells, str.upper)), shapes([before]))
    assert same is not None
    assert (same.renamed, same.new, same.missing) == ([], [], [])


def test_a_shape_holds_no_cell_and_comes_back_from_json() -> None:
    (cells,) = exports(14, 1)
    shape = seen(file_of(cells))
    text = json.dumps(shape.to_json())
    assert Shape.from_json(json.loads(text)) == shape
    for name in ("Kind", "Model", "Date"):
        assert cells[name][0] not in text
    assert len(text) < 8000


def test_half_hours_of_a_day_are_no_columns_to_be_told_apart() -> None:
    header = ["MPAN", "Date", *(f"HH{number:02d}" for number in range(1, 49))]
    row = ["1200023305967", "2026-01-05", *(f"0.{number:02d}" for number in range(1, 49))]
    content = "\n".join([",".join(header), *([",".join(row)] * 3), ""]).encode()
    assert list(seen(content).columns) == ["meter", "date"]
