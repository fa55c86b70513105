"""The endpoints of providers that usage is fetched from."""

from __future__ import annotations

from dataclasses import dataclass

from gramledger.core.problems import InvalidRequest


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One endpoint of a provider."""

    provider: str
    name: str
    """Unique within the provider, as in a key's `endpoints` and in the names of cursors."""
    title: str
    format: str
    """The format of the imports that its windows become (`core.formats`)."""
    permission: str
    """What a key needs at the provider to read it, in the provider's own words."""

    @property
    def id(self) -> str:
        """`<provider>/<name>`."""
        return f"{self.provider}/{self.name}"


@dataclass(frozen=True, slots=True)
class Provider:
    """A provider, and where its API is unless a setting says otherwise."""

    name: str
    title: str
    base_url: str
    """Scheme and authority, and a path if its API has one in front of everything; without a slash at its end."""


PROVIDERS = {
    provider.name: provider
    for provider in (
        Provider("openai", "OpenAI", "https://api.openai.com"),
        Provider("anthropic", "Anthropic", "https://api.anthropic.com"),
        Provider("cursor", "Cursor", "https://api.cursor.com"),
    )
}

OPENAI_USAGE = Endpoint(
    "openai",
    "usage/completions",
    "OpenAI organisation usage of completions",
    "openai-usage",
    "the scope api.usage.read of an admin key",
)
OPENAI_COSTS = Endpoint(
    "openai", "costs", "OpenAI organisation costs", "openai-cost", "the scope api.usage.read of an admin key"
)
ANTHROPIC_USAGE = Endpoint(
    "anthropic",
    "usage_report/messages",
    "Anthropic usage report of messages",
    "anthropic-usage-api",
    "an admin key (sk-ant-admin...)",
)
CURSOR_EVENTS = Endpoint(
    "cursor",
    "filtered-usage-events",
    "Cursor usage events of a team",
    "cursor",
    "an admin API key of the team",
)

ENDPOINTS = {
    endpoint.id: endpoint for endpoint in (OPENAI_USAGE, OPENAI_COSTS, ANTHROPIC_USAGE, CURSOR_EVENTS)
}


def endpoints_of(provider: str) -> tuple[Endpoint, ...]:
    """All endpoints of a provider. Raises InvalidRequest where there is no such provider."""
    if provider not in PROVIDERS:
        raise InvalidRequest(f"There is no provider '{provider}'. Choose one of {', '.join(PROVIDERS)}.")
    return tuple(endpoint for endpoint in ENDPOINTS.values() if endpoint.provider == provider)


def find_endpoint(provider: str, name: str) -> Endpoint:
    """The endpoint of that name. Raises InvalidRequest."""
    known = {endpoint.name: endpoint for endpoint in endpoints_of(provider)}
    if name not in known:
        raise InvalidRequest(f"{provider} has no endpoint '{name}'. Choose any of {', '.join(known)}.")
    return known[name]
