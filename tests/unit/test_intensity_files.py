"""Files of half-hourly intensities: NESO's JSON, tables, and what is refused."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.half_hours import Figures, as_csv, as_json, instant, intensities, span

from gramledger.core.intensity_files import read_intensities
from gramledger.core.problems import InvalidRequest
from gramledger.core.zones import HALF_HOUR_MS

A, B = span("2018-01-20T12:00", 2)
FIGURE = st.one_of(st.none(), st.integers(0, 2000))
FIGURES = st.dictionaries(
    st.integers(0, 800_000).map(lambda n: n * HALF_HOUR_MS), st.tuples(FIGURE, FIGURE), min_size=1, max_size=8
).filter(lambda figures: any(each != (None, None) for each in figures.values()))


def test_the_answer_of_nesos_api_is_read_as_it_comes() -> None:
    row = (
        '{"from":"2018-01-20T12:00Z","to":"2018-01-20T12:30Z",'
        '"intensity":{"forecast":266,"actual":263,"index":"moderate"}}'
    )
    later = '{"from":"2018-01-20T12:30Z","to":"2018-01-20T13:00Z","intensity":{"forecast":270,"actual":null}}'
    expected = intensities({A: (266, 263), B: (270, None)})
    assert read_intensities(f'{{"data":[{row},{later}]}}'.encode()).equals(expected)
    assert read_intensities(f"[{later},{row}]".encode()).equals(expected)


@given(FIGURES)
def test_json_and_csv_say_the_same(figures: dict[int, Figures]) -> None:
    expected = intensities({start: both for start, both in figures.items() if both != (None, None)})
    assert read_intensities(as_json(figures)).equals(expected)
    assert read_intensities(as_csv(figures)).equals(expected)


@pytest.mark.parametrize(
    "text",
    [
        "datetime,forecast,actual,index\n2018-01-20T12:00:00,266,263,moderate\n",
        "\ufeffDatetime (UTC),Actual Carbon Intensity (gCO2/kWh),Forecast (gCO2/kWh)\r\n2018-01-20T12:00Z,263,266\r\n",
        "from,to,forecast,actual\n2018-01-20 12:00,2018-01-20 12:30,266.0,263\n\n",
        "START,FORECAST,ACTUAL\n2018-01-20 12:00:00+00:00, 266 ,263.000\n",
    ],
)
def test_a_table_may_name_its_columns_in_several_ways(text: str) -> None:
    assert read_intensities(text.encode()).equals(intensities({A: (266, 263)}))


def test_a_mix_of_generation_has_the_actual_intensity() -> None:
    text = "DATETIME,GAS,CARBON_INTENSITY\n2018-01-20 12:00:00+00:00,9000,263.0\n"
    assert read_intensities(text.encode()).equals(intensities({A: (None, 263)}))


def test_of_a_half_hour_that_comes_twice_the_last_figures_count() -> None:
    text = "from,forecast,actual\n2018-01-20T12:00Z,1,2\n2018-01-20T12:00Z,3,\n"
    assert read_intensities(text.encode()).equals(intensities({A: (3, 2)}))


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("", "columns are: none"),
        ("from,price\n2018-01-20T12:00Z,1\n", "from, price"),
        ("from,actual\n2018-01-20T12:10Z,1\n", "Half hour 1 .*12:10Z"),
        ("from,actual\n2018-01-20T12:00Z,1\n2018-02-30T12:00Z,1\n", "Half hour 2 .*2018-02-30"),
        ("from,actual\n2018-01-20T12:00+01:00,1\n", "no start of a half hour in UTC"),
        ("from,actual\n,1\n", "Half hour 1 .*None"),
        ("from,to,actual\n2018-01-20T12:00Z,2018-01-20T13:00Z,1\n", "not 30 minutes"),
        ("from,actual\n2018-01-20T12:00Z,-1\n", "actual figure '-1'"),
        ("from,forecast\n2018-01-20T12:00Z,0.2\n", "forecast figure '0.2'"),
        ("from,actual\n2018-01-20T12:00Z,2001\n", "from 0 to 2000"),
        ("from,actual\n9202-01-20T12:00Z,1\n", "Half hour 1 .*after 2099"),
        ('from,actual\n"' + "x" * 200_000, "no valid CSV: .*limit.*quote"),
        ("[" * 100_000, "nested too deeply"),
        ("from,actual\n2018-01-20T12:00Z,1\n2100-01-01T00:00Z,1\n", "Half hour 2 .*after 2099"),
        ("from,actual\n2018-01-20T12:00Z,\n", "no half hour with an intensity"),
        ("{", "no valid JSON"),
        ('{"data":{}}', "list of half hours"),
        ('[{"from":"2018-01-20T12:00Z"}]', "Half hour 1 .*intensity"),
        ('[{"from":"2018-01-20T12:00Z","intensity":{"actual":true}}]', "actual figure 'true'"),
        ('[{"from":7,"intensity":{"actual":1}}]', "starts at '7'"),
    ],
)
def test_what_is_wrong_is_named_with_its_place(text: str, named: str) -> None:
    with pytest.raises(InvalidRequest, match=named):
        read_intensities(text.encode())


def test_what_is_no_text_is_refused() -> None:
    with pytest.raises(InvalidRequest, match="UTF-8"):
        read_intensities(b"\xff\xfe\x00")


def test_rows_out_of_order_are_sorted() -> None:
    rows = json.loads(as_json({A: (1, 1), B: (2, 2)}))["data"]
    found = read_intensities(json.dumps(rows[::-1]).encode())
    assert found["start"].to_pylist() == [instant("2018-01-20T12:00"), B]
