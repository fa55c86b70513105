"""Filters leave rows out, rules refuse them; both read quick and exact blocks alike."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.csv_texts import NOW_MS, V2

from gramledger.core.chunks import ChunkReading, read_chunk
from gramledger.core.claims import CHUNK_CLAIM
from gramledger.core.conditions import Filters, Rules
from gramledger.core.problems import InvalidRequest
from gramledger.core.recognise import recognise
from gramledger.core.screening import Screen, screen_of

DAYS = ("2026-01-01", "2026-01-02", "2026-01-03")


def event(
    day: str = DAYS[1], *, kind: str = "Included", model: str = "auto", output: str = "4", cost: str = "0.01"
) -> str:
    return f"{day}T03:04:05.678Z,{kind},{model},No,1,2,3,{output},,{cost}"


def read(
    *rows: str, filters: dict[str, Any] | None = None, rules: dict[str, Any] | None = None, **sizes: int
) -> ChunkReading:
    text = "\n".join([V2, *rows, ""]).encode()
    reading = recognise(text, len(text))
    screen = screen_of({"filters": filters or {}, "rules": rules or {}}, "")
    fetch = lambda start, stop: text[start:stop]  # noqa: E731 -- as short as it is
    return read_chunk(
        fetch,
        reading,
        len(text),
        reading.first,
        len(text),
        aligned=True,
        now_ms=NOW_MS,
        screen=screen,
        **sizes,
    )


def test_rows_of_other_days_are_left_out_and_counted() -> None:
    rows = [event(day) for day in (*DAYS, "2026-01-01T00:00:00.000Z"[:10])]
    found = read(*rows, filters={"dates": {"from": "2026-01-02", "to": "2026-01-02"}})
    assert (found.claims["row"].to_pylist(), found.filtered, found.rejects.num_rows) == (
        [1],
        {"filtered-date": 3},
        0,
    )
    assert (found.rows, found.accepted) == (4, 1)


@pytest.mark.parametrize(
    ("filters", "kept"),
    [
        ({"dates": {"from": "2026-01-02"}}, [1, 2]),
        ({"dates": {"to": "2026-01-01"}}, [0]),
        ({"kinds": ["on-demand", "x"]}, [1]),
        ({"kinds": ["*d*"]}, [0, 1, 2]),
        ({"models": ["gpt-5*"]}, [2]),
        ({"models": ["GPT-5", "auto"]}, [0, 1]),
        ({"models": ["auto"], "kinds": ["Included"]}, [0]),
        ({"models": ["gpt.5*"]}, []),
    ],
)
def test_a_filter_names_what_is_kept(filters: dict[str, Any], kept: list[int]) -> None:
    rows = [event(DAYS[0]), event(DAYS[1], kind="On-Demand"), event(DAYS[2], model="gpt-5-codex")]
    found = read(*rows, filters=filters)
    assert found.claims["row"].to_pylist() == kept
    assert sum(found.filtered.values()) == 3 - len(kept)


def test_what_is_left_out_for_several_reasons_is_counted_once() -> None:
    rows = [event(DAYS[0], model="gpt-5"), event(model="gpt-5", kind="Free"), event(model="gpt-5")]
    conditions = {"dates": {"from": DAYS[1]}, "kinds": ["Included"], "models": ["auto"]}
    found = read(*rows, filters=conditions)
    assert found.filtered == {"filtered-date": 1, "filtered-kind": 1, "filtered-model": 1}


def test_a_blank_fits_no_filter_and_breaks_no_rule_of_models() -> None:
    blank = event(model="")
    assert read(blank, filters={"models": ["*"]}).filtered == {"filtered-model": 1}
    assert read(blank, rules={"models": ["auto"]}).accepted == 1


@pytest.mark.parametrize(
    ("cells", "rules", "stated"),
    [
        (
            {"output": "5000"},
            {"bounds": {"output": {"max": 4999}}},
            ("rule-bounds", "Output Tokens", "5000", "at most 4,999"),
        ),
        (
            {"output": "5"},
            {"bounds": {"output": {"min": 6}}},
            ("rule-bounds", "Output Tokens", "5", "at least 6"),
        ),
        (
            {"output": "6"},
            {"bounds": {"tokens": {"max": 11}}},
            ("rule-bounds", None, "12", "at most 11 (tokens)"),
        ),
        (
            {"cost": "1.25"},
            {"bounds": {"cost": {"max": 1.2}}},
            ("rule-bounds", "Cost", "1.25", "at most 1.2 (cost)"),
        ),
        (
            {"model": "gpt-4"},
            {"models": ["gpt-5*", "auto"]},
            ("rule-model", "Model", "gpt-4", "one of gpt-5*, auto"),
        ),
        (
            {"day": DAYS[2]},
            {"dates": {"to": DAYS[1]}},
            ("rule-date", "Date", f"{DAYS[2]}T03:04:05.678Z", "... to 2026-01-02"),
        ),
    ],
)
def test_a_row_that_breaks_a_rule_is_refused_with_its_place_and_what_was_asked_for(
    cells: dict[str, str], rules: dict[str, Any], stated: tuple[str | None, ...]
) -> None:
    good = event(output="6") if "min" in str(rules) else event()
    found = read(good, event(**cells), rules=rules)
    (reject,) = found.rejects.to_pylist()
    assert (reject["code"], reject["column"], reject["found"]) == stated[:3]
    assert stated[3] in reject["message"]
    assert (reject["row"], reject["line"], reject["raw"]) == (1, 1, event(**cells))
    assert found.claims["row"].to_pylist() == [0]


def test_bounds_are_included_and_blank_breaks_none() -> None:
    rows = [event(output="4"), event(output=""), event(cost="-")]
    rules = {
        "bounds": {
            "output": {"min": 4, "max": 4},
            "cost": {"min": 0.01, "max": 0.01},
            "energy_kwh": {"min": 1},
        }
    }
    assert read(*rows, rules=rules).accepted == 3


def test_all_rules_that_a_row_breaks_are_named() -> None:
    (reject,) = read(
        event(model="x"), rules={"models": ["auto"], "bounds": {"input": {"max": 1}}}
    ).rejects.to_pylist()
    assert "'Model'" in reject["message"]
    assert "at most 1 (input tokens)" in reject["message"]


def test_what_a_filter_leaves_out_is_judged_by_no_rule_and_what_cannot_be_read_by_neither() -> None:
    found = read(
        event(model="x"),
        event(output="-1"),
        event(),
        filters={"models": ["auto"]},
        rules={"models": ["auto"]},
    )
    assert (found.filtered, found.rejects["code"].to_pylist()) == ({"filtered-model": 1}, ["tokens-negative"])


def test_users_of_rows_that_are_left_out_count_when_users_are_told_apart() -> None:
    text = f"User,{V2}\nada,{event()}\nbob,{event(DAYS[0])}\n".encode()
    reading = recognise(text, len(text))
    screen = Screen(Filters.parse({"dates": {"from": DAYS[1]}}), Rules())
    found = read_chunk(
        lambda start, stop: text[start:stop],
        reading,
        len(text),
        reading.first,
        len(text),
        aligned=True,
        now_ms=NOW_MS,
        screen=screen,
    )
    assert (found.accepted, found.users) == (1, ("ada", "bob"))


def test_a_row_of_many_claims_is_judged_whole() -> None:
    rows = [0, 0, 0, 1, 1, 2]
    hours = [23, 24, 25, 46, 47, 48]
    columns = {
        "ts": pa.array([hour * 3_600_000 for hour in hours]),
        "row": pa.array(rows),
        "energy": pa.array([1, 2, 9, 1, 2, 3]).cast(pa.int64()),
        "key": pa.array(["m"] * 6).dictionary_encode(),
    }
    claims = pa.RecordBatch.from_arrays(
        [columns.get(f.name, pa.nulls(6, f.type)).cast(f.type) for f in CHUNK_CLAIM], schema=CHUNK_CLAIM
    )
    judged = Screen(
        Filters.parse({"dates": {"to": "1970-01-02"}}), Rules.parse({"bounds": {"energy_kwh": {"max": 8e-9}}})
    ).of(claims)
    assert judged.filtered == {"filtered-date": 1}
    assert [(broken.row, broken.found) for broken in judged.broken] == [(0, "0.000000009")]
    assert judged.kept["row"].to_pylist() == [1, 1]
    local = Screen(Filters.parse({"dates": {"from": "1970-01-02"}}), Rules(), "Europe/London").of(claims)
    assert local.kept["row"].to_pylist() == [0, 0, 0, 1, 1, 2]  # London was an hour ahead of UTC then
    assert np.all(np.diff(local.kept["ts"].to_numpy()) > 0)


@pytest.mark.parametrize(
    "form",
    [
        [],
        {"date": {}},
        {"dates": "2025-10-01"},
        {"dates": {"from": "2025-10-32"}},
        {"dates": {"from": "20251001"}},
        {"dates": {"from": "2025-10-02", "to": "2025-10-01"}},
        {"dates": {"since": "2025-10-02"}},
        {"dates": {"from": "1969-10-02"}},
        {"kinds": "Included"},
        {"models": [""]},
        {"models": ["x" * 201]},
        {"models": ["x"] * 101},
        {"models": [5]},
    ],
)
def test_filters_that_mean_nothing_are_refused(form: object) -> None:
    with pytest.raises(InvalidRequest):
        Filters.parse(form)


@pytest.mark.parametrize(
    "form",
    [
        {"kinds": ["x"]},
        {"bounds": {"speed": {"max": 1}}},
        {"bounds": {"input": {}}},
        {"bounds": {"input": {"most": 1}}},
        {"bounds": {"input": {"max": "1"}}},
        {"bounds": {"input": {"max": True}}},
        {"bounds": {"input": {"max": float("inf")}}},
        {"bounds": {"input": {"min": -1}}},
        {"bounds": {"input": {"min": 2, "max": 1}}},
        {"bounds": [1]},
    ],
)
def test_rules_that_mean_nothing_are_refused(form: object) -> None:
    with pytest.raises(InvalidRequest):
        Rules.parse(form)


def test_conditions_come_back_from_json_as_they_were() -> None:
    filters = {"dates": {"from": "2025-10-01"}, "kinds": ["a"], "models": ["b*"]}
    rules = {
        "bounds": {"cost": {"max": 1.5}, "input": {"min": 1}},
        "models": ["b*"],
        "dates": {"to": "2025-10-01"},
    }
    assert Filters.parse(filters).to_json() == filters
    assert Rules.parse(rules).to_json() == rules
    assert not Screen(Filters.parse({"kinds": None}), Rules.parse({}))
    assert screen_of({"filters": {}, "rules": {"models": []}}, "") is None


@given(
    rows=st.lists(
        st.builds(
            event,
            st.sampled_from((*DAYS, "2026-02-30")),
            kind=st.sampled_from(("Included", '"On-\nDemand"', "")),
            model=st.sampled_from(("auto", "gpt-5", "")),
            output=st.sampled_from(("4", "900", "", "x")),
        ),
        min_size=1,
        max_size=30,
    ),
    filters=st.sampled_from(
        ({}, {"dates": {"from": DAYS[1]}}, {"kinds": ["inc*"], "models": ["auto", "gpt*"]})
    ),
    rules=st.sampled_from(
        ({}, {"models": ["auto"]}, {"bounds": {"output": {"max": 100}}, "dates": {"to": DAYS[1]}})
    ),
    block=st.integers(1, 2000),
)
def test_every_row_has_one_end_and_conditions_take_rows_away_without_altering_any(
    rows: list[str], filters: dict[str, Any], rules: dict[str, Any], block: int
) -> None:
    plain, screened = read(*rows), read(*rows, filters=filters, rules=rules, block_bytes=block)
    assert (
        screened.accepted + screened.rejects.num_rows + sum(screened.filtered.values())
        == plain.rows
        == screened.rows
    )
    kept = set(screened.claims["row"].to_pylist())
    assert screened.claims.to_pylist() == [
        claim for claim in plain.claims.to_pylist() if claim["row"] in kept
    ]
    refused = [reject for reject in screened.rejects.to_pylist() if not reject["code"].startswith("rule-")]
    assert refused == plain.rejects.to_pylist()
    assert screened.lines == plain.lines
