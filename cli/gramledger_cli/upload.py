"""Sends one file through a presigned POST: hashed first, then streamed, never held in memory."""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from gramledger_cli.exits import NoAnswer, Refused, Stop
from gramledger_cli.figures import size
from gramledger_cli.transport import Answer, Transport

PIECE = 1 << 20
ATTEMPTS = (0.5, 2.0)
"""Seconds before the second and the third attempt."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What is known of a file before it is sent."""

    path: Path
    bytes: int
    sha256: str


def read_through(path: Path) -> Reading:
    """Read a file once for its size and SHA-256. Raises Refused when it cannot be read or is empty."""
    digest, length = hashlib.sha256(), 0
    try:
        with path.open("rb") as file:
            while piece := file.read(PIECE):
                digest.update(piece)
                length += len(piece)
    except OSError as problem:
        raise _refused(
            "file-unreadable", "The file cannot be read", f"{path}: {problem.strerror}"
        ) from problem
    if not length:
        raise _refused("file-empty", "The file is empty", f"{path} has no bytes. Export it again.")
    return Reading(path, length, digest.hexdigest())


@dataclass(frozen=True, slots=True)
class Form:
    """A presigned POST: where to, which fields, and how many bytes at most."""

    url: str
    fields: Mapping[str, str]
    max_bytes: int


def send(
    transport: Transport,
    form: Form,
    reading: Reading,
    sent: Callable[[int], None],
    sleep: Callable[[float], None],
) -> None:
    """Upload a file; `sent` is told the bytes handed to the network so far.

    Repeating is harmless: the form fixes the key, and an import starts once however often its object
    is written. Raises Refused when the file is over the limit, was changed meanwhile, or the form is not
    accepted, and Stop when the store keeps failing.
    """
    if reading.bytes > form.max_bytes:
        raise _refused(
            "file-too-large",
            "The file is too large",
            f"{reading.path} has {size(reading.bytes)}; the limit is {size(form.max_bytes)}. Split it.",
        )
    for delay in (*ATTEMPTS, None):
        try:
            answer = _post(transport, form, reading, sent)
        except NoAnswer:
            if delay is None:
                raise
        else:
            if answer.status < 300:
                answer.read()
                return
            if answer.status < 500 or delay is None:
                raise _not_stored(reading, answer)
            answer.read()
        sleep(delay)


def _post(transport: Transport, form: Form, reading: Reading, sent: Callable[[int], None]) -> Answer:
    boundary = secrets.token_hex(16)
    head = (
        b"".join(_part(boundary, name, value) for name, value in form.fields.items())
        + (
            f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="upload"\r\n'
            "Content-Type: application/octet-stream\r\n\r\n"
        ).encode()
    )
    tail = f"\r\n--{boundary}--\r\n".encode()
    headers = {
        "Content-Type": f"multipart/form-data; boundary={boundary}",
        "Content-Length": str(len(head) + reading.bytes + len(tail)),
    }

    def pieces() -> Iterator[bytes]:
        yield head
        yield from _content(reading, sent)
        yield tail

    return transport.send("POST", form.url, headers, pieces())


def _part(boundary: str, name: str, value: str) -> bytes:
    return f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()


def _content(reading: Reading, sent: Callable[[int], None]) -> Iterator[bytes]:
    """Exactly as many bytes as were read before, for the length is announced already."""
    left = reading.bytes
    with reading.path.open("rb") as file:
        while left:
            piece = file.read(min(PIECE, left))
            if not piece:
                raise _refused(
                    "file-changed", "The file changed", f"{reading.path} became shorter while it was sent."
                )
            left -= len(piece)
            yield piece
            sent(reading.bytes - left)


def _not_stored(reading: Reading, answer: Answer) -> Stop:
    """The store answers in XML with a code and a message."""
    text = answer.read().decode("utf-8", "replace")
    code, message = (
        found[1] if (found := re.search(f"<{tag}>(.*?)</{tag}>", text, re.DOTALL)) else ""
        for tag in ("Code", "Message")
    )
    detail = (
        f"The upload of {reading.path} was refused with status {answer.status}: {code} {message}".rstrip()
    )
    if answer.status >= 500:
        return Stop(detail)
    return _refused("upload-refused", "The upload was refused", detail)


def _refused(code: str, title: str, detail: str) -> Refused:
    return Refused({"code": code, "title": title, "status": 422, "detail": detail})
