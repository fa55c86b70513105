"""What a request says of a provider key, read member by member; nothing of a secret is repeated in a problem."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from gramledger.core.problems import InvalidRequest
from gramledger.core.providers.endpoints import PROVIDERS, endpoints_of, find_endpoint

LABEL_CHARACTERS = 60
SECRET_CHARACTERS = (8, 500)

_NEW = ("provider", "label", "project", "endpoints", "secret", "check")
_ROTATED = ("secret", "check")


@dataclass(frozen=True, slots=True)
class NewKey:
    """A key that is to be registered."""

    provider: str
    label: str
    project: str
    endpoints: tuple[str, ...]
    secret: str
    check: bool
    """Whether the provider is asked first if the key may read its endpoints."""


def read_new_key(form: object) -> NewKey:
    """The key that a request's body describes. Raises InvalidRequest."""
    members = _members(form, _NEW, needed=("provider", "label", "project", "secret"))
    provider = members["provider"]
    if not isinstance(provider, str):
        raise InvalidRequest(f"The 'provider' must be one of {', '.join(PROVIDERS)}.")
    known = endpoints_of(provider)
    project = members["project"]
    if not isinstance(project, str) or not project:
        raise InvalidRequest("The 'project' must be the id or the name of the project that is to be fed.")
    return NewKey(
        provider=provider,
        label=_label(members["label"]),
        project=project,
        endpoints=_endpoints(provider, members.get("endpoints")) or tuple(e.name for e in known),
        secret=_secret(members["secret"]),
        check=_check(members),
    )


def read_rotation(form: object) -> tuple[str, bool]:
    """The new secret of a request's body, and whether the provider is asked first. Raises InvalidRequest."""
    members = _members(form, _ROTATED, needed=("secret",))
    return _secret(members["secret"]), _check(members)


def _members(form: object, allowed: tuple[str, ...], *, needed: tuple[str, ...]) -> dict[str, Any]:
    if not isinstance(form, dict):
        raise InvalidRequest("The body must be a JSON object.")
    missing = [name for name in needed if form.get(name) is None]
    if missing:
        raise InvalidRequest(f"The body lacks '{missing[0]}'.")
    unknown = sorted(set(form) - set(allowed))
    if unknown:
        raise InvalidRequest(f"Unknown member '{unknown[0]}'. Allowed are {', '.join(allowed)}.")
    return form


def _label(value: object) -> str:
    text = " ".join(value.split()) if isinstance(value, str) else ""
    if not text.isprintable() or not 1 <= len(text) <= LABEL_CHARACTERS:
        raise InvalidRequest(f"The 'label' must be a text of 1 to {LABEL_CHARACTERS} printable characters.")
    return text


def _endpoints(provider: str, value: object) -> tuple[str, ...]:
    if value is None:
        return ()
    if not isinstance(value, list) or not value or not all(isinstance(name, str) for name in value):
        raise InvalidRequest("The 'endpoints' must be a list of names of endpoints.")
    return tuple(dict.fromkeys(find_endpoint(provider, name).name for name in value))


def _secret(value: object) -> str:
    text = value.strip() if isinstance(value, str) else ""
    least, most = SECRET_CHARACTERS
    fit = text.isascii() and text.isprintable() and " " not in text and ":" not in text
    if not fit or not least <= len(text) <= most:
        raise InvalidRequest(
            f"The 'secret' must be the key as the provider shows it: {least} to {most} ASCII characters without "
            "blanks and colons."
        )
    return text


def _check(members: dict[str, Any]) -> bool:
    value = members.get("check", True)
    if not isinstance(value, bool):
        raise InvalidRequest("'check' must be true or false.")
    return value
