"""What is usual in a project, and which rows are far from it."""

from __future__ import annotations

import random

import pytest
from support.csv_texts import read_rows

from gramledger.core.outliers import DAYS, FACTOR, REQUESTS, SHOWN, find_outliers, usual_tokens
from gramledger.core.rollup import GROUPED, STATED, SUMMED, Group


def group(tokens: int, requests: int, model: str | None = "auto", status: str = "ok") -> Group:
    by = tuple({"model": model, "status": status}.get(name) for name in GROUPED)
    sums = tuple({"output": tokens, "requests": requests}.get(name, 0) for name in SUMMED)
    return Group(by, requests, tuple(0 for _ in STATED), sums)


def row(output: object, model: str = "auto") -> str:
    return f"2026-01-02T03:04:05.678Z,Included,{model},No,0,0,0,{output},,0.01"


def test_usual_is_the_weighted_median_of_the_days_means() -> None:
    days = [[group(1000, 10)], [group(3000, 10)], [group(900_000, 1)], [group(4000, 20)], [group(10, 1)]]
    assert usual_tokens(days) == {"auto": 200}


def test_groups_of_one_model_on_one_day_are_one_mean() -> None:
    days = [[group(100, 10, status="ok"), group(300, 10, status="needs_recalculation")]] * DAYS
    assert usual_tokens(days) == {"auto": 20}


@pytest.mark.parametrize(
    "days",
    [
        [],
        [[group(1000, 100)]] * (DAYS - 1),
        [[group(10, (REQUESTS - 1) // DAYS)]] * DAYS,
        [[group(1000, 100, model=None)]] * DAYS,
        [[group(0, 100)]] * DAYS,
    ],
)
def test_nothing_is_usual_before_enough_is_known(days: list[list[Group]]) -> None:
    assert usual_tokens(days) == {}


def test_only_rows_far_beyond_what_is_usual_for_their_model_are_outliers() -> None:
    usual = {"auto": 10, "gpt-5": 1000}
    rows = [row(10 * FACTOR), row(10 * FACTOR + 1), row(5000, "gpt-5"), row(10**9, "new"), row("")]
    found = find_outliers(read_rows(*rows).claims, usual)
    assert found.count == 1
    assert found.first == [
        {"row": 1, "ts": "2026-01-02T03:04:05.678Z", "model": "auto", "tokens": 1001, "usual": 10}
    ]


def test_all_are_counted_and_the_first_are_named() -> None:
    found = find_outliers(read_rows(*[row(10**6)] * (SHOWN + 5)).claims, {"auto": 1})
    assert (found.count, len(found.first)) == (SHOWN + 5, SHOWN)


def test_a_file_without_claims_and_a_project_without_history_have_none() -> None:
    assert find_outliers(read_rows("x").claims, {"auto": 1}).count == 0
    assert find_outliers(read_rows(row(10**9)).claims, {}).count == 0


def test_the_spread_of_real_usage_gives_no_alarm() -> None:
    for seed in range(50):
        chance = random.Random(seed)  # noqa: S311 -- repeatable on purpose
        events = [[int(chance.lognormvariate(11, 1.0)) for _ in range(40)] for _ in range(20)]
        usual = usual_tokens([[group(sum(day), len(day))] for day in events])
        rows = [row(int(chance.lognormvariate(11, 1.0))) for _ in range(200)]
        assert find_outliers(read_rows(*rows).claims, usual).count == 0
