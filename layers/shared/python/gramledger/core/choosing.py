"""Which format a table is of, and which of its columns is which field: as somebody said, as the header says, as a
mapping says that was saved for such headers, or, where nothing of that is so, as a proposal to be confirmed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Any

from gramledger.core.automap import Proposal, propose_usage
from gramledger.core.columns import comparable, map_columns
from gramledger.core.date_forms import detect_form
from gramledger.core.formats import PROFILES, generic_readings, generic_usage, of_header
from gramledger.core.formats.profile import Profile
from gramledger.core.mapping import FORMATS, SavedMapping, Template, index_of, place_of
from gramledger.core.problems import DatesAmbiguous, DatesUnreadable, FormatUnknown, InvalidRequest
from gramledger.core.separators import UNCERTAIN, DecimalMark

FORMAT, GIVEN, SAVED, GUESS = "format", "given", "saved", "guess"
"""Who says which column is which field (`Reading.mapped`)."""

Rows = Sequence[Sequence[str]]

_SHOWN_CHARACTERS = 200
"""So much of a header is repeated in a message."""


@dataclass(frozen=True, slots=True)
class Wishes:
    """What is known of a file beyond its bytes."""

    format: str | None = None
    """The format that was asked for."""
    template: Template | None = None
    """The mapping that was given."""
    template_name: str = ""
    """The name under which it was saved."""
    zone: str = ""
    """The time zone that was asked for."""
    project_zone: str = ""
    """The time zone of the project."""
    saved: Sequence[SavedMapping] = ()
    """The tenant's saved mappings, the latest first."""

    @property
    def any_zone(self) -> str:
        """The time zone of times that state none; empty when nobody names one."""
        return self.zone or (self.template.zone if self.template else "") or self.project_zone

    def names_in(self, cells: list[str]) -> int:
        """How many of some cells are names of columns, in the mapping that knows most of them."""
        names = {comparable(cell) for cell in cells}
        templates = [self.template.names] if self.template else []
        headers = [{comparable(name) for name in saved.header} for saved in self.saved if saved.header]
        return max((len(names & known - {""}) for known in (*templates, *headers)), default=0)


@dataclass(frozen=True, slots=True)
class Choice:
    """The members of a Reading that are chosen here."""

    profile: Profile
    variant: str
    fields: dict[str, int]
    unmapped: list[int]
    constants: dict[str, str] = field(default_factory=dict)
    dates: str = ""
    zone: str = ""
    decimal: DecimalMark = UNCERTAIN
    """Empty when the first amounts tell it."""
    key: list[int] = field(default_factory=list)
    mapped: str = FORMAT
    mapping_name: str = ""
    doubts: dict[str, str] = field(default_factory=dict)


def choose(header: list[str], rows: Rows, wishes: Wishes) -> Choice:
    """The format and mapping of a table; `rows` are the cells of its first rows, all as wide as the header.

    Raises FormatUnknown when nobody knows the header, what a format raises when it cannot be imported, ColumnsMissing
    or InvalidRequest when a mapping does not fit it, and DatesAmbiguous or DatesUnreadable.
    """
    if wishes.template is not None:
        if wishes.format not in (None, FORMATS[wishes.template.format]):
            raise InvalidRequest(
                f"The mapping is for '{wishes.template.format}', not for '{wishes.format}'. Give one of them."
            )
        return _by_template(wishes.template, header, rows, wishes, mapped=GIVEN, name=wishes.template_name)
    if wishes.format == generic_readings.NAME:
        raise FormatUnknown(
            "Readings in a table of any tool need a mapping that says which column is the meter, the time and the "
            "reading.",
            header=header[:50],
        )
    if wishes.format in FORMATS.values():
        return _by_proposal(propose_usage(header, rows), header, rows, wishes)
    if wishes.format is not None:
        return _by_format(PROFILES[wishes.format], header)
    known = of_header(header)
    saved = next((saved for saved in wishes.saved if saved.fits(header)), None)
    if known is not None and (saved is None or saved.template.columns is not None):
        return _with_mapping(*known, header)
    if saved is not None:
        return _by_template(saved.template, header, rows, wishes, mapped=SAVED, name=saved.name)
    proposal = propose_usage(header, rows)
    if proposal.certain:
        return _by_proposal(proposal, header, rows, wishes)
    raise _unknown(header, rows, proposal)


def _by_format(profile: Profile, header: list[str]) -> Choice:
    variant = profile.variant(header)
    if variant is None:
        raise FormatUnknown(
            f"The file is no {profile.title}: its columns are {_shown(header)}. Leave the format to be "
            "told from the header, or choose another one.",
            header=header[:50],
        )
    return _with_mapping(profile, variant, header)


def _with_mapping(profile: Profile, variant: str, header: list[str]) -> Choice:
    mapping = profile.map_header(header) if profile.map_header else map_columns(header, profile.name)
    return Choice(profile, variant, mapping.fields, mapping.unmapped)


