"""One table for each format, row by row: the cells, and what the claims made from them state.

Each row has a day (or an instant) of its own, by which its claims are found again.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

from gramledger.core.mapping import Template
from support.csv_texts import V2
from support.meter_texts import mpan
from support.provider_texts import (
    ANTHROPIC,
    DAY,
    OPENAI_24,
    OPENAI_26,
    OPENAI_COST_17,
    anthropic,
    openai,
    openai_cost,
)

DAY_MS = 86_400_000
NANO = 1_000_000_000
START = datetime(2025, 11, 1, tzinfo=UTC)
WINTER = datetime(2025, 11, 3, tzinfo=UTC)
"""From here on sixty days have no clock change anywhere that is asked."""

MODELS = ("auto", "gpt-5", "claude-4.5-sonnet-thinking", "")
TEXTS = (
    "Included",
    "On-Demand",
    "",
    "Errored, Not Charged",
    "caf\u00e9 \u2013 5 \u20ac",
    "5 inches; or | so",
)
QUOTED_TEXTS = ('a "word"', "it's", "two\nlines", "a\ttab", "1,2\n3,4", '"')


@dataclass(frozen=True)
class Row:
    """The cells of a row, and for each of its claims what some columns hold."""

    cells: list[str]
    claims: list[dict[str, Any]]


@dataclass(frozen=True)
class Table:
    """How a format's tables are made; `row(numbers, number, text)` makes one with a text that may need quotes."""

    header: list[str]
    row: Callable[[Random, int, str], Row]
    slot: int
    """Of how many ms the time is that no other row shares."""
    mapping: Template | None = None
    """Of a table that no header tells."""


def _cents(numbers: Random) -> tuple[str, int]:
    cents = numbers.randrange(1000)
    return f"{cents / 100:.2f}", cents * NANO // 100


def _cursor(header: Sequence[str]) -> Callable[[Random, int, str], Row]:
    def row(numbers: Random, number: int, text: str) -> Row:
        instant = START + timedelta(milliseconds=number * 1000 + numbers.randrange(1000))
        model, (cost, nano) = numbers.choice(MODELS), _cents(numbers)
        counts = [numbers.randrange(10**6) for _ in range(4)]
        stated = dict(zip(V2.split(",")[4:8], map(str, counts), strict=True)) | {
            "Date": f"{instant:%Y-%m-%dT%H:%M:%S}.{instant.microsecond // 1000:03d}Z",
            "Kind": text,
            "Model": model,
            "Max Mode": "No",
            "Total Tokens": str(sum(counts)),
            "Cost": cost,
        }
        buckets = dict(zip(("cache_write", "input", "cache_read", "output"), counts, strict=True))
        claim = {
            "ts": round(instant.timestamp() * 1000),
            "kind": text or None,
            "model": model or None,
            "cost": nano,
        }
        return Row([stated.get(name, "") for name in header], [claim | buckets])

    return row


def _openai(header: str) -> Callable[[Random, int, str], Row]:
    def row(numbers: Random, number: int, text: str) -> Row:
        start, whole, cached = (
            DAY + number * 86_400,
            numbers.randrange(10**6, 10**7),
            numbers.randrange(10**6),
        )
        output, requests = numbers.randrange(10**6), numbers.randrange(1, 100)
        changed = {"input_cache_write_tokens": "0"} if header == OPENAI_26 else {}
        written = openai(
            header,
            start_time=str(start),
            user_id=_TEXT,
            input_tokens=f"{whole}.0",
            input_cached_tokens=f"{cached}.0",
            output_tokens=f"{output}.0",
            num_model_requests=f"{requests}.0",
            input_uncached_tokens="1",
            **changed,
        )
        stated = {"input": whole - cached, "cache_read": cached, "output": output, "requests": requests}
        return Row(_fields(written, text), [{"ts": start * 1000, "user": text or None, **stated}])

    return row


_TEXT = "the text"


