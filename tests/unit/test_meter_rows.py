"""Readings of which each row holds one: daily ones, and half hours by number, by time and by timestamp."""

from __future__ import annotations

from dataclasses import replace

import pytest
from support.meter_texts import (
    a_day,
    by_instant,
    by_period,
    by_time,
    codes_of,
    instant,
    mpan,
    reading_of,
    rows_of,
)

from gramledger.core.problems import DatesAmbiguous, FormatUnknown, ZoneNeeded

METER = mpan(7)


def table(header: str, *rows: str) -> bytes:
    return "\n".join([header, *rows, ""]).encode()


def daily(*rows: str) -> bytes:
    return table("MPAN,Date,Reading", *(f"{METER},{row}" for row in rows))


def readings(header: str, *rows: str) -> bytes:
    return table(f"MPAN,{header}", *(f"{METER},{row}" for row in rows))


def test_a_daily_reading_is_of_the_local_day_however_long_it_is() -> None:
    claims = rows_of(daily("2026-03-28,1", "2026-03-29,2.5", "2026-10-25,3"))
    assert [(instant(claim["ts"]), claim["seconds"], claim["energy"]) for claim in claims] == [
        ("2026-03-28T00:00Z", 86_400, 10**9),
        ("2026-03-29T00:00Z", 82_800, 2_500_000_000),
        ("2026-10-24T23:00Z", 90_000, 3 * 10**9),
    ]
    assert claims[0]["key"] == f"meter|{METER}|86400"
    assert (reading_of(daily("2026-03-28,1")).format, reading_of(daily("2026-03-28,1")).variant) == (
        "meter-daily",
        "daily",
    )


@pytest.mark.parametrize(
    ("row", "code", "column"),
    [
        ("2026-01-02,x", "reading-not-a-number", "Reading"),
        ("2026-01-02,-1", "reading-negative", "Reading"),
        ("2026-01-02,", "reading-missing", "Reading"),
        (",1", "date-missing", "Date"),
        ("2026-01-02 10:00,1", "date-unreadable", "Date"),
        ("1970-01-01,1", "date-out-of-range", "Date"),
    ],
)
def test_a_bad_daily_row_is_refused_with_its_column(row: str, code: str, column: str) -> None:
    assert [found[:2] for found in codes_of(daily("2026-01-01,1", row))] == [(code, column)]


def test_the_unit_of_a_daily_reading_may_stand_in_its_name() -> None:
    octets = table("Meter Code,Read Date,Consumption (Wh)", f"{METER},2026-01-15,1500")
    assert [claim["energy"] for claim in rows_of(octets)] == [1_500_000_000]


@pytest.mark.parametrize(
    ("flag", "kind"), [("Y", "estimated"), ("No", "actual"), ("", None), ("E", "estimated")]
)
def test_a_column_that_asks_whether_a_reading_is_estimated_may_say_yes_or_no(
    flag: str, kind: str | None
) -> None:
    octets = table("MPAN,Date,Reading,Estimated", f"{METER},2026-01-15,1,{flag}", f"{METER},2026-01-16,1,A")
    assert [claim["kind"] for claim in rows_of(octets)] == [kind, "actual"]


def test_the_total_row_of_a_daily_file_is_left_out() -> None:
    assert [code for code, _, _ in codes_of(daily("2026-01-15,1") + b"Grand Total,,1\n")] == ["row-total"]


def test_a_column_that_may_hold_the_reading_too_is_asked_about() -> None:
    octets = table("MPAN,Date,Reading,Consumption", f"{METER},2026-01-15,90210,1")
    with pytest.raises(FormatUnknown, match=r"'Reading'.*'Consumption'"):
        reading_of(octets)


def test_numbers_of_half_hours_count_from_the_first_instant_of_the_day() -> None:
    days = [a_day("2026-03-29", 46), a_day("2026-10-25", 50)]
    claims = rows_of(by_period(days))
    assert len({claim["ts"] for claim in claims}) == len(claims) == 96
    assert [instant(claims[place]["ts"]) for place in (2, 45, 46, 50, 95)] == [
        "2026-03-29T01:00Z",
        "2026-03-29T22:30Z",
        "2026-10-24T23:00Z",
        "2026-10-25T01:00Z",
        "2026-10-25T23:30Z",
    ]
    assert reading_of(by_period(days)).variant == "date and period"


@pytest.mark.parametrize("number", ["0", "47", "-1", "1.5", "x", "", "1000"])
def test_a_day_has_no_other_half_hours(number: str) -> None:
    octets = readings("Date,Period,kWh", "2026-03-29,46,1", f"2026-03-29,{number},1")
    assert codes_of(octets) == [("period-wrong", "Period", number)]


def test_times_are_those_of_the_clock_on_the_wall() -> None:
    octets = readings("Date,Time,kWh", "2026-07-01,00:00,1", "2026-07-01,0030,2", "2026-07-01,1:00 PM,3")
    assert [instant(claim["ts"]) for claim in rows_of(octets)] == [
        "2026-06-30T23:00Z",
        "2026-06-30T23:30Z",
        "2026-07-01T12:00Z",
    ]


