"""Half-hourly readings, a day in each row: instants, clock changes, layouts, and rows that are refused whole."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import pytest
from support.meter_texts import (
    STARTS,
    a_day,
    codes_of,
    instant,
    mpan,
    numbered,
    read,
    reading_of,
    rows_of,
    wide,
)

from gramledger.core.problems import ColumnsMissing, DatesAmbiguous, FormatUnknown, ZoneNeeded

WINTER = a_day()
METER = WINTER.meter
HH50 = numbered(lambda n: f"HH{n:02}", 50)


def test_a_row_makes_a_claim_for_each_half_hour() -> None:
    claims = rows_of(wide([WINTER]))
    assert len(claims) == 48
    assert [instant(claim["ts"]) for claim in claims] == [f"2026-01-15T{time}Z" for time in STARTS]
    assert [claim["energy"] for claim in claims] == [n * 1_000_000 for n in range(1, 49)]
    first = claims[0]
    assert (first["meter"], first["seconds"], first["key"]) == (METER, 1800, f"meter|{METER}|1800")
    assert {claim["row"] for claim in claims} == {0}
    assert {name for name, value in first.items() if value is not None} == {
        *("ts", "key", "row", "meter", "energy", "seconds"),
    }


def test_the_shortest_day_of_london_has_46_readings_an_instant_each() -> None:
    claims = rows_of(wide([a_day("2026-03-29", 46)]))
    assert len(claims) == len({claim["ts"] for claim in claims}) == 46
    assert [instant(claims[place]["ts"]) for place in (0, 1, 2, 45)] == [
        "2026-03-29T00:00Z",
        "2026-03-29T00:30Z",
        "2026-03-29T01:00Z",
        "2026-03-29T22:30Z",
    ]


def test_the_longest_day_of_london_has_50_readings_an_instant_each() -> None:
    claims = rows_of(wide([a_day("2026-10-25", 50)], HH50))
    assert len(claims) == len({claim["ts"] for claim in claims}) == 50
    assert [instant(claims[place]["ts"]) for place in (0, 2, 4, 49)] == [
        "2026-10-24T23:00Z",
        "2026-10-25T00:00Z",
        "2026-10-25T01:00Z",
        "2026-10-25T23:30Z",
    ]


def test_a_week_over_a_clock_change_has_no_gap_and_no_overlap() -> None:
    days = [a_day("2026-10-24"), a_day("2026-10-25", 50), a_day("2026-10-26")]
    found = sorted(claim["ts"] for claim in rows_of(wide(days, HH50)))
    assert [later - earlier for earlier, later in pairwise(found)] == [1_800_000] * 145


def test_on_the_shortest_day_the_times_that_no_clock_shows_may_be_blank() -> None:
    readings = a_day("2026-03-29", 46).readings
    by_the_clock = replace(a_day("2026-03-29"), readings=(*readings[:2], "", "", *readings[2:]))
    assert rows_of(wide([by_the_clock], STARTS)) == rows_of(wide([a_day("2026-03-29", 46)], STARTS))


@pytest.mark.parametrize(
    ("day", "count", "names", "told"),
    [
        ("2026-03-29", 48, None, "48 readings for a day of 46 half hours"),
        ("2026-03-29", 45, None, "45 readings for a day of 46 half hours"),
        ("2026-10-25", 48, None, "48 readings for a day of 50 half hours"),
        ("2026-10-25", 49, HH50, "49 readings for a day of 50 half hours"),
        ("2026-01-15", 50, HH50, "50 readings for a day of 48 half hours"),
    ],
)
def test_a_day_needs_exactly_its_half_hours(day: str, count: int, names: list[str] | None, told: str) -> None:
    assert codes_of(wide([a_day(day, count), WINTER], names or [])) == [("periods-wrong", None, told)]


def test_half_hours_that_are_blank_in_the_middle_of_a_short_day_are_no_guess() -> None:
    readings = a_day("2026-03-29", 46).readings
    elsewhere = replace(a_day("2026-03-29"), readings=(*readings[:9], "", "", *readings[9:]))
    assert codes_of(wide([elsewhere, WINTER])) == [
        ("periods-wrong", None, "46 readings for a day of 46 half hours")
    ]


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        ("x", "reading-not-a-number"),
        ("-0.1", "reading-negative"),
        ("1e9", "reading-too-large"),
        ("", "reading-missing"),
        (" ", "reading-missing"),
    ],
)
def test_one_bad_cell_rejects_its_row_whole_and_no_neighbour(cell: str, code: str) -> None:
    readings = list(WINTER.readings)
    readings[6] = cell
    bad = replace(WINTER, readings=tuple(readings))
    before, after = a_day("2026-01-14"), a_day("2026-01-16")
    found = read(wide([before, bad, after]))
    (reject,) = found.rejects.to_pylist()
    assert (reject["code"], reject["column"], reject["row"]) == (code, "HH07", 1)
    expected = read(wide([before, after])).claims
    assert found.claims.drop_columns(["row"]).equals(expected.drop_columns(["row"]))
    assert found.accepted == 2


def test_every_bad_cell_of_a_row_is_named_in_the_order_of_the_columns() -> None:
    readings = list(WINTER.readings)
    readings[1], readings[40], readings[5] = "-1", "x", ""
    (reject,) = read(wide([replace(WINTER, readings=tuple(readings)), WINTER])).rejects.to_pylist()
    assert reject["column"] == "HH02"
    places = [reject["message"].index(f"'{name}'") for name in ("HH02", "HH06", "HH41")]
    assert places == sorted(places)


@pytest.mark.parametrize(
    ("meter", "date", "code", "column"),
    [
        ("", "2026-01-15", "meter-missing", "MPAN"),
        ("1.20E+12", "2026-01-15", "meter-rounded", "MPAN"),
        (METER, "", "date-missing", "Date"),
        (METER, "2026-02-30", "date-unreadable", "Date"),
        (METER, "2026-01-15 12:00", "date-unreadable", "Date"),
        (METER, "1969-12-31", "date-out-of-range", "Date"),
        (METER, "1970-01-01", "date-out-of-range", "Date"),  # in London it began an hour before 1970 in UTC
    ],
)
def test_a_row_without_a_sound_meter_and_date_is_refused(
    meter: str, date: str, code: str, column: str
) -> None:
    row = ",".join([meter, date, *WINTER.readings])
    assert [found[:2] for found in codes_of(wide([WINTER]) + row.encode() + b"\n")] == [(code, column)]


def test_a_row_of_blank_readings_is_one_finding() -> None:
    assert codes_of(wide([WINTER, replace(WINTER, readings=())])) == [("readings-blank", None, "")]


def test_totals_headers_and_blank_rows_are_left_out() -> None:
    octets = wide([WINTER])
    rows = [
        "Grand Total,," + ",".join(["1.5"] * 48),
        octets.decode().splitlines()[0],
        "," * 49,
        "1,2",
    ]
    found = read(octets + "\n".join(rows).encode())
    assert [reject["code"] for reject in found.rejects.to_pylist()] == [
        "row-total",
        "header-repeated",
        "row-blank",
        "field-count",
    ]
    assert found.claims.num_rows == 48


def test_reactive_rows_are_left_out_and_never_read_as_energy() -> None:
    names = numbered(lambda n: f"HH{n}")
    rows = [
        f"{METER},2026-01-15,{unit}," + ",".join(["1"] * 48) for unit in ("kWh", "kVArh", "RI", "furlong")
    ]
    text = "\n".join([",".join(["MPAN", "Date", "Units", *names]), *rows])
    found = read(text.encode())
    assert [reject["code"] for reject in found.rejects.to_pylist()] == [
        "reactive-energy",
        "reactive-energy",
        "unit-unknown",
    ]
    assert set(found.claims["energy"].to_pylist()) == {10**9}


def test_reactive_columns_stay_in_the_original() -> None:
    names = [name for n in range(1, 49) for name in (f"HH{n:02} kWh", f"HH{n:02} kVArh")]
    readings = [cell for n in range(1, 49) for cell in (str(n), f"{n}.5")]
    claims = rows_of(wide([replace(WINTER, readings=tuple(readings))], names))
    assert [claim["energy"] for claim in claims] == [n * 10**9 for n in range(1, 49)]
    assert '"HH02 kVArh":"2.5"' in claims[0]["original"]


@pytest.mark.parametrize(
    ("unit", "energy"), [("Wh", 1_000_000), ("kWh", 10**9), ("MWh", 10**12), ("", 10**9)]
)
def test_each_row_has_the_unit_that_it_states(unit: str, energy: int) -> None:
    names = numbered(lambda n: f"HH{n}")
    rows = [f"{METER},2026-01-{day},{its}," + ",".join(["1"] * 48) for day, its in ((14, "kWh"), (15, unit))]
    claims = rows_of("\n".join([",".join(["MPAN", "Date", "UOM", *names]), *rows]).encode())
    assert {claim["energy"] for claim in claims[48:]} == {energy}


def test_the_unit_may_stand_in_the_names_of_the_columns() -> None:
    claims = rows_of(wide([WINTER], numbered(lambda n: f"HH{n:02} (Wh)")))
    assert claims[0]["energy"] == 1_000


FLAGS = ("A", "E", "Estimated", "actual", "", "S")
KINDS = ["actual", "estimated", "estimated", "actual", None, "S"]


@pytest.mark.parametrize("layout", ["beside", "after", "named"])
def test_each_reading_has_the_flag_beside_it(layout: str) -> None:
    flags = FLAGS * 8
    names = [f"HH{n}" for n in range(1, 49)]
    if layout == "after":
        header, cells = [*names, *names], [*WINTER.readings, *flags]
    else:
        second = [f"{name} Flag" for name in names] if layout == "named" else names
        header = [name for pair in zip(names, second, strict=True) for name in pair]
        cells = [cell for pair in zip(WINTER.readings, flags, strict=True) for cell in pair]
    claims = rows_of(wide([replace(WINTER, readings=tuple(cells))], header))
    assert [claim["kind"] for claim in claims] == KINDS * 8
    assert [claim["energy"] for claim in claims] == [n * 1_000_000 for n in range(1, 49)]


def test_a_flag_of_the_row_is_that_of_its_readings() -> None:
    octets = wide([WINTER]).decode().splitlines()
    text = "\n".join([octets[0] + ",Reading Type", octets[1] + ",E"])
    assert {claim["kind"] for claim in rows_of(text.encode())} == {"estimated"}


def test_repeated_names_with_numbers_under_both_are_refused() -> None:
    names = numbered(lambda n: f"HH{n}")
    both = replace(WINTER, readings=WINTER.readings * 2)
    with pytest.raises(FormatUnknown, match="which of the two is meant is not certain"):
        read(wide([both], [*names, *names]))


def test_what_is_finer_than_a_micro_watt_hour_is_kept_as_it_was_written() -> None:
    readings = list(WINTER.readings)
    readings[0] = "0.12345678951"
    octets = wide([replace(WINTER, readings=tuple(readings))])
    claims = rows_of(octets)
    assert (claims[0]["energy"], claims[0]["original"]) == (123_456_790, '{"HH01":"0.12345678951"}')
    assert claims[1]["original"] is None
    with_more = octets.replace(b"MPAN,", b"Site,MPAN,").replace(METER.encode(), b"North," + METER.encode())
    assert rows_of(with_more)[0]["original"] == '{"Site":"North","HH01":"0.12345678951"}'


def test_cells_without_a_field_are_kept_with_each_reading() -> None:
    octets = wide([WINTER]).decode().splitlines()
    text = "\n".join([octets[0] + ",Site", octets[1] + ",North"])
    assert {claim["original"] for claim in rows_of(text.encode())} == {'{"Site":"North"}'}


def test_of_two_names_of_a_meter_the_first_in_the_list_counts() -> None:
    octets = wide([WINTER]).replace(b"MPAN,", b"Meter Serial Number,MPAN,")
    octets = octets.replace(METER.encode(), b"E10BG," + METER.encode())
    claims = rows_of(octets)
    assert (claims[0]["meter"], claims[0]["original"]) == (METER, '{"Meter Serial Number":"E10BG"}')


@pytest.mark.parametrize("delimiter", [";", "\t", "|"])
@pytest.mark.parametrize("dates", ["%d/%m/%Y", "%d/%m/%y", "%d-%b-%Y", "%Y%m%d"])
def test_delimiters_and_forms_of_dates_make_no_difference(delimiter: str, dates: str) -> None:
    assert rows_of(wide([WINTER], dates=dates, delimiter=delimiter)) == rows_of(wide([WINTER]))


def test_decimal_commas_are_read_where_the_file_proves_them() -> None:
    comma = replace(WINTER, readings=tuple(reading.replace(".", ",") for reading in WINTER.readings))
    assert rows_of(wide([comma], delimiter=";")) == rows_of(wide([WINTER]))


def test_a_preamble_and_a_byte_order_mark_are_passed_over() -> None:
    octets = b"\xef\xbb\xbfHalf hourly report\nCreated,2026-01-16\n\n" + wide([WINTER])
    assert rows_of(octets) == rows_of(wide([WINTER]))


def test_mpans_are_of_london_and_the_reading_says_so() -> None:
    octets = wide([WINTER])
    reading = reading_of(octets)
    assert (reading.format, reading.variant) == ("meter-half-hourly", "48 periods")
    assert (reading.zone, reading.dates, reading.unit) == ("Europe/London", "iso", "kwh")
    assert "MPAN" in reading.notes[0]


def test_other_meters_need_a_zone() -> None:
    octets = wide([replace(WINTER, meter="M-1")], first=("Meter", "Date"))
    with pytest.raises(ZoneNeeded, match="--zone"):
        reading_of(octets)
    claims = rows_of(octets, zone="Europe/Paris")
    assert instant(claims[0]["ts"]) == "2026-01-14T23:00Z"
    assert reading_of(octets, "Europe/Paris").notes == []


def test_an_mpan_is_told_by_its_check_digit_under_any_name() -> None:
    octets = wide([WINTER], first=("Meter", "Date"))
    assert reading_of(octets).zone == "Europe/London"
    wrong = METER[:-1] + str((int(METER[-1]) + 1) % 10)
    with pytest.raises(ZoneNeeded):
        reading_of(octets.replace(METER.encode(), wrong.encode()))


def test_dates_that_may_be_meant_in_two_ways_are_asked_for() -> None:
    octets = wide([a_day("2026-02-03")], dates="%d/%m/%Y")
    with pytest.raises(DatesAmbiguous):
        reading_of(octets)


@pytest.mark.parametrize(("name", "missing"), [("MPAN", ["MPAN"]), ("Date", ["Date"])])
def test_a_missing_column_is_named(name: str, missing: list[str]) -> None:
    octets = wide([WINTER]).replace(name.encode(), b"Other", 1)
    with pytest.raises(ColumnsMissing) as refused:
        reading_of(octets)
    assert refused.value.facts["missing"] == missing


def test_two_meters_of_one_day_are_apart_and_a_day_twice_is_one_key() -> None:
    other = replace(WINTER, meter=mpan(8))
    claims = rows_of(wide([WINTER, other, a_day(first=100)]))
    keys = [(claim["ts"], claim["key"]) for claim in claims]
    assert len(set(keys)) == 96
    assert keys[:48] == keys[96:]


def test_readings_of_the_future_are_kept_with_a_warning() -> None:
    assert {claim["warnings"] for claim in rows_of(wide([a_day("2027-06-01")]))} == {"date-in-future"}
