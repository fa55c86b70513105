"""What tells Cursor events apart, by the format's own rule and by the identities a project may choose."""

from __future__ import annotations

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.csv_texts import GOOD, V2, read_rows
from support.files import export, minutes, row
from support.runs import ADMIN, import_file, new_world, upload

from gramledger.app.projects import change_project
from gramledger.core.catalogue import formats
from gramledger.core.claims import CLAIM
from gramledger.core.formats import PROFILES, cursor_keys
from gramledger.core.formats.cursor_keys import CONTENT, by_content
from gramledger.core.identities import IDENTITIES
from gramledger.core.problems import IdentityFixed, InvalidRequest

CONTENTS = st.fixed_dictionaries(
    {
        name: st.none() | st.sampled_from(("", "a", "b", "gpt-5"))
        if pa.types.is_dictionary(CLAIM.field(name).type)
        else st.none() | st.integers(0, 2)
        for name in CONTENT
    }
)


def claims(rows: list[dict[str, object]]) -> pa.Table:
    columns = {
        field.name: pa.array([row.get(field.name) for row in rows], pa.string()).dictionary_encode()
        if pa.types.is_dictionary(field.type)
        else pa.array([row.get(field.name) for row in rows], pa.int64())
        for field in CLAIM
    }
    columns |= {name: pa.array([0] * len(rows), pa.int64()) for name in ("ts", "row")}
    columns |= {name: pa.array(["cursor"] * len(rows)).dictionary_encode() for name in ("key", "source")}
    return pa.table(columns).cast(CLAIM)


@given(st.lists(CONTENTS, max_size=12))
def test_keys_by_content_are_equal_just_where_contents_are(rows: list[dict[str, object]]) -> None:
    keys = by_content(claims(rows))["key"].to_pylist()
    contents = [tuple(row.items()) for row in rows]
    assert [[a == b for b in keys] for a in keys] == [[a == b for b in contents] for a in contents]
    assert keys == [by_content(claims([row]))["key"].to_pylist()[0] for row in rows], "neighbours matter"


def test_what_an_event_costs_is_no_part_of_its_content() -> None:
    one = {"model": "gpt-5", "output": 5, "cost": 1, "kind": "Included", "cost_text": "1"}
    other = {"model": "gpt-5", "output": 5, "cost": 2, "kind": "On-Demand", "cost_text": "2"}
    first, second = by_content(claims([one, other]))["key"].to_pylist()
    assert first == second
    assert len(first) == len("cursor#") + 16


def test_each_format_keeps_the_identities_that_its_profile_knows() -> None:
    known = {name: tuple(profile.identities) for name, profile in PROFILES.items() if profile.identities}
    assert known == IDENTITIES
    assert {form["name"]: tuple(form["identities"]) for form in formats() if form["identities"]} == IDENTITIES


@pytest.mark.parametrize(
    ("identity", "imported", "again"),
    [(None, 3, 0), ("timestamp", 3, 0), ("timestamp+user", 3, 0), ("timestamp+content", 4, 0)],
)
def test_a_project_chooses_what_tells_its_rows_apart(identity: str | None, imported: int, again: int) -> None:
    world = new_world()
    if identity:
        change_project(world, ADMIN, "demo", {"settings": {"identity": {"cursor": identity}}})
    file = export([*minutes(2), row(model="gpt-5"), row(model="o3"), row(model="o3", cost="0.70")])
    first, second = import_file(world, file), import_file(world, file)
    assert first.receipt is not None
    assert second.receipt is not None
    assert (first.receipt["imported"], second.receipt["imported"]) == (imported, again)


def test_the_identity_is_fixed_by_the_first_rows_of_the_format() -> None:
    world = new_world()
    choose = {"settings": {"identity": {"cursor": "timestamp+content"}}}
    waiting = upload(world, export([row()]))
    with pytest.raises(IdentityFixed, match="running"):
        change_project(world, ADMIN, "demo", choose)
    import_file(world, export([row()]))
    assert waiting.import_id in world.jobs.active("acme", waiting.project_id)


def test_the_identity_cannot_change_while_rows_are_there() -> None:
    world = new_world()
    change_project(world, ADMIN, "demo", {"settings": {"identity": {"cursor": "timestamp"}}})
    import_file(world, export([row()]))
    with pytest.raises(IdentityFixed, match="2025-11-04"):
        change_project(world, ADMIN, "demo", {"settings": {"identity": None}})
    change_project(world, ADMIN, "demo", {"settings": {"zone": "Europe/London"}})


@pytest.mark.parametrize("identity", ["timestamp", {"openai_usage": "timestamp"}, {"cursor": "row"}])
def test_unknown_identities_are_refused(identity: object) -> None:
    with pytest.raises(InvalidRequest):
        change_project(new_world(), ADMIN, "demo", {"settings": {"identity": identity}})


def test_keys_name_the_user_only_where_a_file_names_several() -> None:
    header = V2.replace("Date,", "Date,User,")
    read = read_rows(*[GOOD.replace("Z,", f"Z,{user},") for user in ("a", "b", "")], header=header).claims
    assert cursor_keys.identify(read, several_users=False)["key"].to_pylist() == ["cursor"] * 3
    several = cursor_keys.identify(read, several_users=True)
    assert several["key"].to_pylist() == ["cursor|a", "cursor|b", "cursor"]
    assert several.schema.equals(read.schema)


def test_identify_takes_claims_of_many_chunks() -> None:
    header = V2.replace("Date,", "Date,User,")
    parts = [read_rows(GOOD.replace("Z,", f"Z,{user},"), header=header).claims for user in ("a", "b")]
    keys = cursor_keys.identify(pa.concat_tables(parts), several_users=True)["key"].to_pylist()
    assert keys == ["cursor|a", "cursor|b"]
