"""The ledger on DynamoDB, with large bodies in S3.

Items of a project, in two partitions so that reading heads never passes over bodies:
  pk `T#<tenant>#P#<project>#HEADS`   sk `<day>`                     the current head: version, and everything it says
                                                                     as compressed JSON
  pk `T#<tenant>#P#<project>#PAGES`   sk `<day>#<version>#<hash>`    every version ever written, under its own name:
                                                                     its head, its body if small, or that it was
                                                                     `pruned`
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from typing import Any

from botocore.exceptions import ClientError

from gramledger.adapters.aws.clients import error_code, translated
from gramledger.adapters.aws.items import NEW, Items
from gramledger.core.heads import Head, Version, pack, unpack
from gramledger.core.history import Blob, Written
from gramledger.core.limits import BODY_INLINE_BYTES
from gramledger.ports.objects import ObjectStore

_FIRST, _LAST = "0", "~"
"""Texts before and after every day."""

_OF_HEAD = ".head"
"""How the key of a head's text ends; that of its page's body is the same without."""

STATE_INLINE_BYTES = 100_000
"""A head with thousands of models or sources outgrows an item; its text then lives in the object store."""


class DynamoLedger:
    """Heads by compare-and-swap; bodies under new names."""

    def __init__(self, table: str, store: ObjectStore) -> None:
        self._items = Items(table)
        self._store = store

    def head(self, tenant: str, project_id: str, day: str) -> Head | None:
        """The current head of a day, read consistently."""
        found = self._items.get({"pk": {"S": _heads(tenant, project_id)}, "sk": {"S": day}})
        return self._head(found) if found else None

    def heads(self, tenant: str, project_id: str, first: str | None, last: str | None) -> Iterator[Head]:
        """The current heads of the days first to last, in order, read consistently."""
        for found in self._found(_heads(tenant, project_id), first or _FIRST, last or _LAST):
            yield self._head(found)

    def versions(
        self, tenant: str, project_id: str, first: str | None, last: str | None
    ) -> Iterator[Written]:
        """All versions that were ever written of the days first to last, by day and number."""
        until = _LAST if last is None else f"{last}{_LAST}"
        for found in self._found(_pages(tenant, project_id), first or _FIRST, until):
            with suppress(KeyError, ValueError, OSError):  # its state is lost, or was altered
                yield Written(self._head(found), "pruned" in found)

    def _found(self, partition: str, first: str, last: str) -> Iterator[dict[str, Any]]:
        """A partition's items without bodies, read consistently."""
        return self._items.query(
            partition,
            "sk BETWEEN :first AND :last",
            {":first": {"S": first}, ":last": {"S": last}},
            ProjectionExpression="#state, state_key, plain, pruned",
            ExpressionAttributeNames={"#state": "state"},
        )

    def body(self, tenant: str, project_id: str, head: Head) -> bytes | None:
        """The blob of a head's page; None for a page without claims. Raises KeyError if it is not kept any more."""
        if head.body is None:
            return None
        if head.size <= BODY_INLINE_BYTES:
            found = self._items.get(
                {"pk": {"S": _pages(tenant, project_id)}, "sk": {"S": _version_name(head)}}
            )
            if found and "body" in found:
                blob: bytes = found["body"]["B"]
                return blob
        return self._store.read(_body_key(tenant, project_id, head))

    def commit(self, tenant: str, project_id: str, version: Version) -> bool:
        """Write a version under its own name, then swap the head to it if its predecessor is the current one."""
        head = version.head
        state = self._state(tenant, project_id, head)
        kept = {"pk": {"S": _pages(tenant, project_id)}, "sk": {"S": _version_name(head)}, **state}
        inline = version.blob is not None and len(version.blob) <= BODY_INLINE_BYTES
        if version.blob is not None and inline:
            kept["body"] = {"B": version.blob}
        self._items.put(kept)
        if version.blob is not None and not inline:
            # after its item, so that a body which no head came to name is found by its version
            self._store.write(_body_key(tenant, project_id, head), version.blob)
        current = {
            "pk": {"S": _heads(tenant, project_id)},
            "sk": {"S": head.day},
            "version": {"N": str(head.version)},
            **state,
        }
        if head.version == 1:
            return self._items.put(current, NEW)
        return self._items.put(current, "version = :before", {":before": {"N": str(head.version - 1)}})

    def drop_body(self, tenant: str, project_id: str, head: Head) -> None:
        """Remove the body of a version, which stays."""
        if head.body is None:
            return
        if head.size > BODY_INLINE_BYTES:
            self._store.delete([_body_key(tenant, project_id, head)])
        with translated():
            try:
                self._items.dynamo.update_item(
                    **self._items.place,
                    Key={"pk": {"S": _pages(tenant, project_id)}, "sk": {"S": _version_name(head)}},
                    UpdateExpression="SET pruned = :pruned REMOVE body",
                    ConditionExpression="attribute_exists(pk)",
                    ExpressionAttributeValues={":pruned": {"BOOL": True}},
                )
            except ClientError as error:
                if error_code(error) != "ConditionalCheckFailedException":
                    raise

    def drop_version(self, tenant: str, project_id: str, head: Head) -> None:
        """Remove a version that is in no chain, and its body."""
        key = {"pk": {"S": _pages(tenant, project_id)}, "sk": {"S": _version_name(head)}}
        self._store.delete([_body_key(tenant, project_id, head)])
        self._items.delete(key)
        self._store.delete([_state_key(tenant, project_id, head)])

    def blobs(self, tenant: str, project_id: str) -> Iterator[Blob]:
        """The objects of the project's versions in the store."""
        prefix = _pages_prefix(tenant, project_id)
        for key, at in self._store.dated_keys(prefix):
            day, _, name = key.removeprefix(prefix).partition("/")
            version, _, digest = name.removesuffix(_OF_HEAD).partition("-")
            yield Blob(day, int(version), digest, name.endswith(_OF_HEAD), at)

    def drop_blob(self, tenant: str, project_id: str, blob: Blob) -> None:
        """Remove an object that belongs to no version."""
        name = f"{_pages_prefix(tenant, project_id)}{blob.day}/{blob.version:08d}-{blob.hash}"
        self._store.delete([f"{name}{_OF_HEAD}" if blob.of_head else name])

    def _state(self, tenant: str, project_id: str, head: Head) -> dict[str, Any]:
        state, length = pack(head)
        if len(state) <= STATE_INLINE_BYTES:
            return {"state": {"B": state}, "plain": {"N": str(length)}}
        key = _state_key(tenant, project_id, head)
        self._store.write(key, state)
        return {"state_key": {"S": key}, "plain": {"N": str(length)}}

    def _head(self, found: dict[str, Any]) -> Head:
        state = found["state"]["B"] if "state" in found else self._store.read(found["state_key"]["S"])
        return unpack(state, int(found["plain"]["N"]))


def _heads(tenant: str, project_id: str) -> str:
    return f"T#{tenant}#P#{project_id}#HEADS"


def _pages(tenant: str, project_id: str) -> str:
    return f"T#{tenant}#P#{project_id}#PAGES"


def _version_name(head: Head) -> str:
    return f"{head.day}#{head.version:08d}#{head.hash[:16]}"


def _pages_prefix(tenant: str, project_id: str) -> str:
    return f"pages/{tenant}/{project_id}/"


def _body_key(tenant: str, project_id: str, head: Head) -> str:
    return f"{_pages_prefix(tenant, project_id)}{head.day}/{head.version:08d}-{head.hash[:16]}"


def _state_key(tenant: str, project_id: str, head: Head) -> str:
    return f"{_body_key(tenant, project_id, head)}{_OF_HEAD}"
