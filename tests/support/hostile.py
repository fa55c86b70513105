"""Hostile uploads, each imported by a process of its own that measures itself.

`python -m support.hostile NAME` prints {"status", "code", "detail", "seconds", "megabytes"}: the import's end, its time
and the largest memory of the process. Time is the processor's, so that other work on the machine does not count.
Uploads are made while they are read, so that they cost the process nothing.
"""

from __future__ import annotations

import json
import struct
import sys
import time
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from gramledger.adapters.memory.objects import MemoryObjects
from gramledger.app import keys
from gramledger.core.imports import Import
from support.files import V2, export, minutes
from support.runs import new_world, run, upload

MIB = 1 << 20
HEADER = f"{V2}\n".encode()
GOOD = export(minutes(1000))


@dataclass(frozen=True)
class Made:
    """`begin`, then `filling` so many times, then `end`: a file that is nowhere whole."""

    begin: bytes
    filling: bytes = b""
    times: int = 0
    end: bytes = b""

    @property
    def size(self) -> int:
        """Bytes of the file."""
        return len(self.begin) + len(self.filling) * self.times + len(self.end)

    def read(self, start: int, stop: int) -> bytes:
        """Bytes [start, stop) of the file."""
        return b"".join(self._pieces(start, min(stop, self.size)))

    def _pieces(self, start: int, stop: int) -> Iterator[bytes]:
        middle = len(self.begin) + len(self.filling) * self.times
        yield self.begin[start:stop]
        if self.times and start < middle and stop > len(self.begin):
            low, high = max(start, len(self.begin)) - len(self.begin), min(stop, middle) - len(self.begin)
            first = low // len(self.filling)
            count = -(-high // len(self.filling)) - first
            shift = first * len(self.filling)
            yield (self.filling * count)[low - shift : high - shift]
        if stop > middle:
            yield self.end[max(start - middle, 0) : stop - middle]


class MadeObjects(MemoryObjects):
    """Objects in memory, and one that is made while it is read."""

    def hold(self, key: str, made: Made) -> None:
        """Let a key stand for a file that is made."""
        self._made = (key, made)

    def size(self, key: str) -> int | None:
        """Bytes of an object, or None."""
        return self._made[1].size if key == self._made[0] else super().size(key)

    def fingerprint(self, key: str) -> str | None:
        """What tells the object's content from any other, or None."""
        return "made" if key == self._made[0] else super().fingerprint(key)

    def read(self, key: str, start: int = 0, stop: int | None = None) -> bytes:
        """Bytes [start, stop) of an object."""
        if key != self._made[0]:
            return super().read(key, start, stop)
        return self._made[1].read(start, self._made[1].size if stop is None else stop)

    def stream(self, key: str) -> Iterator[bytes]:
        """An object in pieces."""
        if key != self._made[0]:
            yield from super().stream(key)
            return
        for start in range(0, self._made[1].size, MIB):
            yield self._made[1].read(start, start + MIB)


def _deflated(filling: bytes, times: int) -> Made:
    """A deflate stream of 1 MiB of a filling, again and again: flushed blocks can be repeated."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    begin = packer.compress(filling) + packer.flush(zlib.Z_FULL_FLUSH)
    block = packer.compress(filling) + packer.flush(zlib.Z_FULL_FLUSH)
    return Made(begin, block, times, packer.flush())


def _gzip_bomb() -> Made:
    text = _deflated(b"\n" * MIB, 1024)
    return replace(text, begin=b"\x1f\x8b\x08\0\0\0\0\0\0\xff" + text.begin, end=text.end + bytes(8))


def _zip_bomb() -> Made:
    text = _deflated(b"\n" * MIB, 1024)
    header = struct.pack("<4s5HIIIHH", b"PK\x03\x04", 20, 8, 8, 0, 0, 0, 0, 0, 5, 0) + b"a.csv"
    return replace(text, begin=header + text.begin)


def _many_members() -> Made:
    text = _deflated(b"\n" * MIB, 7)
    member = b"\x1f\x8b\x08\0\0\0\0\0\0\xff" + text.read(0, text.size)
    member += struct.pack("<II", zlib.crc32(b"\n" * 8 * MIB), 8 * MIB)
    return Made(member, member, 128)


def _zip_with_a_path() -> Made:
    text = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    packed = text.compress(GOOD) + text.flush()
    name = b"../../usage.csv"
    sizes = (zlib.crc32(GOOD), len(packed), len(GOOD), len(name), 0)
    return Made(struct.pack("<4s5HIIIHH", b"PK\x03\x04", 20, 0, 8, 0, 0, *sizes) + name + packed)


ESCAPING = HEADER + b'2025-11-04T22:09:47.543Z,"a \\"word\\"",auto,No,1,2,3,4,10,0.01\n'
"""A text whose first row proves that it escapes quotes."""

FILES: dict[str, Callable[[], Made]] = {
    "gzip of 1,000:1": _gzip_bomb,
    "gzip of 1,000:1 in small members": _many_members,
    "zip of 1,000:1": _zip_bomb,
    "zeros alone": lambda: Made(b"", bytes(MIB), 200),
    "zeros below a header": lambda: Made(HEADER, bytes(MIB), 200),
    "zeros below good rows": lambda: Made(GOOD, bytes(MIB), 200),
    "line of 200 MB alone": lambda: Made(b"", b"x" * MIB, 200, b"\n"),
    "line of 200 MB below a header": lambda: Made(HEADER, b"x" * MIB, 200, b"\n"),
    "line of 200 MB below good rows": lambda: Made(GOOD, b"x" * MIB, 200, b"\n"),
    "unclosed quote of 100 MB": lambda: Made(HEADER + b'"', b"some text, a line\n" * 65536, 100),
    "unclosed quote of 100 MB after escaped ones": lambda: Made(
        ESCAPING + b'"', b"some text, a line\n" * 65536, 100
    ),
    "line of 200 MB after escaped quotes": lambda: Made(ESCAPING, b"x" * MIB, 200, b"\n"),
    "zip with a path in its name": _zip_with_a_path,
    "million columns in the header": lambda: Made(b"Date", b",Date", 1_000_000, b"\n1\n"),
    "million columns in a row": lambda: Made(HEADER, b"1,", 1_000_000, b"\n"),
    "json: string of 200 MB": lambda: Made(b'[{"Date":"', b"x" * MIB, 200, b'"}]'),
    "json: arrays in arrays": lambda: Made(b"", b"[" * MIB, 200),
    "json: objects in objects": lambda: Made(b"", b'{"a":' * 65536, 640),
    "json: small objects in one record": lambda: Made(b'[{"a":[', b"{}," * 65536, 640),
    "json: many names": lambda: Made(
        b"[{}", b"", 0, b"".join(b',{"%x":1}' % n for n in range(300_000)) + b"]"
    ),
    "json: a sparse table": lambda: Made(
        b"[" + b",".join(b'{"%x":1}' % n for n in range(900)), b',{"0":1}' * 65536, 64, b"]"
    ),
    "json: blanks": lambda: Made(b"[", b" " * MIB, 200, b"]"),
}


def import_made(made: Made) -> Import:
    """Run the import of a made file; the record afterwards."""
    world = new_world()
    uploads = MadeObjects(world.clock)
    uploads.hold("", made)
    world = replace(world, uploads=uploads)
    record = upload(world, b"?")
    uploads.hold(keys.upload(record.tenant, record.import_id), made)
    return run(world, record)


def _peak_megabytes() -> float:
    """The largest memory of this program; getrusage would count that of the parent before it started this one."""
    stated = Path("/proc/self/status").read_text("ascii", "replace")
    return int(stated.partition("VmHWM:")[2].split()[0]) / 1024


def main(name: str) -> None:
    """Import a hostile file and print what became of it."""
    made = FILES[name]()
    began = time.process_time()
    done = import_made(made)
    print(  # noqa: T201 -- its parent reads it
        json.dumps(
            {
                "status": done.status,
                "code": (done.problem or {}).get("code"),
                "detail": (done.problem or {}).get("detail"),
                "seconds": time.process_time() - began,
                "megabytes": _peak_megabytes(),
            }
        )
    )


if __name__ == "__main__":
    main(sys.argv[1])
