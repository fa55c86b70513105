"""What must hold after every schedule. Each invariant is a function that yields what is wrong, in words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import pyarrow as pa

from gramledger.app import keys, log
from gramledger.app.lookup import Caller, read_json
from gramledger.app.rejects import list_rejects
from gramledger.core import heads, page, rollup
from gramledger.core.heads import Head
from gramledger.core.imports import ACTIVE, Import
from gramledger.core.receipt import Receipt
from simulation.past import a_sweep_takes_nothing_that_counts, any_instant_can_be_read_again
from simulation.schedule import PROJECT, TENANTS, Given, Plot, Schedule
from simulation.tape import Tape
from simulation.told import each_end_is_told_once
from simulation.truth import Account, Source, Truth, truth_of
from simulation.words import wrong_with_report

Wrong = Iterator[str]


@dataclass(frozen=True)
class Project:
    """One project after a schedule: its pages, and the imports that have rows in it."""

    tenant: str
    project_id: str
    heads: dict[str, Head]
    tables: dict[str, pa.Table]
    counted: dict[str, tuple[Import, Given]]
    """The imports whose rows are in the ledger: completed ones, and the days that stay of cancelled ones."""

    @cached_property
    def truth(self) -> Truth:
        """What its ledger must say."""
        return truth_of({name: _source(*counted) for name, counted in self.counted.items()})

    @cached_property
    def claims(self) -> list[dict[str, Any]]:
        """Every claim of every page, with `wins` and `identical`."""
        found: list[dict[str, Any]] = []
        for day, table in self.tables.items():
            verdict = page.verdicts(table, self.heads[day].terms)
            rows = table.select(["ts", "source", "row", "cost_text", "output"]).to_pylist()
            for row, wins, identical in zip(
                rows, verdict.wins.tolist(), verdict.identical.tolist(), strict=True
            ):
                found.append({**row, "day": day, "wins": wins, "identical": identical})
        return found


class Aftermath:
    """A schedule that has come to rest, as its stores show it."""

    def __init__(self, schedule: Schedule) -> None:
        self.schedule = schedule
        self.real = schedule.real

    @cached_property
    def records(self) -> list[tuple[Import, Given]]:
        """The imports as they are now."""
        found = []
        for created, given in zip(self.schedule.records, self.schedule.plot.imports, strict=True):
            record = self.real.jobs.get(created.tenant, created.import_id)
            if record is None:
                raise LookupError(f"the record of {created.import_id} is gone")
            found.append((record, given))
        return found

    @cached_property
    def projects(self) -> list[Project]:
        """The projects of all tenants."""
        found = []
        for tenant in TENANTS:
            home = self.real.projects.named(tenant, PROJECT)
            if home is None:
                continue
            known = {head.day: head for head in self.real.ledger.heads(tenant, home.project_id, None, None)}
            tables = {
                day: heads.read_body(head, self.real.ledger.body(tenant, home.project_id, head))
                for day, head in known.items()
            }
            counted = {
                record.import_id: (record, given)
                for record, given in self.records
                if record.tenant == tenant and _is_in_the_ledger(record)
            }
            found.append(Project(tenant, home.project_id, known, tables, counted))
        return found


def rollup_is_the_fold_of_entries(after: Aftermath) -> Wrong:
    """What a head sums up is what its body holds: totals by model, and the counts of every source."""
    for project in after.projects:
        for day, head in project.heads.items():
            table = project.tables[day]
            if list(head.groups) != rollup.fold(table, page.verdicts(table, head.terms), head.terms):
                yield f"the totals of {day} are not those of its entries"
            if head.sources != rollup.count_sources(table, page.verdicts(table, head.terms)):
                yield f"the counts by source of {day} are not those of its claims"


def versions_are_a_chain(after: Aftermath) -> Wrong:
    """Every version of a head follows the one before: number by number, each naming its predecessor's hash."""
    last: dict[tuple[str, str, str], Head] = {}
    for tenant, project_id, version in after.schedule.world.ledger.history:
        head = version.head
        known = last.get((tenant, project_id, head.day))
        expected = (known.version + 1, known.hash) if known else (1, None)
        if (head.version, head.previous) != expected:
            yield f"version {head.version} of {head.day} does not follow {expected[0] - 1}"
        last[tenant, project_id, head.day] = head


