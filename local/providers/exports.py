"""The export of the usage page (CSV) that a provider would give for the same usage."""

from __future__ import annotations

import csv
import io
from datetime import date, timedelta

from local.providers.accounts import DAY, Account, Result, day_number

_WINDOW = ("start_time", "end_time", "start_time_iso", "end_time_iso")
_DIMENSIONS = ("project_id", "user_id", "api_key_id", "model", "batch", "service_tier")
_COUNTS = ("num_model_requests", "input_tokens", "output_tokens", "input_cached_tokens")


def completions_csv(account: Account, first: date, days: int) -> bytes:
    """OpenAI's export of completions usage: counts as floats, and a row without anything for a day without usage."""
    text = io.StringIO()
    writer = csv.DictWriter(text, (*_WINDOW, *_DIMENSIONS, *_COUNTS), restval="", lineterminator="\n")
    writer.writeheader()
    for number in range(days):
        day = first + timedelta(days=number)
        start = day_number(day) * DAY
        window = {
            "start_time": str(start),
            "end_time": str(start + DAY),
            "start_time_iso": f"{day}T00:00:00",
            "end_time_iso": f"{day + timedelta(days=1)}T00:00:00",
        }
        results = account.used("usage/completions", day_number(day))
        writer.writerows({**window, **_row(result)} for result in results or [{}])
    return text.getvalue().encode()


def _row(result: Result) -> dict[str, str]:
    named = {name: str(result[name]) for name in _DIMENSIONS if name in result}
    return named | {name: str(float(result[name])) for name in _COUNTS if name in result}