def _fields(written: str, text: str) -> list[str]:
    """The cells of one row as `support.provider_texts` writes it, with a text that may have several lines."""
    return [text if cell == _TEXT else cell for cell in next(csv.reader([written]))]


def _openai_cost(numbers: Random, number: int, text: str) -> Row:
    start, (amount, nano) = DAY + number * 86_400, _cents(numbers)
    written = openai_cost(start_time=str(start), amount_value=amount, line_item=_TEXT)
    return Row(_fields(written, text), [{"ts": start * 1000, "kind": text or None, "cost": nano}])


def _anthropic(numbers: Random, number: int, text: str) -> Row:
    day = WINTER + timedelta(days=number)
    counts = [numbers.randrange(10**6) for _ in range(5)]
    named = ("no_cache", "cache_write_5m", "cache_write_1h", "cache_read")
    written = anthropic(
        usage_date_utc=f"{day:%Y-%m-%d}",
        usage_type=_TEXT,
        usage_output_tokens=str(counts[4]),
        **{f"usage_input_tokens_{name}": str(n) for name, n in zip(named, counts, strict=False)},
    )
    stated = {
        "input": counts[0],
        "cache_write": counts[1] + counts[2],
        "cache_read": counts[3],
        "output": counts[4],
    }
    return Row(
        _fields(written, text), [{"ts": round(day.timestamp() * 1000), "kind": text or None, **stated}]
    )


_ANTHROPIC_API = [
    *(
        "starting_at",
        "ending_at",
        "model",
        "uncached_input_tokens",
        "cache_creation.ephemeral_5m_input_tokens",
    ),
    *("cache_creation.ephemeral_1h_input_tokens", "cache_read_input_tokens", "output_tokens", "service_tier"),
]


def _anthropic_api(numbers: Random, number: int, text: str) -> Row:
    day = WINTER + timedelta(days=number)
    times = [f"{day:%Y-%m-%dT%H:%M:%SZ}", f"{day + timedelta(days=1):%Y-%m-%dT%H:%M:%SZ}"]
    counts = [numbers.randrange(10**6) for _ in range(5)]
    stated = {
        "input": counts[0],
        "cache_write": counts[1] + counts[2],
        "cache_read": counts[3],
        "output": counts[4],
    }
    claim = {"ts": round(day.timestamp() * 1000), "kind": text or None, **stated}
    return Row([*times, "claude-sonnet-4-5-20250929", *map(str, counts), text], [claim])


_CCUSAGE = [
    *("date", "project", "modelName"),
    *("inputTokens", "outputTokens", "cacheCreationTokens", "cacheReadTokens", "cost"),
]


def _ccusage(numbers: Random, number: int, text: str) -> Row:
    day, (cost, nano) = WINTER + timedelta(days=number), _cents(numbers)
    counts = [numbers.randrange(10**6) for _ in range(4)]
    buckets = dict(zip(("input", "output", "cache_write", "cache_read"), counts, strict=True))
    cells = [f"{day:%Y-%m-%d}", "p", text, *map(str, counts), cost]
    return Row(cells, [{"ts": round(day.timestamp() * 1000), "model": text or None, "cost": nano, **buckets}])


_GENERIC = ["timestamp", "user", "model", "prompt tokens", "completion tokens", "cost", "type"]
_MAPPING = Template.parse(
    {
        "format": "usage",
        "columns": {
            field: {"column": name}
            for field, name in zip(
                ("time", "user", "model", "input", "output", "cost", "kind"), _GENERIC, strict=True
            )
        },
        "dates": "iso",
    }
)


def _generic(numbers: Random, number: int, text: str) -> Row:
    instant, (cost, nano) = START + timedelta(seconds=number), _cents(numbers)
    counts = [numbers.randrange(10**6) for _ in range(2)]
    cells = [f"{instant:%Y-%m-%dT%H:%M:%SZ}", "ada", "gpt-5", *map(str, counts), cost, text]
    claim = {"ts": round(instant.timestamp() * 1000), "kind": text or None, "cost": nano}
    return Row(cells, [claim | dict(zip(("input", "output"), counts, strict=True))])


