"""Readings are the same whatever the layout, and however their file is cut; a bad row never alters another.

An example is a file of hundreds of readings that is read several times, so there are fewer of them.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from support.meter_texts import (
    NOW_MS,
    MeterDay,
    by_instant,
    by_period,
    mpan,
    numbered,
    reading_of,
    rows_of,
    wide,
)

from gramledger.core.chunks import ChunkReading, read_chunk
from gramledger.core.zones import half_hours

EPOCH = date(1970, 1, 1)
HH50 = numbered(lambda n: f"HH{n:02}", 50)
CHANGES = (date(2026, 3, 29), date(2026, 10, 25))


@st.composite
def meter_days(draw: st.DrawFn) -> list[MeterDay]:
    """Days of some meters, mostly near a clock change; the first is unambiguous in any form of dates."""
    found = [MeterDay(mpan(1), date(2026, 1, 31), tuple(["0.001"] * 48))]
    for _ in range(draw(st.integers(1, 5))):
        day = draw(st.sampled_from(CHANGES)) + timedelta(days=draw(st.integers(-2, 2)))
        count = int(half_hours(np.array([(day - EPOCH).days]), "Europe/London")[0])
        micro = draw(st.lists(st.integers(0, 10**12), min_size=count, max_size=count))
        readings = tuple(f"{number / 10**6:.6f}" for number in micro)
        found.append(MeterDay(mpan(draw(st.integers(1, 3))), day, readings))
    return found


def said(claims: list[dict[str, Any]]) -> list[tuple[Any, ...]]:
    """What claims say, without the rows in which they say it."""
    return [
        (claim["ts"], claim["key"], claim["meter"], claim["energy"], claim["seconds"]) for claim in claims
    ]


@settings(max_examples=20)
@given(meter_days())
def test_the_wide_layout_says_what_the_long_ones_say(days: list[MeterDay]) -> None:
    expected = said(rows_of(wide(days, HH50)))
    assert len(expected) == sum(len(its.readings) for its in days)
    assert said(rows_of(by_period(days))) == expected
    assert said(rows_of(by_instant(days))) == expected


@settings(max_examples=20)
@given(meter_days(), st.data())
def test_a_bad_row_is_refused_whole_and_alters_no_other(days: list[MeterDay], data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(days) - 1))
    bad = list(days[place].readings)
    bad[data.draw(st.integers(0, len(bad) - 1))] = data.draw(
        st.sampled_from(["x", "-1", "1e99", "1,2,3x", "NaN"])
    )
    broken = [*days]
    broken[place] = MeterDay(days[place].meter, days[place].day, tuple(f'"{text}"' for text in bad))
    octets = wide(broken, HH50)
    found = _chunk(octets)
    assert [reject["row"] for reject in found.rejects.to_pylist()] == [place]
    others = wide([*days[:place], *days[place + 1 :]], HH50)
    assert said(found.claims.to_pylist()) == (said(rows_of(others)) if len(days) > 1 else [])


@settings(max_examples=20)
@given(meter_days(), st.integers(100, 2000))
def test_blocks_of_any_size_give_what_one_gives(days: list[MeterDay], block: int) -> None:
    octets = wide(days, HH50)
    whole = _chunk(octets)
    again = _chunk(octets, block)
    assert again.claims.equals(whole.claims)
    assert (again.rows, again.accepted) == (whole.rows, whole.accepted) == (len(days), len(days))


def _chunk(octets: bytes, block_bytes: int = 1 << 21) -> ChunkReading:
    reading = reading_of(octets)
    return read_chunk(
        lambda first, last: octets[first:last],
        reading,
        len(octets),
        reading.first,
        len(octets),
        aligned=True,
        now_ms=NOW_MS,
        block_bytes=block_bytes,
    )
