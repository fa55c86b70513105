"""Where the ledger is and with which token it is spoken to.

`GRAMLEDGER_URL` and `GRAMLEDGER_TOKEN` come first; without a URL, the `connection.json` that the local stack
keeps in `GRAMLEDGER_HOME` (default: `.gramledger` in the current directory).
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from gramledger_cli.exits import NotSignedIn, Stop

START_STACK = "Start the local stack with './run up', or set GRAMLEDGER_URL and GRAMLEDGER_TOKEN."


@dataclass(frozen=True, slots=True)
class Connection:
    """An address without a trailing slash, and the token sent with every request."""

    url: str
    token: str


def find_connection(environ: Mapping[str, str], directory: Path) -> Connection:
    """The connection to use. Raises Stop when no ledger is known, NotSignedIn when no token is."""
    url = environ.get("GRAMLEDGER_URL", "").rstrip("/")
    token = environ.get("GRAMLEDGER_TOKEN", "")
    if not url:
        home = Path(environ.get("GRAMLEDGER_HOME") or directory / ".gramledger")
        return _of_local_stack(home / "connection.json", token)
    if not url.startswith(("http://", "https://")):
        raise Stop(f"GRAMLEDGER_URL is '{url}', which is no http or https address.")
    if not token:
        raise NotSignedIn("GRAMLEDGER_URL is set, but GRAMLEDGER_TOKEN is not.", "Set it to an ID token.")
    return Connection(url, token)


def _of_local_stack(file: Path, token: str) -> Connection:
    try:
        stated = json.loads(file.read_text(encoding="utf-8"))
        return Connection(str(stated["url"]).rstrip("/"), token or str(stated["token"]))
    except FileNotFoundError:
        raise Stop(f"No local stack is running here: there is no {file}.", START_STACK) from None
    except (OSError, ValueError, KeyError, TypeError) as problem:
        raise Stop(f"{file} cannot be read ({problem}).", START_STACK) from problem


def expiry(token: str) -> datetime | None:
    """When a JWT says that it expires, in UTC; None when it cannot be read. Its signature is not checked."""
    try:
        payload = token.split(".")[1]
        stated = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
        return datetime.fromtimestamp(stated["exp"], UTC)
    except (IndexError, KeyError, TypeError, ValueError, OverflowError, OSError, binascii.Error):
        return None
