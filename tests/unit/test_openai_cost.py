"""What the rows of an OpenAI cost export say: exact amounts, and nothing that could be calculated."""

from __future__ import annotations

import json

import pytest
from support.csv_texts import read_rows
from support.provider_texts import DAY, OPENAI_COST_16, OPENAI_COST_17, empty_window, openai_cost

from gramledger.core import problems
from gramledger.core.chunks import ChunkReading
from gramledger.core.formats import of_header
from gramledger.core.money import read_amount


def only(reading: ChunkReading) -> dict[str, object]:
    assert reading.rejects.to_pylist() == []
    (claim,) = reading.claims.to_pylist()
    return claim


def test_an_amount_becomes_a_claim_without_tokens() -> None:
    claim = only(read_rows(openai_cost(quantity="742.0", project_name="Web"), header=OPENAI_COST_17))
    assert json.loads(str(claim.pop("original"))) == {
        "end_time": str(DAY + 86_400),
        "quantity": "742.0",
        "project_id": "proj_a",
        "organization_id": "org-a",
        "project_name": "Web",
    }
    assert {name: value for name, value in claim.items() if value is not None} == {
        "ts": DAY * 1000,
        "key": 'openai-cost|["org-a","proj_a",null,null,"gpt-5-2025-08-07, output",null]',
        "row": 0,
        "kind": "gpt-5-2025-08-07, output",
        "cost_text": "0.25",
        "currency": "USD",
        "cost": 250_000_000,
        "charged": 250_000_000,
    }


@pytest.mark.parametrize(
    ("written", "nano"),
    [
        ("0.016119375000000000000000000000000001", 16_119_375),
        ("0.000000000499999999999999999999999999", 0),
        ("0.000000000500000000000000000000000000", 0),
        ("0.000000001500000000000000000000000000", 2),
        ("12.000000000500000000000000000000000001", 12_000_000_001),
        ("123456.123456789012345678901234567890123456", 123_456_123_456_789),
        ("1.5e-05", 15_000),
    ],
)
def test_amounts_of_many_decimals_are_rounded_once_and_kept_as_written(written: str, nano: int) -> None:
    claim = only(read_rows(openai_cost(amount_value=written), header=OPENAI_COST_17))
    assert (claim["cost"], claim["cost_text"]) == (nano, written)
    assert read_amount(written).nano == nano


def test_a_blank_amount_is_unknown_and_zero_is_zero() -> None:
    rows = [openai_cost(amount_value=""), openai_cost(amount_value="0")]
    assert read_rows(*rows, header=OPENAI_COST_17).claims["cost"].to_pylist() == [None, 0]


def test_the_currency_is_the_one_of_its_column() -> None:
    rows = [openai_cost(amount_currency=currency) for currency in ("usd", "eur", "")]
    claims = read_rows(*rows, header=OPENAI_COST_17).claims
    assert claims["currency"].to_pylist() == ["USD", "EUR", "USD"]


def test_credits_are_refused_and_empty_windows_left_out() -> None:
    rows = [openai_cost(amount_value="-0.5"), empty_window(OPENAI_COST_17), openai_cost()]
    reading = read_rows(*rows, header=OPENAI_COST_17)
    assert reading.rejects["code"].to_pylist() == ["cost-negative", "bucket-empty"]
    assert reading.claims["row"].to_pylist() == [2]


@pytest.mark.parametrize(
    "dimension", ["organization_id", "project_id", "user_id", "api_key_id", "line_item", "api_source"]
)
def test_every_dimension_tells_rows_of_one_day_apart(dimension: str) -> None:
    rows = [openai_cost(), openai_cost(**{dimension: "other"})]
    assert len(set(read_rows(*rows, header=OPENAI_COST_17).claims["key"].to_pylist())) == 2


def test_renamed_projects_and_new_amounts_speak_of_the_same_entry() -> None:
    rows = [openai_cost(), openai_cost(project_name="New", user_email="b@example.org", amount_value="9")]
    assert len(set(read_rows(*rows, header=OPENAI_COST_17).claims["key"].to_pylist())) == 1


@pytest.mark.parametrize(
    ("header", "variant"), [(OPENAI_COST_16, "without api_source"), (OPENAI_COST_17, "with api_source")]
)
def test_both_versions_are_told_by_their_header(header: str, variant: str) -> None:
    profile, found = of_header(header.split(","))
    assert (profile.name, found) == ("openai-cost", variant)


def test_a_missing_column_is_named() -> None:
    with pytest.raises(problems.ColumnsMissing, match="OpenAI cost") as refusal:
        of_header([name for name in OPENAI_COST_17.split(",") if name != "line_item"])
    assert refusal.value.facts["missing"] == ["line_item"]
