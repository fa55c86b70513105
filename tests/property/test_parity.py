"""Whatever is planted is found with its cause, nothing else is, and the order of rows means nothing."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from support.parity import DAY, THEIRS, Bucket, bucket, month, side, source, times

from gramledger.core.claims import DAY_MS
from gramledger.core.parity.examine import examine
from gramledger.core.parity.pairs import Comparison

SPAN = (DAY, DAY + 9)
EARLY = source((DAY + 1) * DAY_MS - 1, 5)
AGAIN = source(number=7)


def without_a_day(_: Bucket) -> list[Bucket]:
    return []


def counted_twice(one: Bucket) -> list[Bucket]:
    return [{**one, "input": one["input"] + one["cache_read"]}]


def at_another_price(one: Bucket) -> list[Bucket]:
    return [{**one, "money": one["money"] * 3}]


def stated_again(one: Bucket) -> list[Bucket]:
    return [one, {**one, "source": AGAIN}]


def doubled(one: Bucket) -> list[Bucket]:
    return [times(2, one)]


def told_early(one: Bucket) -> list[Bucket]:
    return [{**times(0, one), "output": 1, "source": EARLY}]


def strange(one: Bucket) -> list[Bucket]:
    return [{**one, "input": one["input"] + 3, "output": one["output"] + 7}]


FAULTS = {
    without_a_day: "missing-window",
    counted_twice: "token-semantics",
    at_another_price: "price",
    stated_again: "duplicate",
    doubled: "duplicate",
    told_early: "late-usage",
    strange: "unexplained",
}

planted = st.dictionaries(
    st.tuples(st.sampled_from(["a", "b", "c"]), st.integers(0, 4)),
    st.sampled_from(list(FAULTS)),
    max_size=5,
)


@settings(max_examples=25, deadline=None)
@given(planted, st.randoms(use_true_random=False))
def test_what_is_planted_is_found_and_nothing_else(faults: dict[Any, Any], chance: Any) -> None:
    # of a run of days a day apart keeps the sums of neighbours from meeting by chance
    reference = [one for key in ("a", "b", "c") for one in month(api_key=key)]
    ledger: list[Bucket] = []
    for one in reference:
        place = (one["api_key"], (one["ts"] // DAY_MS - DAY) / 2)
        ledger += faults[place](one) if place in faults else [one]
    chance.shuffle(ledger)
    chance.shuffle(reference)
    findings = examine(Comparison(side(*ledger), side(*reference, source=THEIRS), SPAN))
    labels = findings.basis.dimensions.index("api_key") if "api_key" in findings.basis.dimensions else None
    assert labels is not None
    found = {(gap.labels[labels], (gap.day - DAY) / 2): gap.cause for gap in findings.gaps}
    assert found == {place: FAULTS[fault] for place, fault in faults.items()}
    assert len(found) == len(findings.gaps)


names = st.sampled_from(["x", "y", None])
buckets = st.lists(
    st.builds(
        bucket,
        day=st.integers(0, 9),
        hour=st.integers(0, 23),
        project=names,
        api_key=names,
        user=names,
        model=st.sampled_from(["gpt-5", "gpt-5-mini"]),
        output=st.integers(0, 1000),
        money=st.one_of(st.none(), st.integers(0, 10**12)),
    ),
    max_size=30,
)


@settings(max_examples=25, deadline=None)
@given(buckets, st.randoms(use_true_random=False))
def test_a_ledger_that_says_the_same_has_no_gap_however_it_is_told(rows: list[Bucket], chance: Any) -> None:
    told = list(rows)
    chance.shuffle(told)
    findings = examine(Comparison(side(*rows), side(*told, source=THEIRS), SPAN))
    assert (findings.gaps, findings.boundaries) == ((), ())
    assert sum(day.ledger[0] if day.ledger else 0 for day in findings.days) == sum(
        day.reference[0] if day.reference else 0 for day in findings.days
    )


@settings(max_examples=15, deadline=None)
@given(buckets, buckets, st.randoms(use_true_random=False))
def test_what_is_found_depends_on_no_order(ours: list[Bucket], theirs: list[Bucket], chance: Any) -> None:
    first = examine(Comparison(side(*ours), side(*theirs, source=THEIRS), SPAN))
    chance.shuffle(ours)
    chance.shuffle(theirs)
    assert examine(Comparison(side(*ours), side(*theirs, source=THEIRS), SPAN)) == first
