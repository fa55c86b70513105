"""The object store in memory."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from threading import RLock

from gramledger.adapters.memory.system import MemoryClock
from gramledger.ports.objects import UploadForm

STREAM_BYTES = 1 << 20


class MemoryObjects:
    """Objects in a dictionary; upload forms are honoured by `post`."""

    def __init__(self, clock: MemoryClock) -> None:
        self._objects: dict[str, bytes] = {}
        self._put_at: dict[str, int] = {}
        self._clock = clock
        self._lock = RLock()

    def size(self, key: str) -> int | None:
        """Bytes of an object, or None."""
        content = self._objects.get(key)
        return None if content is None else len(content)

    def fingerprint(self, key: str) -> str | None:
        """The hash of an object, or None."""
        content = self._objects.get(key)
        return None if content is None else hashlib.sha256(content).hexdigest()

    def read(self, key: str, start: int = 0, stop: int | None = None) -> bytes:
        """Bytes [start, stop) of an object."""
        return self._objects[key][start:stop]

    def stream(self, key: str) -> Iterator[bytes]:
        """An object in pieces."""
        content = self._objects[key]
        for start in range(0, len(content), STREAM_BYTES):
            yield content[start : start + STREAM_BYTES]

    def write(self, key: str, content: bytes) -> None:
        """Put an object."""
        with self._lock:
            self._objects[key] = bytes(content)
            self._put_at[key] = self._clock.now_ms()

    def write_once(self, key: str, content: bytes) -> bool:
        """Put an object where there is none."""
        with self._lock:
            if key in self._objects:
                return False
            self.write(key, content)
            return True

    def write_parts(self, key: str, parts: Iterable[bytes]) -> None:
        """Put an object from parts."""
        self.write(key, b"".join(parts))

    def delete(self, keys: Iterable[str]) -> None:
        """Remove objects."""
        with self._lock:
            for key in keys:
                self._objects.pop(key, None)

    def keys(self, prefix: str, after: str = "") -> Iterator[str]:
        """The keys that begin with the prefix, sorted; only those that come after one."""
        return iter(sorted(key for key in self._objects if key.startswith(prefix) and key > after))

    def dated_keys(self, prefix: str) -> Iterator[tuple[str, int]]:
        """The same with when each object was put."""
        return ((key, self._put_at[key]) for key in self.keys(prefix))

    def upload_form(self, key: str, *, sizes: tuple[int, int], seconds: int) -> UploadForm:
        """A form that `post` accepts until it expires."""
        fields = {"key": key, "policy": f"{sizes[0]}-{sizes[1]}"}
        return UploadForm("memory:post", fields, self._clock.now_ms() + seconds * 1000, sizes[1])

    def post(self, form: UploadForm, content: bytes) -> bool:
        """Upload by a form; False when it is refused."""
        low, high = (int(bound) for bound in form.fields["policy"].split("-"))
        if self._clock.now_ms() > form.expires_at or not low <= len(content) <= high:
            return False
        self.write(form.fields["key"], content)
        return True

    def download_link(self, key: str, *, filename: str, content_type: str, seconds: int) -> str:
        """An address that names the object."""
        return f"memory:{key}?filename={filename}&type={content_type}&seconds={seconds}"
