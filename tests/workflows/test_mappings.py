"""Files of any tool: what nobody has said is never imported without a word, and what was said is applied again."""

from __future__ import annotations

from typing import Any

import pytest
from support.files import export, minutes
from support.runs import ADMIN, import_file, new_world, pages, run, steps, upload
from support.tables import table

from gramledger.adapters.memory.world import MemoryWorld
from gramledger.app import keys
from gramledger.app.confirm import confirm_import
from gramledger.app.lookup import Caller
from gramledger.app.mappings import delete_mapping, list_mappings, save_mapping
from gramledger.app.preview import get_preview
from gramledger.app.projects import change_project
from gramledger.core.imports import Import
from gramledger.core.problems import ImportConflict, InvalidRequest, NotAllowed, NotFound

HEADER = "When,LLM,Prompt,Answer"
ROWS = (
    "4/5/2025 10:00,gpt-5-mini,10,20",
    "4/5/2025 11:00,gpt-5-mini,30,40",
    "5/5/2025 10:00,gpt-5-mini,x,60",
)
FILE = table(HEADER, *ROWS)
MAPPING: dict[str, Any] = {
    "format": "usage",
    "columns": {
        "time": {"column": "When"},
        "model": {"column": "LLM"},
        "input": {"column": "Prompt"},
        "output": {"column": "Answer"},
    },
    "dates": "d/m/Y",
    "zone": "UTC",
}
GUESSED = table("Timestamp,Model,Prompt Tokens,Completion Tokens", "2025-05-04T10:00Z,gpt-5-mini,10,20")


def now(world: MemoryWorld, record: Import) -> Import:
    found = world.jobs.get(record.tenant, record.import_id)
    assert found is not None
    return found


def confirmed(world: MemoryWorld, record: Import, form: Any = None, **sizes: int) -> Import:
    confirm_import(world, ADMIN, record.import_id, form)
    return run(world, now(world, record), confirmed=True, **sizes)


def counts(record: Import, *names: str) -> tuple[Any, ...]:
    assert record.receipt is not None, record.problem
    return tuple(record.receipt[name] for name in names)


def entries(world: MemoryWorld) -> list[tuple[Any, ...]]:
    return [(row["model"], row["input"], row["output"]) for day in pages(world).values() for row in day]


def test_a_proposal_waits_for_confirmation_although_nobody_asked_for_it() -> None:
    world = new_world()
    record = import_file(world, GUESSED)
    assert (record.status, record.confirm, record.variant) == ("planned", "manual", "by names")
    assert pages(world) == {}
    done = confirmed(world, record)
    assert (done.status, *counts(done, "imported", "calculated")) == ("completed", 1, 1)


def test_a_dry_run_of_a_proposal_needs_no_word_because_it_leaves_nothing() -> None:
    world = new_world()
    done = import_file(world, GUESSED, dry_run=True)
    assert (done.status, *counts(done, "imported")) == ("completed", 1)
    assert pages(world) == {}


def test_a_given_mapping_is_followed_at_once() -> None:
    world = new_world()
    done = import_file(world, FILE, mapping=MAPPING)
    assert (done.status, done.format, done.variant) == ("completed", "generic-usage", "by mapping")
    assert counts(done, "imported", "rejected", "rejects_by_code") == (2, 1, {"tokens-not-a-number": 1})
    assert entries(world) == [("gpt-5-mini", 10, 20), ("gpt-5-mini", 30, 40)]


def test_the_zone_of_the_project_holds_where_nothing_else_is_said() -> None:
    world = new_world()
    change_project(world, ADMIN, "demo", {"settings": {"zone": "Pacific/Auckland"}})
    unzoned = {name: value for name, value in MAPPING.items() if name != "zone"}
    import_file(world, FILE, mapping=unzoned)
    assert [*pages(world)] == ["2025-05-03"]
    import_file(world, FILE, mapping=unzoned, zone="UTC")
    assert [*pages(world)] == ["2025-05-03", "2025-05-04"]


def test_a_mapping_corrected_on_confirmation_is_what_the_file_is_read_by() -> None:
    world = new_world()
    swapped = {**MAPPING["columns"], "input": {"column": "Answer"}, "output": {"column": "Prompt"}}
    wrong = {**MAPPING, "columns": swapped, "dates": "m/d/Y"}
    rows = [f"4/5/2025 {hour}:{minute:02},gpt-5-mini,1,2" for hour in range(10, 20) for minute in range(60)]
    record = run(world, upload(world, table(HEADER, *rows), mapping=wrong, confirm="manual"), chunk_bytes=900)
    before = {*world.store.keys(keys.chunks(record.tenant, record.import_id))}
    assert get_preview(world, ADMIN, record.import_id)["rows"][0]["tokens"]["output"] == 1
    done = confirmed(world, record, {"mapping": MAPPING}, chunk_bytes=9000)
    assert (done.status, *counts(done, "imported")) == ("completed", 600), done.problem
    assert [*pages(world)] == ["2025-05-04"]
    assert {*entries(world)} == {("gpt-5-mini", 1, 2)}
    assert len(before) > len([*world.store.keys(keys.chunks(record.tenant, record.import_id))])
    assert done.options.mapping == MAPPING


