"""What the records of known JSON answers say, under the column names of the same provider's CSV export."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from gramledger.core.convert.json_values import Number, Record
from gramledger.core.problems import AggregatedExport

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
_CCUSAGE_DAY = {"date", "inputTokens", "outputTokens", "cacheCreationTokens", "cacheReadTokens"}
_CCUSAGE_COUNTS = ("inputTokens", "outputTokens", "cacheCreationTokens", "cacheReadTokens")
_CCUSAGE_SUMS = {"weekly", "monthly", "sessions", "blocks"}
_CHARACTERS_OF_MS = 15  # an instant before the year 5138 has fewer


def rows(record: Record) -> Iterator[Record]:
    """The flat rows of a record: one, but of a page, bucket or day one for each of its results or models.

    Raises AggregatedExport for a report that adds up several days.
    """
    if isinstance(record.get("data"), list) and record.get("object") == "page":
        for bucket in record["data"]:
            yield from rows(bucket if isinstance(bucket, dict) else {"data": bucket})
    elif isinstance(record.get("results"), list) and "start_time" in record:
        yield from _openai_rows(record)
    elif "timestamp" in record and ("tokenUsage" in record or "kindLabel" in record):
        yield _cursor_row(record)
    elif record.keys() >= _CCUSAGE_DAY:
        yield from _ccusage_rows(record)
    elif isinstance(record.get("projects"), dict) and "totals" in record:
        for project, days in record["projects"].items():
            for day in days if isinstance(days, list) else ():
                yield from rows({"project": project, **day} if isinstance(day, dict) else {project: day})
    elif "totals" in record and (report := _CCUSAGE_SUMS & record.keys()):
        raise AggregatedExport(
            f"This is ccusage's {report.pop()!r} report, which adds up the days. Make the daily one and upload that: "
            "ccusage daily --json"
        )
    else:
        yield flat(record)


def flat(record: Record, *, mark: str = ".") -> Record:
    """A record whose members that are objects are members of their own: {"a": {"b": 1}} -> {"a.b": 1}."""
    row: Record = {}
    for name, value in record.items():
        if isinstance(value, dict):
            row |= {f"{name}{mark}{inner}": v for inner, v in value.items()}
        else:
            row[name] = value
    return row


def _openai_rows(bucket: Record) -> Iterator[Record]:
    """A bucket of the organization usage or costs API; one without results is a row without amounts, as in the CSV."""
    times = {name: bucket.get(name) for name in ("start_time", "end_time")}
    times |= {f"{name}_iso": _iso(value, 1000) for name, value in times.items()}
    for result in bucket["results"] or [{}]:
        if not isinstance(result, dict):
            yield {**times, "result": result}
            continue
        row = flat({name: value for name, value in result.items() if name != "object"}, mark="_")
        usage = {} if "amount_value" in row else dict.fromkeys(_OPENAI_NAMES)
        yield {**times, **usage, **row}


def _ccusage_rows(day: Record) -> Iterator[Record]:
    """A day of ccusage's daily report: a row for each model, or one of the day's own counts where none is told."""
    same: Record = {name: day[name] for name in ("date", "project") if name in day}
    models = day.get("modelBreakdowns")
    if not isinstance(models, list) or not models:
        used = day.get("modelsUsed")
        models = [{**day, "modelName": used[0] if isinstance(used, list) and len(used) == 1 else None}]
        models[0]["cost"] = day.get("totalCost")
    for model in models:
        if not isinstance(model, dict):
            yield {**same, "modelName": model}
            continue
        counts = {name: model.get(name) for name in _CCUSAGE_COUNTS}
        yield {**same, "modelName": model.get("modelName"), **counts, "cost": model.get("cost")}


def _cursor_row(event: Record) -> Record:
    """An event of the admin API `filtered-usage-events`; `totalCents` is what the export calls Cost, in cents."""
    tokens = event.get("tokenUsage")
    tokens = tokens if isinstance(tokens, dict) else {}
    row: Record = {
        "Date": _iso(event["timestamp"], 1),
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


def _yes_or_no(value: Any) -> Any:
    return ("Yes" if value else "No") if isinstance(value, bool) else value


def _iso(value: Any, milliseconds: int) -> Any:
    """An instant in units of so many milliseconds since 1970, as ISO 8601; anything else as it is."""
    written = str(value)
    if not (written.isascii() and written.isdigit() and len(written) < _CHARACTERS_OF_MS):
        return value
    seconds, ms = divmod(int(written) * milliseconds, 1000)
    try:
        return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%dT%H:%M:%S}.{ms:03d}Z"
    except (ValueError, OverflowError):
        return value


def _hundredth(value: Any) -> Any:
    """Cents as whole units of the currency, exactly; anything but a number as it is."""
    if not isinstance(value, Number):
        return value
    try:
        return format(Decimal(value).scaleb(-2), "f")
    except (InvalidOperation, ValueError):
        return value
