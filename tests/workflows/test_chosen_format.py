"""The format may be chosen instead of being told from the header; a file of another one is then refused."""

from __future__ import annotations

import pytest
from support.meter_texts import a_day, mpan, wide
from support.runs import import_file, new_world, pages

HALF_HOURLY = wide([a_day("2026-01-15")])
DAILY = f"MPAN,Date,Reading\n{mpan(7)},2026-01-15,12.5\n{mpan(7)},2026-01-16,13.5\n".encode()


@pytest.mark.parametrize(
    ("content", "chosen", "claims"),
    [(HALF_HOURLY, "meter-half-hourly", 48), (DAILY, "meter-daily", 2)],
    ids=["half-hourly", "daily"],
)
def test_a_chosen_format_is_the_one_that_is_read(content: bytes, chosen: str, claims: int) -> None:
    record = import_file(new_world(), content, format=chosen)
    assert (record.format, record.status) == (chosen, "completed"), record.problem
    assert record.receipt is not None
    assert record.receipt["claims"] == claims


@pytest.mark.parametrize(
    ("content", "chosen"),
    [(HALF_HOURLY, "meter-daily"), (DAILY, "meter-half-hourly")],
    ids=["half-hourly", "daily"],
)
def test_a_file_of_another_format_than_the_chosen_one_is_refused(content: bytes, chosen: str) -> None:
    world = new_world()
    record = import_file(world, content, format=chosen)
    assert record.status == "failed"
    assert record.problem is not None
    assert record.problem["code"] in {"format-unknown", "columns-missing"}
    assert pages(world) == {}