def _by_template(
    template: Template, header: list[str], rows: Rows, wishes: Wishes, *, mapped: str, name: str
) -> Choice:
    if template.columns is None and template.format == "readings":
        choice = _in_known_layout(template, header, mapped)
    elif template.columns is None:
        choice = _by_proposal(propose_usage(header, rows), header, rows, wishes, dates=template.dates)
    else:
        profile = PROFILES[FORMATS[template.format]]
        fields = template.fields_of(header)
        _check(profile, {*fields, *template.constants})
        choice = Choice(
            profile=profile,
            variant=generic_usage.BY_MAPPING,
            fields=fields,
            unmapped=_others(header, fields),
            constants=template.constants,
            dates=template.dates or detect_form(_times(fields, rows)),
            mapped=mapped,
        )
    return replace(
        choice,
        zone=wishes.zone or template.zone or wishes.project_zone,
        decimal=template.decimal,
        key=[index_of(place, header) for place in template.key],
        mapping_name=name,
    )


def _in_known_layout(template: Template, header: list[str], mapped: str) -> Choice:
    """Readings of which the header tells the columns, and the template what is left open, such as the form of dates."""
    known = of_header(header)
    if known is None or known[0].settle is None:
        raise FormatUnknown(
            f"The header is no known layout of meter readings: {_shown(header)}. Say in the mapping's "
            "'columns' which one is the meter, the time, the period and the reading.",
            header=header[:50],
        )
    return replace(_with_mapping(*known, header), dates=template.dates, mapped=mapped)


def _by_proposal(
    proposal: Proposal, header: list[str], rows: Rows, wishes: Wishes, dates: str = ""
) -> Choice:
    if proposal.questions:
        raise _unknown(header, rows, proposal)
    profile = generic_usage.PROFILE
    _check(profile, {*proposal.fields})
    return Choice(
        profile=profile,
        variant=generic_usage.BY_NAMES,
        fields=proposal.fields,
        unmapped=_others(header, proposal.fields),
        dates=dates or detect_form(_times(proposal.fields, rows)),
        zone=wishes.any_zone,
        mapped=GUESS,
        doubts=proposal.doubts,
    )


def _check(profile: Profile, fields: set[str]) -> None:
    if profile.complete is not None:
        profile.complete(fields)


def _others(header: list[str], fields: Mapping[str, int]) -> list[int]:
    return [index for index in range(len(header)) if index not in fields.values()]


def _times(fields: Mapping[str, int], rows: Rows) -> list[str]:
    """The times of the first rows, as one text each."""
    columns = [fields[name] for name in ("time", "date", "clock") if name in fields]
    return [" ".join(row[index].strip() for index in columns).strip() for row in rows]


def _unknown(header: list[str], rows: Rows, proposal: Proposal) -> FormatUnknown:
    """Why the table is not known, and the mapping with which it may be imported."""
    known = ", ".join(profile.title for profile in PROFILES.values() if profile.complete is None)
    mapping = "'format' and 'columns' with a time and tokens."
    if proposal.questions:
        mapping = f"to be answered is: {' '.join(proposal.questions)}"
    elif _is_a_row(header):
        mapping += (
            " The first line looks like a row: the columns of a file without a header are mapped by their numbers, "
            "with 'header': false."
        )
    elif proposal.fields and (missing := generic_usage.missing_fields(proposal.fields)):
        mapping += f" The suggested one has no column yet for {' and '.join(missing)}."
    return FormatUnknown(
        f"The first line is no header of a known export: {_shown(header)}. Known are: {known}. Upload the "
        f"export as it was downloaded, or say with a mapping what its columns mean: {mapping}",
        header=header[:50],
        suggestion=suggested(header, rows, proposal),
        questions=list(proposal.questions),
    )


def _is_a_row(header: list[str]) -> bool:
    """Whether half of the cells have digits and no letter in front, as rows have them and headers do not."""
    filled = [cell.strip() for cell in header if cell.strip()]
    return 2 * sum(any(map(str.isdigit, cell)) and not cell[0].isalpha() for cell in filled) >= len(filled)


def _shown(header: list[str]) -> str:
    """The names of a header, or as many as a message has room for."""
    text = ", ".join(header)
    return repr(text) if len(text) <= _SHOWN_CHARACTERS else f"{text[:_SHOWN_CHARACTERS]!r} and so on"


def suggested(header: list[str], rows: Rows, proposal: Proposal) -> dict[str, Any]:
    """The JSON of a mapping to begin with: what of the header is known, and the dates where they are certain."""
    form: dict[str, Any] = {
        "format": "usage",
        "columns": {name: {"column": place_of(index, header)} for name, index in proposal.fields.items()},
    }
    with suppress(DatesAmbiguous, DatesUnreadable):  # they are left to whoever completes the mapping
        form["dates"] = detect_form(_times(proposal.fields, rows))
    return form
