"""Meter readings in a table of any tool become claims as a mapping says."""

from __future__ import annotations

from typing import Any

import pytest
from support.tables import read_table, recognised, table

from gramledger.core.iso import iso
from gramledger.core.mapping import Template
from gramledger.core.problems import ColumnsMissing, FormatUnknown, ZoneNeeded

MPAN = "1200023305967"


def said(period: str = "=30", **columns: Any) -> Template:
    named: dict[str, Any] = {"time": "at", "reading": "v", "meter": "=m1", "period": period, **columns}
    members = {
        field: {"constant": at[1:]} if isinstance(at, str) and at.startswith("=") else {"column": at}
        for field, at in named.items()
        if at is not None
    }
    return Template.parse({"format": "readings", "columns": members})


def readings(*lines: str, template: Template, **wishes: Any) -> list[tuple[Any, ...]]:
    found = read_table(table(*lines), template=template, **wishes)
    assert found.rejects.num_rows == 0, found.rejects.to_pylist()
    return [
        (claim["meter"], iso(claim["ts"]), claim["energy"], claim["seconds"], claim["kind"])
        for claim in found.claims.to_pylist()
    ]


def rejects(*lines: str, template: Template, **wishes: Any) -> list[tuple[Any, ...]]:
    found = read_table(table(*lines), template=template, **wishes).rejects.to_pylist()
    return [(reject["row"], reject["code"], reject["column"], reject["found"]) for reject in found]


def test_a_row_becomes_a_reading_of_its_period() -> None:
    template = said(meter="meter", unit="unit", flag="flag", period="minutes")
    rows = [
        "m1,2025-11-04T10:00Z,0.5,kWh,A,30",
        "m2,2025-11-04T10:15Z,250,Wh,E,15",
        "m3,2025-11-04T11:00Z,1,MWh,odd,60",
    ]
    assert readings("meter,at,v,unit,flag,minutes", *rows, template=template) == [
        ("m1", "2025-11-04T10:00:00.000Z", 500_000_000, 1800, "actual"),
        ("m2", "2025-11-04T10:15:00.000Z", 250_000_000, 900, "estimated"),
        ("m3", "2025-11-04T11:00:00.000Z", 1_000_000_000_000, 3600, "odd"),
    ]


def test_constants_and_the_name_of_the_column_say_what_the_rows_do_not() -> None:
    template = said("=15", reading="Energy (Wh)", flag="=estimated")
    assert readings("at,Energy (Wh)", "2025-11-04T10:00Z,250", template=template) == [
        ("m1", "2025-11-04T10:00:00.000Z", 250_000_000, 900, "estimated")
    ]
    template = said("=15", unit="=MWh")
    assert readings("at,v", "2025-11-04T10:00Z,2", template=template)[0][2] == 2_000_000_000_000


@pytest.mark.parametrize(
    ("day", "seconds", "begins"),
    [
        ("29/03/2026", 23 * 3600, "2026-03-29T00:00:00.000Z"),
        ("30/03/2026", 24 * 3600, "2026-03-29T23:00:00.000Z"),
        ("25/10/2026", 25 * 3600, "2026-10-24T23:00:00.000Z"),
    ],
)
def test_a_day_is_as_long_as_its_clocks_say(day: str, seconds: int, begins: str) -> None:
    template = said("=day", time=None, date="d")
    assert readings("d,v", f"{day},7", template=template, zone="Europe/London") == [
        ("m1", begins, 7_000_000_000, seconds, None)
    ]
    zoned = said("=day")
    assert readings("at,v", f"{begins},7", template=zoned, zone="Europe/London")[0][3] == seconds


def test_date_and_clock_are_local_times_and_one_that_comes_twice_is_refused() -> None:
    template = said(time=None, date="d", clock="c")
    rows = ["25/10/2026,00:30,1", "25/10/2026,01:30,2", "25/10/2026,02:30,3"]
    found = read_table(table("d,c,v", *rows), template=template, project_zone="Europe/London")
    assert [iso(ts) for ts in found.claims["ts"].to_pylist()] == [
        "2026-10-24T23:30:00.000Z",
        "2026-10-25T02:30:00.000Z",
    ]
    assert found.rejects["code"].to_pylist() == ["time-ambiguous"]


