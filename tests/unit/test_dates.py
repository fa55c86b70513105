"""Dates and times of any tool: read exactly where their form is certain, asked for where it is not."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gramledger.core.date_forms import check_form, detect_form
from gramledger.core.dates import FORMS, finer_than_ms, read_days, read_times
from gramledger.core.problems import DatesAmbiguous, DatesUnreadable, InvalidRequest

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def times(form: str, *texts: str | None, zone: str = "UTC") -> list[str]:
    """Each text as an instant in ISO 8601, or as the code of its refusal."""
    ms, codes = read_times(pa.array(texts, pa.string()), form, zone)
    return [
        codes.get(index) or (EPOCH + timedelta(milliseconds=at)).isoformat().removesuffix("+00:00")
        for index, at in enumerate(ms.tolist())
    ]


def days(form: str, *texts: str) -> list[str]:
    found, codes = read_days(pa.array(texts, pa.string()), form)
    return [
        codes.get(index) or (EPOCH + timedelta(days=day)).date().isoformat()
        for index, day in enumerate(found.tolist())
    ]


@pytest.mark.parametrize(
    ("form", "text", "instant"),
    [
        ("iso", "2025-11-04", "2025-11-04T00:00:00"),
        ("iso", "20251104", "2025-11-04T00:00:00"),
        ("iso", " 2025-11-04T22:09 ", "2025-11-04T22:09:00"),
        ("iso", "2025-11-04 22:09:47.543Z", "2025-11-04T22:09:47.543000"),
        ("iso", "2025-11-04T22:09:47,5439999+02:00", "2025-11-04T20:09:47.543000"),
        ("iso", "2025-11-04 00:30 -0130", "2025-11-04T02:00:00"),
        ("iso", "2025-11-04 10:00:00 UTC", "2025-11-04T10:00:00"),
        ("Y/m/d", "2025/11/4", "2025-11-04T00:00:00"),
        ("d/m/Y", "4/11/2025", "2025-11-04T00:00:00"),
        ("d/m/Y", "04.11.25 7:05", "2025-11-04T07:05:00"),
        ("d/m/Y", "29-Feb-2024", "2024-02-29T00:00:00"),
        ("d/m/Y", "4 September 1999, 12:00 AM", "1999-09-04T00:00:00"),
        ("d/m/Y", "31/12/70", "1970-12-31T00:00:00"),
        ("m/d/Y", "11/4/2025 12:30 PM", "2025-11-04T12:30:00"),
        ("m/d/Y", "Nov 4, 2025 1:02:03 p.m.", "2025-11-04T13:02:03"),
        ("epoch-s", "1762294187", "2025-11-04T22:09:47"),
        ("epoch-s", "1762294187.0", "2025-11-04T22:09:47"),
        ("epoch-ms", "1762294187543", "2025-11-04T22:09:47.543000"),
        ("excel", "45965", "2025-11-04T00:00:00"),
        ("excel", "45965.0416666667", "2025-11-04T01:00:00"),
        ("excel", "45965.923466933", "2025-11-04T22:09:47.543000"),
        ("%d.%m.%Y %H:%M", "04.11.2025 22:09", "2025-11-04T22:09:00"),
        ("%y%m%d %z", "251104 +0200", "2025-11-03T22:00:00"),
    ],
)
def test_every_form_is_read_exactly(form: str, text: str, instant: str) -> None:
    assert times(form, text) == [instant]


@pytest.mark.parametrize(
    ("form", "text", "code"),
    [
        ("iso", "2025-02-29", "date-unreadable"),
        ("iso", "2025-13-01", "date-unreadable"),
        ("iso", "2025-1-1", "date-unreadable"),
        ("iso", "2025-11-04 24:00", "date-unreadable"),
        ("iso", "2025-11-04 23:60", "date-unreadable"),
        ("iso", "2025-11-04 10:00+24:00", "date-unreadable"),
        ("iso", "", "date-missing"),
        ("iso", None, "date-missing"),
        ("iso", "1969-12-31", "date-out-of-range"),
        ("d/m/Y", "31/4/2025", "date-unreadable"),
        ("d/m/Y", "4-Nov-2025 13:00 PM", "date-unreadable"),
        ("d/m/Y", "4/No/2025", "date-unreadable"),
        ("m/d/Y", "13/04/2025", "date-unreadable"),
        ("epoch-s", "1762294187.5", "date-unreadable"),
        ("epoch-s", "-5", "date-unreadable"),
        ("epoch-s", "", "date-missing"),
        ("epoch-ms", "999999999999999", "date-out-of-range"),
        ("excel", "tomorrow", "date-unreadable"),
        ("excel", "25568", "date-out-of-range"),
        ("%d.%m.%Y", "2025-11-04", "date-unreadable"),
        ("%d.%m.%Y", " ", "date-missing"),
    ],
)
def test_what_is_no_date_of_the_form_is_refused_with_its_reason(form: str, text: str, code: str) -> None:
    assert times(form, "x", text)[1:] == [code]


def test_a_time_of_a_zone_is_an_instant_unless_the_clock_shows_it_twice_or_never() -> None:
    texts = [
        "26/10/2025 00:30",
        "26/10/2025 01:30",
        "26/10/2025 02:30",
        "30/03/2025 01:30",
        "30/03/2025 02:30",
    ]
    assert times("d/m/Y", *texts, "26/10/2025 01:30+00:00", zone="Europe/London") == [
        "2025-10-25T23:30:00",
        "time-ambiguous",
        "2025-10-26T02:30:00",
        "time-nonexistent",
        "2025-03-30T01:30:00",
        "2025-10-26T01:30:00",
    ]
    assert times("excel", "45956.5", zone="Europe/London") == ["2025-10-26T12:00:00"]
    assert times("epoch-s", "1762294187", zone="Europe/London") == ["2025-11-04T22:09:47"]


def test_without_a_zone_only_times_that_state_theirs_are_read() -> None:
    assert times("iso", "2025-11-04", "2025-11-04T01:00Z", "never", zone="") == [
        "date-without-zone",
        "2025-11-04T01:00:00",
        "date-unreadable",
    ]


def test_a_day_is_read_with_a_midnight_and_with_no_other_time() -> None:
    assert days("d/m/Y", "26/10/2025", "26/10/2025 00:00:00", "26/10/2025 00:30", "", "30/2/2025") == [
        "2025-10-26",
        "2025-10-26",
        "date-unreadable",
        "date-missing",
        "date-unreadable",
    ]
    assert days("excel", "45956", "45956.5") == ["2025-10-26", "date-unreadable"]
    assert days("%Y-%j-%d", "2025-xx-26") == ["date-unreadable"]


@pytest.mark.parametrize(
    ("samples", "form"),
    [
        (["2025-11-04", "2025-11-05 10:00Z"], "iso"),
        (["20251104"], "iso"),
        (["2025/11/04"], "Y/m/d"),
        (["01/02/2025", "13/02/2025"], "d/m/Y"),
        (["01/02/2025", "02/13/2025 7:00 AM"], "m/d/Y"),
        (["04-Nov-25"], "d/m/Y"),
        (["13/02/25"], "d/m/Y"),
        (["Nov 4, 2025"], "m/d/Y"),
        (["1762294187", "1762294187.0"], "epoch-s"),
        (["1762294187543"], "epoch-ms"),
        (["13/02/2025", "01/02/2025", "Total", "n/a"], "d/m/Y"),
        (["45965", "45965.5"], "excel"),
    ],
)
def test_a_form_is_told_where_the_samples_allow_no_other(samples: list[str], form: str) -> None:
    assert detect_form([*samples, "", samples[0]]) == form


@pytest.mark.parametrize(
    ("samples", "forms"),
    [
        (["01/02/2025", "12/12/2025"], ["d/m/Y", "m/d/Y"]),
        (["25-11-04"], ["d/m/Y", "%y-%m-%d"]),
    ],
)
def test_what_may_be_meant_in_two_ways_is_asked_for(samples: list[str], forms: list[str]) -> None:
    with pytest.raises(DatesAmbiguous) as refused:
        detect_form(samples)
    assert refused.value.facts["forms"] == forms
    assert repr(samples[0]) in refused.value.detail


@pytest.mark.parametrize(
    "samples",
    [
        [],
        [""],
        ["soon"],
        ["13/02/2025", "02/13/2025"],
        ["2025-11-04", "45965"],
        ["2025-11-04", "n/a", "Total"],
    ],
)
def test_what_has_no_one_form_is_no_date(samples: list[str]) -> None:
    with pytest.raises(DatesUnreadable):
        detect_form(samples)


@given(st.datetimes(datetime(1990, 1, 1), datetime(2099, 12, 31)), st.booleans())  # noqa: DTZ001 -- local times
def test_a_day_beyond_the_twelfth_is_read_back_in_every_order(moment: datetime, day_first: bool) -> None:
    moment = moment.replace(day=28, microsecond=0)
    text = moment.strftime("%d/%m/%Y %H:%M:%S" if day_first else "%m/%d/%Y %I:%M:%S %p")
    form = detect_form([text])
    assert form == ("d/m/Y" if day_first else "m/d/Y")
    assert times(form, text) == [moment.isoformat()]


@pytest.mark.parametrize("form", [*FORMS, "%d.%m.%Y", "%Y-%b-%d %I:%M %p", "%d%m%y"])
def test_forms_with_a_name_and_patterns_of_a_date_are_accepted(form: str) -> None:
    assert check_form(form) == form


@pytest.mark.parametrize("form", ["", "DD/MM/YYYY", "%H:%M", "%d/%m", "%c", "%d %m %Y %Q", None, 5])
def test_other_forms_are_refused(form: object) -> None:
    with pytest.raises(InvalidRequest):
        check_form(form)


def test_fractions_beyond_milliseconds_are_told() -> None:
    texts = ["10:00:00.123", "10:00:00.1230", "10:00:00.1234", None, "10:00:00", "10:00:00,1230001"]
    assert finer_than_ms(pa.array(texts)) == [2, 5]
