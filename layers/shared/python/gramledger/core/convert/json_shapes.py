"""What the records of known JSON answers say, under the column names of the same provider's CSV export."""

from __future__ import annotations

from collections.abc import Iterator

from gramledger.core.convert.json_values import Record
from gramledger.core.convert.provider_rows import anthropic_rows, cursor_row, flat, openai_rows
from gramledger.core.convert.window_rows import is_of_window, window_rows
from gramledger.core.problems import AggregatedExport

_CCUSAGE_DAY = {"date", "inputTokens", "outputTokens", "cacheCreationTokens", "cacheReadTokens"}
_CCUSAGE_COUNTS = ("inputTokens", "outputTokens", "cacheCreationTokens", "cacheReadTokens")
_CCUSAGE_SUMS = {"weekly", "monthly", "sessions", "blocks"}


def rows(record: Record) -> Iterator[Record]:
    """The flat rows of a record: one, but of a page, bucket or day one for each of its results or models.

    Raises AggregatedExport for a report that adds up several days.
    """
    if isinstance(record.get("data"), list) and record.get("object") == "page":
        for bucket in record["data"]:
            yield from rows(bucket if isinstance(bucket, dict) else {"data": bucket})
    elif isinstance(record.get("results"), list) and "start_time" in record:
        yield from openai_rows(record)
    elif isinstance(record.get("results"), list) and "starting_at" in record:
        yield from anthropic_rows(record)
    elif is_of_window(record):
        yield from window_rows(record)
    elif "timestamp" in record and ("tokenUsage" in record or "kindLabel" in record):
        yield cursor_row(record)
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