def test_bad_cells_are_named_and_alter_no_neighbour() -> None:
    template = said(meter="m", unit="u", period="p")
    rows = [
        "a,2025-11-04T10:00Z,1,kWh,30",
        ",2025-11-04T10:00Z,1,kWh,30",
        "a,2025-11-04T10:00Z,,kWh,30",
        "a,2025-11-04T10:00Z,x,kWh,30",
        "a,2025-11-04T10:00Z,-1,kWh,30",
        "a,2025-11-04T10:00Z,1,furlong,30",
        "a,2025-11-04T10:00Z,1,kVArh,30",
        "a,2025-11-04T10:00Z,1,kWh,soon",
        "a,2025-11-04T10:00Z,1,kWh,0",
        "a,2025-11-04T10:00Z,1,kWh,1441",
        "a,2025-11-04T10:00Z,1,kWh,day",
        "a,never,1,kWh,30",
        "b,2025-11-04T10:30Z,2,,30",
    ]
    assert rejects("m,at,v,u,p", *rows, template=template, zone="UTC") == [
        (1, "meter-missing", "m", ""),
        (2, "reading-missing", "v", ""),
        (3, "reading-not-a-number", "v", "x"),
        (4, "reading-negative", "v", "-1"),
        (5, "unit-unknown", "u", "furlong"),
        (6, "reactive-energy", None, None),
        (7, "period-unknown", "p", "soon"),
        (8, "period-unknown", "p", "0"),
        (9, "period-unknown", "p", "1441"),
        (10, "period-unknown", "p", "day"),
        (11, "date-unreadable", "at", "never"),
    ]
    found = read_table(table("m,at,v,u,p", *rows), template=template, zone="UTC")
    assert [(claim["row"], claim["meter"], claim["energy"]) for claim in found.claims.to_pylist()] == [
        (0, "a", 1_000_000_000),
        (12, "b", 2_000_000_000),
    ]


def test_decimals_beyond_micro_watt_hours_are_kept_as_written() -> None:
    (claim,) = read_table(
        table("at,v,note", "2025-11-04T10:00Z,0.1234567891234,x"), template=said()
    ).claims.to_pylist()
    assert claim["energy"] == 123_456_789
    assert claim["original"] == '{"note":"x","v":"0.1234567891234"}'


def test_a_day_needs_a_zone_and_meters_of_great_britain_have_one() -> None:
    template = said("=day", time=None, date="d", meter="m")
    with pytest.raises(ZoneNeeded):
        recognised(table("d,v,m", "2025-07-01,1,abc"), template=template)
    reading = recognised(table("d,v,m", f"2025-07-01,1,{MPAN}"), template=template)
    assert reading.zone == "Europe/London"
    assert reading.notes
    assert recognised(table("at,v", "2025-07-01T00:00Z,1"), template=said()).zone == ""


def test_the_same_half_hour_of_a_day_file_has_the_same_key() -> None:
    template = said(time=None, date="d", clock="c", meter="m")
    one = read_table(table("m,d,c,v", f"{MPAN},2025-07-01,00:30,1.5"), template=template)
    header = ",".join(["MPAN", "Date", *(f"HH{number:02}" for number in range(1, 49))])
    day = read_table(table(header, ",".join([MPAN, "2025-07-01", *["1.5"] * 48])))
    twin = [claim for claim in day.claims.to_pylist() if claim["ts"] == one.claims["ts"][0].as_py()]
    (claim,) = one.claims.to_pylist()
    assert [(found["key"], found["energy"], found["meter"]) for found in twin] == [
        (claim["key"], claim["energy"], claim["meter"])
    ]


@pytest.mark.parametrize(
    ("columns", "told"),
    [
        ({"time": None}, "time"),
        ({"reading": None}, "reading"),
        ({"meter": None}, "meter"),
        ({"period": None}, "period"),
        ({"date": "v", "reading": "m"}, "either"),
    ],
)
def test_a_mapping_that_says_too_little_or_too_much_is_refused(columns: dict[str, Any], told: str) -> None:
    with pytest.raises(ColumnsMissing, match=told):
        recognised(table("at,v,m", "2025-11-04T10:00Z,1,2"), template=said(**columns))


def test_readings_are_never_proposed() -> None:
    with pytest.raises(FormatUnknown, match="mapping"):
        recognised(table("at,v", "2025-11-04T10:00Z,1"), format="generic-readings")
    with pytest.raises(FormatUnknown, match="known layout"):
        recognised(table("at,v", "2025-11-04T10:00Z,1"), template=Template.parse({"format": "readings"}))


@pytest.mark.parametrize(
    ("template", "day"),
    [(said(), "2025-11-04T1{}:00Z"), (said("=day", time=None, date="at"), "1{}/3/25")],
)
def test_rows_that_a_stray_quote_of_a_note_takes_in_are_refused_with_it(template: Template, day: str) -> None:
    rows = [f"m1,{day.format(hour)},0.{hour},note" for hour in range(1, 6)]
    taken_in = "\n".join([f'{rows[1][:-4]}"no', rows[2], rows[3], 'of"'])
    lines = ["meter,at,v,remark", rows[0], taken_in, rows[4]]
    found = read_table(table(*lines), template=template, zone="Europe/London")
    assert [claim["energy"] for claim in found.claims.to_pylist()] == [100_000_000, 500_000_000]
    assert [(reject["code"], reject["raw"]) for reject in found.rejects.to_pylist()] == [
        ("quote-doubtful", taken_in)
    ]
