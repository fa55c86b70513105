"""The statistics of a project: made from its entries, exactly, and the same totals as the summary's."""

from __future__ import annotations

from typing import Any

import pytest
from support.files import export, row
from support.runs import ADMIN, import_file, new_world

from gramledger.adapters.memory.world import MemoryWorld
from gramledger.app.spans import DaySpan
from gramledger.app.statistics import find_statistics
from gramledger.app.summary import summarise
from gramledger.core import limits
from gramledger.core.problems import InvalidRequest

ALWAYS = DaySpan.of(None, None)


def usage(day: int, hour: int, model: str, *buckets: object, cost: str) -> str:
    """Buckets are those of the export: cache write, input, cache read, output."""
    cells: tuple[object, object, object, object] = buckets  # type: ignore[assignment]
    return row(f"2025-11-{day:02d}T{hour:02d}:30:00.000Z", model=model, buckets=cells, cost=cost)


def some_usage() -> MemoryWorld:
    world = new_world()
    rows = [
        usage(3, 9, "gpt-5", 0, 100, 300, 100, cost="1.00"),
        usage(3, 10, "gpt-5", 0, 100, 0, 100, cost="2.00"),
        usage(4, 9, "auto", 50, 50, 900, 1000, cost="3.00"),
        usage(6, 9, "auto", 0, 0, 0, 500, cost="Included"),
        usage(6, 23, "gpt-5", 0, 0, 0, 900, cost="6.00"),
    ]
    assert import_file(world, export(rows)).status == "completed"
    return world


def statistics(world: MemoryWorld, span: DaySpan = ALWAYS, **asked: Any) -> dict[str, Any]:
    return find_statistics(world, ADMIN, "demo", span, **asked)


def test_totals_are_those_of_the_summary() -> None:
    world = some_usage()
    found, summary = statistics(world), summarise(world, ADMIN, "demo", ALWAYS)
    for name in ("entries", "requests", "tokens", "from", "to", "project_id"):
        assert found[name] == summary[name]
    assert found["cost"] == summary["cost"]["reported"] == 12
    assert found["list_price"] == summary["list_price"]["amount"]
    assert found["energy_kwh"] == pytest.approx(summary["energy_kwh"]["value"], rel=1e-12)
    assert found["gwp_kgco2e"] == pytest.approx(summary["gwp_kgco2e"]["value"], rel=1e-12)
    by_name = {model["model"]: model for model in summary["models"]}
    for model in found["models"]:
        assert model["tokens"] == by_name[model["model"]]["tokens"]
        assert model["cost"] == by_name[model["model"]]["cost"]["reported"]


def test_averages_and_ratios_are_worked_out_over_what_states_them() -> None:
    found = statistics(some_usage())
    assert found["days"] == {"all": 4, "with_usage": 3}
    assert found["averages"]["per_day"]["cost"] == 3
    assert found["averages"]["per_day"]["entries"] == 1.25
    assert found["averages"]["per_day_with_usage"]["cost"] == 4
    assert found["averages"]["per_request"]["cost"] == 3  # of four requests whose entries state a cost
    assert found["averages"]["per_request"]["tokens"] == 4100 / 5
    assert found["cost_per_million_tokens"] == pytest.approx(12 / 3600 * 1e6)
    assert found["cache_hit"] == 1200 / 1500


def test_models_stand_beside_each_other_in_the_asked_order() -> None:
    world = some_usage()
    auto, gpt = statistics(world)["models"]
    assert (auto["model"], gpt["model"]) == ("auto", "gpt-5")
    assert auto["entries_percent"] == 40
    assert auto["tokens_percent"] == pytest.approx(100 * 2500 / 4100)
    assert auto["cache_hit"] == 0.9
    assert auto["per_request"]["tokens"] == 1250
    assert auto["percentiles"]["tokens"] == {"p50": 500, "p95": 2000, "p99": 2000}
    assert auto["list_price"] is None
    assert auto["per_request"]["list_price"] is None
    assert (gpt["days_with_usage"], gpt["first"], gpt["last"]) == (2, "2025-11-03", "2025-11-06")
    assert gpt["percentiles"]["cost"] == {"p50": 2, "p95": 6, "p99": 6}
    assert [model["model"] for model in statistics(world, sort="cost")["models"]] == ["gpt-5", "auto"]
    assert [model["model"] for model in statistics(world, sort="list_price")["models"]] == ["gpt-5", "auto"]
    assert [model["model"] for model in statistics(world, sort="model")["models"]] == ["auto", "gpt-5"]


def test_one_model_can_be_asked_for() -> None:
    found = statistics(some_usage(), models=["gpt-5"])
    assert [model["model"] for model in found["models"]] == ["gpt-5"]
    assert (found["entries"], found["cost"], found["days"]["with_usage"]) == (3, 9, 2)
    nothing = statistics(some_usage(), models=["gpt"])
    assert (nothing["entries"], nothing["cost"], nothing["models"]) == (0, None, [])


