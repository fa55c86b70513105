"""The name of a time zone, as somebody gives it."""

from __future__ import annotations

from gramledger.core.problems import InvalidRequest


def read_zone(value: object) -> str:
    """The name of a time zone (IANA). Raises InvalidRequest when there is none of that name."""
    from gramledger.core.zones import require_zone  # noqa: PLC0415 -- brings numpy and pyarrow, which most requests go without

    if not isinstance(value, str):
        raise InvalidRequest("The 'zone' must be the name of a time zone, such as 'Europe/London'.")
    require_zone(value)
    return value
