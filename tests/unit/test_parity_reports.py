"""Reports of parity: what claims become buckets, the seal, the table for people, tolerances that are asked for."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

import pyarrow as pa
import pytest
from support.parity import DAY, THEIRS, bucket, month, side

from gramledger.core import bodies
from gramledger.core.claims import CLAIM
from gramledger.core.parity.buckets import (
    DIMENSIONS,
    NAMED_OTHERWISE,
    buckets_of,
    family_of,
    of_formats,
    other_currencies,
    without_names,
)
from gramledger.core.parity.examine import examine
from gramledger.core.parity.pairs import Comparison, coarsened, pair
from gramledger.core.parity.report import csv_of, findings_form, fingerprint, is_whole, sealed
from gramledger.core.parity.tolerances import Tolerances
from gramledger.core.problems import InvalidRequest


def claims(*rows: dict[str, Any]) -> pa.Table:
    usual = {"ts": 0, "source": THEIRS, "row": 1}
    return bodies.canonical(pa.Table.from_pylist([{**usual, **row} for row in rows], schema=CLAIM), CLAIM)


def key(name: str, *cells: str | None) -> str:
    return f"{name}|{json.dumps(cells)}"


def test_each_format_says_its_dimensions_by_the_same_names() -> None:
    found = buckets_of(
        claims(
            {"key": key("openai-usage", "p", "u", "k", "gpt-5", "false", "flex"), "input": 1},
            {"key": key("openai-cost", "org", "p", "u", "k", "gpt-5, input", None), "cost": 5},
            {"key": key("anthropic-usage", "ws", "k", "claude", "batch", "0-200k", None, None), "output": 2},
            {
                "key": key("anthropic-usage-api", "w1", "k1", "a1", None, "claude", "batch", *[None] * 3),
                "output": 2,
            },
            {"key": "cursor", "model": "auto", "user": "ada"},
            {"key": "meter|1", "energy": 7},
        )
    ).to_pylist()
    named = {row["format"]: tuple(row[name] for name in DIMENSIONS) for row in found}
    assert named == {
        "openai-usage": ("p", "k", "u", "gpt-5", "flex", "false"),
        "openai-cost": ("p", "k", "u", "gpt-5", None, None),
        "anthropic-usage": ("ws", "k", None, "claude", None, "true"),
        "anthropic-usage-api": ("w1", "k1", "a1", "claude", "batch", None),
        "cursor": (None, None, "ada", "auto", None, None),
    }


def test_an_api_that_names_projects_by_ids_is_compared_with_an_export_of_names_by_the_rest() -> None:
    ours = without_names(side(bucket(project="wrkspc_1", api_key="apikey_1", tier=None)))
    theirs = without_names(side(bucket(project="Default", api_key="web"), source=THEIRS))
    findings = examine(Comparison(ours, theirs, (DAY, DAY)))
    assert (findings.gaps, findings.basis.dimensions) == ((), ("user", "model", "batch"))
    assert {family_of(name) for name in NAMED_OTHERWISE} == {"anthropic"}


def test_names_that_several_keys_state_are_one_name() -> None:
    found = buckets_of(
        claims(
            {"key": key("openai-usage", "p", "u", "k", "gpt-5", "false", "flex")},
            {"key": key("openai-usage", "p", "v", "k", "gpt-5", "false", "flex")},
            {"key": "cursor", "model": "gpt-5"},
        )
    )
    assert bodies.one_chunk(found["model"]).dictionary.to_pylist() == ["gpt-5"]


def test_money_is_what_is_stated_else_the_list_price_and_never_another_currency() -> None:
    table = claims(
        {"key": "cursor", "cost": 5, "currency": "USD"},
        {"key": "cursor", "row": 2},
        {"key": "cursor", "cost": 7, "currency": "EUR", "row": 3},
    )
    assert buckets_of(table)["money"].to_pylist() == [5, None, None]
    assert other_currencies(table) == 1
    priced = table.append_column("list_price", pa.array([1, 2, 3], pa.int64()))
    assert buckets_of(priced)["money"].to_pylist() == [5, 2, None]


def test_nothing_becomes_no_buckets() -> None:
    assert buckets_of(CLAIM.empty_table()).num_rows == 0
    assert buckets_of(claims({"key": "meter|1"})).num_rows == 0


def test_buckets_are_chosen_by_their_format() -> None:
    both = side(bucket(), bucket(format="openai-cost"))
    assert of_formats(both, frozenset(("openai-cost",))).num_rows == 1
    assert of_formats(both, frozenset(("cursor",)), others=True).num_rows == 2


def test_sums_are_exact_beyond_64_bits() -> None:
    huge = side(*(bucket(money=2**62, user=f"user_{n}") for n in range(4)))
    basis = examine(Comparison(huge, huge, (DAY, DAY))).basis
    everything = pair(huge, huge, type(basis)(("project",), ("money",)))
    assert everything.ledger[0, 0] == 4 * 2**62


def test_coarser_buckets_have_the_same_sums() -> None:
    hours = side(*(bucket(0, hour, output=hour + 1) for hour in range(24)), bucket(0, 3, money=None))
    coarse = coarsened(hours, 6 * 3_600_000)
    assert coarse.num_rows == 4
    for name in ("input", "output", "requests", "money"):
        assert sum(coarse[name].to_pylist()) == sum(x or 0 for x in hours[name].to_pylist())
    assert coarsened(coarse, 6 * 3_600_000).equals(coarse)


def report(**changed: Any) -> dict[str, Any]:
    ledger = [*month()[1:], bucket(0, user="=HYPERLINK(1)")]
    comparison = Comparison(side(*ledger), side(*month(), source=THEIRS), (DAY, DAY + 9))
    return sealed({"project_id": "P", **findings_form(examine(comparison)), **changed})


def test_a_report_proves_itself() -> None:
    found = report()
    assert is_whole(found)
    assert is_whole(json.loads(json.dumps(found)))
    assert not is_whole({**found, "within_tolerance": True})
    assert not is_whole({name: value for name, value in found.items() if name != "seal"})
    assert report()["seal"] == found["seal"]
    assert report(project_id="Q")["seal"] != found["seal"]


def test_the_table_has_every_gap_and_every_day_that_agrees_and_no_formula() -> None:
    found = report()
    rows = list(csv.DictReader(io.StringIO(csv_of(found))))
    assert len(rows) == len(found["gaps"]) + 9
    assert [row["cause"] for row in rows][:2] == ["missing-window", "missing-window"]
    assert {row["user"] for row in rows[:2]} == {"'=HYPERLINK(1)", "user_a"}
    assert rows[-1]["ledger_output"] == rows[-1]["reference_output"] == "240"


def test_a_gap_has_the_same_fingerprint_whatever_its_figures() -> None:
    gap = report()["gaps"][0]
    assert fingerprint("P", gap) == fingerprint("P", {**gap, "ledger": {}, "detail": "otherwise"})
    others = [{**gap, "cause": "price"}, {**gap, "day": "2025-01-01"}, {**gap, "api_key": "key_b"}]
    assert len({fingerprint("P", one) for one in (gap, *others)} | {fingerprint("Q", gap)}) == 5


def test_tolerances_are_read_and_bounded() -> None:
    assert Tolerances.from_json(None) == Tolerances()
    asked = {"tokens": 2, "tokens_percent": 0.1, "money": 1, "money_percent": 0}
    assert Tolerances.from_json(asked).to_json() == asked
    for wrong in (
        [],
        {"token": 1},
        {"tokens": -1},
        {"tokens": 1.5},
        {"money_percent": 50},
        {"tokens_percent": "1"},
    ):
        with pytest.raises(InvalidRequest, match="tolerances"):
            Tolerances.from_json(wrong)
