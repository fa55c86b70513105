"""Numbers, tables and progress lines as people see them."""

from __future__ import annotations

import io

import pytest
from support.cli import receipt

from gramledger_cli import figures, imports_view
from gramledger_cli.progress import Lines, progress_on
from gramledger_cli.summary_view import bar
from gramledger_cli.tables import harmless, pairs, table


@pytest.mark.parametrize(
    ("number", "shown"),
    [
        (0, "0"),
        (1.234, "1.23"),
        (12.34, "12.3"),
        (1234.5, "1,234"),
        (0.004567, "0.00457"),
        (0.09999, "0.100"),
        (-5.0, "-5.00"),
    ],
)
def test_three_digits_are_significant(number: float, shown: str) -> None:
    assert figures.significant(number) == shown


@pytest.mark.parametrize(
    ("kwh", "shown"),
    [
        (0, "0 kWh (0 to 0)"),
        (0.0000012, "1.20 mWh (1.20 to 1.20)"),
        (0.25, "250 Wh (250 to 250)"),
        (1.23, "1.23 kWh (1.23 to 1.23)"),
        (4100, "4.10 MWh (4.10 to 4.10)"),
    ],
)
def test_energy_has_the_unit_that_fits_its_value(kwh: float, shown: str) -> None:
    assert figures.energy({"low": kwh, "value": kwh, "high": kwh}) == shown


def test_a_figure_that_is_missing_is_never_zero() -> None:
    assert figures.energy(None) == figures.count(None) == figures.money(None, "USD") == figures.NONE


@pytest.mark.parametrize(
    ("amount", "shown"),
    [(40.854, "40.854 USD"), (3, "3.00 USD"), (1234.5, "1,234.50 USD"), (-0.1, "-0.10 USD")],
)
def test_money_keeps_its_decimals(amount: float, shown: str) -> None:
    assert figures.money(amount, "USD") == shown


@pytest.mark.parametrize(
    ("length", "shown"), [(5, "5 bytes"), (1500, "1.5 kB"), (120_000_000, "120.0 MB"), (5 * 2**30, "5.4 GB")]
)
def test_sizes(length: int, shown: str) -> None:
    assert figures.size(length) == shown


@pytest.mark.parametrize(
    ("duration", "shown"), [(None, "-"), (0.4, "0.40 s"), (12.34, "12.3 s"), (125.4, "2 min 05 s")]
)
def test_durations(duration: float | None, shown: str) -> None:
    assert figures.seconds(duration) == shown


def test_one_is_singular() -> None:
    assert figures.counted(1, "row", "rows") == "1 row"
    assert figures.counted(1200, "row", "rows") == "1,200 rows"


def test_table_columns_line_up_also_with_wide_characters() -> None:
    shown = table(("NAME", "N"), [("模型", "1"), ("plain", "10")])
    assert shown.split("\n") == ["NAME    N", "模型    1", "plain  10"]


def test_pairs_line_up_on_the_right_where_they_are_numbers() -> None:
    assert pairs([("a", "1"), ("long", "1,000")], right=True) == "  a         1\n  long  1,000"


def test_control_and_direction_characters_are_written_out() -> None:
    assert harmless("a\x1b[2Jb\u202e\n") == "a\\x1b[2Jb\\u202e\\n"


@pytest.mark.parametrize(("value", "shown"), [(0, ""), (1, "█" * 10), (0.5, "█" * 5), (0.0625, "▋")])
def test_a_bar_is_as_long_as_its_share(value: float, shown: str) -> None:
    assert bar(value, 1) == shown


def test_plain_progress_has_a_line_for_each_phase_and_then_one_every_five_seconds() -> None:
    seconds = iter([0.0, 0.1, 0.5, 1.0, 3.0, 6.0, 6.1])
    stream = io.StringIO()
    with Lines(stream, lambda: next(seconds)) as progress:
        progress.uploading("a.csv", 50, 100)
        progress.uploading("a.csv", 100, 100)
        progress.following("a.csv", {"status": "queued", "phase": "upload", "percent": 0, "rows": {}})
        for percent in (10, 20, 60):
            progress.following(
                "a.csv", {"status": "processing", "phase": "parse", "percent": percent, "rows": {}}
            )
        progress.ended("a.csv", "completed")
    assert stream.getvalue() == (
        "a.csv: upload 50 % of 100 bytes\na.csv: queued 0 %\na.csv: parse 10 %\na.csv: parse 60 %\na.csv: completed\n"
    )


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_live_progress_shows_file_phase_and_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "120")
    stream = Terminal()
    with progress_on(stream, lambda: 0.0) as progress:
        progress.uploading("a[b].csv", 50, 100)
        progress.following(
            "a[b].csv", {"status": "processing", "phase": "parse", "rows": {"processed": 1234}}
        )
        progress.ended("a[b].csv", "completed")
    assert "a[b].csv" in stream.getvalue()
    assert "completed" in stream.getvalue()
    assert "1,234 rows" in stream.getvalue()


def test_a_receipt_tells_rows_from_the_readings_in_them() -> None:
    shown = imports_view.receipt(
        receipt(rows_in=3, rows_accepted=2, rejected=1, claims=94, imported=94, calculated=94)
    )
    lines = [line.split() for line in shown.splitlines()]
    assert lines[:5] == [
        ["rows", "in", "the", "file", "3"],
        ["accepted", "2"],
        ["rejected", "1"],
        ["claims", "in", "them", "94"],
        ["imported", "94"],
    ]


def test_amounts_of_a_column_stand_below_each_other() -> None:
    column = [(3.0, "USD", ""), (1237.3621, "USD", "+"), None, (0.5, "USD", ""), (0.0, "USD", "+")]
    assert figures.amounts(column) == [
        "3.0000 USD ",
        "1,237.3621 USD+",
        "- ",
        "0.5000 USD ",
        "0.0000 USD+",
    ]
    assert figures.amounts([(3.0, "USD", ""), (12.25, "EUR", "")]) == ["3.00 USD", "12.25 EUR"]


def test_an_amount_too_small_for_its_column_is_not_shown_as_nothing() -> None:
    assert figures.amounts([(1.0, "USD", ""), (0.0000123, "USD", "")]) == ["1.00 USD", "0.0000123 USD"]
    assert figures.amounts([None]) == ["-"]
