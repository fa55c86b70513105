"""Reads the members of a settings document (TOML or JSON), and refuses what is wrong by its full name."""

from __future__ import annotations

import math
from collections.abc import Mapping
from contextlib import suppress
from decimal import Decimal, InvalidOperation
from itertools import pairwise

from gramledger.core.problems import InvalidRequest


class Members:
    """The members of one table of a document.

    `what` says what the document is ("preset"), `where` is the path of the table in it ("" for the document),
    `known` are the names it may have, and `called` is how problems call a member of such a document. Every reading
    method raises InvalidRequest, naming the member, what was found and what is expected.
    """

    def __init__(
        self,
        members: object,
        *,
        what: str,
        known: tuple[str, ...],
        where: str = "",
        called: str = "The {what}'s setting '{member}'",
    ) -> None:
        self._what, self._where, self._called = what, where, called
        if not isinstance(members, Mapping):
            raise InvalidRequest(f"{self._name(where)} must be a table of {', '.join(known)}.")
        self._members = members
        unknown = sorted({str(name) for name in members} - set(known))
        if unknown:
            raise InvalidRequest(
                f"{self._name(self._path(unknown[0]))} is not known; known here: {', '.join(known)}."
            )

    def _path(self, member: str) -> str:
        return f"{self._where}.{member}" if self._where else member

    def _name(self, path: str) -> str:
        return self._called.format(what=self._what, member=path)

    def refusal(self, member: str, expected: str) -> InvalidRequest:
        """The problem to raise when the member is not as expected."""
        found = self._members.get(member)
        stated = "is missing" if found is None else f"is {found!r}"
        return InvalidRequest(f"{self._name(self._path(member))} {stated}; it must be {expected}.")

    def has(self, member: str) -> bool:
        """Whether the member is there and not null."""
        return self._members.get(member) is not None

    def text(self, member: str) -> str:
        """A text with something in it."""
        value = self._members.get(member)
        if not isinstance(value, str) or not value.strip():
            raise self.refusal(member, "a text")
        return value

    def one_of(self, member: str, allowed: tuple[str, ...]) -> str:
        """One of the allowed texts."""
        value = self._members.get(member)
        if not isinstance(value, str) or value not in allowed:
            raise self.refusal(member, "one of " + ", ".join(allowed))
        return value

    def flag(self, member: str) -> bool:
        """True or false."""
        value = self._members.get(member)
        if not isinstance(value, bool):
            raise self.refusal(member, "true or false")
        return value

    def whole(self, member: str, least: int, most: int | None = None) -> int:
        """A whole number of at least `least` and, where that is given, at most `most`."""
        value = self._members.get(member)
        sound = isinstance(value, int) and not isinstance(value, bool) and value >= least
        if not isinstance(value, int) or not sound or (most is not None and value > most):
            limit = f"of at least {least}" if most is None else f"from {least} to {most}"
            raise self.refusal(member, f"a whole number {limit}")
        return value

    def number(self, member: str, least: float, most: float) -> float:
        """A number within the limits."""
        value = _number(self._members.get(member))
        if value is None or not least <= value <= most:
            raise self.refusal(member, f"a number from {least:g} to {most:g}")
        return value

    def exact(self, member: str, most: int, decimals: int) -> str:
        """The digits of a number from 0 to `most`; it may be a text, where a JSON number would round it."""
        value = self._members.get(member)
        number = None
        if isinstance(value, str | int | float) and not isinstance(value, bool):
            with suppress(InvalidOperation):
                number = Decimal(str(value).strip())
        if number is None or not number.is_finite() or not 0 <= number <= most:
            raise self.refusal(member, f"a number from 0 to {most:,}")
        text = format(number.normalize(), "f")
        if len(text.partition(".")[2]) > decimals:
            raise self.refusal(member, f"a number of at most {decimals} decimals")
        return text

    def rising(self, member: str, count: int, most: float) -> tuple[float, ...]:
        """`count` numbers from 0 to `most`, none below the one before."""
        value = self._members.get(member)
        numbers = [_number(number) for number in value] if isinstance(value, list | tuple) else []
        found = [number for number in numbers if number is not None]
        sound = len(found) == len(numbers) == count and found[0] >= 0 and found[-1] <= most
        if not sound or any(low > high for low, high in pairwise(found)):
            raise self.refusal(member, f"{count} numbers from 0 to {most:g}, none below the one before")
        return tuple(found)

    def texts(self, member: str) -> tuple[str, ...]:
        """A list of texts."""
        value = self._members.get(member)
        if not isinstance(value, list | tuple) or not all(isinstance(text, str) and text for text in value):
            raise self.refusal(member, "a list of texts")
        return tuple(value)

    def table(self, member: str, known: tuple[str, ...]) -> Members:
        """A table within this one."""
        return Members(
            self._members.get(member),
            what=self._what,
            known=known,
            where=self._path(member),
            called=self._called,
        )

    def pairs(self, member: str) -> tuple[tuple[str, str], ...]:
        """A table of texts, as pairs sorted by name."""
        value = self._members.get(member)
        if not isinstance(value, Mapping) or not all(
            isinstance(name, str) and name and isinstance(text, str) and text for name, text in value.items()
        ):
            raise self.refusal(member, "a table of texts")
        return tuple(sorted(value.items()))


def _number(value: object) -> float | None:
    """The value as a float where it is a finite number."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        return None
    return float(value)
