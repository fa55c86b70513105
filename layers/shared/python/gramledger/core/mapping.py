"""Mappings by hand: which column of a file is which field of a generic format, and what the file leaves unsaid.

A template names columns as people do, by their name or number; applied to a header it becomes indices. A template
can be saved; the fingerprint of the header that it was saved with recognises the next file of its kind.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from gramledger.core import limits
from gramledger.core.columns import comparable, written_names
from gramledger.core.problems import ColumnsMissing, InvalidRequest
from gramledger.core.separators import COMMA, POINT, UNCERTAIN, DecimalMark
from gramledger.core.zone_name import read_zone

FORMATS = {"usage": "generic-usage", "readings": "generic-readings"}
"""What a template is for -> the format that reads it."""

CONSTANT_FIELDS = {
    "usage": ("model", "user", "kind", "currency", "requests"),
    "readings": ("meter", "unit", "flag", "period"),
}
"""Fields that may have one text in every row."""

TEXT_CHARACTERS = 500
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")
"""The name of a saved mapping."""

Place = str | int
"""A column: its name, or its number from 1."""


@dataclass(frozen=True, slots=True)
class Template:
    """A mapping as somebody wrote it down; members that are empty are told from the file."""

    format: str
    """One of FORMATS."""
    columns: dict[str, Place] | None = None
    """Field -> column; None to tell them from the names in the header."""
    constants: dict[str, str] = field(default_factory=dict)
    """Field -> its text in every row."""
    dates: str = ""
    zone: str = ""
    decimal: DecimalMark = UNCERTAIN
    header: bool = True
    """Whether the first record names the columns."""
    key: tuple[Place, ...] = ()
    """The columns that tell rows of one instant apart; empty for the format's own rule."""

    @staticmethod
    def parse(form: object) -> Template:
        """The template of a JSON object. Raises InvalidRequest, naming the member that is not fit."""
        if not isinstance(form, dict):
            raise InvalidRequest("A mapping is a JSON object with 'format' and 'columns'.")
        unknown = sorted(set(form) - {"format", "columns", *_READERS})
        if unknown:
            raise InvalidRequest(
                f"A mapping has no member '{unknown[0]}'. It may have {', '.join(_MEMBERS)}."
            )
        kind = form.get("format")
        if kind not in FORMATS:
            raise InvalidRequest(
                f"The mapping's 'format' must be one of {', '.join(FORMATS)}; it is {kind!r}."
            )
        stated = {name: _READERS[name](form[name]) for name in _READERS if form.get(name) is not None}
        if form.get("columns") is not None:
            stated |= _columns(form["columns"], kind)
        template = Template(kind, **stated)
        if template.columns is None and not template.header:
            raise InvalidRequest("A mapping of a file without a header has to give the 'columns'.")
        return template

    def to_json(self) -> dict[str, Any]:
        """The JSON object that `parse` reads, without what is empty."""
        form: dict[str, Any] = {"format": self.format}
        if self.columns is not None:
            form["columns"] = {name: {"column": place} for name, place in self.columns.items()}
            form["columns"] |= {name: {"constant": text} for name, text in self.constants.items()}
        form |= {name: getattr(self, name) for name in ("dates", "zone", "decimal") if getattr(self, name)}
        if not self.header:
            form["header"] = False
        return {**form, "key": list(self.key)} if self.key else form

    @property
    def by_number(self) -> bool:
        """Whether some column is meant by its number, so that the order of columns matters."""
        return any(isinstance(place, int) for place in (*(self.columns or {}).values(), *self.key))

    @property
    def names(self) -> set[str]:
        """The comparable names of the columns that are meant by their names."""
        places = [*(self.columns or {}).values(), *self.key]
        return {comparable(place) for place in places if isinstance(place, str)}

    def fields_of(self, header: list[str]) -> dict[str, int]:
        """Field -> column index in a header. Raises ColumnsMissing, and InvalidRequest where that is not certain."""
        fields = {name: index_of(place, header) for name, place in (self.columns or {}).items()}
        for name, index in fields.items():
            twin = next((other for other in fields if other != name and fields[other] == index), None)
            if twin is not None:
                raise InvalidRequest(
                    f"The mapping takes column {index + 1} ({header[index]!r}) for both '{name}' and '{twin}'."
                )
        return fields


def index_of(place: Place, header: list[str]) -> int:
    """The index of a column. Raises ColumnsMissing, and InvalidRequest when two columns have that name."""
    if isinstance(place, int):
        if place <= len(header):
            return place - 1
        raise ColumnsMissing(
            f"The mapping names column {place}, but the file has {len(header)} columns.", missing=[place]
        )
    found = [index for index, name in enumerate(header) if name.strip() == place.strip()]
    found = found or [
        index for index, name in enumerate(header) if comparable(name) == comparable(place) != ""
    ]
    if len(found) > 1:
        raise InvalidRequest(
            f"Columns {found[0] + 1} and {found[1] + 1} both have the name {place!r}. Give the number in the mapping."
        )
    if not found:
        shown = ", ".join(repr(name) for name in header[:20])
        raise ColumnsMissing(f"The mapping names a column {place!r}; the file has {shown}.", missing=[place])
    return found[0]


