"""Statistics against the plain way to work them out: a loop over the rows, with whole numbers."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gramledger.core.problems import InvalidRequest
from gramledger.core.statistics import MEASURES, USED, Totals, growth, percentiles, totals, usage_of
from gramledger.core.zones import local_of

DAY = 86_400_000
NOVEMBER = 1_761_955_200_000  # 2025-11-01T00:00Z, a Saturday
ENERGY = ("energy_output_value", "energy_input_value")
GWP = ("gwp_output_value", "gwp_input_value", "gwp_embodied_value")
BUCKETS = ("input", "cache_write", "cache_read", "output")


def table(rows: Sequence[dict[str, Any]]) -> pa.Table:
    return pa.Table.from_pylist([{"ts": NOVEMBER, **row} for row in rows], schema=USED)


def whole(rows: Sequence[dict[str, Any]]) -> Totals:
    usage = usage_of(table(rows))
    (found,) = totals(usage, np.zeros(len(rows), np.int64), 1)
    return found


COUNT = st.none() | st.integers(0, 10**12)
ROW = st.fixed_dictionaries(
    {
        "ts": st.integers(NOVEMBER, NOVEMBER + 40 * DAY),
        "model": st.sampled_from(["gpt-5", "auto", None]),
        "currency": st.sampled_from(["USD", "EUR", None]),
        "requests": st.none() | st.integers(0, 50),
        **dict.fromkeys((*BUCKETS, "cost", "list_price", *ENERGY, *GWP), COUNT),
    }
)


def measured(row: dict[str, Any], currency: str) -> dict[str, int | None]:
    def total(names: Sequence[str]) -> int | None:
        stated = [row[name] for name in names if row[name] is not None]
        return sum(stated) if stated else None

    return {
        "tokens": total(BUCKETS),
        "cost": row["cost"] if (row["currency"] or "USD") == currency else None,
        "list_price": row["list_price"],
        "energy": total(ENERGY),
        "gwp": total(GWP),
    }


@settings(max_examples=40)
@given(st.lists(ROW, min_size=1, max_size=30))
def test_sums_and_ratios_are_those_of_a_loop_over_the_rows(rows: list[dict[str, Any]]) -> None:
    usage = usage_of(table(rows))
    by_name = dict(zip(usage.names, totals(usage, usage.name_of_row, len(usage.names)), strict=True))
    for name, found in by_name.items():
        its = [row for row in rows if row["model"] == name]
        each = [measured(row, usage.currency) for row in its]
        assert found.entries == len(its)
        assert found.requests == sum(row["requests"] or 0 for row in its)
        assert found.buckets == tuple(sum(row[bucket] or 0 for row in its) for bucket in BUCKETS)
        for measure in MEASURES:
            stated = [
                (row, values) for row, values in zip(its, each, strict=True) if values[measure] is not None
            ]
            asked = [(row, values) for row, values in stated if row["requests"] is not None]
            assert found.stated[measure] == len(stated)
            assert found.amounts[measure] == sum(values[measure] or 0 for _, values in stated)
            assert found.per_request[measure] == (
                sum(values[measure] or 0 for _, values in asked),
                sum(row["requests"] for row, _ in asked),
            )
            assert found.per_token[measure] == (
                sum(values[measure] or 0 for _, values in stated),
                sum(values["tokens"] or 0 for _, values in stated),
            )


@settings(max_examples=40)
@given(st.lists(ROW, min_size=1, max_size=30))
def test_a_percentile_is_the_least_value_that_so_many_percent_do_not_exceed(
    rows: list[dict[str, Any]],
) -> None:
    usage = usage_of(table(rows))
    found = percentiles(usage, usage.name_of_row, len(usage.names))
    for name, its in zip(usage.names, found, strict=True):
        for measure in MEASURES:
            values = [measured(row, usage.currency)[measure] for row in rows if row["model"] == name]
            stated = sorted(value for value in values if value is not None)
            if not stated:
                assert its[measure] is None
                continue
            expected = tuple(
                next(v for v in stated if sum(other <= v for other in stated) * 100 >= percent * len(stated))
                for percent in (50, 95, 99)
            )
            assert its[measure] == expected


def test_percentiles_of_a_hundred_entries_are_their_50th_95th_and_99th() -> None:
    usage = usage_of(table([{"output": number} for number in range(1, 101)]))
    (found,) = percentiles(usage, np.zeros(100, np.int64), 1)
    assert found["tokens"] == (50, 95, 99)
    assert found["cost"] is None


def test_the_cache_hit_is_of_all_input_and_never_above_all_of_it() -> None:
    assert whole([{"input": 5, "cache_write": 15, "cache_read": 80, "output": 1000}]).cache_hit == (80, 100)
    assert whole([{"output": 7}]).cache_hit == (0, 0)


def test_money_is_of_one_currency_and_the_others_are_named() -> None:
    usage = usage_of(
        table(
            [
                {"cost": 1, "currency": "EUR"},
                {"cost": 2, "currency": "EUR"},
                {"cost": 4, "currency": "USD"},
                {},
            ]
        )
    )
    (found,) = totals(usage, np.zeros(4, np.int64), 1)
    assert (usage.currency, usage.other_currencies, found.amounts["cost"]) == ("EUR", ("USD",), 3)


def test_sums_beyond_64_bits_are_exact() -> None:
    found = whole([{"energy_output_value": 9 * 10**17, "energy_input_value": 10**17}] * 40)
    assert found.amounts["energy"] == 40 * 10**18


def test_hours_and_days_of_the_week_are_those_of_the_time_zone() -> None:
    # 2025-10-26: the clock of London goes back at 01:00 UTC, so 00:30 and 01:30 UTC are both 01:30 there
    rows = [{"ts": NOVEMBER - 6 * DAY + minute * 60_000} for minute in (30, 90, 23 * 60 + 30)]
    usage = usage_of(table(rows))
    assert usage.hours("UTC").tolist() == [0, 1, 23]
    assert usage.hours("Europe/London").tolist() == [1, 1, 23]
    assert usage.hours("Asia/Kolkata").tolist() == [6, 7, 5]
    assert usage.weekdays("UTC").tolist() == [6, 6, 6]
    assert usage.weekdays("Asia/Kolkata").tolist() == [6, 6, 0]


@settings(max_examples=60)
@given(
    st.integers(0, 4_000_000_000_000),
    st.sampled_from(["Europe/London", "Australia/Lord_Howe", "Asia/Kathmandu", "America/St_Johns"]),
)
def test_local_time_is_that_of_the_zone_database(ms: int, zone: str) -> None:
    local = datetime.fromtimestamp(ms / 1000, ZoneInfo(zone))
    offset = local.utcoffset()
    assert offset is not None
    assert local_of(np.array([ms]), zone).tolist() == [ms + offset.total_seconds() * 1000]


def test_an_unknown_zone_is_refused() -> None:
    with pytest.raises(InvalidRequest, match="no time zone 'Mars/Olympus'"):
        local_of(np.array([0]), "Mars/Olympus")


def test_growth_compares_the_later_half_with_the_half_before_it() -> None:
    first = NOVEMBER // DAY
    usage = usage_of(table([{"ts": NOVEMBER + day * DAY, "output": 10**day} for day in range(5)]))
    days = np.arange(5) + first
    found = growth(usage, days, first, first + 4)
    assert found is not None
    assert (found.days, found.earlier.amounts["tokens"], found.later.amounts["tokens"]) == (2, 110, 11_000)
    assert growth(usage, days, first, first) is None


def test_nothing_has_no_statistics_and_breaks_nothing() -> None:
    usage = usage_of(table([]))
    (found,) = totals(usage, np.zeros(0, np.int64), 1)
    assert (found.entries, found.amounts["cost"], found.stated["cost"]) == (0, 0, 0)
    assert percentiles(usage, np.zeros(0, np.int64), 1)[0]["tokens"] is None
    assert usage.hours("Europe/London").tolist() == []