def test_a_time_that_comes_twice_or_never_is_refused() -> None:
    rows = [
        "2026-10-25,00:00,1",
        "2026-10-25,00:30,1",
        "2026-10-25,01:00,1",
        "2026-03-29,01:30,1",
        "2026-03-29,25:00,1",
    ]
    assert codes_of(readings("Date,Time,kWh", *rows)) == [
        ("time-ambiguous", "Time", "01:00"),
        ("time-nonexistent", "Time", "01:30"),
        ("time-unreadable", "Time", "25:00"),
    ]


def test_times_at_which_periods_end_are_read_as_such() -> None:
    rows = ["2026-01-15,23:30,1", "2026-01-15,24:00,2", "2026-01-16,00:30,3"]
    octets = readings("Date,Time,kWh", *rows)
    assert [instant(claim["ts"]) for claim in rows_of(octets)] == [
        "2026-01-15T23:00Z",
        "2026-01-15T23:30Z",
        "2026-01-16T00:00Z",
    ]
    assert "end" in " ".join(reading_of(octets).notes)
    named = readings("Date,End Time,kWh", "2026-01-15,23:00,1", "2026-01-15,23:30,2")
    assert [instant(claim["ts"]) for claim in rows_of(named)] == ["2026-01-15T22:30Z", "2026-01-15T23:00Z"]


def test_timestamps_with_an_offset_need_no_zone() -> None:
    octets = table("Meter,Timestamp,kWh", "M-1,2026-10-25T01:30:00+01:00,1", "M-1,2026-10-25T01:00:00Z,2")
    assert [instant(claim["ts"]) for claim in rows_of(octets)] == ["2026-10-25T00:30Z", "2026-10-25T01:00Z"]
    assert reading_of(octets).zone == ""


def test_timestamps_without_an_offset_need_one() -> None:
    octets = table("Meter,DateTime,kWh", "M-1,2026-07-01 00:00,1", "M-1,2026-07-01 00:30,2")
    with pytest.raises(ZoneNeeded):
        reading_of(octets)
    assert instant(rows_of(octets, zone="Europe/Paris")[0]["ts"]) == "2026-06-30T22:00Z"


@pytest.mark.parametrize(
    ("second", "seconds"),
    [("00:05", 300), ("00:10", 600), ("00:15", 900), ("00:30", 1800), ("01:00", 3600)],
)
def test_how_long_a_period_is_follows_from_how_far_readings_are_apart(second: str, seconds: int) -> None:
    octets = readings("Date,Time,kWh", "2026-01-15,00:00,1", f"2026-01-15,{second},2", "2026-01-15,23:00,3")
    assert {claim["seconds"] for claim in rows_of(octets)} == {seconds}
    assert reading_of(octets).notes[-1].startswith("The readings are those of")


def test_readings_of_whole_days_are_as_long_as_their_days() -> None:
    octets = readings("Timestamp,kWh", "2026-03-28 00:00,1", "2026-03-29 00:00,2", "2026-03-30 00:00,3")
    assert [claim["seconds"] for claim in rows_of(octets)] == [86_400, 82_800, 86_400]
    assert rows_of(octets)[1]["key"] == rows_of(daily("2026-03-29,2"))[0]["key"]


def test_two_meters_at_one_instant_are_no_distance_apart() -> None:
    octets = table("MPAN,Timestamp,kWh", f"{METER},2026-01-15 00:00,1", f"{mpan(8)},2026-01-15 00:00,1")
    assert "half an hour" in reading_of(octets).notes[-1]


def test_readings_oddly_far_apart_are_refused() -> None:
    octets = readings("Timestamp,kWh", "2026-01-15 00:00,1", "2026-01-15 00:07,2")
    with pytest.raises(FormatUnknown, match="420 seconds"):
        reading_of(octets)


def test_a_day_of_readings_is_the_same_in_every_layout() -> None:
    day = replace(a_day("2026-01-15"), flags=())
    by_number, by_clock, exact = (
        rows_of(by_period([day])),
        rows_of(by_time([day])),
        rows_of(by_instant([day])),
    )
    assert by_number == by_clock == exact


def test_dates_of_readings_are_never_guessed() -> None:
    with pytest.raises(DatesAmbiguous):
        reading_of(readings("Date,Period,kWh", "03/02/2026,1,1"))


def test_later_rows_tell_the_form_of_dates_where_the_first_ones_do_not() -> None:
    days = [a_day(f"2026-02-{day:02}") for day in range(1, 15)]
    octets = by_period(days)
    assert b"13/02/2026" in octets[:65536]
    assert b"13/02/2026" not in octets[: 200 * 32]
    assert reading_of(octets).dates == "d/m/Y"


def test_a_reading_finer_than_a_micro_watt_hour_is_kept_as_written() -> None:
    octets = readings("Date,Period,kWh", "2026-01-15,1,0.0000000001", "2026-01-15,2,1")
    claims = rows_of(octets)
    assert [(claim["energy"], claim["original"]) for claim in claims] == [
        (0, '{"kWh":"0.0000000001"}'),
        (10**9, None),
    ]
