"""The part of the HTTP API that looks after provider keys."""

from __future__ import annotations

from urllib.parse import quote

from gramledger_cli.calls import Calls, Document


class KeyCalls(Calls):
    """Calls about provider keys, over what `Api` reads and writes; all raise NotSignedIn for anybody but an
    administrator, and those with a key NotFound."""

    def provider_keys(self) -> list[Document]:
        """All keys, oldest first."""
        return list(self._read("/v1/keys")["keys"])

    def provider_key(self, key: str) -> Document:
        """One key, by id or label."""
        return self._read(_path(key))

    def add_key(self, form: Document) -> Document:
        """A new key. Raises Refused where the form is not fit, or the provider refuses the key."""
        return self._write("/v1/keys", form)

    def rotate_key(self, key: str, form: Document) -> Document:
        """A key with another secret. Raises Refused likewise."""
        return self._write(_path(key, "rotate"), form)

    def change_key(self, key: str, word: str) -> Document:
        """A key after it was told to `check`, `disable` or `enable`."""
        return self._write(_path(key, word), {})

    def delete_key(self, key: str) -> Document:
        """Remove a key; what it was."""
        return self._write(_path(key), {}, "DELETE")


def _path(*parts: str) -> str:
    return "/".join(("/v1/keys", *(quote(part, safe="") for part in parts)))
