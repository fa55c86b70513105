"""What the use cases need of object stores. Every method may raise ports.Unavailable."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class UploadForm:
    """A presigned POST: send `fields` and then the file to `url` as multipart/form-data before `expires_at`."""

    url: str
    fields: dict[str, str]
    expires_at: int
    max_bytes: int


class ObjectStore(Protocol):
    """Immutable objects under keys."""

    def size(self, key: str) -> int | None:
        """Bytes of an object, or None if there is none."""

    def fingerprint(self, key: str) -> str | None:
        """What tells the content of an object from any other that was put under its key; None if there is no object."""

    def read(self, key: str, start: int = 0, stop: int | None = None) -> bytes:
        """Bytes [start, stop) of an object, fewer at its end. Raises KeyError if there is no such object."""

    def stream(self, key: str) -> Iterator[bytes]:
        """An object from its start to its end, in pieces that fit into memory. Raises KeyError."""

    def write(self, key: str, content: bytes) -> None:
        """Put an object, whole."""

    def write_once(self, key: str, content: bytes) -> bool:
        """Put an object, whole, where there is none; False if there is one, which stays."""

    def write_parts(self, key: str, parts: Iterable[bytes]) -> None:
        """Put an object from parts that need not fit into memory together."""

    def delete(self, keys: Iterable[str]) -> None:
        """Remove objects; those that do not exist count as removed."""

    def keys(self, prefix: str, after: str = "") -> Iterator[str]:
        """The keys that begin with the prefix, sorted; only those that come after one."""

    def dated_keys(self, prefix: str) -> Iterator[tuple[str, int]]:
        """The same with when each object was put, in ms UTC."""

    def upload_form(self, key: str, *, sizes: tuple[int, int], seconds: int) -> UploadForm:
        """A form by which anyone can put just this key, with a size in the range, until it expires."""

    def download_link(self, key: str, *, filename: str, content_type: str, seconds: int) -> str:
        """An address from which the object can be read until it expires."""
