"""The catalogue says of every format what an import then does with a file of it."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest
from support.runs import ADMIN, import_file, new_world, run
from support.tables import mapping_for

from gramledger.adapters.memory.world import MemoryWorld
from gramledger.app.confirm import confirm_import
from gramledger.app.preview import get_preview
from gramledger.core.catalogue import example, formats, unnumbered
from gramledger.core.columns import comparable, map_columns
from gramledger.core.formats import PROFILES
from gramledger.core.imports import Import
from gramledger.core.problems import NotFound

FORMATS = {form["name"]: form for form in formats()}


@pytest.fixture(params=FORMATS)
def described(request: pytest.FixtureRequest) -> dict[str, Any]:
    return FORMATS[request.param]


def table(name: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(example(name))))


def fields_of(name: str) -> dict[str, int]:
    """Field -> column of the example."""
    header, own = table(name)[0], PROFILES[name].map_header
    return (own(header) if own else map_columns(header, name)).fields


def without(name: str, field: str) -> bytes:
    """The example without the column of a field."""
    rows = table(name)
    at = fields_of(name)[field]
    text = io.StringIO()
    csv.writer(text).writerows([*row[:at], *row[at + 1 :]] for row in rows)
    return text.getvalue().encode()


def imported(world: MemoryWorld, name: str, content: bytes) -> Import:
    """A file of a format, with the mapping that it may need."""
    header = next(csv.reader([content.decode().partition("\n")[0]]))
    return import_file(world, content, mapping=mapping_for(header, name))


def test_every_format_is_in_the_catalogue_and_its_example_is_imported_whole(
    described: dict[str, Any],
) -> None:
    world = new_world()
    done = imported(world, described["name"], example(described["name"]).encode())
    if described["name"] == "generic-usage":  # what its columns mean is a proposal until somebody confirms it
        assert done.status == "planned"
        confirm_import(world, ADMIN, done.import_id)
        done = run(world, done, confirmed=True)
    assert (done.status, done.format) == ("completed", described["name"]), done.problem
    assert (done.receipt or {})["rejected"] == 0
    assert (done.receipt or {})["imported"] > 0
    assert done.variant in described["variants"]


def test_the_example_previews_with_the_meaning_of_its_columns(described: dict[str, Any]) -> None:
    world = new_world()
    done = imported(world, described["name"], example(described["name"]).encode())
    preview = get_preview(world, ADMIN, done.import_id)
    names = {column["field"]: {*map(comparable, column["names"])} for column in described["columns"]}
    assert preview["title"] == described["title"]
    assert preview["rows"]
    for column in preview["mapping"]:
        written = names[unnumbered(column["field"])]
        assert comparable(column["column"]) in written or unnumbered(column["field"]) != column["field"]


def test_exactly_the_required_columns_cannot_be_left_out(described: dict[str, Any]) -> None:
    present = fields_of(described["name"])
    needed = {column["field"] for column in described["columns"] if column["required"]}
    assert needed
    assert needed <= {unnumbered(field) for field in present}
    for field in present:
        done = imported(new_world(), described["name"], without(described["name"], field))
        assert (done.status == "failed") == (unnumbered(field) in needed), (field, done.problem)


def test_the_catalogue_lists_every_format_once() -> None:
    assert [form["name"] for form in formats()] == list(PROFILES)


@pytest.mark.parametrize("name", ["", "nothing", "../columns", "cursor.csv"])
def test_a_format_that_does_not_exist_has_no_example(name: str) -> None:
    with pytest.raises(NotFound):
        example(name)
