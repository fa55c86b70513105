"""What the rows of an Anthropic Console usage export say: UTC days, and buckets that are disjoint as they are."""

from __future__ import annotations

import json

import pytest
from support.csv_texts import read_rows
from support.provider_texts import ANTHROPIC, DAY, anthropic

from gramledger.core import problems
from gramledger.core.chunks import ChunkReading
from gramledger.core.formats import of_header

WRITES = ("usage_input_tokens_cache_write_5m", "usage_input_tokens_cache_write_1h")


def only(reading: ChunkReading) -> dict[str, object]:
    assert reading.rejects.to_pylist() == []
    (claim,) = reading.claims.to_pylist()
    return claim


def test_a_row_becomes_a_claim_with_every_column() -> None:
    claim = only(read_rows(anthropic(), header=ANTHROPIC))
    assert json.loads(str(claim.pop("original"))) == {
        "api_key": "web",
        "workspace": "Default",
        "context_window": "0-200k",
        "usage_input_tokens_cache_write_5m": "20",
        "usage_input_tokens_cache_write_1h": "10",
    }
    assert {name: value for name, value in claim.items() if value is not None} == {
        "ts": DAY * 1000,
        "key": 'anthropic-usage|["Default","web","claude-sonnet-4-5-20250929","standard","0-200k",null,null]',
        "row": 0,
        "kind": "standard",
        "model": "claude-sonnet-4-5-20250929",
        "input": 10,
        "cache_write": 30,
        "cache_read": 60,
        "output": 20,
    }


@pytest.mark.parametrize(
    ("written", "after_midnight"),
    [
        ("2025-11-04", 0),
        ("2025-11-04 13", 13 * 3600),
        ("2025-11-04 13:00", 13 * 3600),
        ("2025-11-04T13:00:00", 13 * 3600),
        ("2025-11-04T13:00:00Z", 13 * 3600),
        ("2025-11-04T13:00:00+01:00", 12 * 3600),
        (" 2025-11-04", 0),
    ],
)
@pytest.mark.parametrize("neighbour", [(), ("x",)])
def test_days_and_times_are_utc_without_saying_so(
    written: str, after_midnight: int, neighbour: tuple[str, ...]
) -> None:
    reading = read_rows(anthropic(usage_date_utc=written), *neighbour, header=ANTHROPIC)
    assert reading.claims["ts"].to_pylist() == [(DAY + after_midnight) * 1000]


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("", "date-missing"),
        ("2025-02-30", "date-unreadable"),
        ("04/11/2025", "date-unreadable"),
        ("1925-11-04", "date-out-of-range"),
    ],
)
def test_other_days_are_refused(written: str, code: str) -> None:
    reading = read_rows(anthropic(), anthropic(usage_date_utc=written), header=ANTHROPIC)
    (reject,) = reading.rejects.to_pylist()
    assert (reject["code"], reject["column"], reject["row"]) == (code, "usage_date_utc", 1)


def test_cache_writes_are_unknown_only_when_both_are_blank() -> None:
    rows = [anthropic(**dict(zip(WRITES, cells, strict=True))) for cells in (("", ""), ("", "0"), ("7", ""))]
    assert read_rows(*rows, header=ANTHROPIC).claims["cache_write"].to_pylist() == [None, 0, 7]


def test_how_many_requests_a_row_stands_for_is_unknown() -> None:
    assert only(read_rows(anthropic(), header=ANTHROPIC))["requests"] is None


@pytest.mark.parametrize(
    "dimension",
    ["workspace", "api_key", "model_version", "usage_type", "context_window", "inference_geo", "speed"],
)
def test_every_dimension_tells_rows_of_one_day_apart(dimension: str) -> None:
    rows = [anthropic(), anthropic(**{dimension: "other"})]
    assert len(set(read_rows(*rows, header=ANTHROPIC).claims["key"].to_pylist())) == 2


def test_columns_that_later_exports_added_may_be_missing() -> None:
    header = [name for name in ANTHROPIC.split(",") if name not in ("inference_geo", "speed")]
    profile, variant = of_header(header)
    assert (profile.name, variant) == ("anthropic-usage", "console")


def test_a_missing_column_is_named() -> None:
    with pytest.raises(problems.ColumnsMissing, match="Anthropic") as refusal:
        of_header([name for name in ANTHROPIC.split(",") if name != "usage_output_tokens"])
    assert refusal.value.facts["missing"] == ["usage_output_tokens"]
