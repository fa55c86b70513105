"""File formats: one module each, with how its columns become claims and what identifies a row."""

from __future__ import annotations

from gramledger.core.formats import (
    anthropic_usage,
    anthropic_usage_api,
    ccusage,
    cursor,
    generic_readings,
    generic_usage,
    meter_daily,
    meter_half_hourly,
    meter_readings,
    openai_cost,
    openai_usage,
)
from gramledger.core.formats.profile import Profile

PROFILES: dict[str, Profile] = {
    module.PROFILE.name: module.PROFILE
    for module in (
        cursor,
        openai_usage,
        openai_cost,
        anthropic_usage,
        anthropic_usage_api,
        ccusage,
        meter_half_hourly,
        meter_daily,
        meter_readings,
        generic_usage,
        generic_readings,
    )
}


def of_header(header: list[str]) -> tuple[Profile, str] | None:
    """The format whose header this is, and which variant of it; None if it is none's.

    Raises what the format raises when it cannot be imported.
    """
    for profile in PROFILES.values():
        variant = profile.variant(header)
        if variant is not None:
            return profile, variant
    return None
