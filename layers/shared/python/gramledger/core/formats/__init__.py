"""File formats: one module each, with how its columns become claims and what identifies a row."""

from __future__ import annotations

from gramledger.core.formats import anthropic_usage, cursor, openai_cost, openai_usage
from gramledger.core.formats.profile import Profile
from gramledger.core.problems import FormatUnknown

PROFILES: dict[str, Profile] = {
    module.PROFILE.name: module.PROFILE for module in (cursor, openai_usage, openai_cost, anthropic_usage)
}


def of_header(header: list[str]) -> tuple[Profile, str]:
    """The format whose header this is, and which variant of it.

    Raises FormatUnknown when it is none's, and what the format raises when it cannot be imported.
    """
    for profile in PROFILES.values():
        variant = profile.variant(header)
        if variant is not None:
            return profile, variant
    known = ", ".join(profile.title for profile in PROFILES.values())
    raise FormatUnknown(
        f"The first line is no header of a known export: {', '.join(header)[:200]!r}. Known are: {known}. "
        "Upload the export as it was downloaded.",
        header=header[:50],
    )
