"""Local days and times as instants."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gramledger.core.problems import InvalidRequest
from gramledger.core.zones import half_hours, midnights, require_zone, utc_of

EPOCH = date(1970, 1, 1)
LONDON = "Europe/London"


def days(*names: str) -> np.ndarray:
    return np.array([(date.fromisoformat(name) - EPOCH).days for name in names], np.int64)


def local(*times: str) -> np.ndarray:
    return np.array([wall_clock(datetime.fromisoformat(time)) for time in times], np.int64)


def wall_clock(time: datetime) -> int:
    return (time.replace(tzinfo=UTC) - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(milliseconds=1)


def shown(ms: np.ndarray) -> list[str]:
    return [datetime.fromtimestamp(one / 1000, UTC).strftime("%Y-%m-%dT%H:%MZ") for one in ms.tolist()]


def test_a_day_of_london_has_46_48_or_50_half_hours() -> None:
    found = half_hours(days("2026-03-28", "2026-03-29", "2026-10-25", "2026-10-26"), LONDON)
    assert found.tolist() == [48, 46, 50, 48]


def test_a_zone_that_shifts_by_half_an_hour_gives_what_its_days_have() -> None:
    assert half_hours(days("2026-04-05", "2026-10-04"), "Australia/Lord_Howe").tolist() == [49, 47]


def test_a_local_day_begins_at_its_first_instant_in_utc() -> None:
    found = midnights(days("2026-03-29", "2026-03-30", "2026-10-25", "2026-10-26"), LONDON)
    assert shown(found) == [
        "2026-03-29T00:00Z",
        "2026-03-29T23:00Z",
        "2026-10-24T23:00Z",
        "2026-10-26T00:00Z",
    ]


def test_a_day_whose_midnight_is_skipped_begins_when_the_clock_jumps() -> None:
    assert shown(midnights(days("2018-11-04"), "America/Sao_Paulo")) == ["2018-11-04T03:00Z"]
    assert half_hours(days("2018-11-04"), "America/Sao_Paulo").tolist() == [46]


def test_of_a_midnight_that_comes_twice_the_first_begins_the_day() -> None:
    assert shown(midnights(days("2024-11-03"), "America/Havana")) == ["2024-11-03T04:00Z"]
    assert half_hours(days("2024-11-03"), "America/Havana").tolist() == [50]


def test_local_times_are_instants_and_doubtful_ones_are_said() -> None:
    ms, twice, never = utc_of(
        local("2026-03-29T00:30", "2026-03-29T01:30", "2026-10-25T01:30", "2026-07-01T12:00"), LONDON
    )
    assert twice.tolist() == [False, False, True, False]
    assert never.tolist() == [False, True, False, False]
    assert shown(ms[[0, 2, 3]]) == ["2026-03-29T00:30Z", "2026-10-25T00:30Z", "2026-07-01T11:00Z"]


def test_the_last_day_of_the_calendar_has_its_half_hours() -> None:
    assert half_hours(days("9999-12-31"), LONDON).tolist() == [48]


def test_no_day_has_no_midnight() -> None:
    assert midnights(days(), LONDON).tolist() == []
    assert [found.tolist() for found in utc_of(local(), LONDON)] == [[], [], []]


@pytest.mark.parametrize("name", ["London", "europe/london", "../etc/passwd", "", "/etc/localtime"])
def test_an_unknown_zone_is_refused_with_an_example(name: str) -> None:
    with pytest.raises(InvalidRequest, match="Europe/London"):
        require_zone(name)


@given(
    zone=st.sampled_from(
        [LONDON, "America/Sao_Paulo", "America/Havana", "Asia/Kathmandu", "Africa/Casablanca", "UTC"]
    ),
    times=st.lists(st.datetimes(datetime(1971, 1, 1), datetime(2024, 1, 1)), max_size=20),  # noqa: DTZ001 -- wall clocks
)
def test_every_local_time_is_that_of_the_standard_library(zone: str, times: list[datetime]) -> None:
    times = [time.replace(microsecond=0) for time in times]
    ms, twice, never = utc_of(np.array([wall_clock(time) for time in times], np.int64), zone)
    for time, found, ambiguous, missing in zip(times, ms.tolist(), twice, never, strict=True):
        first, second = (time.replace(tzinfo=ZoneInfo(zone), fold=fold).utcoffset() for fold in (0, 1))
        assert first is not None
        assert second is not None
        assert (ambiguous, missing) == (first > second, first < second)
        assert found == wall_clock(time - first)
