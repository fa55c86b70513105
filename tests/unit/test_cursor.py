"""What the rows of a Cursor export say, and what is said of odd ones."""

from __future__ import annotations

import json

import pytest
from support.csv_texts import GOOD, NOW_MS, V2, read_rows

from gramledger.core.chunks import ChunkReading


def row(**cells: str) -> str:
    """GOOD with some cells changed."""
    names = (
        "date",
        "kind",
        "model",
        "max_mode",
        "cache_write",
        "input",
        "cache_read",
        "output",
        "total",
        "cost",
    )
    known = dict(zip(names, GOOD.split(","), strict=True)) | cells
    return ",".join(f'"{cell}"' for cell in known.values())


def only(reading: ChunkReading) -> dict[str, object]:
    assert reading.rejects.to_pylist() == []
    (claim,) = reading.claims.to_pylist()
    return claim


def test_a_plain_event_becomes_a_claim_with_every_column() -> None:
    assert only(read_rows(GOOD)) == {
        "ts": 1_767_323_045_678,
        "key": "cursor",
        "row": 0,
        "kind": "Included",
        "model": "auto",
        "max_mode": "No",
        "user": None,
        "agent": None,
        "automation": None,
        "input": 2,
        "cache_write": 1,
        "cache_read": 3,
        "output": 4,
        "total": 10,
        "requests": 1,
        "cost_text": "0.01",
        "currency": "USD",
        "cost": 10_000_000,
        "charged": 10_000_000,
        "meter": None,
        "energy": None,
        "seconds": None,
        "original": None,
        "warnings": None,
    }


@pytest.mark.parametrize(
    "kind", ["Errored, Not Charged", "Errored, No Charge", "Aborted, Not Charged", "errored"]
)
def test_a_kind_that_was_not_charged_keeps_its_reported_cost(kind: str) -> None:
    claim = only(read_rows(row(kind=kind, cost="0.35")))
    assert (claim["cost"], claim["charged"]) == (350_000_000, 0)


@pytest.mark.parametrize("text", ["Included", "Free", "-"])
def test_a_cost_in_words_is_unknown_and_kept_as_text(text: str) -> None:
    claim = only(read_rows(row(cost=text, kind="Errored, Not Charged")))
    assert (claim["cost"], claim["charged"], claim["cost_text"], claim["warnings"]) == (
        None,
        None,
        text,
        None,
    )


def test_an_unreadable_cost_is_kept_with_a_warning() -> None:
    claim = only(read_rows(row(cost="NaN")))
    assert (claim["cost"], claim["cost_text"], claim["warnings"]) == (None, "NaN", "cost-not-a-number")


def test_costs_of_several_currencies_stay_apart() -> None:
    claims = read_rows(row(cost="EUR 3,50"), row(cost="$1,234")).claims.to_pylist()
    assert [(claim["currency"], claim["cost"]) for claim in claims] == [
        ("EUR", 3_500_000_000),
        ("USD", 1_234_000_000_000),
    ]


def test_blank_tokens_stay_blank_and_the_cost_is_kept() -> None:
    claim = only(read_rows(row(cache_write="", input="", cache_read="", output="", total="", cost="0.04")))
    assert [claim[name] for name in ("input", "cache_write", "cache_read", "output", "total")] == [None] * 5
    assert (claim["cost"], claim["warnings"]) == (40_000_000, "tokens-blank")


def test_zero_tokens_are_not_blank() -> None:
    claim = only(read_rows(row(cache_write="0", input="0", cache_read="0", output="0", total="0")))
    assert (claim["input"], claim["warnings"]) == (0, None)


def test_some_blank_buckets_are_no_warning_when_the_rest_adds_up() -> None:
    claim = only(read_rows(row(cache_write="", total="9")))
    assert (claim["cache_write"], claim["warnings"]) == (None, None)


def test_a_total_that_is_not_the_sum_is_kept_with_a_warning() -> None:
    claim = only(read_rows(row(total="11")))
    assert (claim["total"], claim["warnings"]) == (11, "token-sum-mismatch")


def test_a_blank_total_checks_nothing() -> None:
    assert only(read_rows(row(total="")))["warnings"] is None


def test_very_many_tokens_are_suspicious_and_impossibly_many_are_refused() -> None:
    many = 10**12
    claim = only(read_rows(row(input=str(many - 8), total=str(many))))
    assert (claim["total"], claim["warnings"]) == (many, "tokens-suspicious")
    reading = read_rows(row(input=str(many + 1)))
    assert reading.rejects["code"].to_pylist() == ["tokens-too-many"]


def test_the_future_is_kept_with_a_warning_only_beyond_the_tolerance() -> None:
    assert NOW_MS < 1_800_000_000_000
    assert only(read_rows(row(date="2036-01-01T00:00:00Z")))["warnings"] == "date-in-future"


def test_several_warnings_of_one_row_are_sorted_and_joined() -> None:
    claim = only(read_rows(row(date="2036-01-01T00:00:00Z", cost="wat", total="900000000")))
    assert claim["warnings"] == "cost-not-a-number date-in-future token-sum-mismatch tokens-suspicious"


def test_the_first_export_states_only_a_total() -> None:
    header = "Date,User,Kind,Max Mode,Model,Tokens,Cost ($)"
    claim = only(read_rows("2025-07-01T00:00:00.000Z,a@x,Included,No,auto,1234,$0.10", header=header))
    assert [claim[name] for name in ("input", "cache_write", "cache_read", "output")] == [None] * 4
    assert (claim["total"], claim["cost"], claim["warnings"]) == (1234, 100_000_000, None)


def test_the_first_export_without_tokens_is_warned_of() -> None:
    header = "Date,User,Kind,Max Mode,Model,Tokens,Cost ($)"
    claim = only(read_rows("2025-07-01T00:00:00.000Z,a@x,Included,No,auto,,$0.10", header=header))
    assert claim["warnings"] == "tokens-blank"


def test_columns_without_a_field_and_billed_requests_are_kept_in_original() -> None:
    header = V2.replace("Cost", "Requests,Note,Note")
    claims = read_rows(f"{GOOD[:-4]}1.5,x,y", f"{GOOD[:-4]}2,,", header=header).claims.to_pylist()
    assert json.loads(claims[0]["original"]) == {
        "Requests": "1.5",
        "Note (column 11)": "x",
        "Note (column 12)": "y",
    }
    assert json.loads(claims[1]["original"]) == {"Requests": "2"}
    assert [claim["cost"] for claim in claims] == [None, None]
    assert [claim["currency"] for claim in claims] == ["USD", "USD"]


def test_a_date_finer_than_milliseconds_is_kept_in_original() -> None:
    claims = read_rows(row(date="2026-01-02T03:04:05.6789Z"), GOOD).claims.to_pylist()
    assert json.loads(claims[0]["original"]) == {"Date": "2026-01-02T03:04:05.6789Z"}
    assert (claims[0]["ts"], claims[1]["original"]) == (claims[1]["ts"], None)


def test_cloud_agents_and_users_of_team_exports_have_their_columns() -> None:
    header = V2.replace("Date,", "Date,User,Cloud Agent ID,Automation ID,")
    reading = read_rows(
        GOOD.replace("Z,", "Z,b@x,agent-1,,"), GOOD.replace("Z,", "Z,a@x,,auto-1,"), header=header
    )
    assert [(claim["user"], claim["agent"], claim["automation"]) for claim in reading.claims.to_pylist()] == [
        ("b@x", "agent-1", None),
        ("a@x", None, "auto-1"),
    ]
    assert reading.users == ("a@x", "b@x")
