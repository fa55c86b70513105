"""Which column of a header is which half hour."""

from collections.abc import Callable

import pytest

from gramledger.core.formats.meter_labels import periods_of
from gramledger.core.problems import FormatUnknown

STARTS = [f"{hour:02}:{minute}" for hour in range(24) for minute in ("00", "30")]
ENDS = [*STARTS[1:], "00:00"]


def numbered(write: Callable[[int], str], count: int = 48) -> list[str]:
    return [write(number) for number in range(1, count + 1)]


LAYOUTS = {
    "HH1": numbered(lambda n: f"HH{n}"),
    "HH01": numbered(lambda n: f"HH{n:02}"),
    "hh01 to hh50": numbered(lambda n: f"hh{n:02}", 50),
    "HH01 to HH46": numbered(lambda n: f"HH{n:02}", 46),
    "P1": numbered(lambda n: f"P{n}"),
    "kWh_1": numbered(lambda n: f"kWh_{n}"),
    "interval_1": numbered(lambda n: f"interval_{n}"),
    "1": numbered(str),
    "Period 1": numbered(lambda n: f"Period {n}"),
    "HH01 (kWh)": numbered(lambda n: f"HH{n:02} (kWh)"),
    "00:00": STARTS,
    "0:00": [time.lstrip("0") if not time.startswith("00") else time[1:] for time in STARTS],
    "00:00:00": [f"{time}:00" for time in STARTS],
    "00:30 to 00:00": ENDS,
    "00:30 to 24:00": [*ENDS[:-1], "24:00"],
    "0030 to 2400": [time.replace(":", "") for time in [*ENDS[:-1], "24:00"]],
    "H0030 to H0000": [f"H{time.replace(':', '')}" for time in ENDS],
    "hr0030 to hr2400": [f"hr{time.replace(':', '')}" for time in [*ENDS[:-1], "24:00"]],
    "[00:30] to [00:00]": [f"[{time}]" for time in ENDS],
    "00:00 - 00:30": [f"{start} - {end}" for start, end in zip(STARTS, ENDS, strict=True)],
}


@pytest.mark.parametrize("layout", LAYOUTS, ids=list(LAYOUTS))
def test_every_layout_gives_the_half_hours_in_their_order(layout: str) -> None:
    names = LAYOUTS[layout]
    found = periods_of(["MPAN", "Date", *names])
    assert found is not None
    assert found.values == list(range(2, 2 + len(names)))
    assert found.flags == [None] * len(names)


def test_columns_in_another_order_are_told_by_their_number() -> None:
    found = periods_of([*numbered(lambda n: f"HH{n}")[::-1], "MPAN", "Date"])
    assert found is not None
    assert found.values == list(range(47, -1, -1))


@pytest.mark.parametrize(
    "beside",
    [
        lambda n: f"HH{n:02} Flag",
        lambda n: f"HH{n:02}_AE",
        lambda n: f"HH{n:02}",
        lambda n: f"Type{n}",
        lambda _: "Status",
    ],
)
def test_a_column_beside_a_period_is_its_flag(beside: Callable[[int], str]) -> None:
    names = [name for n in range(1, 49) for name in (f"HH{n:02}", beside(n))]
    found = periods_of(["MPAN", "Date", *names])
    assert found is not None
    assert found.values == list(range(2, 98, 2))
    assert found.flags == list(range(3, 99, 2))


def test_names_that_are_repeated_after_all_periods_are_their_flags() -> None:
    names = numbered(lambda n: f"HH{n}", 50)
    found = periods_of(["MPAN", "Date", *names, *names])
    assert found is not None
    assert (found.values, found.flags) == (list(range(2, 52)), list(range(52, 102)))


def test_reactive_columns_beside_are_no_periods() -> None:
    names = [name for n in range(1, 49) for name in (f"HH{n:02} kWh", f"HH{n:02} kVArh")]
    found = periods_of(["MPAN", "Date", *names])
    assert found is not None
    assert (found.values, found.flags) == (list(range(2, 98, 2)), [None] * 48)


@pytest.mark.parametrize(
    "header",
    [
        ["MPAN", "Date", "Reading"],
        ["Date", "Kind", "Model", "Tokens"],
        ["MPAN", "Date", *numbered(lambda n: f"HH{n}", 24)],
        [f"column {n}" for n in range(100)],
        [],
    ],
)
def test_other_headers_have_no_half_hours(header: list[str]) -> None:
    assert periods_of(header) is None


@pytest.mark.parametrize(
    ("names", "told"),
    [
        ([name for name in LAYOUTS["HH01"] if name != "HH07"], "period 7"),
        (LAYOUTS["HH01"][:-1], "period 48"),
        ([*LAYOUTS["HH01"], "HH49"], "period 50"),
        ([name for name in STARTS if name != "13:30"], "13:30"),
        ([*STARTS[10:], *STARTS[:10]], "neither the first nor the last"),
        (LAYOUTS["HH01"] * 3, "not certain"),
    ],
)
def test_a_header_that_leaves_a_doubt_is_refused(names: list[str], told: str) -> None:
    with pytest.raises(FormatUnknown, match=told):
        periods_of(["MPAN", "Date", *names])
