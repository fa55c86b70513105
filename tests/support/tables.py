"""Tables of no known tool, for tests of mappings."""

from __future__ import annotations

from typing import Any

from gramledger.core import limits
from gramledger.core.choosing import Wishes
from gramledger.core.chunks import ChunkReading
from gramledger.core.columns import map_columns
from gramledger.core.mapping import Template
from gramledger.core.recognise import Reading, recognise
from support.csv_texts import Upload


def table(*rows: str) -> bytes:
    """Lines of text."""
    return "\n".join([*rows, ""]).encode()


def template(columns: dict[str, Any] | None = None, **members: Any) -> Template:
    """A mapping of usage; columns are given as {field: column} or as {field: "=constant"}."""
    form: dict[str, Any] = {"format": "usage", **members}
    if columns is not None:
        form["columns"] = {
            field: {"constant": at[1:]} if isinstance(at, str) and at.startswith("=") else {"column": at}
            for field, at in columns.items()
        }
    return Template.parse(form)


def recognised(octets: bytes, **wishes: Any) -> Reading:
    """How a file is read when it is uploaded with these wishes."""
    return recognise(octets[: limits.HEAD_BYTES], len(octets), "table.csv", Wishes(**wishes))


def read_table(octets: bytes, **wishes: Any) -> ChunkReading:
    """All claims and rejects of a file."""
    return Upload(octets, recognised(octets, **wishes)).read()


def mapping_for(header: list[str], file_format: str) -> dict[str, Any] | None:
    """The mapping that a file of a format needs, by the names that the format gives its columns; None for most."""
    if file_format != "generic-readings":
        return None
    fields = map_columns(header, file_format).fields
    return {"format": "readings", "columns": {field: {"column": header[at]} for field, at in fields.items()}}
