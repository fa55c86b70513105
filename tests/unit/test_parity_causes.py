"""Every planted fault gets its own cause, and a ledger that equals its reference none."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pyarrow as pa
import pytest
from support.parity import DAY, OURS, THEIRS, Bucket, bucket, month, side, source, times

from gramledger.core.claims import DAY_MS
from gramledger.core.parity.examine import Findings, examine
from gramledger.core.parity.gaps import Gap
from gramledger.core.parity.pairs import Comparison
from gramledger.core.parity.tolerances import Tolerances

SPAN = (DAY, DAY + 9)


def found(ledger: pa.Table, reference: pa.Table, **asked: Any) -> Findings:
    return examine(Comparison(ledger, reference, SPAN, **asked))


def found_of(ledger: list[Bucket], reference: list[Bucket], **asked: Any) -> Findings:
    return found(side(*ledger), side(*reference, source=THEIRS), **asked)


def causes(findings: Findings) -> list[tuple[int, str, str | None]]:
    return [(gap.day - DAY, gap.cause, gap.side) for gap in findings.gaps]


def changed(buckets: list[Bucket], day: int, change: Callable[[Bucket], Bucket]) -> list[Bucket]:
    return [change(one) if one["ts"] // DAY_MS == DAY + day else one for one in buckets]


def without(buckets: list[Bucket], *days: int) -> list[Bucket]:
    return [one for one in buckets if one["ts"] // DAY_MS - DAY not in days]


def test_a_clean_month_has_no_gap() -> None:
    clean = found_of(month(), month())
    assert clean.gaps == ()
    assert (clean.combinations, len(clean.days), clean.boundaries, clean.voids) == (10, 10, (), ())
    assert {day.percent for day in clean.days} == {0.0}
    assert clean.basis.dimensions == ("project", "api_key", "user", "model", "tier", "batch")


def test_two_empty_sides_have_no_gap() -> None:
    assert found_of([], []).gaps == ()


@pytest.mark.parametrize("lacking", ["ledger", "reference"])
def test_a_day_that_a_side_lacks_is_a_missing_window_of_that_side(lacking: str) -> None:
    sides = {"ledger": month(), "reference": month()}
    sides[lacking] = without(sides[lacking], 4)
    assert causes(found_of(**sides)) == [(4, "missing-window", lacking)]


def test_a_combination_that_a_side_lacks_is_one_too() -> None:
    more = [*month(), bucket(4, model="gpt-5-mini")]
    findings = found_of(month(), more)
    assert causes(findings) == [(4, "missing-window", "ledger")]
    assert "none of this combination" in findings.gaps[0].detail


def test_an_empty_window_is_no_gap() -> None:
    findings = found_of([*month(), times(0, bucket(4, user="user_b"))], month())
    assert findings.gaps == ()
    ((empty,)) = findings.voids
    assert (empty.day - DAY, empty.side, empty.reason) == (4, "ledger", "no-usage")


TOKENS_ONLY = {"money": None}
MONEY_ONLY: dict[str, None] = dict.fromkeys(("input", "cache_write", "cache_read", "output", "requests"))


def test_sides_without_a_common_measure_are_neither_equal_nor_apart() -> None:
    findings = found_of(month([3, 4], **TOKENS_ONLY), month([3], **MONEY_ONLY))
    assert findings.basis.measures == ()
    assert causes(findings) == [(3, "nothing-to-compare", None), (4, "nothing-to-compare", None)]
    assert findings.gaps[0].detail.startswith("The ledger states input, cache_write,")
    assert findings.gaps[0].detail.endswith("the reference states money: there is no common measure.")
    assert findings.voids == ()


def test_what_a_side_states_only_in_a_measure_that_the_other_lacks_is_named() -> None:
    ledger = month([3], **TOKENS_ONLY)
    reference = [*month([3]), bucket(5, **MONEY_ONLY)]
    findings = found_of(ledger, reference)
    assert causes(findings) == [(5, "nothing-to-compare", "reference")]
    assert "of this combination the reference has none" in findings.gaps[0].detail
    assert findings.voids == ()


def test_a_price_that_is_not_known_and_no_amount_either_is_nothing_to_compare() -> None:
    usage = [bucket(3), bucket(3, model="house-model", money=None)]
    costs = [bucket(3, **MONEY_ONLY)]
    assert causes(found_of(usage, costs)) == [(3, "nothing-to-compare", "ledger")]


def test_an_empty_side_against_an_empty_day_is_equal_and_against_usage_a_missing_window() -> None:
    assert found_of([], []).gaps == ()
    assert found_of([], [times(0, bucket(4))]).gaps == ()
    assert causes(found_of(month([4], **TOKENS_ONLY), [])) == [(4, "missing-window", "reference")]


def test_usage_under_a_blank_name_is_no_gap_if_the_sums_agree() -> None:
    named = [bucket(4, model="o3", user="user_b"), times(2, bucket(4, model="o3", user="user_c"))]
    blank = times(3, bucket(4, model="o3", user=None))
    findings = found_of([*month(), *named], [*month(), blank])
    assert findings.gaps == ()
    assert {empty.reason for empty in findings.voids} == {"blank-metadata"}
    assert len(findings.voids) == 3
    other = found_of([*month(), *named], [*month(), times(4, blank)])
    assert {gap.cause for gap in other.gaps} == {"missing-window"}


def test_late_usage_is_told_from_when_each_side_heard_of_the_day() -> None:
    early = source((DAY + 5) * DAY_MS - 1)
    ledger = changed(month(), 4, lambda _: {**bucket(4), "source": early})
    assert causes(found_of(ledger, month())) == [(4, "late-usage", "ledger")]
    settled = source((DAY + 8) * DAY_MS)
    ledger = changed(month(), 4, lambda one: {**one, "input": 117, "source": settled})
    assert causes(found_of(ledger, month())) == [(4, "unexplained", None)]


def test_late_usage_may_be_the_references() -> None:
    early = source((DAY + 5) * DAY_MS - 1)
    reference = changed(month(), 4, lambda one: {**one, "output": 1})
    findings = found(side(*month()), side(*reference, source=early))
    assert causes(findings) == [(4, "late-usage", "reference")]


@pytest.mark.parametrize(
    ("change", "lacking"),
    [
        (lambda one: {**one, "input": one["input"] + one["cache_read"]}, "ledger"),
        (lambda one: {**one, "input": one["input"] + one["cache_read"], "cache_read": 0}, None),
        (lambda one: {**one, "cache_read": 0}, "ledger"),
    ],
    ids=["twice", "in another bucket", "not at all"],
)
def test_cached_tokens_that_a_side_counts_otherwise_are_token_semantics(
    change: Callable[[Bucket], Bucket], lacking: str | None
) -> None:
    assert causes(found_of(changed(month(), 4, change), month())) == [(4, "token-semantics", lacking)]


def test_a_window_that_two_imports_state_is_a_duplicate_and_the_import_is_named() -> None:
    again = source(number=7)
    ledger = [*month(), {**times(7, bucket(4)), "source": again}]
    findings = found_of(ledger, month())
    assert causes(findings) == [(4, "duplicate", "ledger")]
    assert again in findings.gaps[0].detail or OURS in findings.gaps[0].detail


def test_every_count_twice_is_a_duplicate() -> None:
    findings = found_of(changed(month(), 4, lambda one: times(2, one)), month())
    assert causes(findings) == [(4, "duplicate", "ledger")]


def test_other_money_for_the_same_tokens_is_a_price() -> None:
    ledger = changed(month(), 4, lambda one: {**one, "money": one["money"] // 2})
    findings = found_of(ledger, month(), estimated=True)
    assert causes(findings) == [(4, "price", None)]
    assert "50.00 %" in findings.gaps[0].detail
    unpriced = changed(month(), 4, lambda one: {**one, "money": None})
    assert causes(found_of(unpriced, month())) == [(4, "price", "ledger")]


def test_money_is_compared_with_a_tolerance_and_tokens_are_not() -> None:
    cents = changed(month(), 4, lambda one: {**one, "money": one["money"] + 10_000_000})
    assert found_of(cents, month()).gaps == ()
    tight = Tolerances(money=0.0, money_percent=0.0)
    assert causes(found_of(cents, month(), tolerances=tight)) == [(4, "price", None)]
    token = changed(month(), 4, lambda one: {**one, "output": one["output"] + 1})
    assert causes(found_of(token, month())) == [(4, "unexplained", None)]
    assert found_of(token, month(), tolerances=Tolerances(tokens=1)).gaps == ()


def test_costs_alone_are_compared_by_money() -> None:
    costs = [
        {**one, **dict.fromkeys(("user", "tier", "batch", "input", "cache_read", "output", "requests"))}
        for one in month()
    ]
    costs = [{**one, "cache_write": None, "format": "openai-cost"} for one in costs]
    clean = found_of(month(), costs, estimated=True)
    assert (clean.gaps, clean.basis.measures) == ((), ("money",))
    assert clean.basis.dimensions == ("project", "api_key", "model")
    dear = changed(costs, 4, lambda one: {**one, "money": one["money"] * 2})
    assert causes(found_of(month(), dear, estimated=True)) == [(4, "price", None)]
    assert causes(found_of(month(), without(costs, 4))) == [(4, "missing-window", "reference")]


def hours() -> list[Bucket]:
    """The usage of each day in 24 hours, no two with the same tokens."""
    return [
        {**bucket(day, 0), "ts": (DAY + day) * DAY_MS + hour * 3_600_000, "output": 1 + day * 24 + hour}
        for day in range(-1, 11)
        for hour in range(24)
    ]


def by_days(windows: list[Bucket], offset_hours: int) -> list[Bucket]:
    """What an export by days of another zone says of them."""
    sums: dict[int, Bucket] = {}
    for one in windows:
        day = (one["ts"] + offset_hours * 3_600_000) // DAY_MS
        known = sums.setdefault(day, {**times(0, bucket()), "ts": day * DAY_MS})
        for name in ("input", "cache_read", "output", "requests", "money"):
            known[name] += one[name]
    return [one for day, one in sums.items() if SPAN[0] <= day <= SPAN[1]]


@pytest.mark.parametrize("offset", [-8, 1, 9])
def test_days_of_another_zone_are_a_day_boundary_with_both_percentages(offset: int) -> None:
    windows = hours()
    findings = found_of(windows, by_days(windows, offset))
    assert {gap.cause for gap in findings.gaps} == {"day-boundary"}
    (boundary,) = findings.boundaries
    assert (boundary.minutes, boundary.side, boundary.local_percent) == (60 * offset, "reference", 0.0)
    assert boundary.utc_percent > 0
    assert f"{boundary.utc_percent:.2f} %" in findings.gaps[0].detail
    assert found_of(windows, by_days(windows, 0)).gaps == ()


def test_a_ledger_of_local_days_is_told_from_a_reference_of_hours() -> None:
    windows = hours()
    inside = [one for one in windows if SPAN[0] <= one["ts"] // DAY_MS <= SPAN[1]]
    findings = found_of(by_days(windows, -5), inside)
    (boundary,) = findings.boundaries
    assert (boundary.minutes, boundary.side) == (-300, "ledger")
    assert "day-boundary" in {gap.cause for gap in findings.gaps}


def test_where_both_know_days_only_a_run_whose_sums_agree_is_a_boundary() -> None:
    def moved(one: Bucket, tokens: int) -> Bucket:
        return {**one, "output": one["output"] + tokens, "requests": one["requests"] + (tokens > 0) * 2 - 1}

    ledger = changed(changed(month(), 4, lambda one: moved(one, -9)), 5, lambda one: moved(one, 9))
    findings = found_of(ledger, month())
    assert causes(findings) == [(4, "day-boundary", "reference"), (5, "day-boundary", "reference")]
    (boundary,) = findings.boundaries
    assert (boundary.minutes, boundary.local_percent) == (None, 0.0)
    assert boundary.utc_percent > 0


def test_mixed_faults_are_told_apart() -> None:
    early = source((DAY + 5) * DAY_MS - 1)
    reference = [one for key in ("a", "b", "c") for one in month(api_key=key)]
    ledger = [
        *without(month(api_key="a"), 2),
        *changed(month(api_key="b"), 3, lambda one: times(2, one)),
        *changed(month(api_key="c"), 4, lambda one: {**one, "output": 1, "source": early}),
    ]
    ledger = [
        {**one, "money": one["money"] // 2}
        if (one["api_key"], one["ts"] // DAY_MS) == ("a", DAY + 6)
        else one
        for one in ledger
    ]
    assert causes(found_of(ledger, reference)) == [
        (2, "missing-window", "ledger"),
        (3, "duplicate", "ledger"),
        (4, "late-usage", "ledger"),
        (6, "price", None),
    ]


def test_a_fault_within_days_of_another_zone_keeps_its_own_cause() -> None:
    windows = hours()
    reference = changed(by_days(windows, -8), 6, lambda one: times(2, one))
    findings = found_of(windows, reference)
    labels = {(gap.day - DAY): gap.cause for gap in findings.gaps}
    assert labels.pop(6) == "duplicate"
    assert set(labels.values()) == {"day-boundary"}


def test_a_duplicate_at_another_price_is_two_gaps() -> None:
    again = {**times(7, bucket(4)), "money": 1, "source": source(number=7)}
    ledger = [*changed(month(), 4, lambda one: {**one, "money": 1}), again]
    assert [gap.cause for gap in found_of(ledger, month()).gaps] == ["duplicate", "price"]


def test_a_gap_says_what_both_sides_have() -> None:
    findings = found_of(without(month(), 4), month())
    gap: Gap = findings.gaps[0]
    form = gap.to_json(findings.basis)
    assert (form["day"], form["api_key"]) == ("2025-11-12", "key_a")
    assert (form["ledger"]["output"], form["reference"]["output"]) == (0, 140)