def place_of(index: int, header: list[str]) -> Place:
    """The name of a column, or its number where the name does not tell it from others."""
    name = header[index].strip()
    alone = [comparable(other) for other in header].count(comparable(name)) == 1
    return name if alone and comparable(name) else index + 1


def fingerprint(header: list[str], *, ordered: bool) -> str:
    """What headers of one kind of file share: their names, whatever the letter case, and, if `ordered`, their order."""
    names = [comparable(name) for name in header]
    return hashlib.sha256("\n".join(names if ordered else sorted(names)).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class SavedMapping:
    """A template under a name, applied by itself to files whose header has the fingerprint. Instants are ms UTC."""

    tenant: str
    name: str
    mapping: dict[str, Any]
    """The template's JSON."""
    header: list[str] | None
    """The columns of the file it was made for; None when it is only applied by its name."""
    saved_at: int
    saved_by: str

    @property
    def template(self) -> Template:
        """The mapping itself."""
        return Template.parse(self.mapping)

    def fits(self, header: list[str]) -> bool:
        """Whether the mapping was saved for files with such a header."""
        if self.header is None or not any(map(comparable, header)):
            return False
        ordered = self.template.by_number
        return fingerprint(self.header, ordered=ordered) == fingerprint(header, ordered=ordered)


def check_name(name: object) -> str:
    """The name of a saved mapping. Raises InvalidRequest."""
    if isinstance(name, str) and NAME.fullmatch(name):
        return name
    raise InvalidRequest(
        "The name of a mapping has 1 to 100 letters, digits, '.', '_' and '-', and begins with a letter or digit."
    )


def _columns(form: object, kind: str) -> dict[str, Any]:
    """The members `columns` and `constants` of a template."""
    known = written_names(FORMATS[kind])
    if not isinstance(form, dict) or not form:
        raise InvalidRequest(
            'The mapping\'s \'columns\' must be an object such as {"time": {"column": "Timestamp"}, "model": '
            f'{{"constant": "gpt-5"}}}}; the fields are {", ".join(known)}.'
        )
    columns: dict[str, Place] = {}
    constants: dict[str, str] = {}
    for name, source in form.items():
        if name not in known:
            raise InvalidRequest(f"There is no field '{name}'. The fields of {kind} are {', '.join(known)}.")
        if not isinstance(source, dict) or len(source) != 1 or not set(source) <= {"column", "constant"}:
            raise InvalidRequest(f"The field '{name}' must be mapped by either 'column' or 'constant'.")
        if "column" in source:
            columns[name] = _place(source["column"])
        else:
            constants[name] = _constant(name, source["constant"], kind)
    return {"columns": columns, "constants": constants}


def _place(value: object) -> Place:
    if isinstance(value, str) and 0 < len(value) <= TEXT_CHARACTERS:
        return value
    if isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= limits.HEADER_COLUMNS:
        return value
    raise InvalidRequest(
        f"A column is given by its name or its number from 1 to {limits.HEADER_COLUMNS:,}; {value!r} is neither."
    )


def _constant(name: str, value: object, kind: str) -> str:
    if name not in CONSTANT_FIELDS[kind]:
        raise InvalidRequest(
            f"The field '{name}' cannot be the same in every row; only {', '.join(CONSTANT_FIELDS[kind])} can."
        )
    if not isinstance(value, str) or not 0 < len(value.strip()) <= TEXT_CHARACTERS:
        raise InvalidRequest(f"The constant of '{name}' must be a text of 1 to {TEXT_CHARACTERS} characters.")
    if name == "requests" and not re.fullmatch("[0-9]{1,9}", value):
        raise InvalidRequest("The constant of 'requests' must be a text of digits, such as '1'.")
    return value.strip()


def _dates(value: object) -> str:
    from gramledger.core.date_forms import check_form  # noqa: PLC0415 -- brings numpy and pyarrow, which most requests go without

    return check_form(value)


def _decimal(value: object) -> DecimalMark:
    if value in (POINT, COMMA):
        return POINT if value == POINT else COMMA
    raise InvalidRequest(f"The mapping's 'decimal' must be '.' or ','; it is {value!r}.")


def _header(value: object) -> bool:
    if isinstance(value, bool):
        return value
    raise InvalidRequest("The mapping's 'header' must be true or false.")


def _key(value: object) -> tuple[Place, ...]:
    if isinstance(value, list) and value:
        return tuple(_place(place) for place in value)
    raise InvalidRequest("The mapping's 'key' must be a list of columns, by their names or numbers.")


_READERS: dict[str, Callable[[object], Any]] = {
    "dates": _dates,
    "zone": read_zone,
    "decimal": _decimal,
    "header": _header,
    "key": _key,
}
_MEMBERS = ("format", "columns", *_READERS)
