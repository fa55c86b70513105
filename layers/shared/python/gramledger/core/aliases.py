"""A project's own aliases: names in its exports, and the models that they mean."""

from __future__ import annotations

from collections.abc import Mapping

from gramledger.core.names import plain
from gramledger.core.problems import InvalidRequest

ALIASES = 500
"""Most aliases of a project."""

CHARACTERS = 200
"""Longest name and longest model."""


def read_aliases(value: object) -> dict[str, str | None]:
    """The aliases of a JSON object `{name: "provider/model"}`; null takes one back. Raises InvalidRequest."""
    if not isinstance(value, Mapping):
        raise InvalidRequest(
            "'aliases' must be a JSON object of names and the 'provider/model' that each means."
        )
    for name, model in value.items():
        if not plain(name) or max(len(name), len(model) if isinstance(model, str) else 0) > CHARACTERS:
            raise InvalidRequest(
                f"An alias and its model have 1 to {CHARACTERS} characters each; see '{name[:40]}'."
            )
        if model is not None and (not isinstance(model, str) or "/" not in model):
            raise InvalidRequest(
                f"The alias '{name}' means {model!r}; it must mean a 'provider/model' such as openai/gpt-5, or null."
            )
    return dict(value)


def merged(known: Mapping[str, str], change: Mapping[str, str | None]) -> dict[str, str]:
    """The aliases after a change. Names that differ just in case, blanks, `_` and `-` are one name.

    Raises InvalidRequest where they become too many.
    """
    aliases = {plain(name): (name, model) for name, model in known.items()}
    for name, model in change.items():
        aliases.pop(plain(name), None)
        if model is not None:
            aliases[plain(name)] = (name, model)
    if len(aliases) > ALIASES:
        raise InvalidRequest(f"A project may have {ALIASES} aliases; these would be {len(aliases)}.")
    return dict(sorted(aliases.values()))
