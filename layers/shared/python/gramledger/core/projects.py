"""Projects: a ledger of their own within a tenant."""

from __future__ import annotations

import unicodedata
from dataclasses import asdict, dataclass
from typing import Any

from gramledger.core.problems import InvalidRequest

NAME_CHARACTERS = 100


@dataclass(frozen=True, slots=True)
class Project:
    """One project; `preset` names the settings by which its entries are calculated; instants are ms UTC."""

    tenant: str
    project_id: str
    name: str
    preset: str
    created_at: int
    created_by: str

    def to_json(self) -> dict[str, Any]:
        """A JSON object of the whole record."""
        return asdict(self)

    @staticmethod
    def from_json(form: dict[str, Any]) -> Project:
        """The record of a JSON object that `to_json` gave."""
        return Project(**form)


def clean_name(name: object) -> str:
    """The name as it is kept: trimmed, in Unicode's composed form. Raises InvalidRequest."""
    if not isinstance(name, str):
        raise InvalidRequest("A project needs a 'name', a text of 1 to 100 characters.")
    cleaned = unicodedata.normalize("NFC", " ".join(name.split()))
    if not 1 <= len(cleaned) <= NAME_CHARACTERS or not cleaned.isprintable():
        raise InvalidRequest(
            f"The project's name has {len(cleaned)} characters; it may have 1 to {NAME_CHARACTERS} printable ones."
        )
    return cleaned


def name_key(name: str) -> str:
    """What two names must differ in: letter case and spacing do not count."""
    return unicodedata.normalize("NFKC", " ".join(name.split())).casefold()
