"""Usage of a made-up organisation, the same for the same seed: three accounts, day by day."""

from __future__ import annotations

from datetime import date, timedelta
from random import Random

from local.providers.accounts import Account, Result, day_number, midnight

MODELS = {
    "gpt-5-2025-08-07": (1.25, 10.0),
    "gpt-5-mini-2025-08-07": (0.25, 2.0),
    "gpt-4.1-2025-04-14": (2.0, 8.0),
}
"""OpenAI model -> dollars for a million tokens of input and of output."""

CLAUDE = ("claude-sonnet-4-5-20250929", "claude-haiku-4-5-20251001")
PEOPLE = ("ada@example.org", "ben@example.org", "cleo@example.org")


def openai_account(first: date, days: int, *, seed: int = 1, name: str = "web") -> Account:
    """Completions and their costs; nothing was used on Sundays but the last day's, if it is one."""
    account, numbers = Account("openai"), Random(f"openai {seed} {name}")  # noqa: S311 -- repeatable on purpose
    for day in _days(first, days):
        if day.isoweekday() == 7 and day != first + timedelta(days=days - 1):
            continue
        results = [
            _completions(numbers, name, model, tier) for model in MODELS for tier in ("default", "flex")
        ]
        account.use("usage/completions", day, results)
        account.use("costs", day, _costs(results))
    return account


def anthropic_account(first: date, days: int, *, seed: int = 1) -> Account:
    """Messages of two workspaces."""
    account, numbers = Account("anthropic"), Random(f"anthropic {seed}")  # noqa: S311 -- as above
    for day in _days(first, days):
        found = [_messages(numbers, model, space) for model in CLAUDE for space in (None, "wrkspc_research")]
        account.use("usage_report/messages", day, found)
    return account


def cursor_account(first: date, days: int, *, seed: int = 1, events: int = 30) -> Account:
    """Events of a team, so many each day."""
    account, numbers = Account("cursor"), Random(f"cursor {seed}")  # noqa: S311 -- as above
    for day in _days(first, days):
        start = int(midnight(day_number(day)).timestamp() * 1000)
        instants = sorted(numbers.sample(range(86_400_000), events))
        account.use("filtered-usage-events", day, [_event(numbers, start + at) for at in instants])
    return account


def _days(first: date, days: int) -> list[date]:
    return [first + timedelta(days=number) for number in range(days)]


def _completions(numbers: Random, name: str, model: str, tier: str) -> Result:
    cached = numbers.randrange(200_000)
    return {
        "object": "organization.usage.completions.result",
        "input_tokens": cached + numbers.randrange(100_000),
        "output_tokens": numbers.randrange(20_000),
        "input_cached_tokens": cached,
        "input_audio_tokens": 0,
        "output_audio_tokens": 0,
        "num_model_requests": numbers.randrange(1, 400),
        "project_id": f"proj_{name}",
        "user_id": f"user-{numbers.choice('ab')}",
        "api_key_id": f"key_{name}",
        "model": model,
        "batch": False,
        "service_tier": tier,
    }


def _costs(results: list[Result]) -> list[Result]:
    """A line item for the input and the output of each model, to 36 decimals as the API writes them."""
    found = []
    for model, prices in MODELS.items():
        used = [result for result in results if result["model"] == model]
        for part, price in zip(("input", "output"), prices, strict=True):
            tokens = sum(result[f"{part}_tokens"] for result in used)
            found.append(
                {
                    "object": "organization.costs.result",
                    "amount": {"value": f"{tokens * price / 1e6:.12f}{'0' * 24}", "currency": "usd"},
                    "line_item": f"{model}, {part}",
                    "project_id": used[0]["project_id"],
                    "organization_id": "org-example",
                }
            )
    return found


def _messages(numbers: Random, model: str, space: str | None) -> Result:
    return {
        "uncached_input_tokens": numbers.randrange(50_000),
        "cache_creation": {
            "ephemeral_5m_input_tokens": numbers.randrange(90_000),
            "ephemeral_1h_input_tokens": numbers.randrange(9_000),
        },
        "cache_read_input_tokens": numbers.randrange(900_000),
        "output_tokens": numbers.randrange(30_000),
        "server_tool_use": {"web_search_requests": numbers.randrange(5)},
        "api_key_id": "apikey_web",
        "workspace_id": space,
        "account_id": None,
        "service_account_id": None,
        "model": model,
        "service_tier": "standard",
        "context_window": "0-200k",
        "inference_geo": "global",
    }


def _event(numbers: Random, at: int) -> Result:
    return {
        "timestamp": str(at),
        "userEmail": numbers.choice(PEOPLE),
        "model": numbers.choice(("claude-4.5-sonnet", "gpt-5", "composer-1")),
        "kind": "Usage-based",
        "maxMode": numbers.random() < 0.2,
        "requestsCosts": 1,
        "isTokenBasedCall": True,
        "isFreeBugbot": False,
        "tokenUsage": {
            "inputTokens": numbers.randrange(20_000),
            "outputTokens": numbers.randrange(5_000),
            "cacheWriteTokens": numbers.randrange(50_000),
            "cacheReadTokens": numbers.randrange(900_000),
            "totalCents": numbers.randrange(1, 3000) / 100,
        },
    }
