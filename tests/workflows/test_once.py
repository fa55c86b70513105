"""Requests that bear a key are carried out once, whatever gets lost on the way."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from support.faults import Faulty
from support.runs import ADMIN, new_world

from gramledger.adapters.memory.world import MemoryWorld
from gramledger.app.create_import import NewImport, create_import
from gramledger.app.once import once
from gramledger.app.projects import create_project
from gramledger.core.limits import KEPT_REPLY_BYTES
from gramledger.core.problems import IdempotencyKeyReused, NameTaken, RequestInProgress
from gramledger.core.requests import ATTEMPT_MS, KEPT_MS, Asked, Reply
from gramledger.ports import Unavailable, World

ASKED = Asked("acme", "ada", "POST", "/v1/projects/demo/imports", "key-1", b'{"filename": "a.csv"}')


def importing(world: World) -> Reply:
    record, _ = create_import(world, ADMIN, "demo", NewImport(filename="a.csv"))
    return Reply(201, {}, record.import_id)


def asked(**changed: object) -> Asked:
    known = {name: getattr(ASKED, name) for name in ("tenant", "user", "method", "path", "key", "content")}
    return Asked(**{**known, **changed})


def patiently(faulty: Faulty, world: MemoryWorld, work: Callable[[World], Reply]) -> Reply:
    """The reply for a client that sends its request again until it is answered."""
    for _ in range(5):
        try:
            return once(faulty, ASKED, work)[0]
        except (Unavailable, RequestInProgress):
            world.clock.sleep(ATTEMPT_MS / 1000)
    pytest.fail("there is no answer")


def imports_of(world: MemoryWorld, tenant: str = "acme") -> list[str]:
    found, _ = world.jobs.page(tenant, project_id=None, status=None, limit=100, before=None)
    return [record.import_id for record in found]


def test_a_request_sent_again_gets_the_reply_of_the_first_time() -> None:
    world = new_world()
    first, kept = once(world, ASKED, importing)
    assert not kept
    world.clock.sleep(3600)
    assert once(world, ASKED, importing) == (first, True)
    assert imports_of(world) == [first.body]


@pytest.mark.parametrize(
    "other",
    [{"tenant": "rival"}, {"user": "bob"}, {"path": "/v1/projects/other/imports"}, {"key": "key-2"}],
)
def test_another_tenant_user_address_or_key_is_another_request(other: dict[str, str]) -> None:
    world = new_world()
    first, _ = once(world, ASKED, importing)
    second, kept = once(world, asked(**other), importing)
    assert not kept
    assert second.body != first.body


def test_parts_of_a_request_are_not_taken_for_each_other() -> None:
    one, other = asked(user="a", path="bc"), asked(user="ab", path="c")
    assert one.name != other.name


def test_a_key_is_not_taken_for_another_body() -> None:
    world = new_world()
    once(world, ASKED, importing)
    with pytest.raises(IdempotencyKeyReused) as refused:
        once(world, asked(content=b"other"), importing)
    assert "key-1" in refused.value.detail
    assert len(imports_of(world)) == 1


def test_a_key_is_free_again_after_a_day() -> None:
    world = new_world()
    first, _ = once(world, ASKED, importing)
    world.clock.sleep(KEPT_MS / 1000)
    second, kept = once(world, asked(content=b"other"), importing)
    assert not kept
    assert imports_of(world) == [second.body, first.body]


def test_of_requests_that_meet_one_is_carried_out() -> None:
    world = new_world()

    def meets_itself(repeatable: World) -> Reply:
        with pytest.raises(RequestInProgress):
            once(world, ASKED, importing)
        return importing(repeatable)

    reply, _ = once(world, ASKED, meets_itself)
    assert imports_of(world) == [reply.body]


def test_an_attempt_that_was_cut_off_is_done_again_with_the_same_id() -> None:
    world = new_world()
    made: list[str] = []

    def cut_off(repeatable: World) -> Reply:
        made.append(importing(repeatable).body)
        raise KeyboardInterrupt  # as when the process is gone: nothing is tidied up

    with pytest.raises(KeyboardInterrupt):
        once(world, ASKED, cut_off)
    with pytest.raises(RequestInProgress):
        once(world, ASKED, importing)
    world.clock.sleep(ATTEMPT_MS / 1000)
    reply, kept = once(world, ASKED, importing)
    assert not kept
    assert [reply.body] == made == imports_of(world)


def test_a_zombie_of_an_attempt_changes_nothing_that_a_later_one_has_said() -> None:
    world = new_world()

    def slow(_: World) -> Reply:
        world.clock.sleep(ATTEMPT_MS / 1000)
        once(world, ASKED, importing)
        return Reply(201, {}, "of the zombie")

    once(world, ASKED, slow)
    reply, kept = once(world, ASKED, importing)
    assert kept
    assert [reply.body] == imports_of(world)


@pytest.mark.parametrize(
    "reply",
    [
        Reply(404, {}, ""),
        Reply(201, {"Cache-Control": "no-store"}, "secret"),
        Reply(200, {}, "x" * (KEPT_REPLY_BYTES + 1)),
    ],
    ids=["a refusal", "a secret", "a very long answer"],
)
def test_what_is_not_to_be_stored_is_not_kept(reply: Reply) -> None:
    world = new_world()
    assert once(world, ASKED, lambda _: reply) == (reply, False)
    known = world.requests.get("acme", ASKED.name)
    assert known is not None
    assert known.reply is None
    assert once(world, ASKED, lambda _: Reply(201, {}, "now")) == (Reply(201, {}, "now"), False)


def test_an_error_leaves_the_way_open_for_the_next_attempt() -> None:
    world = new_world()

    def fails(_: World) -> Reply:
        raise Unavailable("later")

    with pytest.raises(Unavailable):
        once(world, ASKED, fails)
    assert once(world, ASKED, importing)[0].status == 201


@pytest.mark.parametrize("fate", ["lost", "unheard"])
@pytest.mark.parametrize(
    "work",
    [importing, lambda world: Reply(201, {}, create_project(world, ADMIN, "new").project_id)],
    ids=["an import", "a project"],
)
def test_a_fault_of_any_call_ends_in_one_thing_done(fate: str, work: Callable[[World], Reply]) -> None:
    undisturbed = Faulty(new_world(), lambda _number, _name: "ok")
    once(undisturbed, ASKED, work)
    for number in range(len(undisturbed.calls)):
        world = new_world()
        faulty = Faulty(world, lambda call, _name, number=number: fate if call == number else "ok")
        reply = patiently(faulty, world, work)
        assert patiently(faulty, world, work) == reply
        found = [*imports_of(world), *(p.project_id for p in world.projects.list("acme") if p.name == "new")]
        assert found == [reply.body], undisturbed.calls[number]


def test_a_name_that_somebody_else_has_is_taken_all_the_same() -> None:
    world = new_world()
    with pytest.raises(NameTaken):
        once(world, ASKED, lambda repeatable: Reply(201, {}, create_project(repeatable, ADMIN, "demo").name))