@pytest.mark.parametrize("step", range(6))
def test_planning_anew_can_be_repeated_at_any_step(step: int) -> None:
    world = new_world()
    record = run(world, upload(world, FILE, mapping={**MAPPING, "dates": "m/d/Y"}, confirm="manual"))
    confirm_import(world, ADMIN, record.import_id, {"mapping": MAPPING})
    for number, work in enumerate(steps(world, now(world, record), confirmed=True)):
        work()
        if number == step:
            work()
    assert (now(world, record).status, [*pages(world)]) == ("completed", ["2025-05-04"])


def test_confirming_again_with_other_options_is_refused() -> None:
    world = new_world()
    record = run(world, upload(world, FILE, mapping=MAPPING, confirm="manual"))
    confirm_import(world, ADMIN, record.import_id, {"zone": "Asia/Tokyo"})
    confirm_import(world, ADMIN, record.import_id)
    confirm_import(world, ADMIN, record.import_id, {"zone": "Asia/Tokyo"})
    with pytest.raises(ImportConflict, match="other options"):
        confirm_import(world, ADMIN, record.import_id, {"zone": "Asia/Seoul"})
    for form in ({"zone": "Mars"}, {"filename": "x"}, [], {"mapping": "none"}):
        with pytest.raises((InvalidRequest, NotFound)):
            confirm_import(world, ADMIN, record.import_id, form)
    assert run(world, now(world, record), confirmed=True).status == "completed"
    assert [*pages(world)] == ["2025-05-04"]


def test_a_corrected_mapping_that_does_not_fit_fails_the_import_and_leaves_nothing() -> None:
    world = new_world()
    record = run(world, upload(world, FILE, mapping=MAPPING, confirm="manual"))
    wrong = {**MAPPING, "columns": {"time": {"column": "Date"}, "output": {"column": "Answer"}}}
    failed = confirmed(world, record, {"mapping": wrong})
    assert (failed.status, (failed.problem or {})["code"]) == ("failed", "columns-missing")
    assert pages(world) == {}


def test_a_mapping_saved_from_an_import_is_applied_to_the_next_file_of_its_kind() -> None:
    world = new_world()
    record = import_file(world, FILE, mapping=MAPPING)
    saved = save_mapping(world, ADMIN, "tool-x", {"import_id": record.import_id})
    assert (saved.mapping, saved.header) == ({**MAPPING, "decimal": "."}, HEADER.split(","))
    again = import_file(world, table("answer,PROMPT,llm,when", "6,5,gpt-5-mini,6/5/2025 9:00"))
    assert (again.status, again.variant, *counts(again, "imported")) == ("completed", "by mapping", 1)
    preview = get_preview(world, ADMIN, again.import_id)
    assert (preview["mapped"]["by"], preview["mapped"]["name"]) == ("saved", "tool-x")
    delete_mapping(world, ADMIN, "tool-x")
    assert import_file(world, FILE).status == "failed"


def test_a_saved_mapping_is_applied_by_its_name() -> None:
    world = new_world()
    save_mapping(world, ADMIN, "m", {"mapping": MAPPING})
    assert import_file(world, FILE).status == "failed"
    done = import_file(world, FILE, mapping="m")
    assert done.status == "completed"
    assert get_preview(world, ADMIN, done.import_id)["mapped"]["name"] == "m"
    with pytest.raises(NotFound, match="none"):
        upload(world, FILE, mapping="none")


def test_of_two_mappings_for_one_header_the_one_that_was_saved_last_is_applied() -> None:
    world = new_world()
    for name, dates in (("b", "m/d/Y"), ("a", "d/m/Y")):
        form = {"mapping": {**MAPPING, "dates": dates}, "header": HEADER.split(",")}
        save_mapping(world, ADMIN, name, form)
        world.clock.sleep(1)
    import_file(world, FILE)
    assert [*pages(world)] == ["2025-05-04"]


def test_a_mapping_saved_from_a_proposal_makes_it_known() -> None:
    world = new_world()
    record = import_file(world, GUESSED)
    save_mapping(world, ADMIN, "known", {"import_id": record.import_id})
    assert import_file(world, GUESSED).status == "completed"


