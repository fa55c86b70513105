"""Keys of Cursor events: what, besides the instant, tells one from another.

By the format's own rule the instant alone does, and the user as well when a file names several. A project may choose
one rule for all its files. By content, events of one instant are told apart by what was used; what they cost and how
they are billed is no part of it, for Cursor settles that later.
"""

from __future__ import annotations

from hashlib import blake2b

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from gramledger.core import bodies
from gramledger.core.claims import BUCKETS, TEXT

NAME = "cursor"

CONTENT = ("model", "max_mode", "user", "agent", "automation", *BUCKETS, "total")
"""The columns of a claim by which events of one instant are told apart."""

_BLANK = 0x9E3779B97F4A7C15
_DIGITS = np.frombuffer(b"0123456789abcdef", np.uint8)


def identify(claims: pa.Table, several_users: bool) -> pa.Table:
    """The claims with the keys of the format's own rule."""
    return by_user(claims) if several_users else claims


def by_instant(claims: pa.Table) -> pa.Table:
    """The claims as they are, with one key for all: their instant tells them apart."""
    return claims


def by_user(claims: pa.Table) -> pa.Table:
    """The claims with the key `cursor|<user>`, and `cursor` where no user is named."""
    users = bodies.one_chunk(claims["user"])
    names = [NAME if name is None else f"{NAME}|{name}" for name in users.dictionary.to_pylist()]
    indices = users.indices.fill_null(len(names))
    return _keyed(claims, pa.DictionaryArray.from_arrays(indices, pa.array([*names, NAME], pa.string())))


def by_content(claims: pa.Table) -> pa.Table:
    """The claims with the key `cursor#<16 hex digits>`, a fingerprint of CONTENT."""
    mixed = np.zeros(claims.num_rows, np.uint64)
    for number, name in enumerate(CONTENT, start=1):
        mixed = _mix(mixed + _mix(_numbers(claims, name) + np.uint64(number)))
    return _keyed(claims, _named(mixed).dictionary_encode())


def _keyed(claims: pa.Table, keys: pa.DictionaryArray) -> pa.Table:
    index = claims.schema.get_field_index("key")
    return claims.set_column(index, claims.schema.field(index), pa.chunked_array([keys], TEXT))


def _numbers(claims: pa.Table, name: str) -> NDArray[np.uint64]:
    """A number for every cell that follows from its content alone; texts are hashed once for each distinct one."""
    column = bodies.one_chunk(claims[name])
    if not pa.types.is_dictionary(column.type):
        known = column.is_valid().to_numpy(zero_copy_only=False)
        numbers: NDArray[np.uint64] = column.fill_null(0).to_numpy(zero_copy_only=False).astype(np.uint64)
        return np.where(known, numbers, np.uint64(_BLANK))
    digests = [
        int.from_bytes(blake2b(text.encode(), digest_size=8).digest(), "big")
        for text in column.dictionary.to_pylist()
    ]
    at = column.indices.fill_null(len(digests)).to_numpy(zero_copy_only=False)
    return np.array([*digests, _BLANK], np.uint64)[at]


def _mix(numbers: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """The finaliser of splitmix64 (Steele, Lea, Flood 2014): every bit depends on every other."""
    numbers = (numbers ^ (numbers >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    numbers = (numbers ^ (numbers >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    mixed: NDArray[np.uint64] = numbers ^ (numbers >> np.uint64(31))
    return mixed


def _named(numbers: NDArray[np.uint64]) -> pa.StringArray:
    """`cursor#` and the 16 hex digits of each number."""
    count, prefix = len(numbers), f"{NAME}#".encode()
    octets = numbers.astype(">u8").view(np.uint8).reshape(count, 8)
    text = np.empty((count, len(prefix) + 16), np.uint8)
    text[:, : len(prefix)] = np.frombuffer(prefix, np.uint8)
    text[:, len(prefix) :: 2] = _DIGITS[octets >> 4]
    text[:, len(prefix) + 1 :: 2] = _DIGITS[octets & 15]
    offsets = np.arange(count + 1, dtype=np.int32) * text.shape[1]
    return pa.StringArray.from_buffers(count, pa.py_buffer(offsets), pa.py_buffer(text.tobytes()))
