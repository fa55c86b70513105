"""Half-hourly intensities: merging series, and the means of periods and months."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.half_hours import Figures, instant, intensities, span

from gramledger.core.half_hours import Series, decode, encode, merged
from gramledger.core.zones import HALF_HOUR_MS

FIRST = instant("2025-03-01T00:00")
FIGURE = st.one_of(st.none(), st.integers(0, 600))
SERIES = st.dictionaries(
    st.integers(0, 30).map(lambda n: FIRST + n * HALF_HOUR_MS), st.tuples(FIGURE, FIGURE), max_size=20
)


def over(figures: dict[int, Figures], start: int, seconds: int) -> float | None:
    """The mean of one period, or None where it is not known."""
    means = Series("x@1", intensities(figures)).over(np.array([start]), np.array([seconds]))
    return float(means.grams[0]) if means.known[0] else None


def test_a_half_hour_has_its_actual_figure_and_else_the_forecast() -> None:
    a, b, c = span("2025-03-01T00:00", 3)
    series = Series("x@1", intensities({a: (266, 263), b: (250, None), c: (None, None)}))
    means = series.over(np.array([a, b, c]), np.full(3, 1800))
    assert means.grams[:2].tolist() == [263.0, 250.0]
    assert means.known.tolist() == [True, True, False]
    assert means.forecast.tolist() == [False, True, False]


def test_a_longer_period_has_the_mean_of_its_half_hours_by_the_time_in_each() -> None:
    figures: dict[int, Figures] = dict(
        zip(span("2025-03-01T00:00", 3), [(0, 100), (0, 200), (0, 600)], strict=True)
    )
    assert over(figures, FIRST, 5400) == 300.0
    assert over(figures, FIRST + 900_000, 1800) == 150.0
    assert over(figures, FIRST + 900_000, 600) == 100.0


def test_a_period_that_the_series_does_not_cover_whole_has_no_mean() -> None:
    figures: dict[int, Figures] = dict.fromkeys(span("2025-03-01T00:00", 4), (1, 1))
    del figures[FIRST + HALF_HOUR_MS]
    assert over(figures, FIRST, 1800) == 1.0
    assert over(figures, FIRST, 3600) is None
    assert over(figures, FIRST - HALF_HOUR_MS, 1800) is None
    assert over(figures, FIRST + 3 * HALF_HOUR_MS, 3600) is None
    assert over(figures, FIRST, 0) is None
    assert over({}, FIRST, 1800) is None


@given(SERIES, st.integers(-2, 32), st.integers(1, 6 * 1800))
def test_a_mean_is_that_of_its_milliseconds(figures: dict[int, Figures], begin: int, seconds: int) -> None:
    start = FIRST + begin * HALF_HOUR_MS + 300_000
    used = [
        figures.get(ms // HALF_HOUR_MS * HALF_HOUR_MS) for ms in range(start, start + seconds * 1000, 100_000)
    ]
    used += [figures.get((start + seconds * 1000 - 1) // HALF_HOUR_MS * HALF_HOUR_MS)]
    found = over(figures, start, seconds)
    if any(each is None or each == (None, None) for each in used):
        assert found is None
        return
    total = 0
    for half in range(start // HALF_HOUR_MS, (start + seconds * 1000 - 1) // HALF_HOUR_MS + 1):
        forecast, actual = figures[half * HALF_HOUR_MS]
        within = min(start + seconds * 1000, (half + 1) * HALF_HOUR_MS) - max(start, half * HALF_HOUR_MS)
        total += within * ((forecast if actual is None else actual) or 0)
    assert found == pytest.approx(total / (seconds * 1000), rel=1e-12)


def test_a_month_has_a_mean_when_half_of_it_is_known() -> None:
    half: dict[int, Figures] = dict.fromkeys(span("2025-03-01T00:00", 744), (0, 300))
    series = Series("x@1", intensities(half))
    months = series.of_months(np.array([instant("2025-03-31T23:30"), instant("2025-04-01T00:00")]))
    assert months.known.tolist() == [True, False]
    assert months.grams[0] == 300.0
    del half[FIRST]
    assert not Series("x@1", intensities(half)).of_months(np.array([FIRST])).known[0]


def test_a_month_that_rests_on_forecasts_says_so() -> None:
    figures: dict[int, Figures] = dict.fromkeys(span("2025-03-01T00:00", 1487), (0, 100))
    known = Series("x@1", intensities(figures)).of_months(np.array([FIRST]))
    assert not known.forecast[0]
    guessed = Series("x@1", intensities({**figures, FIRST: (9, None)})).of_months(np.array([FIRST]))
    assert guessed.forecast[0]


@given(SERIES, SERIES)
def test_merging_takes_each_figure_of_the_later_series_first(
    earlier: dict[int, Figures], later: dict[int, Figures]
) -> None:
    both = merged(intensities(earlier), intensities(later))
    expected = {
        start: tuple(
            new if new is not None else old
            for old, new in zip(earlier.get(start, (None, None)), later.get(start, (None, None)), strict=True)
        )
        for start in {*earlier, *later}
    }
    assert both.to_pylist() == [
        {"start": start, "forecast": f, "actual": a} for start, (f, a) in sorted(expected.items())
    ]


@given(SERIES)
def test_a_series_comes_back_out_of_its_blob_and_equal_ones_have_equal_blobs(
    figures: dict[int, Figures],
) -> None:
    table = intensities(figures)
    assert decode(encode(table)).equals(table)
    assert encode(merged(table, table)) == encode(table)