def test_peaks_are_of_the_time_zone() -> None:
    world = some_usage()
    peaks = statistics(world)["peaks"]
    assert (peaks["busiest_hour"], peaks["busiest_weekday"], peaks["busiest_day"]) == (
        9,
        "Tuesday",
        "2025-11-04",
    )
    assert peaks["dearest_day"] == "2025-11-06"
    assert [found["entries"] for found in peaks["hours"]][9:11] == [3, 1]
    assert sum(found["tokens"] for found in peaks["weekdays"]) == 4100
    tokyo = statistics(world, zone="Asia/Tokyo")["peaks"]
    assert (tokyo["busiest_hour"], tokyo["dearest_day"]) == (18, "2025-11-07")


def test_growth_is_of_the_later_half_of_the_days() -> None:
    found = statistics(some_usage())["growth"]
    assert (found["days"], found["earlier"]["from"], found["earlier"]["to"]) == (
        2,
        "2025-11-03",
        "2025-11-04",
    )
    assert (found["later"]["from"], found["later"]["to"]) == ("2025-11-05", "2025-11-06")
    assert found["percent"]["tokens"] == pytest.approx(100 * (1400 - 2700) / 2700)
    assert found["percent"]["cost"] == 0
    assert statistics(some_usage(), DaySpan.of("2025-11-06", None))["growth"] is None


def test_what_the_later_days_do_not_state_has_no_growth() -> None:
    world = new_world()
    early = [usage(day, 9, "gpt-5", 0, 0, 0, 100, cost="1.00") for day in (3, 4)]
    late = [usage(day, 9, "auto", 0, 0, 0, 300, cost="Included") for day in (5, 6)]
    import_file(world, export([*early, *late]))
    percent = statistics(world)["growth"]["percent"]
    assert (percent["tokens"], percent["cost"], percent["list_price"]) == (200, None, None)
    quiet = statistics(world, DaySpan.of("2025-11-03", "2025-11-10"))["growth"]["percent"]
    assert (quiet["tokens"], quiet["requests"]) == (-100, -100)


def test_a_span_as_it_was_has_the_statistics_of_then() -> None:
    world = some_usage()
    before = statistics(world)
    world.clock.sleep(60)
    then = "2025-11-13T02:13:40Z"
    import_file(world, export([usage(3, 11, "gpt-5", 0, 0, 0, 7, cost="9.00")]))
    assert statistics(world)["entries"] == 6
    assert statistics(world, DaySpan.of(None, None, then))["entries"] == before["entries"]


def test_a_project_without_usage_has_empty_statistics() -> None:
    found = statistics(new_world())
    assert (found["entries"], found["days"]["all"], found["growth"], found["cache_hit"]) == (0, 0, None, None)
    assert found["averages"]["per_day"]["entries"] is None
    assert found["peaks"]["busiest_day"] is None


def test_what_cannot_be_asked_is_refused() -> None:
    world = some_usage()
    with pytest.raises(InvalidRequest, match="'sort' is 'size'; it may be tokens"):
        statistics(world, sort="size")
    with pytest.raises(InvalidRequest, match="no time zone 'Home'"):
        statistics(world, zone="Home")


def test_more_entries_than_fit_into_one_request_are_refused_with_the_limit(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(limits, "STATISTICS_ENTRIES", 4)
    with pytest.raises(InvalidRequest, match="has 5 entries; statistics are made of up to 4"):
        statistics(some_usage())


def test_a_series_has_the_sums_of_each_step_that_has_usage() -> None:
    world = some_usage()
    assert statistics(world)["series"] is None
    days = statistics(world, step="day")["series"]
    summary = summarise(world, ADMIN, "demo", ALWAYS)["days"]
    assert [(day["at"], day["tokens"]) for day in days] == [(day["day"], day["tokens"]) for day in summary]
    hours = statistics(world, step="hour", zone="Asia/Kolkata")["series"]
    assert [hour["at"] for hour in hours][:3] == ["2025-11-03T15:00", "2025-11-03T16:00", "2025-11-04T15:00"]
    assert [hour["cost"] for hour in hours] == [1, 2, 3, None, 6]
    minutes = statistics(world, step="10min")["series"]
    assert (len(minutes), minutes[0]["at"]) == (5, "2025-11-03T09:30")
    for series in (days, hours, minutes):
        assert sum(step["entries"] for step in series) == 5


def test_a_series_is_of_known_steps_and_of_a_size_that_an_answer_may_have(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    world = some_usage()
    with pytest.raises(InvalidRequest, match="'step' is 'week'; it may be day, hour, 10min"):
        statistics(world, step="week")
    monkeypatch.setattr(limits, "STATISTICS_STEPS", 4)
    assert len(statistics(world, step="day")["series"]) == 3
    with pytest.raises(InvalidRequest, match="has 5 steps of 'hour' with usage; a series may have 4"):
        statistics(world, step="hour")
