"""What every implementation of a port must do: the fakes, moto and the embedded engine run the same tests."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from itertools import count

import pytest
from support.pages import SOURCES, Said, table

from gramledger.core import heads, page
from gramledger.core.heads import Head
from gramledger.core.history import Written
from gramledger.core.identity import ulid
from gramledger.core.imports import Import, Progress
from gramledger.core.limits import BODY_INLINE_BYTES
from gramledger.core.options import Options
from gramledger.core.problems import NameTaken
from gramledger.core.projects import Project
from gramledger.core.shape import Column, Shape
from gramledger.ports import World

_numbers = count()


@pytest.fixture
def tenant(world: World) -> str:
    """A tenant that nobody else has used."""
    return f"t{next(_numbers)}-{world.chance.bytes(6).hex()}"


def _record(tenant: str, number: int, **facts: object) -> Import:
    known = {
        "tenant": tenant,
        "import_id": ulid(1_763_000_000_000 + number, bytes(10)),
        "project_id": "P1",
        "project_name": "demo",
        "filename": "usage.csv",
        "requested_by": "ada",
        "created_at": 1_763_000_000_000,
    }
    return Import(**{**known, **facts})


def _version(current: Head | None, rows: int, *, day: str = "2025-11-08", seed: int = 0) -> heads.Version:
    said = [Said(ts=i, source=SOURCES[0], row=i + 1, output=(i * 7919 + seed) % 99_991) for i in range(rows)]
    return heads.next_version(current, day, page.merge(table(said)), {}, cause="test", actor="ada", at=5)


class TestObjects:
    def test_what_was_written_is_read_back_whole_and_in_ranges(self, world: World, tenant: str) -> None:
        key = f"{tenant}/object"
        world.store.write(key, b"0123456789")
        assert world.store.read(key) == b"0123456789"
        assert world.store.read(key, 2, 5) == b"234"
        assert world.store.read(key, 8, 99) == b"89"
        assert world.store.read(key, 4, 4) == b""
        assert world.store.read(key, 7) == b"789"
        assert world.store.size(key) == 10

    def test_an_object_that_is_not_there_has_no_size_and_cannot_be_read(
        self, world: World, tenant: str
    ) -> None:
        assert world.store.size(f"{tenant}/none") is None
        with pytest.raises(KeyError):
            world.store.read(f"{tenant}/none")

    def test_an_object_that_is_written_once_stays_what_it_is(self, world: World, tenant: str) -> None:
        key = f"{tenant}/once"
        assert world.store.write_once(key, b"first")
        assert not world.store.write_once(key, b"second")
        assert world.store.read(key) == b"first"
        world.store.delete([key])
        assert world.store.write_once(key, b"third")

    def test_of_writers_that_meet_at_one_object_one_has_written_it(self, world: World, tenant: str) -> None:
        with ThreadPoolExecutor(4) as writers:
            wrote = list(
                writers.map(lambda name: world.store.write_once(f"{tenant}/met", name), [b"a", b"b", b"c"])
            )
        assert sorted(wrote) == [False, False, True]
        assert world.store.read(f"{tenant}/met") == [b"a", b"b", b"c"][wrote.index(True)]

    def test_parts_become_one_object(self, world: World, tenant: str) -> None:
        parts = [bytes([65 + i]) * (3 << 20) for i in range(5)]
        world.store.write_parts(f"{tenant}/parts", iter(parts))
        assert world.store.read(f"{tenant}/parts") == b"".join(parts)
        world.store.write_parts(f"{tenant}/few", iter([b"a", b"b"]))
        assert world.store.read(f"{tenant}/few") == b"ab"

    def test_an_object_is_streamed_from_its_start_to_its_end(self, world: World, tenant: str) -> None:
        content = bytes(range(256)) * 10_000
        world.store.write(f"{tenant}/long", content)
        assert b"".join(world.store.stream(f"{tenant}/long")) == content
        with pytest.raises(KeyError):
            list(world.store.stream(f"{tenant}/none"))

    def test_keys_are_listed_sorted_and_deleted_ones_are_gone(self, world: World, tenant: str) -> None:
        for name in ("b", "a/2", "a/1"):
            world.store.write(f"{tenant}/{name}", b"x")
        assert list(world.store.keys(f"{tenant}/a/")) == [f"{tenant}/a/1", f"{tenant}/a/2"]
        assert list(world.store.keys(f"{tenant}/", f"{tenant}/a/1")) == [f"{tenant}/a/2", f"{tenant}/b"]
        world.store.delete([f"{tenant}/a/1", f"{tenant}/never"])
        assert list(world.store.keys(f"{tenant}/")) == [f"{tenant}/a/2", f"{tenant}/b"]

    def test_listed_keys_come_with_the_time_when_they_were_put(self, world: World, tenant: str) -> None:
        world.store.write(f"{tenant}/first", b"1")
        world.store.write(f"{tenant}/second", b"2")
        (first, put), (second, later) = world.store.dated_keys(f"{tenant}/")
        assert (first, second) == (f"{tenant}/first", f"{tenant}/second")
        assert put <= later <= world.clock.now_ms() + 1000  # S3 states whole seconds, of its own clock
        assert later > world.clock.now_ms() - 60_000

    def test_an_upload_form_names_its_key_and_limit(self, world: World, tenant: str) -> None:
        form = world.uploads.upload_form(f"uploads/{tenant}/x", sizes=(1, 99), seconds=60)
        assert form.fields["key"] == f"uploads/{tenant}/x"
        assert form.max_bytes == 99
        assert form.url


class TestTenants:
    def test_a_tenant_is_known_from_its_first_project_on(self, world: World, tenant: str) -> None:
        others = [f"{tenant}-{letter}" for letter in "ca"]
        assert tenant not in list(world.projects.tenants())
        for name in [tenant, *others, tenant]:
            number = next(_numbers)
            project = Project(name, ulid(number, bytes(10)), f"demo {number}", "default@1", 1, "ada")
            world.projects.create(project)
        mine = [name for name in world.projects.tenants() if name.startswith(tenant)]
        assert mine == [tenant, f"{tenant}-a", f"{tenant}-c"]
        assert next(iter(world.projects.tenants(tenant))) == f"{tenant}-a"


class TestLedger:
    def test_a_day_without_a_head_has_none(self, world: World, tenant: str) -> None:
        assert world.ledger.head(tenant, "P1", "2025-11-08") is None
        assert list(world.ledger.heads(tenant, "P1", None, None)) == []

    @pytest.mark.parametrize("rows", [0, 3, 20_000])
    def test_a_committed_version_is_read_back_with_its_body(
        self, world: World, tenant: str, rows: int
    ) -> None:
        version = _version(None, rows)
        if rows == 20_000:
            assert version.head.size > BODY_INLINE_BYTES
        assert world.ledger.commit(tenant, "P1", version)
        head = world.ledger.head(tenant, "P1", "2025-11-08")
        assert head == version.head
        assert world.ledger.body(tenant, "P1", version.head) == version.blob

    def test_only_the_successor_of_the_current_version_is_accepted(self, world: World, tenant: str) -> None:
        first = _version(None, 3)
        assert world.ledger.commit(tenant, "P1", first)
        assert not world.ledger.commit(tenant, "P1", _version(None, 4))
        second, rival = _version(first.head, 5), _version(first.head, 6)
        assert world.ledger.commit(tenant, "P1", second)
        assert not world.ledger.commit(tenant, "P1", rival)
        assert not world.ledger.commit(tenant, "P1", second)
        assert world.ledger.head(tenant, "P1", "2025-11-08") == second.head
        assert world.ledger.body(tenant, "P1", second.head) == second.blob

    def test_earlier_bodies_stay_readable(self, world: World, tenant: str) -> None:
        first = _version(None, 3)
        second = _version(first.head, 5)
        assert world.ledger.commit(tenant, "P1", first)
        assert world.ledger.commit(tenant, "P1", second)
        assert world.ledger.body(tenant, "P1", first.head) == first.blob

    def test_versions_are_all_that_were_written_of_the_days_by_day_and_number(
        self, world: World, tenant: str
    ) -> None:
        first, other_day = _version(None, 3), _version(None, 2, day="2025-11-09")
        second, rival = _version(first.head, 5), _version(first.head, 6)
        for version in (other_day, first, second, rival):
            world.ledger.commit(tenant, "P1", version)
        everything = list(world.ledger.versions(tenant, "P1", None, None))
        assert everything[0] == Written(first.head)
        assert {found.head.hash for found in everything[1:3]} == {second.head.hash, rival.head.hash}
        assert everything[3] == Written(other_day.head)
        assert list(world.ledger.versions(tenant, "P1", None, "2025-11-08")) == everything[:3]
        assert list(world.ledger.versions(tenant, "P1", "2025-11-09", "2025-11-09")) == everything[3:]
        assert list(world.ledger.versions(tenant, "P2", None, None)) == []
        assert list(world.ledger.versions(f"{tenant}x", "P1", None, None)) == []

    @pytest.mark.parametrize("rows", [3, 20_000])
    def test_a_body_can_be_dropped_and_its_version_stays(self, world: World, tenant: str, rows: int) -> None:
        first = _version(None, rows)
        second = _version(first.head, rows + 1)
        for version in (first, second):
            assert world.ledger.commit(tenant, "P1", version)
        for _ in range(2):
            world.ledger.drop_body(tenant, "P1", first.head)
        with pytest.raises(KeyError):
            world.ledger.body(tenant, "P1", first.head)
        assert world.ledger.body(tenant, "P1", second.head) == second.blob
        assert list(world.ledger.versions(tenant, "P1", None, None)) == [
            Written(first.head, pruned=True),
            Written(second.head),
        ]

    @pytest.mark.parametrize("rows", [3, 20_000])
    def test_a_version_that_lost_can_be_dropped_with_its_body(
        self, world: World, tenant: str, rows: int
    ) -> None:
        first, rival = _version(None, rows), _version(None, rows + 1)
        assert world.ledger.commit(tenant, "P1", first)
        assert not world.ledger.commit(tenant, "P1", rival)
        for _ in range(2):
            world.ledger.drop_version(tenant, "P1", rival.head)
        world.ledger.drop_body(tenant, "P1", rival.head)
        assert list(world.ledger.versions(tenant, "P1", None, None)) == [Written(first.head)]
        with pytest.raises(KeyError):
            world.ledger.body(tenant, "P1", rival.head)
        assert world.ledger.body(tenant, "P1", first.head) == first.blob

    def test_what_is_kept_apart_from_versions_belongs_to_them(self, world: World, tenant: str) -> None:
        first = _version(None, 20_000)
        second = _version(first.head, 3)
        for version in (first, second):
            assert world.ledger.commit(tenant, "P1", version)
        for blob in world.ledger.blobs(tenant, "P1"):
            assert blob.belongs_to(first.head)
            assert not blob.belongs_to(second.head)
        assert list(world.ledger.blobs(tenant, "P2")) == []

    def test_of_many_writers_at_once_exactly_one_wins(self, world: World, tenant: str) -> None:
        rivals = [_version(None, 2, seed=seed) for seed in range(8)]
        with ThreadPoolExecutor(8) as writers:
            won = list(writers.map(lambda version: world.ledger.commit(tenant, "P1", version), rivals))
        assert sum(won) == 1
        assert world.ledger.head(tenant, "P1", "2025-11-08") == rivals[won.index(True)].head

    def test_heads_come_in_order_within_the_span(self, world: World, tenant: str) -> None:
        for day in ("2025-11-09", "2025-10-31", "2025-11-08"):
            assert world.ledger.commit(tenant, "P1", _version(None, 1, day=day))
        assert [h.day for h in world.ledger.heads(tenant, "P1", None, None)] == [
            "2025-10-31",
            "2025-11-08",
            "2025-11-09",
        ]
        assert [h.day for h in world.ledger.heads(tenant, "P1", "2025-11-01", "2025-11-08")] == ["2025-11-08"]
        assert list(world.ledger.heads(tenant, "P2", None, None)) == []
        assert list(world.ledger.heads(f"{tenant}x", "P1", None, None)) == []

    def test_a_head_with_thousands_of_models_is_kept(self, world: World, tenant: str) -> None:
        said = [Said(ts=i, source=SOURCES[0], row=i + 1, model=f"model-{i * 7919:x}") for i in range(4_000)]
        version = heads.next_version(
            None, "2025-11-08", page.merge(table(said)), {}, cause="test", actor="ada", at=5
        )
        assert world.ledger.commit(tenant, "P1", version)
        assert world.ledger.head(tenant, "P1", "2025-11-08") == version.head


class TestJobs:
    def test_a_record_is_kept_whole(self, world: World, tenant: str) -> None:
        options = Options(
            format="cursor", mapping={"columns": {"model": {"column": 1}}}, zone="Europe/London"
        )
        record = _record(tenant, 1, announced_size=7, dry_run=True, options=options)
        world.jobs.create(record)
        assert world.jobs.get(tenant, record.import_id) == record
        assert world.jobs.get(f"{tenant}x", record.import_id) is None

    def test_changes_at_once_are_all_applied_one_after_another(self, world: World, tenant: str) -> None:
        record = _record(tenant, 1, rows_total=0)
        world.jobs.create(record)

        def add(_: int) -> None:
            world.jobs.change(
                tenant, record.import_id, lambda r: replace(r, rows_total=(r.rows_total or 0) + 1)
            )

        with ThreadPoolExecutor(4) as writers:
            list(writers.map(add, range(12)))
        found = world.jobs.get(tenant, record.import_id)
        assert found is not None
        assert (found.rows_total, found.revision) == (12, 12)

    def test_a_change_that_answers_none_changes_nothing(self, world: World, tenant: str) -> None:
        record = _record(tenant, 1)
        world.jobs.create(record)
        assert world.jobs.change(tenant, record.import_id, lambda _: None) == record
        assert world.jobs.change(tenant, "01JCX000000000000000000000", lambda r: r) is None

    def test_a_logged_record_is_restored_where_there_is_none_or_an_older_one(
        self, world: World, tenant: str
    ) -> None:
        record = _record(tenant, 1)
        lost = replace(record, status="processing", phase="parse", revision=4)
        assert world.jobs.restore(lost)
        assert world.jobs.get(tenant, record.import_id) == lost
        assert world.jobs.active(tenant, "P1") == [record.import_id]
        assert not world.jobs.restore(lost)
        assert not world.jobs.restore(replace(record, revision=3))
        assert world.jobs.get(tenant, record.import_id) == lost
        ended = replace(lost, status="completed", completed_at=9, revision=6)
        assert world.jobs.restore(ended)
        assert world.jobs.active(tenant, "P1") == []
        found, _ = world.jobs.page(tenant, project_id="P1", status=None, limit=9, before=None)
        assert list(found) == [ended]

    def test_pages_go_from_the_newest_to_the_oldest(self, world: World, tenant: str) -> None:
        records = [_record(tenant, n, project_id="P1" if n % 2 else "P2") for n in range(7)]
        for record in records:
            world.jobs.create(record)
        ids = [r.import_id for r in reversed(records)]
        first, further = world.jobs.page(tenant, project_id=None, status=None, limit=3, before=None)
        second, end = world.jobs.page(tenant, project_id=None, status=None, limit=9, before=further)
        assert [r.import_id for r in (*first, *second)] == ids
        assert end is None
        odd, _ = world.jobs.page(tenant, project_id="P1", status="waiting", limit=9, before=None)
        assert [r.import_id for r in odd] == ids[1::2]
        assert world.jobs.page(tenant, project_id=None, status="failed", limit=9, before=None) == ([], None)

    def test_an_import_is_active_from_its_arrival_to_its_end_but_not_while_it_waits_for_a_word(
        self, world: World, tenant: str
    ) -> None:
        record = _record(tenant, 1, confirm="manual")
        world.jobs.create(record)
        assert world.jobs.active(tenant, "P1") == []
        world.jobs.change(tenant, record.import_id, lambda r: r.queue(2, 10))
        world.jobs.change(tenant, record.import_id, lambda r: r.enter("plan", 3))
        assert world.jobs.active(tenant, "P1") == [record.import_id]
        assert world.jobs.active(tenant, "P2") == []
        world.jobs.change(tenant, record.import_id, lambda r: r.wait_for_confirmation(4))
        assert world.jobs.active(tenant, "P1") == []
        world.jobs.change(tenant, record.import_id, lambda r: r.go_ahead(5, Options()))
        assert world.jobs.active(tenant, "P1") == [record.import_id]
        world.jobs.change(tenant, record.import_id, lambda r: r.fail(4, {"code": "x"}))
        assert world.jobs.active(tenant, "P1") == []

    def test_a_paused_import_is_not_active_until_it_goes_on_and_one_that_is_taken_back_is(
        self, world: World, tenant: str
    ) -> None:
        record = _record(tenant, 1, project_id="P1")
        world.jobs.create(record)
        words: list[tuple[Callable[[Import], Import | None], bool]] = [
            (lambda r: r.queue(1, 10), True),
            (lambda r: r.pause(2), False),
            (lambda r: r.enter("plan", 3), False),
            (lambda r: r.resume(4), True),
            (lambda r: r.cancel(5, by="ada", keep="days"), True),
            (lambda r: r.end_taking_back(6, {"claims": 1}), False),
        ]
        for word, active in words:
            changed = world.jobs.change(tenant, record.import_id, word)
            assert world.jobs.get(tenant, record.import_id) == changed
            assert world.jobs.active(tenant, "P1") == ([record.import_id] if active else [])

    def test_of_many_who_decide_about_an_import_at_once_exactly_one_prevails(
        self, world: World, tenant: str
    ) -> None:
        waiting = _record(tenant, 1, confirm="manual", status="planned", phase="confirm", phase_at=2)
        world.jobs.create(waiting)

        def decide(number: int) -> tuple[int, int | None, int | None]:
            def word(record: Import) -> Import | None:
                return record.go_ahead(number, Options()) if number % 2 else record.cancel(number, by="ada")

            after = world.jobs.change(tenant, waiting.import_id, word)
            assert after is not None
            return after.revision, after.confirmed_at, after.completed_at

        with ThreadPoolExecutor(8) as people:
            seen = set(people.map(decide, range(10, 18)))
        ((revision, confirmed_at, completed_at),) = seen
        assert (revision, [confirmed_at, completed_at].count(None)) == (1, 1)
        assert world.jobs.active(tenant, "P1") == ([waiting.import_id] if confirmed_at else [])

    def test_progress_of_a_task_replaces_itself(self, world: World, tenant: str) -> None:
        record = _record(tenant, 1)
        tasks = [Progress("chunk", 0, 10), Progress("chunk", 1, 20), Progress("portion", 0, 30)]
        tasks.append(
            Progress("portion", 0, 40, confirmed=True)
        )  # of another turn: it takes no other one's place
        for task in (replace(tasks[0], rows=1), *tasks):
            world.jobs.report(tenant, record.import_id, task)
        assert world.jobs.progress(tenant, record.import_id) == tasks


class TestShapes:
    def test_shapes_are_kept_by_project_and_format_and_the_newest_come_first(
        self, world: World, tenant: str
    ) -> None:
        column = Column("Cost ($)", 3, 0.1, 0.5, (0.0, 0.25, 0.5, 1e6, 2e9), 0.9, {"ab12": 0.5}, {"Aa": 0.5})
        known = [
            Shape(ulid(1_763_000_000_000 + n, bytes(10)), "cursor", ["Date", "Größe"], n, {"cost": column})
            for n in range(5)
        ]
        for shape in [*known, known[2]]:
            world.shapes.remember(tenant, "P1", shape)
        world.shapes.remember(tenant, "P1", replace(known[0], format="cursor-next"))
        world.shapes.remember(tenant, "P2", replace(known[0], rows=77))
        assert world.shapes.recent(tenant, "P1", "cursor", 3) == known[:1:-1]
        assert world.shapes.recent(tenant, "P1", "cursor", 9) == known[::-1]
        assert [shape.rows for shape in world.shapes.recent(tenant, "P2", "cursor", 9)] == [77]
        assert world.shapes.recent(tenant, "P3", "cursor", 9) == []
        assert world.shapes.recent(f"{tenant}x", "P1", "cursor", 9) == []


class TestProjects:
    def test_a_project_is_found_by_id_and_by_name_in_any_case(self, world: World, tenant: str) -> None:
        project = Project(tenant, "01JCX000000000000000000000", "Größe One", "default", 5, "ada")
        world.projects.create(project)
        assert world.projects.get(tenant, project.project_id) == project
        assert world.projects.named(tenant, "grösse  ONE") == project
        assert world.projects.named(f"{tenant}x", "Größe One") is None
        assert world.projects.list(tenant) == [project]

    def test_changes_of_a_project_at_once_are_all_applied(self, world: World, tenant: str) -> None:
        project = Project(tenant, "01JCX000000000000000000000", "Demo", "default", 5, "ada")
        world.projects.create(project)

        def add(number: int) -> None:
            def change(known: Project) -> Project:
                rules = {**known.settings.rules, str(number): number}
                return replace(known, settings=replace(known.settings, rules=rules))

            assert world.projects.change(tenant, project.project_id, change)

        with ThreadPoolExecutor(4) as writers:
            list(writers.map(add, range(12)))
        for found in (world.projects.get(tenant, project.project_id), world.projects.named(tenant, "demo")):
            assert found is not None
            assert found.settings.rules == {str(number): number for number in range(12)}

    def test_a_logged_project_is_restored_where_there_is_none_or_an_older_one(
        self, world: World, tenant: str
    ) -> None:
        project = Project(tenant, "01JCX000000000000000000000", "Demo", "default", 5, "ada", revision=2)
        assert world.projects.restore(project)
        assert world.projects.named(tenant, "demo") == project
        changed = world.projects.change(
            tenant, project.project_id, lambda known: replace(known, preset="b@1")
        )
        assert changed is not None
        assert changed.revision == 3
        assert not world.projects.restore(replace(project, revision=3))
        assert world.projects.get(tenant, project.project_id) == changed
        later = replace(project, preset="c@1", revision=4)
        assert world.projects.restore(later)
        assert world.projects.list(tenant) == [later]

    def test_a_project_that_is_not_there_is_not_changed(self, world: World, tenant: str) -> None:
        assert world.projects.change(tenant, "01JCX000000000000000000000", lambda known: known) is None
        assert world.projects.list(tenant) == []

    def test_a_name_is_taken_once(self, world: World, tenant: str) -> None:
        world.projects.create(Project(tenant, "01JCX000000000000000000000", "Demo", "default", 5, "ada"))
        with pytest.raises(NameTaken):
            world.projects.create(Project(tenant, "01JCX000000000000000000001", "demo", "default", 6, "bob"))
        assert len(world.projects.list(tenant)) == 1
