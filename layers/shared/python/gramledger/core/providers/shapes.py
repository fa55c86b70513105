"""The members of providers' replies, read with a check of their kind. What is not known is kept as it is.

Counts may be written as floats (`4.0`) and are not judged here: that each is whole and fit is a rule of rows, and a row
that breaks it is refused with its reason in the receipt of its import.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

from gramledger.core.convert.json_values import Number
from gramledger.core.problems import ReplyUnknown
from gramledger.core.providers.endpoints import Endpoint
from gramledger.core.providers.pages import WindowRequest


def parsed(body: bytes) -> Any:
    """The JSON value of a reply, numbers as they are written. Raises ValueError where it is not whole."""
    return json.loads(body, parse_float=Number, parse_int=Number, parse_constant=_refused)


def _refused(name: str) -> Any:
    raise ValueError(name)


class Reader:
    """Reads members of one endpoint's replies; each method raises ReplyUnknown, naming the member."""

    def __init__(self, endpoint: Endpoint) -> None:
        self.endpoint = endpoint

    def unknown(self, why: str) -> ReplyUnknown:
        """The problem that a reply has not the documented shape."""
        return ReplyUnknown(
            f"The reply of {self.endpoint.title} has not the documented shape: {why}. Nothing of the window was "
            "imported. Look whether the provider has changed its API, and whether the base URL is the right one.",
            endpoint=self.endpoint.id,
        )

    def members(self, value: Any, what: str) -> dict[str, Any]:
        """An object."""
        if not isinstance(value, dict):
            raise self.unknown(f"{what} is no object")
        return value

    def elements(self, value: Any, what: str) -> list[Any]:
        """An array."""
        if not isinstance(value, list):
            raise self.unknown(f"{what} is no array")
        return value

    def need_numbers(self, members: dict[str, Any], *names: str) -> None:
        """Members that have to be there, as a number or null."""
        for name in names:
            if not isinstance(members.get(name, ""), Number | None):
                raise self.unknown(f"'{name}' is missing or no number")

    def allow_texts(self, members: dict[str, Any], *names: str) -> None:
        """Members that are texts or null where they are there."""
        for name in names:
            value = members.get(name)
            if value is not None and (not isinstance(value, str) or isinstance(value, Number)):
                raise self.unknown(f"'{name}' is no text")

    def whole(self, value: Any, what: str) -> int:
        """A whole number that is not negative."""
        if not isinstance(value, Number) or not (value.isascii() and value.isdigit()) or len(value) > 15:
            raise self.unknown(f"{what} is no whole number")
        return int(value)

    def token(self, value: Any, *, more: Any) -> str | None:
        """The token of the next page; None where there is no more."""
        if more is False:
            return None
        if more is not True:
            raise self.unknown("'has_more' is neither true nor false")
        if not isinstance(value, str) or isinstance(value, Number) or not value:
            raise self.unknown("there is more, but 'next_page' is no token")
        if any("\ud800" <= character <= "\udfff" for character in value):  # which no request can say
            raise self.unknown("'next_page' has half of a character")
        return value

    def instant(self, value: Any, what: str) -> int:
        """Unix seconds of an RFC 3339 time; one without a zone is UTC."""
        try:
            moment = datetime.fromisoformat(value) if isinstance(value, str) else None
        except ValueError:
            moment = None
        if moment is None:
            raise self.unknown(f"{what} is no time")
        return int((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp())

    def bucket(self, window: WindowRequest, start: int, end: int) -> tuple[int, int]:
        """The span of a bucket, which has to lie in the window that was asked for."""
        if not window.start <= start < end <= window.end:
            raise self.unknown(f"a bucket from {start} to {end} is not of the window that was asked for")
        return start, end