def test_a_mapping_by_numbers_is_saved_by_numbers() -> None:
    world = new_world()
    mapping = {
        "format": "usage",
        "columns": {"time": {"column": 1}, "output": {"column": 3}, "model": {"constant": "gpt-5"}},
        "dates": "iso",
        "decimal": ".",
        "header": False,
        "key": [2],
    }
    record = import_file(world, table("2025-05-04T10:00Z,a,1", "2025-05-04T10:00Z,b,2"), mapping=mapping)
    assert counts(record, "imported") == (2,)
    assert save_mapping(world, ADMIN, "n", {"import_id": record.import_id}).mapping == mapping


@pytest.mark.parametrize(
    "form",
    [
        None,
        {},
        {"mapping": {}},
        {"mapping": MAPPING, "import_id": "x"},
        {"header": ["a"]},
        {"mapping": MAPPING, "header": []},
        {"mapping": MAPPING, "header": [1]},
        {"mapping": MAPPING, "header": "a"},
        {"mapping": MAPPING, "header": ["x"] * 1001},
    ],
)
def test_what_is_no_mapping_is_not_saved(form: object) -> None:
    world = new_world()
    with pytest.raises(InvalidRequest):
        save_mapping(world, ADMIN, "m", form)
    assert list_mappings(world, ADMIN) == []


def test_only_administrators_save_and_remove_mappings_and_only_their_own() -> None:
    world = new_world()
    save_mapping(world, ADMIN, "m", {"mapping": MAPPING})
    member = Caller("acme", "bob", frozenset({"member"}))
    stranger = Caller("other", "eve", frozenset({"admin"}))
    for change in (
        lambda who: save_mapping(world, who, "m", {"mapping": MAPPING}),
        lambda who: delete_mapping(world, who, "m"),
    ):
        with pytest.raises(NotAllowed):
            change(member)
    with pytest.raises(NotFound):
        delete_mapping(world, stranger, "m")
    assert [saved.name for saved in list_mappings(world, member)] == ["m"]
    assert list_mappings(world, stranger) == []


def test_a_known_format_has_no_mapping_to_save() -> None:
    world = new_world()
    record = import_file(world, export(minutes(2)))
    assert get_preview(world, ADMIN, record.import_id)["mapped"] == {
        "by": "format",
        "name": None,
        "mapping": None,
    }
    with pytest.raises(InvalidRequest, match="cursor"):
        save_mapping(world, ADMIN, "m", {"import_id": record.import_id})
    with pytest.raises(ImportConflict):
        save_mapping(world, ADMIN, "m", {"import_id": import_file(world, b"a,b\n1,2\n").import_id})


def test_the_preview_shows_the_mapping_with_its_doubts() -> None:
    world = new_world()
    octets = table("Timestamp,output tokens,billed input tokens (k)", "2025-05-04T10:00Z,1,2")
    preview = get_preview(world, ADMIN, import_file(world, octets).import_id)
    doubts = {column["field"]: column["doubt"] for column in preview["mapping"]}
    assert doubts == {"time": None, "output": None, "input": "only a part of the column's name is known"}
    assert preview["mapped"] == {
        "by": "guess",
        "name": None,
        "mapping": {
            "format": "usage",
            "columns": {
                "time": {"column": "Timestamp"},
                "output": {"column": "output tokens"},
                "input": {"column": "billed input tokens (k)"},
            },
            "dates": "iso",
            "decimal": ".",
        },
    }


def test_readings_of_any_tool_become_measured_energy_and_their_mapping_can_be_saved() -> None:
    world = new_world()
    mapping = {
        "format": "readings",
        "columns": {
            "time": {"column": "Start"},
            "reading": {"column": "Wh"},
            "meter": {"constant": "wall-box"},
            "period": {"constant": "15"},
        },
        "dates": "d/m/Y",
        "zone": "Europe/London",
        "decimal": ".",
    }
    octets = table("Start,Wh", "13/5/2025 10:00,250", "13/5/2025 10:15,750", "13/5/2025 10:30,x")
    done = import_file(world, octets, mapping=mapping)
    assert (done.status, done.format) == ("completed", "generic-readings"), done.problem
    assert counts(done, "imported", "rejected") == (2, 1)
    found = [(row["meter"], row["energy"]) for day in pages(world).values() for row in day]
    assert found == [("wall-box", 250_000_000), ("wall-box", 750_000_000)]
    assert save_mapping(world, ADMIN, "wall-box", {"import_id": done.import_id}).mapping == mapping
    again = import_file(world, octets)
    assert (again.status, *counts(again, "duplicate_identical")) == ("completed", 2)