def ledger_is_that_of_the_serial_run(after: Aftermath) -> Wrong:
    """The entries are those of the completed imports' files, read one after another in the order of their creation."""
    for project in after.projects:
        found = {
            _instant(claim): (claim["source"], claim["row"], claim["cost_text"], claim["output"])
            for claim in project.claims
            if claim["wins"]
        }
        expected = {
            instant: (source, row, event.cost, event.output)
            for instant, (source, row, event) in project.truth.entries.items()
        }
        for instant in sorted(found.keys() | expected.keys()):
            if found.get(instant) != expected.get(instant):
                yield f"the entry of {instant} is {found.get(instant)}, not {expected.get(instant)}"


def every_row_has_one_outcome(after: Aftermath) -> Wrong:
    """Each row of a completed import's file is one claim in one page, or one reject that is listed with its line; none
    is both or neither."""
    for project in after.projects:
        listed = Counter((claim["source"], claim["row"]) for claim in project.claims)
        for source, (record, given) in project.counted.items():
            file, left = given.file, {row for row, _ in _source(record, given).events}
            gone = {row for row, _ in file.events} - left
            caller = Caller(record.tenant, "ada", frozenset())
            rejects, _ = list_rejects(after.schedule.real, caller, source, limit=500, cursor=None)
            listed.update((source, reject["row"]) for reject in rejects)
            for reject in rejects:
                if reject["line"] != file.line_of(reject["row"]):
                    yield f"row {reject['row']} of {source} is said to be on line {reject['line']}"
            for row in range(1, len(file.rows) + 1):
                if listed[source, row] != (row not in gone):
                    yield f"row {row} of {source} has {listed[source, row]} outcomes"
        for source, row in listed:
            if source in project.counted and row > len(project.counted[source][1].file.rows):
                yield f"{source} has no row {row}"


def receipts_account_for_every_row(after: Aftermath) -> Wrong:
    """A receipt adds up and says what became of each row of its file; all receipts together say what the ledger has."""
    for project in after.projects:
        imported = 0
        for source, (record, _) in project.counted.items():
            if record.receipt is None:
                yield f"{source} was completed without a receipt"
                continue
            if not Receipt(**record.receipt).adds_up:
                yield f"the receipt of {source} does not add up: {record.receipt}"
            account = Account(**{name: record.receipt[name] for name in Account.__dataclass_fields__})
            if account != project.truth.accounts[source]:
                yield f"the receipt of {source} is {account}, not {project.truth.accounts[source]}"
            imported += record.receipt["imported"] + record.receipt["updated"]
        entries = sum(head.entries for head in project.heads.values())
        if imported != entries:
            yield f"receipts say {imported} entries, the ledger has {entries}"


def the_log_holds_the_receipt(after: Aftermath) -> Wrong:
    """The receipt in the store is the one of the record, and the upload of a completed import is gone.

    What a completion leaves to be done ends with its announcement; where that was cut off, the sweep does it
    (`tests/workflows/test_sweep.py`).
    """
    for record, _ in after.records:
        if record.status != "completed":
            continue
        try:
            kept = read_json(after.real.store, keys.receipt(record.tenant, record.import_id))
        except KeyError:
            kept = None
        if kept != record.receipt:
            yield f"the log of {record.import_id} holds {kept}, its record {record.receipt}"
        settled = bool(record.announced)
        if settled and after.real.uploads.size(keys.upload(record.tenant, record.import_id)) is not None:
            yield f"the upload of {record.import_id} is still there"


def the_log_holds_every_end(after: Aftermath) -> Wrong:
    """What became of an import is in the log of records too, so that it is known without the table."""
    for record, _ in after.records:
        if not record.finished:
            continue
        prefix = f"{keys.import_records(record.tenant, record.project_id)}{record.import_id}/"
        logged = [
            log.logged_import(after.real.store, key) for key in log.newest_keys(after.real.store, prefix)
        ]
        known = [(one.status, one.receipt, one.counts) for one in logged]
        if known != [(record.status, record.receipt, record.counts)]:
            yield f"the log says of {record.import_id} {known}, its record '{record.status}' {record.receipt}"


def an_unfinished_import_leaves_nothing(after: Aftermath) -> Wrong:
    """No page holds a claim of an import that failed, was discarded, cancelled, undone, or only tried."""
    for project in after.projects:
        for claim in project.claims:
            if claim["source"] not in project.counted:
                yield f"the page of {claim['day']} has row {claim['row']} of {claim['source']}"


