"""The bucket of tokens that all functions share."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gramledger.core.problems import InvalidRequest
from gramledger.core.throttle import RATES, Bucket, Rate, backoff_ms, full, read_rates

RATE = Rate(per_minute=50, burst=10)
NOW = 1_763_000_000_000


def test_a_burst_is_let_through_at_once_and_then_one_token_comes_back_at_a_time() -> None:
    bucket = full(RATE, NOW)
    for _ in range(10):
        taken = bucket.taken(RATE, NOW)
        assert taken is not None
        bucket = taken
    assert bucket.taken(RATE, NOW) is None
    assert bucket.wait_ms(RATE, NOW) == 1200
    assert bucket.taken(RATE, NOW + 1199) is None
    assert bucket.taken(RATE, NOW + 1200) is not None


def test_a_closed_bucket_gives_nothing_until_the_provider_wants_to_hear_of_us_again() -> None:
    closed = full(RATE, NOW).closed(NOW + 5000)
    assert closed is not None
    assert closed.wait_ms(RATE, NOW) == 5000
    assert closed.taken(RATE, NOW + 4999) is None
    assert closed.taken(RATE, NOW + 5000) is not None
    assert closed.closed(NOW + 4000) is None, "a later word that is shorter opens nothing"


@given(waits=st.lists(st.integers(0, 4000), min_size=1, max_size=60))
def test_no_minute_has_more_requests_than_a_burst_and_what_comes_back_in_it(waits: list[int]) -> None:
    bucket, now, taken = full(RATE, NOW), NOW, []
    for wait in waits:
        now += wait
        after = bucket.taken(RATE, now)
        assert (after is None) == (bucket.wait_ms(RATE, now) > 0)
        if after is not None:
            taken.append(now)
            bucket = after
    for start in taken:
        assert sum(start <= at < start + 60_000 for at in taken) <= RATE.burst + RATE.per_minute + 1


def test_a_clock_that_goes_back_gives_no_tokens() -> None:
    empty = Bucket(0.0, NOW)
    assert empty.filled(RATE, NOW - 60_000) == empty


@given(attempt=st.integers(0, 100), chance=st.floats(0, 1))
def test_a_wait_after_a_failure_has_full_jitter_and_an_end(attempt: int, chance: float) -> None:
    assert 0 <= backoff_ms(attempt, chance) <= 30_000
    assert backoff_ms(attempt, 1.0) == min(30_000, 500 * 2 ** min(attempt, 16))


def test_rates_are_a_setting_and_a_provider_that_is_not_named_keeps_its_own() -> None:
    assert read_rates("cursor=1.5:3") == {**RATES, "cursor": Rate(1.5, 3)}
    assert read_rates("") == dict(RATES)


@pytest.mark.parametrize("text", ["openai", "openai=0:1", "openai=5:0", "openai=5", "=5:1", "openai=-5:1"])
def test_a_rate_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(InvalidRequest, match="is no rate"):
        read_rates(text)
