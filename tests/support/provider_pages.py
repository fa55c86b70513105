"""Windows of providers, and the JSON of pages that they are answered with."""

from __future__ import annotations

import json
from typing import Any

from gramledger.core.providers.endpoints import ENDPOINTS, Endpoint
from gramledger.core.providers.pages import HttpReply, WindowRequest

DAY = 1_762_214_400
"""2025-11-04T00:00Z in seconds."""
NEXT = DAY + 86_400

OPENAI_RESULT: dict[str, Any] = {
    "object": "organization.usage.completions.result",
    "input_tokens": 100,
    "output_tokens": 20.0,
    "input_cached_tokens": 60,
    "input_audio_tokens": 0,
    "output_audio_tokens": 0,
    "num_model_requests": 4.0,
    "project_id": "proj_a",
    "user_id": None,
    "api_key_id": "key_a",
    "model": "gpt-5-2025-08-07",
    "batch": False,
    "service_tier": "default",
}
COSTS_RESULT: dict[str, Any] = {
    "object": "organization.costs.result",
    "amount": {"value": "0.016119375000000000000000000000000001", "currency": "usd"},
    "line_item": "gpt-5-2025-08-07, output",
    "project_id": "proj_a",
    "organization_id": "org-a",
}
ANTHROPIC_RESULT: dict[str, Any] = {
    "uncached_input_tokens": 10,
    "cache_creation": {"ephemeral_1h_input_tokens": 10, "ephemeral_5m_input_tokens": 20},
    "cache_read_input_tokens": 60,
    "output_tokens": 20,
    "server_tool_use": {"web_search_requests": 0},
    "api_key_id": "apikey_a",
    "workspace_id": None,
    "model": "claude-sonnet-4-5-20250929",
    "service_tier": "standard",
    "context_window": "0-200k",
}
CURSOR_EVENT: dict[str, Any] = {
    "timestamp": str(DAY * 1000 + 1),
    "userEmail": "ada@example.org",
    "model": "claude-4.5-sonnet",
    "kind": "Usage-based",
    "maxMode": True,
    "requestsCosts": 1.4,
    "tokenUsage": {
        "inputTokens": 10,
        "outputTokens": 20,
        "cacheWriteTokens": 30,
        "cacheReadTokens": 60,
        "totalCents": 21.36232,
    },
}
RESULTS = {
    "openai/usage/completions": OPENAI_RESULT,
    "openai/costs": COSTS_RESULT,
    "anthropic/usage_report/messages": ANTHROPIC_RESULT,
    "cursor/filtered-usage-events": CURSOR_EVENT,
}


def window(endpoint: Endpoint | str, days: int = 1) -> WindowRequest:
    """The first page of 2025-11-04 and the days after it."""
    known = ENDPOINTS[endpoint] if isinstance(endpoint, str) else endpoint
    return WindowRequest(known, DAY, DAY + 86_400 * days)


def page(endpoint: str, *results: dict[str, Any], following: str | None = None) -> dict[str, Any]:
    """A page of 2025-11-04 as the endpoint's provider writes it."""
    provider = endpoint.partition("/")[0]
    if provider == "cursor":
        more = {"hasNextPage": following is not None, "currentPage": 1, "numPages": 1}
        return {
            "totalUsageEventsCount": len(results),
            "pagination": more,
            "usageEvents": list(results),
            "period": {"startDate": DAY * 1000, "endDate": NEXT * 1000},
        }
    times: dict[str, Any] = {"object": "bucket", "start_time": DAY, "end_time": NEXT}
    if provider == "anthropic":
        times = {"starting_at": "2025-11-04T00:00:00Z", "ending_at": "2025-11-05T00:00:00Z"}
    bucket = {**times, "results": list(results)}
    return {"object": "page", "data": [bucket], "has_more": following is not None, "next_page": following}


def replied(form: Any, status: int = 200) -> HttpReply:
    """A reply of this JSON."""
    return HttpReply(status, json.dumps(form).encode())
