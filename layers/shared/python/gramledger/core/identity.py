"""Identifiers. Imports and projects are named by ULIDs, which sort by the time they were made."""

from __future__ import annotations

import re

_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford's base 32, as the ULID specification asks
_TURNED = str.maketrans(_ALPHABET, _ALPHABET[::-1])
_ULID = re.compile(f"[0-7][{_ALPHABET}]{{25}}")


def ulid(at_ms: int, randomness: bytes) -> str:
    """The ULID of an instant (ms since 1970, 48 bits) and 10 random bytes: 26 characters.

    Format: https://github.com/ulid/spec. Raises ValueError when a part has another size.
    """
    if len(randomness) != 10 or not 0 <= at_ms < 1 << 48:
        raise ValueError("a ULID is made of 48 bits of time and 10 random bytes")
    number = at_ms << 80 | int.from_bytes(randomness, "big")
    return "".join(_ALPHABET[number >> shift & 31] for shift in range(125, -1, -5))


def ulid_ms(text: str) -> int:
    """The instant of a ULID, in ms since 1970."""
    number = 0
    for letter in text[:10]:
        number = number << 5 | _ALPHABET.index(letter)
    return number


def newest_first(text: str) -> str:
    """The ULID as text that sorts the other way round; of that text, the ULID."""
    return text.translate(_TURNED)


def is_ulid(text: str) -> bool:
    """Whether the text is a ULID in its canonical (upper-case) form."""
    return _ULID.fullmatch(text) is not None
