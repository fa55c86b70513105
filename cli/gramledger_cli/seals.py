"""Seals: what the days of a ledger were like when somebody wrote their hashes down."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
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


REBUILT = "sealed-before-rebuild"
"""The fault of a sealed version that is gone because the day was made again from the log."""


def missing(seal: Document, chains: Mapping[str, Sequence[Document]]) -> list[tuple[str, str, str]]:
    """Of a seal's days, those whose sealed version is not in its chain any more: where, a code, and what is wrong.

    `chains` are the versions of each day as the audit gives them. A rebuild makes versions of its own, which tells why
    one from before it may be gone; nothing else does.
    """
    rebuilt = sorted(
        (version["at"], version["day"])
        for chain in chains.values()
        for version in chain
        if version["cause"]["kind"] == "rebuild" and version["at"] > seal["sealed_at"]
    )
    return [
        (f"{day} version {sealed['version']}", *_why_missing(seal, day, chains.get(day, ()), rebuilt))
        for day, sealed in sorted(seal["days"].items())
        if all(version["hash"] != sealed["hash"] for version in chains.get(day, ()))
    ]


def _why_missing(
    seal: Document, day: str, chain: Sequence[Document], rebuilt: Sequence[tuple[str, str]]
) -> tuple[str, str]:
    own = [at for at, where in rebuilt if where == day]
    if own:
        return REBUILT, f"The day was made again from the log at {own[0]}, after it was sealed."
    if not chain and rebuilt:
        return REBUILT, f"The day has no version; others were made again from the log at {rebuilt[0][0]}."
    text = f"It was in the chain at {seal['sealed_at']} and is not now, and no rebuild tells why: altered or removed."
    return "sealed-version-missing", text