def what_was_taken_back_is_told(after: Aftermath) -> Wrong:
    """Reports of cancelled and undone imports say what is so: whole days are kept or none, and claims are counted."""
    claims = [claim for project in after.projects for claim in project.claims]
    for record, given in after.records:
        mine = [claim for claim in claims if claim["source"] == record.import_id]
        yield from wrong_with_report(record, given.file, mine)
        if record.status in ("cancelled", "undone") and after.real.uploads.size(
            keys.upload(record.tenant, record.import_id)
        ):
            yield f"the upload of {record.import_id}, which is '{record.status}', is still there"


def a_dry_run_writes_nothing(after: Aftermath) -> Wrong:
    """No version of any head was caused by a dry run, and its receipt accounts for every row all the same."""
    dry = {record.import_id: (record, given.file) for record, given in after.records if record.dry_run}
    for _, _, version in after.schedule.world.ledger.history:
        if version.head.cause.split()[-1] in dry:
            yield f"{version.head.cause} wrote version {version.head.version} of {version.head.day}"
    for source, (record, file) in dry.items():
        if record.receipt is not None and record.receipt["rows_in"] != len(file.rows):
            yield f"the dry run {source} accounts for {record.receipt['rows_in']} of {len(file.rows)} rows"


def _refuses_confirmation(after: Aftermath, record: Import) -> bool:
    """Whether a plan can only be discarded, since the import is to fail where rows differ, and some do."""
    if record.options.on_conflict != "fail":
        return False
    foreseen = read_json(after.real.store, keys.foreseen(record.tenant, record.reading))
    return bool(foreseen["outcomes"]["duplicate_differing"])


def _refused_rightly(record: Import, given: Given) -> bool:
    """Whether a file that can be read was not to be imported: rows differ and it was to fail then, or it has no row
    that could replace anything."""
    code = (record.problem or {}).get("code")
    if code == "replacement-empty":
        return given.asked.replaces and not given.file.events
    return code == "rows-differ" and given.asked.on_conflict == "fail"


def everything_comes_to_an_end(after: Aftermath) -> Wrong:
    """An import whose file has arrived is finished, or waits for a person who says nothing; and it ended rightly."""
    for record, given in after.records:
        silent = given.decisions == ()
        if record.status in ACTIVE or record.status == "waiting":
            yield f"{record.import_id} is still '{record.status}'"
        if record.status == "planned" and not silent and not _refuses_confirmation(after, record):
            yield f"{record.import_id} is still planned, though people have said {given.decisions}"
        if record.status == "completed" and not given.file.readable:
            yield f"{record.import_id} was completed, though nobody can read {given.file.name}"
        if record.status == "failed" and record.problem is None:
            yield f"{record.import_id} failed without a reason"
        needless = given.file.readable and after.schedule.harmless and not _refused_rightly(record, given)
        if record.status == "failed" and needless:
            yield f"{record.import_id} failed without need: {record.problem}"


def status_never_goes_back(after: Aftermath) -> Wrong:
    """Status, phase and percentage only move forward, at every change that anybody could have seen."""
    yield from after.schedule.watch.backwards


def no_tenant_meets_another(after: Aftermath) -> Wrong:
    """No call of a function names another tenant than the one it works for."""
    yield from after.schedule.wire.foreign


def nothing_fails_by_itself(after: Aftermath) -> Wrong:
    """No task ends with an error of our own making, and every person and event is answered in the end."""
    yield from after.schedule.accidents


def importing_again_adds_nothing(after: Aftermath) -> Wrong:
    """A file that was imported imports 0 rows the second time, and every page stays as it is."""
    for project in after.projects:
        whole = [
            given.file
            for _, given in project.counted.values()
            if all(event.instant in project.truth.entries for _, event in given.file.events)
        ]
        if not whole:  # where others replaced something, what is gone would come back
            continue
        file = whole[-1]
        ground = after.schedule.ground
        again = Schedule(Plot((Given(project.tenant, file),)), Tape(), world=after.real, ground=ground)
        again.play()
        record = after.real.jobs.get(project.tenant, again.records[0].import_id)
        receipt = (record and record.receipt) or {}
        if receipt.get("imported") != 0:
            yield f"importing {file.name} again imported {receipt.get('imported')} rows: {record}"
        for day, table in project.tables.items():
            head = after.real.ledger.head(project.tenant, project.project_id, day)
            before = project.heads[day].terms
            if head is None or head.entries != sum(page.verdicts(table, before).wins):
                yield f"importing {file.name} again changed the entries of {day}"


