"""Half-hourly intensities for tests: tables, and the texts that NESO publishes them in."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime

import pyarrow as pa

from gramledger.core.half_hours import INTENSITY
from gramledger.core.zones import HALF_HOUR_MS

Figures = tuple[int | None, int | None]
"""Forecast and actual."""


def instant(text: str) -> int:
    """Ms UTC of `2025-10-26T00:30`."""
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()) * 1000


def intensities(figures: Mapping[int, Figures]) -> pa.Table:
    """A series of figures by the start of their half hours."""
    rows = [{"start": start, "forecast": f, "actual": a} for start, (f, a) in sorted(figures.items())]
    return pa.Table.from_pylist(rows, schema=INTENSITY)


def span(first: str, count: int) -> list[int]:
    """The starts of so many half hours."""
    return [instant(first) + n * HALF_HOUR_MS for n in range(count)]


def as_json(figures: Mapping[int, Figures]) -> bytes:
    """What the API of NESO answers."""
    rows = [
        {
            "from": _minute(start),
            "to": _minute(start + HALF_HOUR_MS),
            "intensity": {"forecast": forecast, "actual": actual, "index": "moderate"},
        }
        for start, (forecast, actual) in sorted(figures.items())
    ]
    return json.dumps({"data": rows}).encode()


def as_csv(figures: Mapping[int, Figures]) -> bytes:
    """The same as a table."""
    lines = [
        f"{_minute(start)},{_cell(forecast)},{_cell(actual)},moderate"
        for start, (forecast, actual) in sorted(figures.items())
    ]
    return "\n".join(["from,forecast,actual,index", *lines, ""]).encode()


def _minute(ms: int) -> str:
    return f"{datetime.fromtimestamp(ms / 1000, UTC):%Y-%m-%dT%H:%MZ}"


def _cell(figure: int | None) -> str:
    return "" if figure is None else str(figure)
