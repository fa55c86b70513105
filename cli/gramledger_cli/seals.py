"""Seals: what the days of a ledger were like when somebody wrote their hashes down."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

from gramledger_cli.api import Document
from gramledger_cli.exits import Stop


def read_seal(file: Path) -> Document:
    """The seal of a file. Raises Stop when it is none, or was altered."""
    try:
        seal = json.loads(file.read_text(encoding="utf-8"))
        hashes = {str(day): str(sealed["hash"]) for day, sealed in seal["days"].items()}
        stated = seal["hash"]
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as problem:
        raise Stop(f"{file} is no seal that can be read ({problem}).") from problem
    if hash_of(hashes) != stated:
        raise Stop(f"{file} was altered: its hash is not that of its days.")
    return dict(seal)


def hash_of(hashes: dict[str, str]) -> str:
    """The hash over the hashes of all days."""
    lines = "".join(f"{day} {hashes[day]}\n" for day in sorted(hashes))
    return hashlib.sha256(lines.encode()).hexdigest()


def missing(seal: Document, known: dict[str, set[str]]) -> list[tuple[str, str]]:
    """Of the days of a seal, those whose sealed version is not in its chain any more: where, and what is wrong."""
    return [
        (
            f"{day} version {sealed['version']}",
            "sealed-version-missing: The sealed version is not in the chain.",
        )
        for day, sealed in sorted(seal["days"].items())
        if sealed["hash"] not in known.get(day, set())
    ]
