"""Identities: what tells the rows of a format apart, where a project may choose.

Only names are here, so that settings can be read without what computes keys (`core.formats`).
"""

from __future__ import annotations

from gramledger.core.problems import InvalidRequest

TIMESTAMP, WITH_USER, WITH_CONTENT = "timestamp", "timestamp+user", "timestamp+content"

IDENTITIES: dict[str, tuple[str, ...]] = {"cursor": (TIMESTAMP, WITH_USER, WITH_CONTENT)}
"""Format -> the identities from which a project may choose; other formats have just their own."""


def read_identities(value: object) -> dict[str, str]:
    """Format -> chosen identity, from a request's body. Raises InvalidRequest."""
    if not isinstance(value, dict):
        raise InvalidRequest('The \'identity\' must be a JSON object such as {"cursor": "timestamp+user"}.')
    for name, identity in value.items():
        if name not in IDENTITIES:
            raise InvalidRequest(
                f"The identity of '{name}' cannot be chosen. It can be for: {', '.join(IDENTITIES)}."
            )
        if identity not in IDENTITIES[name]:
            raise InvalidRequest(
                f"There is no identity {identity!r} of '{name}'. Choose one of {', '.join(IDENTITIES[name])}."
            )
    return dict(value)
