"""Exports of providers, row by row: the headers of each variant, and rows with some cells changed."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping

_TIMES = "start_time,end_time,start_time_iso,end_time_iso"
_MODALITIES = (
    "input_uncached_tokens,input_text_tokens,output_text_tokens,input_cached_text_tokens,input_audio_tokens,"
    "input_cached_audio_tokens,output_audio_tokens,input_image_tokens,input_cached_image_tokens,output_image_tokens"
)
OPENAI_24 = (
    f"{_TIMES},project_id,num_model_requests,user_id,api_key_id,model,batch,service_tier,input_tokens,"
    f"output_tokens,input_cached_tokens,{_MODALITIES}"
)
OPENAI_26 = (
    f"{_TIMES},project_id,num_model_requests,user_id,api_key_id,model,batch,service_tier,compute_units,"
    f"input_tokens,output_tokens,input_cached_tokens,input_cache_write_tokens,{_MODALITIES}"
)
OPENAI_EMPTY = _TIMES
OPENAI_COST_16 = (
    f"{_TIMES},amount_value,amount_currency,quantity,quantity_unit,line_item,user_id,api_key_id,project_id,"
    "organization_id,project_name,organization_name,user_email"
)
OPENAI_COST_17 = f"{OPENAI_COST_16},api_source"
ANTHROPIC = (
    "usage_date_utc,model_version,api_key,workspace,usage_type,context_window,usage_input_tokens_no_cache,"
    "usage_input_tokens_cache_write_5m,usage_input_tokens_cache_write_1h,usage_input_tokens_cache_read,"
    "usage_output_tokens,web_search_count,inference_geo,speed"
)

DAY = 1_762_214_400
"""2025-11-04T00:00Z in seconds."""

_WINDOW = {
    "start_time": str(DAY),
    "end_time": str(DAY + 86_400),
    "start_time_iso": "2025-11-04T00:00:00",
    "end_time_iso": "2025-11-05T00:00:00",
}
_USAGE = {
    **_WINDOW,
    "project_id": "proj_a",
    "num_model_requests": "4.0",
    "user_id": "user-a",
    "api_key_id": "key_a",
    "model": "gpt-5-2025-08-07",
    "batch": "False",
    "service_tier": "default",
    "input_tokens": "100.0",
    "output_tokens": "20.0",
    "input_cached_tokens": "60.0",
    "input_cache_write_tokens": "30.0",
    "input_uncached_tokens": "10.0",
}
_COST = {
    **_WINDOW,
    "amount_value": "0.25",
    "amount_currency": "usd",
    "line_item": "gpt-5-2025-08-07, output",
    "project_id": "proj_a",
    "organization_id": "org-a",
}
_ANTHROPIC = {
    "usage_date_utc": "2025-11-04",
    "model_version": "claude-sonnet-4-5-20250929",
    "api_key": "web",
    "workspace": "Default",
    "usage_type": "standard",
    "context_window": "0-200k",
    "usage_input_tokens_no_cache": "10",
    "usage_input_tokens_cache_write_5m": "20",
    "usage_input_tokens_cache_write_1h": "10",
    "usage_input_tokens_cache_read": "60",
    "usage_output_tokens": "20",
}


def _row(header: str, usual: Mapping[str, str], changed: Mapping[str, str]) -> str:
    text = io.StringIO()
    assert not changed.keys() - set(header.split(",")), "no such column"
    csv.writer(text, lineterminator="").writerow(
        {**usual, **changed}.get(name, "") for name in header.split(",")
    )
    return text.getvalue()


def openai(header: str = OPENAI_26, **changed: str) -> str:
    """A row of OpenAI usage: 10 input, 30 cache write, 60 cache read and 20 output tokens in 4 requests."""
    return _row(header, _USAGE, changed)


def openai_cost(header: str = OPENAI_COST_17, **changed: str) -> str:
    """A row of OpenAI costs: a quarter of a dollar."""
    return _row(header, _COST, changed)


def anthropic(**changed: str) -> str:
    """A row of Anthropic usage: the same tokens as in `openai`."""
    return _row(ANTHROPIC, _ANTHROPIC, changed)


def empty_window(header: str) -> str:
    """A day without usage: its other cells are blank, and its words carry a zone."""
    zoned = {name: cell + "+00:00" if name.endswith("_iso") else cell for name, cell in _WINDOW.items()}
    return _row(header, zoned, {})


def export(header: str, *rows: str) -> bytes:
    """A file of these rows."""
    return "".join(f"{line}\n" for line in (header, *rows)).encode()
