"""What a file of meter readings leaves open: its time zone, the form of its dates, its unit, its columns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from gramledger.core.columns import Mapping, comparable, written_names
from gramledger.core.date_forms import detect_form
from gramledger.core.formats.profile import Head
from gramledger.core.mpan import is_mpan
from gramledger.core.problems import DatesAmbiguous, FormatUnknown, ZoneNeeded

LONDON = "Europe/London"


def columns_of(header: Sequence[str], name: str) -> dict[str, int]:
    """Field -> column, by the aliases of a format in the order in which they are listed there.

    A meter may be named by its number and its serial, and a row by several dates: the first alias that is there counts.
    """
    places: dict[str, list[int]] = {}
    for index, written in enumerate(header):
        places.setdefault(comparable(written), []).append(index)
    found: dict[str, int] = {}
    for field, names in written_names(name).items():
        columns = next((places[key] for key in map(comparable, names) if key in places), [])
        if columns:
            found[field] = columns[0]
    return found


def mapping_of(header: Sequence[str], fields: dict[str, int]) -> Mapping:
    """The mapping of a header whose fields are known."""
    known = set(fields.values())
    return Mapping(fields, [index for index in range(len(header)) if index not in known])


def require_one(header: Sequence[str], name: str, field: str) -> None:
    """Raise FormatUnknown when two columns may hold a field: which one is meant is not guessed."""
    known = {comparable(alias) for alias in written_names(name)[field]}
    columns = [index for index, written in enumerate(header) if comparable(written) in known]
    if len(columns) > 1:
        first, second = columns[:2]
        raise FormatUnknown(
            f"Columns {first + 1} ({header[first]!r}) and {second + 1} ({header[second]!r}) may both hold the "
            f"{field}. Remove or rename one of them, or say in a mapping which is meant.",
            columns=[first + 1, second + 1],
        )


def zone_of(head: Head) -> tuple[str, list[str]]:
    """The time zone of a file's days, and what is to be said of it. Raises ZoneNeeded."""
    if head.zone:
        return head.zone, []
    meters = head.texts("meter")
    index = head.fields.get("meter")
    named = index is not None and comparable(head.header[index]).startswith("mpan")
    if named or (meters and all(is_mpan(meter) for meter in meters)):
        return LONDON, [f"The meters are MPANs, numbers of Great Britain, so days are those of {LONDON}."]
    raise ZoneNeeded(
        "The readings state no time zone, so when their days begin is not known. Name the zone with the import "
        "(--zone Europe/London), or once for the project (projects set NAME --zone Europe/London)."
    )


def form_of(head: Head, field: str) -> str:
    """The form of the dates in a column: the one that was asked for, or else the one that the first rows allow.

    Where some rows allow several forms, more of them are asked: readings of a few days seldom tell days from months.
    Raises DatesAmbiguous and DatesUnreadable.
    """
    if head.dates:
        return head.dates
    try:
        return detect_form(head.texts(field))
    except DatesAmbiguous:
        return detect_form(replace(head, rows=head.every_row()).texts(field))
