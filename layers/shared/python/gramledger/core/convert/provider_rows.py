"""What providers' JSON says, as flat rows under the column names of the same provider's CSV export where it has one."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from gramledger.core.convert.json_values import Number, Record

_CURSOR_TOKENS = {
    "cacheWriteTokens": "Input (w/ Cache Write)",
    "inputTokens": "Input (w/o Cache Write)",
    "cacheReadTokens": "Cache Read",
    "outputTokens": "Output Tokens",
}
_OPENAI_NAMES = (
    "project_id",
    "num_model_requests",
    "user_id",
    "api_key_id",
    "model",
    "batch",
    "service_tier",
    "input_tokens",
    "output_tokens",
    "input_cached_tokens",
)
_OPENAI_COST_NAMES = ("amount_value", "amount_currency", "line_item", "project_id")
_ANTHROPIC_NAMES = (
    "model",
    "uncached_input_tokens",
    "cache_creation.ephemeral_5m_input_tokens",
    "cache_creation.ephemeral_1h_input_tokens",
    "cache_read_input_tokens",
    "output_tokens",
    "workspace_id",
    "api_key_id",
    "service_tier",
    "context_window",
)
_CHARACTERS_OF_MS = 15  # an instant before the year 5138 has fewer


def flat(record: Record, *, mark: str = ".") -> Record:
    """A record whose members that are objects are members of their own: {"a": {"b": 1}} -> {"a.b": 1}."""
    row: Record = {}
    for name, value in record.items():
        if isinstance(value, dict):
            row |= {f"{name}{mark}{inner}": v for inner, v in value.items()}
        else:
            row[name] = value
    return row


def openai_rows(bucket: Record, *, costs: bool = False) -> Iterator[Record]:
    """A bucket of the organization usage or costs API; one without results is a row without amounts, as in the CSV."""
    times = {name: bucket.get(name) for name in ("start_time", "end_time")}
    times |= {f"{name}_iso": iso_of(value, 1000) for name, value in times.items()}
    for result in bucket["results"] or [{}]:
        if not isinstance(result, dict):
            yield {**times, "result": result}
            continue
        row = flat({name: value for name, value in result.items() if name != "object"}, mark="_")
        of_costs = costs or "amount_value" in row
        yield {**times, **dict.fromkeys(_OPENAI_COST_NAMES if of_costs else _OPENAI_NAMES), **row}


def anthropic_rows(bucket: Record) -> Iterator[Record]:
    """A bucket of the usage report of messages; one without results is a row of its window and nothing else."""
    times = {name: bucket.get(name) for name in ("starting_at", "ending_at")}
    for result in bucket["results"] or [{}]:
        row = flat(result) if isinstance(result, dict) else {"result": result}
        yield {**times, **dict.fromkeys(_ANTHROPIC_NAMES), **row}


def cursor_row(event: Record) -> Record:
    """An event of the admin API `filtered-usage-events`; `totalCents` is what the export calls Cost, in cents."""
    tokens = event.get("tokenUsage")
    tokens = tokens if isinstance(tokens, dict) else {}
    row: Record = {
        "Date": iso_of(event.get("timestamp"), 1),
        "User": event.get("userEmail"),
        "Kind": event.get("kindLabel", event.get("kind")),
        "Model": event.get("model"),
        "Max Mode": _yes_or_no(event.get("maxMode")),
        **{column: tokens.get(name) for name, column in _CURSOR_TOKENS.items()},
        "Cost": _hundredth(tokens.get("totalCents")),
    }
    told = {
        "timestamp",
        "userEmail",
        "kindLabel" if "kindLabel" in event else "kind",
        "model",
        "maxMode",
        "tokenUsage",
    }
    row |= flat({name: value for name, value in event.items() if name not in told})
    return row | {f"tokenUsage.{n}": v for n, v in tokens.items() if n not in {*_CURSOR_TOKENS, "totalCents"}}


def iso_of(value: Any, milliseconds: int) -> Any:
    """An instant in units of so many milliseconds since 1970, as ISO 8601; anything else as it is."""
    written = str(value)
    if not (written.isascii() and written.isdigit() and len(written) < _CHARACTERS_OF_MS):
        return value
    seconds, ms = divmod(int(written) * milliseconds, 1000)
    try:
        return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%dT%H:%M:%S}.{ms:03d}Z"
    except (ValueError, OverflowError):
        return value


def _yes_or_no(value: Any) -> Any:
    return ("Yes" if value else "No") if isinstance(value, bool) else value


def _hundredth(value: Any) -> Any:
    """Cents as whole units of the currency, exactly; anything but a number as it is."""
    if not isinstance(value, Number):
        return value
    try:
        return format(Decimal(value).scaleb(-2), "f")
    except (InvalidOperation, ValueError):
        return value