Invariant = Callable[[Aftermath], Wrong]

INVARIANTS: tuple[Invariant, ...] = (
    nothing_fails_by_itself,
    everything_comes_to_an_end,
    status_never_goes_back,
    no_tenant_meets_another,
    rollup_is_the_fold_of_entries,
    versions_are_a_chain,
    an_unfinished_import_leaves_nothing,
    what_was_taken_back_is_told,
    ledger_is_that_of_the_serial_run,
    every_row_has_one_outcome,
    receipts_account_for_every_row,
    the_log_holds_the_receipt,
    the_log_holds_every_end,
    a_dry_run_writes_nothing,
    each_end_is_told_once,
    any_instant_can_be_read_again,
    a_sweep_takes_nothing_that_counts,
    importing_again_adds_nothing,
)
"""In the order in which they are checked; the last one adds to the ledger."""


def equals_the_serial_run(after: Aftermath) -> Wrong:
    """Pages and receipts are those of a second world, into which the same imports came one after another, undisturbed.

    Dearer than the others, so it is checked after some schedules only. It sees what the truth by rows does not know:
    the impact of every entry.
    """
    completed = [(record, given) for record, given in after.records if _is_in_the_ledger(record)]
    if any(
        _days_left(record) is not None or given.asked.on_conflict == "fail" for record, given in completed
    ):
        return  # such an import is another one where it meets others in another order
    serial = Schedule(Plot(()), Tape())
    for tenant in {record.tenant for record, _ in completed}:
        home = after.real.projects.named(tenant, PROJECT)
        if home is not None:
            serial.real.projects.create(home)
    for record, given in sorted(completed, key=lambda found: found[0].import_id):
        fresh = next(r for r in after.schedule.records if r.import_id == record.import_id)
        one = Schedule(Plot(()), Tape(), world=serial.real)
        one.again(
            [fresh], [replace(given, decisions=given.decisions and ("confirm",), events=(0,), words=())]
        )
    expected = {project.tenant: project for project in Aftermath(_with_records(serial, completed)).projects}
    for project in after.projects:
        if not project.counted:
            continue
        for day in sorted(project.tables.keys() | expected[project.tenant].tables.keys()):
            here, there = (_comparable(p.tables.get(day)) for p in (project, expected[project.tenant]))
            if here != there:
                yield f"the page of {day} is not that of the serial run"
        for source, (record, _) in project.counted.items():
            serially = expected[project.tenant].counted[source][0].receipt
            if _lasting(record.receipt) != _lasting(serially):
                yield f"the receipt of {source} is {record.receipt}, in the serial run {serially}"


def _with_records(schedule: Schedule, completed: list[tuple[Import, Given]]) -> Schedule:
    schedule.records = [record for record, _ in completed]
    schedule.plot = Plot(tuple(given for _, given in completed))
    return schedule


def _comparable(table: pa.Table | None) -> list[dict[str, Any]]:
    return [] if table is None else table.drop_columns(["calculated_at"]).to_pylist()


def _lasting(receipt: dict[str, Any] | None) -> dict[str, Any]:
    return {name: value for name, value in (receipt or {}).items() if name != "ledger_version"}


def _source(record: Import, given: Given) -> Source:
    """An import as far as the ledger has it."""
    return Source(given.file, given.asked, _days_left(record))


def _is_in_the_ledger(record: Import) -> bool:
    """Worked out apart from what the record says of itself."""
    return (record.status == "completed" and not record.dry_run) or bool(_days_left(record))


def _days_left(record: Import) -> frozenset[str] | None:
    """The days that stay of a cancelled import, as its report lists them; None where all do."""
    if record.status != "cancelled":
        return None
    return frozenset((record.taken_back or {}).get("kept_days", ()))


def _instant(claim: dict[str, Any]) -> str:
    minutes = claim["ts"] // 60_000 % 1440
    return f"{claim['day']}T{minutes // 60:02d}:{minutes % 60:02d}:00.000Z"
