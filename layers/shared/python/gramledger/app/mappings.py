"""Saved mappings, and what mappings say of an import's file."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gramledger.app import keys
from gramledger.app.log import log_mapping
from gramledger.app.lookup import Caller, find_import, read_json
from gramledger.core import limits
from gramledger.core.choosing import Wishes
from gramledger.core.formats import PROFILES
from gramledger.core.imports import Import
from gramledger.core.iso import iso
from gramledger.core.mapping import FORMATS, SavedMapping, Template, check_name, place_of
from gramledger.core.options import Options
from gramledger.core.problems import ImportConflict, InvalidRequest, NotFound
from gramledger.ports import World

_KINDS = {name: kind for kind, name in FORMATS.items()}


def wishes_of(world: World, record: Import) -> Wishes:
    """What is known of an import's file beyond its bytes. Raises NotFound for a mapping that is no longer saved."""
    options = record.options
    named = isinstance(options.mapping, str)
    project = world.projects.get(record.tenant, record.project_id)
    return Wishes(
        format=options.format,
        template=template_of(world, record.tenant, options),
        template_name=str(options.mapping) if named else "",
        zone=options.zone or "",
        project_zone=(project.settings.zone if project else None) or "",
        saved=sorted(world.mappings.list(record.tenant), key=lambda saved: (-saved.saved_at, saved.name)),
    )


def template_of(world: World, tenant: str, options: Options) -> Template | None:
    """The mapping that options give or name. Raises NotFound."""
    if isinstance(options.mapping, str):
        return find_mapping(world, tenant, options.mapping).template
    return None if options.mapping is None else Template.parse(options.mapping)


def mapping_of(reading: Mapping[str, Any]) -> dict[str, Any] | None:
    """The mapping by which a file is read (a Reading's JSON), as somebody may give or save it; None for a format
    that leaves nothing open. Of a known layout of readings it is what the header does not say."""
    kind = _KINDS.get(reading["format"])
    if kind is None and PROFILES[reading["format"]].settle is not None:
        return Template("readings", dates=reading["dates"], zone=reading["zone"]).to_json()
    if kind is None:
        return None
    header, by_name = reading["header"], reading["header_rows"] > 0

    def place(index: int) -> str | int:
        return place_of(index, header) if by_name else index + 1

    return Template(
        format=kind,
        columns={field: place(index) for field, index in reading["mapping"].items()},
        constants=reading["constants"],
        dates=reading["dates"],
        zone=reading["zone"],
        decimal=reading["decimal"],
        header=by_name,
        key=tuple(map(place, reading["key"])),
    ).to_json()


def find_mapping(world: World, tenant: str, name: str) -> SavedMapping:
    """The saved mapping of that name. Raises NotFound."""
    saved = world.mappings.get(tenant, name)
    if saved is None:
        raise NotFound(f"There is no mapping '{name}'. List the mappings, or save it first.", mapping=name)
    return saved


def list_mappings(world: World, caller: Caller) -> list[SavedMapping]:
    """All mappings of the caller's tenant, by name."""
    return world.mappings.list(caller.tenant)


def save_mapping(world: World, caller: Caller, name: str, form: object) -> SavedMapping:
    """Keep a mapping under a name, in the place of one that had it.

    `form` is {mapping[, header]}, or {import_id} for the mapping of an import with the header of its file. With a
    header it is applied by itself to files that have the like. Raises NotAllowed, InvalidRequest and NotFound.
    """
    caller.need_admin()
    check_name(name)
    if not isinstance(form, dict) or set(form) not in ({"mapping"}, {"mapping", "header"}, {"import_id"}):
        raise InvalidRequest(
            "The body must have a 'mapping' and may have a 'header', or else an 'import_id'."
        )
    header: list[str] | None
    if "import_id" in form:
        mapping, header = _of_import(world, caller, str(form["import_id"]))
    else:
        mapping, header = Template.parse(form["mapping"]).to_json(), _header(form.get("header"))
    saved = SavedMapping(caller.tenant, name, mapping, header, world.clock.now_ms(), caller.user)
    world.mappings.put(saved)
    log_mapping(world, saved)
    return saved


def delete_mapping(world: World, caller: Caller, name: str) -> SavedMapping:
    """Remove a mapping; what it was. Imports that were read by it stay. Raises NotAllowed and NotFound."""
    caller.need_admin()
    saved = find_mapping(world, caller.tenant, name)
    world.mappings.delete(caller.tenant, name)
    log_mapping(world, saved, removed_at=world.clock.now_ms())
    return saved


def show_mapping(saved: SavedMapping) -> dict[str, Any]:
    """A saved mapping as clients see it."""
    return {
        "name": saved.name,
        "mapping": saved.mapping,
        "header": saved.header,
        "saved_at": iso(saved.saved_at),
        "saved_by": saved.saved_by,
    }


def _of_import(world: World, caller: Caller, import_id: str) -> tuple[dict[str, Any], list[str]]:
    """The mapping by which an import's file is read, and its header.

    Raises NotFound, InvalidRequest, and ImportConflict before the file has been recognised.
    """
    record = find_import(world, caller.tenant, import_id)
    try:
        reading = read_json(world.store, keys.plan(record.tenant, record.reading))["reading"]
    except KeyError:
        raise ImportConflict(
            f"The import {import_id} is '{record.status}' and its file has not been recognised: it has no mapping.",
            status=record.status,
        ) from None
    mapping = mapping_of(reading)
    if mapping is None:
        raise InvalidRequest(
            f"The file of the import {import_id} is of the format '{reading['format']}', which needs no mapping."
        )
    return mapping, reading["header"]


def _header(value: object) -> list[str] | None:
    if value is None:
        return None
    fits = isinstance(value, list) and 0 < len(value) <= limits.HEADER_COLUMNS
    if not fits or not all(isinstance(name, str) for name in value):  # type: ignore[attr-defined] # it is a list here
        raise InvalidRequest(f"The 'header' must be a list of 1 to {limits.HEADER_COLUMNS:,} column names.")
    return list(value)  # type: ignore[call-overload] # as above
