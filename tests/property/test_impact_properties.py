"""Impacts hold their ranges, grow with tokens, and depend on nothing but the row."""

import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st
from support.carbon import CALCULATED_AT, FACTORS, PRESET, claims

from gramledger.core import impact
from gramledger.core.impact import GROUPS, QUANTITIES

NAMES = (
    "auto",
    "gpt-5",
    "claude-4.5-sonnet-thinking",
    "o3",
    "gemini-2.5-pro",
    "text-embedding-3-small",
    None,
)
tokens = st.one_of(st.integers(0, 2_000_000), st.just(0), st.integers(0, 10**12))
rows = st.fixed_dictionaries(
    {
        "model": st.sampled_from(NAMES),
        "input": st.none() | tokens,
        "cache_write": st.none() | tokens,
        "cache_read": st.none() | tokens,
        "output": st.none() | tokens,
        "requests": st.none() | st.integers(0, 100),
        "warnings": st.sampled_from((None, "token-sum-mismatch", "date-in-future token-sum-mismatch")),
    }
)


def calculate(table: pa.Table) -> pa.Table:
    return impact.calculate(table, PRESET, FACTORS, calculated_at=CALCULATED_AT)


@given(st.lists(rows, max_size=30))
def test_there_is_one_impact_for_each_claim_and_figures_only_where_it_is_ok(said) -> None:
    found = calculate(claims(said))
    found.validate(full=True)
    assert found.schema.equals(impact.IMPACT)
    assert found.num_rows == len(said)
    for row in found.to_pylist():
        assert all(
            (row[name] is None) == (row["status"] != "ok") for name in (*QUANTITIES, "data_quality", "zone")
        )


@given(st.lists(rows, max_size=30))
def test_low_is_at_most_value_is_at_most_high_and_none_is_negative(said) -> None:
    for row in calculate(claims(said)).to_pylist():
        for group in GROUPS if row["status"] == "ok" else ():
            assert (
                0
                <= row[f"{group}_low"]
                <= row[f"{group}_value"]
                <= row[f"{group}_high"]
                <= impact.AMOUNT_MAXIMUM
            )


@given(rows, st.sampled_from(("input", "cache_write", "cache_read", "output")), st.integers(0, 10**6))
def test_more_tokens_never_give_less(row, bucket, more) -> None:
    fewer = {**row, bucket: row[bucket] or 0}
    before, after = calculate(claims([fewer, {**fewer, bucket: fewer[bucket] + more}])).to_pylist()
    if before["status"] == after["status"] == "ok":
        assert all(before[name] <= after[name] for name in QUANTITIES)


@given(st.lists(rows, min_size=1, max_size=30), st.data())
def test_a_slice_of_claims_gives_the_slice_of_impacts(said, data) -> None:
    start = data.draw(st.integers(0, len(said)))
    length = data.draw(st.integers(0, len(said) - start))
    table = claims(said)
    part = calculate(table.slice(start, length))
    assert part.to_pylist() == calculate(table).slice(start, length).to_pylist()


@given(st.lists(rows, min_size=1, max_size=12), st.lists(rows, max_size=12))
def test_chunks_with_other_dictionaries_give_what_one_table_gives(first, second) -> None:
    chunked = pa.concat_tables([claims(first), claims(second)])
    assert calculate(chunked).to_pylist() == calculate(claims([*first, *second])).to_pylist()


@given(st.lists(rows, min_size=1, max_size=12), st.randoms(use_true_random=False))
def test_sums_do_not_depend_on_the_order_of_rows(said, chance) -> None:
    shuffled = chance.sample(said, len(said))
    ours, theirs = calculate(claims(said)), calculate(claims(shuffled))
    for name in QUANTITIES:
        assert sum(filter(None, ours[name].to_pylist())) == sum(filter(None, theirs[name].to_pylist()))


@given(st.integers(1, 10**6), st.integers(1, 10**6), st.sampled_from(("gpt-5", "gemini-2.5-pro")))
def test_a_row_of_several_requests_is_their_sum_but_for_rounding(one, other, model) -> None:
    apart = calculate(claims([{"model": model, "output": one}, {"model": model, "output": other}]))
    together = calculate(claims([{"model": model, "output": one + other, "requests": 2}])).to_pylist()[0]
    for name in QUANTITIES:
        assert abs(sum(apart[name].to_pylist()) - together[name]) <= 2
