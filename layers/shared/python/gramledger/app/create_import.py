"""Creating an import: its record and the form for its upload."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from gramledger.app import keys
from gramledger.app.log import log_import
from gramledger.app.lookup import Caller, find_project
from gramledger.app.mappings import template_of
from gramledger.core import limits
from gramledger.core.identity import ulid
from gramledger.core.imports import Confirm, Import
from gramledger.core.options import MEMBERS, Options, read_members
from gramledger.core.problems import FileEmpty, FileTooLarge, InvalidRequest
from gramledger.ports import World
from gramledger.ports.objects import UploadForm

_SHA256 = re.compile("[0-9a-f]{64}")
FILENAME_CHARACTERS = 255


@dataclass(frozen=True, slots=True)
class NewImport:
    """What the client announces: `size` in bytes and `sha256` in hex are checked against the upload when given;
    `expires_in` is the life of the form in seconds."""

    filename: str
    size: int | None = None
    sha256: str | None = None
    dry_run: bool = False
    confirm: Confirm = "auto"
    expires_in: int = limits.UPLOAD_SECONDS
    options: Options = field(default_factory=Options)

    @staticmethod
    def from_json(form: object) -> NewImport:
        """The announcement of a request body. Raises InvalidRequest, FileEmpty or FileTooLarge."""
        if not isinstance(form, dict):
            raise InvalidRequest("The body must be a JSON object with a 'filename'.")
        unknown = sorted(set(form) - set(_MEMBERS))
        if unknown:
            raise InvalidRequest(
                f"Unknown member '{unknown[0]}'. Allowed are {', '.join(_MEMBERS)}.",
                unknown=unknown,
            )
        return NewImport(
            filename=_filename(form.get("filename")),
            size=_size(form.get("size")),
            sha256=_sha256(form.get("sha256")),
            dry_run=_flag(form, "dry_run"),
            confirm=_confirm(form.get("confirm", "auto")),
            expires_in=_seconds(form.get("expires_in", limits.UPLOAD_SECONDS)),
            options=Options(**read_members(form)),
        )


_MEMBERS = ("filename", "size", "sha256", "dry_run", "confirm", "expires_in", *MEMBERS)


def create_import(world: World, caller: Caller, project: str, new: NewImport) -> tuple[Import, UploadForm]:
    """The new import's record, and the one form by which its file can arrive. Raises NotAllowed and NotFound.

    A repeated request (app.once) makes the same id, and finds the import that is there.
    """
    caller.need_admin()
    home = find_project(world, caller.tenant, project)
    template_of(world, caller.tenant, new.options)
    now = world.clock.now_ms()
    record = Import(
        tenant=caller.tenant,
        import_id=ulid(now, world.chance.bytes(10)),
        project_id=home.project_id,
        project_name=home.name,
        filename=new.filename,
        requested_by=caller.user,
        created_at=now,
        phase_at=now,
        dry_run=new.dry_run,
        confirm=new.confirm,
        announced_size=new.size,
        announced_sha256=new.sha256,
        options=new.options,
    )
    world.jobs.create(record)
    log_import(world, None, record)
    sizes = (new.size, new.size) if new.size else (1, limits.FILE_BYTES)
    key = keys.upload(record.tenant, record.import_id)
    return record, world.uploads.upload_form(key, sizes=sizes, seconds=new.expires_in)


def _filename(value: object) -> str:
    if not isinstance(value, str) or not value.strip():
        raise InvalidRequest("The import needs a 'filename', such as 'usage-events-2025-11-06.csv'.")
    name = re.split(r"[/\\]", value)[-1].strip()
    if not name or len(name) > FILENAME_CHARACTERS or not name.isprintable():
        raise InvalidRequest(f"The 'filename' may have 1 to {FILENAME_CHARACTERS} printable characters.")
    return name


def _size(value: object) -> int | None:
    if value is None:
        return None
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise InvalidRequest("The 'size' must be a number of bytes.")
    if value == 0:
        raise FileEmpty("The file has 0 bytes. Export it again, or choose another file.")
    if value > limits.FILE_BYTES:
        raise FileTooLarge(
            f"The file has {value:,} bytes; an upload may have {limits.FILE_BYTES:,}. Split it by date and import "
            "the pieces: their order does not matter.",
            size=value,
            limit=limits.FILE_BYTES,
        )
    return value


def _sha256(value: object) -> str | None:
    if value is None:
        return None
    if not isinstance(value, str) or not _SHA256.fullmatch(value.lower()):
        raise InvalidRequest("The 'sha256' must be 64 hexadecimal digits.")
    return value.lower()


def _flag(form: dict[str, Any], name: str) -> bool:
    value = form.get(name, False)
    if not isinstance(value, bool):
        raise InvalidRequest(f"'{name}' must be true or false.")
    return value


def _confirm(value: object) -> Confirm:
    if value == "auto":
        return "auto"
    if value == "manual":
        return "manual"
    raise InvalidRequest("'confirm' must be 'auto' or 'manual'.")


def _seconds(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 1 <= value <= limits.UPLOAD_SECONDS:
        raise InvalidRequest(f"'expires_in' must be 1 to {limits.UPLOAD_SECONDS} seconds.")
    return value
