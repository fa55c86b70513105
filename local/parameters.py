"""The template's parameters on one machine, where they differ from its defaults."""

from __future__ import annotations

PROVIDER_PARAMETERS = {"openai": "OpenAiBaseUrl", "anthropic": "AnthropicBaseUrl", "cursor": "CursorBaseUrl"}
"""Name of a provider -> the parameter that says where its API is."""


def parameters(providers_url: str = "") -> dict[str, str]:
    """Whoever listens to webhooks listens on this machine too; and providers may be a stand-in (`local.providers`)
    at this address, instead of the real ones."""
    urls = {name: f"{providers_url}/{provider}" for provider, name in PROVIDER_PARAMETERS.items()}
    return {"AllowLoopbackWebhooks": "true", **(urls if providers_url else {})}
