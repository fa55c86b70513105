"""The object store on S3."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from typing import Any

from botocore.exceptions import ClientError

from gramledger.adapters.aws.clients import SLOW_DOWN, client, error_code, translated
from gramledger.ports import Unavailable
from gramledger.ports.objects import UploadForm

PART_BYTES = 8 << 20
"""S3 wants parts of at least 5 MiB, except the last."""

STREAM_BYTES = 1 << 20
DELETE_KEYS = 1000
_MISSING = frozenset(("404", "NoSuchKey", "NotFound"))
_THERE = "PreconditionFailed"
_MET_ANOTHER = "ConditionalRequestConflict"
"""Another write of the same object was under way, and it is not known which one is there."""


class S3Objects:
    """Objects of one bucket."""

    def __init__(self, bucket: str) -> None:
        self._bucket = bucket

    @property
    def _s3(self) -> Any:
        return client("s3")

    def size(self, key: str) -> int | None:
        """Bytes of an object, or None if there is none."""
        found = self._described(key)
        return int(found["ContentLength"]) if found else None

    def fingerprint(self, key: str) -> str | None:
        """The ETag of an object, or None if there is none."""
        found = self._described(key)
        return str(found["ETag"]) if found else None

    def _described(self, key: str) -> dict[str, Any] | None:
        with translated():
            try:
                found: dict[str, Any] = self._s3.head_object(Bucket=self._bucket, Key=key)
            except ClientError as error:
                if error_code(error) in _MISSING:
                    return None
                raise
        return found

    def read(self, key: str, start: int = 0, stop: int | None = None) -> bytes:
        """Bytes [start, stop) of an object. Raises KeyError if there is no such object."""
        if stop is not None and stop <= start:
            return b""
        span = (
            {}
            if start == 0 and stop is None
            else {"Range": f"bytes={start}-{'' if stop is None else stop - 1}"}
        )
        with translated():
            try:
                content: bytes = self._s3.get_object(Bucket=self._bucket, Key=key, **span)["Body"].read()
            except ClientError as error:
                if error_code(error) in _MISSING:
                    raise KeyError(key) from None
                if error_code(error) == "InvalidRange":
                    return b""
                raise
            return content

    def stream(self, key: str) -> Iterator[bytes]:
        """An object from its start to its end, in one request. Raises KeyError if there is no such object."""
        with translated():
            try:
                body = self._s3.get_object(Bucket=self._bucket, Key=key)["Body"]
            except ClientError as error:
                if error_code(error) in _MISSING:
                    raise KeyError(key) from None
                raise
            yield from body.iter_chunks(STREAM_BYTES)

    def write(self, key: str, content: bytes) -> None:
        """Put an object, whole."""
        with translated():
            self._s3.put_object(Bucket=self._bucket, Key=key, Body=content)

    def write_once(self, key: str, content: bytes) -> bool:
        """Put an object where there is none. An answer that got lost may make it False for the object that it wrote."""
        with translated():
            try:
                self._s3.put_object(Bucket=self._bucket, Key=key, Body=content, IfNoneMatch="*")
            except ClientError as error:
                if error_code(error) == _MET_ANOTHER:
                    raise Unavailable(f"{error.operation_name}: {_MET_ANOTHER}") from error
                if error_code(error) == _THERE:
                    return False
                raise
        return True

    def write_parts(self, key: str, parts: Iterable[bytes]) -> None:
        """Put an object by a multipart upload, which is dropped if anything fails."""
        pieces = _of_size(parts, PART_BYTES)
        first, second = next(pieces, b""), next(pieces, None)
        if second is None:
            self.write(key, first)
            return
        place = {"Bucket": self._bucket, "Key": key}
        with translated():
            upload = {**place, "UploadId": self._s3.create_multipart_upload(**place)["UploadId"]}
            try:
                tags = [
                    {
                        "PartNumber": number,
                        "ETag": self._s3.upload_part(**upload, PartNumber=number, Body=piece)["ETag"],
                    }
                    for number, piece in enumerate(_chain(first, second, pieces), start=1)
                ]
                self._s3.complete_multipart_upload(**upload, MultipartUpload={"Parts": tags})
            except BaseException:
                self._s3.abort_multipart_upload(**upload)
                raise

    def delete(self, keys: Iterable[str]) -> None:
        """Remove objects; those that do not exist count as removed."""
        keys = list(keys)
        for begin in range(0, len(keys), DELETE_KEYS):
            named = [{"Key": key} for key in keys[begin : begin + DELETE_KEYS]]
            with translated():
                answer = self._s3.delete_objects(
                    Bucket=self._bucket, Delete={"Objects": named, "Quiet": True}
                )
                _refuse_kept(answer.get("Errors", ()))

    def keys(self, prefix: str, after: str = "") -> Iterator[str]:
        """The keys that begin with the prefix, sorted; only those that come after one."""
        return (entry["Key"] for entry in self._entries(prefix, after))

    def dated_keys(self, prefix: str) -> Iterator[tuple[str, int]]:
        """The same with when each object was put."""
        for entry in self._entries(prefix):
            yield entry["Key"], int(entry["LastModified"].timestamp() * 1000)

    def _entries(self, prefix: str, after: str = "") -> Iterator[dict[str, Any]]:
        asked = {"Bucket": self._bucket, "Prefix": prefix, **({"StartAfter": after} if after else {})}
        with translated():
            for page in self._s3.get_paginator("list_objects_v2").paginate(**asked):
                yield from page.get("Contents", ())

    def upload_form(self, key: str, *, sizes: tuple[int, int], seconds: int) -> UploadForm:
        """A presigned POST for just this key, a size in the range, until it expires."""
        post = self._s3.generate_presigned_post(
            self._bucket, key, Conditions=[["content-length-range", *sizes]], ExpiresIn=seconds
        )
        return UploadForm(post["url"], post["fields"], int((time.time() + seconds) * 1000), sizes[1])

    def download_link(self, key: str, *, filename: str, content_type: str, seconds: int) -> str:
        """A presigned GET that is saved under the given name."""
        link: str = self._s3.generate_presigned_url(
            "get_object",
            Params={
                "Bucket": self._bucket,
                "Key": key,
                "ResponseContentDisposition": f'attachment; filename="{filename}"',
                "ResponseContentType": content_type,
            },
            ExpiresIn=seconds,
        )
        return link


def _refuse_kept(errors: Iterable[dict[str, Any]]) -> None:
    """Raise ClientError where objects were not removed: the answer to a request for many of them is 200 also then. Of
    several reasons one is told that is not gone the next time, if there is any."""
    worst = min(errors, key=lambda error: error["Code"] in SLOW_DOWN, default=None)
    if worst is not None:
        raise ClientError({"Error": {"Code": worst["Code"], "Message": worst["Message"]}}, "DeleteObjects")


def _of_size(parts: Iterable[bytes], size: int) -> Iterator[bytes]:
    """The same bytes in pieces of just that size, so that the ETag of an object follows from its content alone."""
    held = bytearray()
    for part in parts:
        held += part
        while len(held) >= size:
            yield bytes(held[:size])
            del held[:size]
    if held:
        yield bytes(held)


def _chain(first: bytes, second: bytes, rest: Iterator[bytes]) -> Iterator[bytes]:
    yield first
    yield second
    yield from rest