def _half_hourly(numbers: Random, number: int, text: str) -> Row:
    day = WINTER + timedelta(days=number)
    readings = [numbers.randrange(1000) for _ in range(48)]
    first = round(day.timestamp() * 1000)
    claims = [
        {"ts": first + at * 1_800_000, "meter": mpan(7), "energy": amount * NANO // 100, "seconds": 1800}
        for at, amount in enumerate(readings)
    ]
    return Row([mpan(7), f"{day:%Y-%m-%d}", *(f"{amount / 100:.2f}" for amount in readings), text], claims)


def _reading(numbers: Random) -> tuple[str, int]:
    amount = numbers.randrange(1000)
    return f"{amount / 100:.2f}", amount * NANO // 100


def _daily(numbers: Random, number: int, text: str) -> Row:
    day, (reading, energy) = WINTER + timedelta(days=number), _reading(numbers)
    claim = {"ts": round(day.timestamp() * 1000), "meter": mpan(7), "energy": energy, "seconds": 86_400}
    return Row([mpan(7), f"{day:%Y-%m-%d}", reading, text], [claim])


def _by_period(numbers: Random, number: int, text: str) -> Row:
    start, (reading, energy) = WINTER + timedelta(minutes=30 * number), _reading(numbers)
    claim = {"ts": round(start.timestamp() * 1000), "meter": mpan(7), "energy": energy, "seconds": 1800}
    return Row([mpan(7), f"{start:%Y-%m-%d}", str(number % 48 + 1), reading, text], [claim])


def _any_readings(numbers: Random, number: int, text: str) -> Row:
    start, (reading, energy) = START + timedelta(minutes=15 * number), _reading(numbers)
    claim = {"ts": round(start.timestamp() * 1000), "meter": "wall-box", "energy": energy, "seconds": 900}
    return Row(["wall-box", f"{start:%Y-%m-%dT%H:%M:%SZ}", reading, "kWh", "15", text], [claim])


_READINGS = Template.parse(
    {
        "format": "readings",
        "columns": {
            "meter": {"column": "Box"},
            "time": {"column": "When"},
            "reading": {"column": "Much"},
            "unit": {"column": "In"},
            "period": {"column": "Long"},
        },
        "dates": "iso",
    }
)


TABLES: dict[str, Table] = {
    "cursor V2": Table(V2.split(","), _cursor(V2.split(",")), 1),
    "cursor V3": Table(
        (v3 := V2.replace("Date,", "Date,Cloud Agent ID,Automation ID,").split(",")), _cursor(v3), 1
    ),
    "openai-usage 24": Table(OPENAI_24.split(","), _openai(OPENAI_24), DAY_MS),
    "openai-usage 26": Table(OPENAI_26.split(","), _openai(OPENAI_26), DAY_MS),
    "openai-cost": Table(OPENAI_COST_17.split(","), _openai_cost, DAY_MS),
    "anthropic-usage": Table(ANTHROPIC.split(","), _anthropic, DAY_MS),
    "anthropic-usage-api": Table(_ANTHROPIC_API, _anthropic_api, DAY_MS),
    "ccusage": Table(_CCUSAGE, _ccusage, DAY_MS),
    "generic-usage": Table(_GENERIC, _generic, 1000, _MAPPING),
    "meter-half-hourly": Table(
        ["MPAN", "Date", *(f"HH{number:02}" for number in range(1, 49)), "Remark"], _half_hourly, DAY_MS
    ),
    "meter-daily": Table(["MPAN", "Date", "Reading (kWh)", "Remark"], _daily, DAY_MS),
    "meter-readings": Table(
        ["MPAN", "Settlement Date", "Settlement Period", "Consumption (kWh)", "Remark"], _by_period, 1_800_000
    ),
    "generic-readings": Table(
        ["Box", "When", "Much", "In", "Long", "Remark"], _any_readings, 900_000, _READINGS
    ),
}
"""By the format's name (and the variant's)."""
