"""Where the objects of an import are kept.

Those that depend on how its file was read are kept by `reading` (`Import.reading`): a task of the first reading that
is late writes nowhere where one of the second looks.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from gramledger.core.identity import newest_first
from gramledger.core.imports import Import, second_reading
from gramledger.ports.objects import ObjectStore


def upload(tenant: str, import_id: str) -> str:
    """The uploaded file, in the uploads bucket."""
    return f"uploads/{tenant}/{import_id}"


def uploads(tenant: str) -> str:
    """The prefix of all that a tenant has uploaded."""
    return f"uploads/{tenant}/"


def converted(tenant: str, import_id: str) -> str:
    """The text that an uploaded archive, workbook or JSON file was turned into; beside it, and removed with it."""
    return f"{upload(tenant, import_id)}/converted"


def restored(tenant: str, import_id: str) -> str:
    """The text that a file of corrected rejects was turned into; kept and removed likewise."""
    return f"{upload(tenant, import_id)}/restored"


def edited(tenant: str, reading: str) -> str:
    """The text with the edits of its cells, which are other ones when it is read again; kept and removed likewise."""
    return f"{upload(tenant, reading)}/edited"


def text(record: Import, plan: dict[str, Any]) -> str:
    """The object whose bytes an import's plan speaks of, in the uploads bucket."""
    if plan["object"] == "edited":
        return edited(record.tenant, record.reading)
    key = {"upload": upload, "converted": converted, "restored": restored}[plan["object"]]
    return key(record.tenant, record.import_id)


def texts(tenant: str, import_id: str) -> list[str]:
    """The upload and all that it may have been turned into."""
    return [
        *(key(tenant, import_id) for key in (upload, converted, restored)),
        *(edited(tenant, reading) for reading in (import_id, second_reading(import_id))),
    ]


def parse_upload(key: str) -> tuple[str, str] | None:
    """The tenant and import of an upload's key, or None if it is no such key."""
    parts = key.split("/")
    return (parts[1], parts[2]) if len(parts) == 3 and parts[0] == "uploads" else None


def folder(tenant: str, import_id: str) -> str:
    """The prefix of everything that an import leaves in the store: its part of the log."""
    return f"imports/{tenant}/{import_id}/"


def reading_in_force(store: ObjectStore, tenant: str, import_id: str) -> str:
    """The reading (`Import.reading`) of an import's file that counts, where no record is at hand: the second, if there
    was one."""
    again = second_reading(import_id)
    return again if store.size(days(tenant, again)) is not None else import_id


def basis(tenant: str, reading: str) -> str:
    """What the days of the import are calculated by (JSON), the same for all of them; put once."""
    return f"{folder(tenant, reading)}basis.json"


def plan(tenant: str, reading: str) -> str:
    """How the file is read (JSON); put once, so that all chunks follow it."""
    return f"{folder(tenant, reading)}plan.json"


def preview(tenant: str, reading: str) -> str:
    """What the file was taken for, and its first rows (JSON)."""
    return f"{folder(tenant, reading)}preview.json"


def foreseen(tenant: str, reading: str) -> str:
    """What would become of the rows of an import to be confirmed, and what that would take (JSON)."""
    return f"{folder(tenant, reading)}foreseen.json"


def chunk(tenant: str, reading: str, index: int) -> str:
    """What one parse task found (JSON): span, counts, and where each day's claims are in its part."""
    return f"{folder(tenant, reading)}chunks/{index:05d}.json"


def chunks(tenant: str, reading: str) -> str:
    """The prefix of what all parse tasks found."""
    return f"{folder(tenant, reading)}chunks/"


def meets(tenant: str, reading: str, index: int) -> str:
    """Where the reading of a chunk that is read again may end (JSON)."""
    return f"{folder(tenant, reading)}redo/{index:05d}.json"


def part(tenant: str, reading: str, index: int) -> str:
    """The claims of one chunk: blobs of whole days, in the order of days."""
    return f"{folder(tenant, reading)}claims/{index:05d}"


def rejects(tenant: str, reading: str, index: int) -> str:
    """The rejects of one chunk: one blob."""
    return f"{folder(tenant, reading)}rejects/{index:05d}"


def days(tenant: str, reading: str) -> str:
    """The proven chain of chunks and the days of the import (JSON)."""
    return f"{folder(tenant, reading)}days.json"


def portion(tenant: str, reading: str, index: int) -> str:
    """The days of one calculate task and where their claims are (JSON)."""
    return f"{folder(tenant, reading)}portions/{index:05d}.json"


def outcome(tenant: str, reading: str, index: int) -> str:
    """What one calculate task of a dry run would have done (JSON)."""
    return f"{folder(tenant, reading)}outcomes/{index:05d}.json"


def differing(tenant: str, reading: str, index: int) -> str:
    """The claims of one calculate task of a dry run that would differ from entries, with these: one blob."""
    return f"{folder(tenant, reading)}differing/{index:05d}"


def rejects_csv(tenant: str, reading: str) -> str:
    """All rejects of an import, for download."""
    return f"{folder(tenant, reading)}rejects.csv"


def receipt(tenant: str, import_id: str) -> str:
    """The receipt (JSON)."""
    return f"{folder(tenant, import_id)}receipt.json"


def taken_back(tenant: str, import_id: str) -> str:
    """What taking the import out of the ledger did (JSON)."""
    return f"{folder(tenant, import_id)}undo.json"


def kept_window(tenant: str, key_id: str, secret_id: str, endpoint: str, *, day: int, purpose: str) -> str:
    """The prefix of the pages of a window that is not read to its end yet, in the uploads bucket; `secret_id` names the
    secret by which they were read."""
    return f"windows/{tenant}/{key_id}/{secret_id}/{purpose}/{quote(endpoint, safe='')}/{day}/"


RECORDS = "records/"
"""The prefix of the log of records (`app.log`)."""


def import_records(tenant: str, project_id: str) -> str:
    """The prefix of the logged records of a project's imports."""
    return f"{RECORDS}{tenant}/imports/{project_id}/"


def import_record(tenant: str, project_id: str, import_id: str, revision: int) -> str:
    """An import's record as it was with a revision (JSON)."""
    return f"{import_records(tenant, project_id)}{import_id}/{revision:08d}.json"


def project_records(tenant: str) -> str:
    """The prefix of the logged records of a tenant's projects."""
    return f"{RECORDS}{tenant}/projects/"


def project_record(tenant: str, project_id: str, revision: int) -> str:
    """A project as it was with a revision (JSON)."""
    return f"{project_records(tenant)}{project_id}/{revision:08d}.json"


def preset_record(tenant: str, preset_id: str, version: int) -> str:
    """A saved version of a preset (JSON)."""
    return f"{RECORDS}{tenant}/presets/{preset_id}/{version:08d}.json"


def series_record(tenant: str, series: str, version: int) -> str:
    """A version of a series of intensities (JSON)."""
    return f"{RECORDS}{tenant}/intensities/{series}/{version:08d}.json"


def intensities(tenant: str, sha256: str) -> str:
    """The half hours of a version of a series of intensities: one blob, named by its hash."""
    return f"intensities/{tenant}/{sha256}"


def mapping_record(tenant: str, name: str, at: int) -> str:
    """A mapping as it was saved, or removed, at an instant in ms (JSON)."""
    return f"{RECORDS}{tenant}/mappings/{quote(name, safe='')}/{at:015d}.json"


def rebuilds(tenant: str, project_id: str) -> str:
    """The prefix of all rebuilds of a project."""
    return f"rebuilds/{tenant}/{project_id}/"


def rebuild_folder(tenant: str, project_id: str, rebuild_id: str) -> str:
    """The prefix of what is known of making the pages of a project again."""
    return f"{rebuilds(tenant, project_id)}{rebuild_id}/"


def rebuild(tenant: str, project_id: str, rebuild_id: str, name: str) -> str:
    """One of these objects (JSON): what was asked, planned, found, and said at the end."""
    return f"{rebuild_folder(tenant, project_id, rebuild_id)}{name}.json"


def recalculation_records(tenant: str, project_id: str) -> str:
    """The prefix of the logged records of a project's recalculations."""
    return f"{RECORDS}{tenant}/recalculations/{project_id}/"


def recalculation_record(tenant: str, project_id: str, recalculation_id: str, revision: int) -> str:
    """A recalculation's record as it was with a revision (JSON)."""
    return f"{recalculation_records(tenant, project_id)}{recalculation_id}/{revision:08d}.json"


def recalculation_folder(tenant: str, project_id: str, recalculation_id: str) -> str:
    """The prefix of what is known of a recalculation."""
    return f"recalculations/{tenant}/{project_id}/{recalculation_id}/"


def recalculation(tenant: str, project_id: str, recalculation_id: str, name: str) -> str:
    """One of these objects: a window of its plan (JSON), what was found of one (JSON), the changes of a day."""
    return f"{recalculation_folder(tenant, project_id, recalculation_id)}{name}"


def previewed(tenant: str, project_id: str, recalculation_id: str, name: str) -> str:
    """What a recalculation would change of a day: kept for a while only, for it can be found out again."""
    return f"previews/{tenant}/{project_id}/{recalculation_id}/{name}"


def sweep(tenant: str, sweep_id: str) -> str:
    """The report of a sweep that somebody has asked for (JSON)."""
    return f"sweeps/{tenant}/{sweep_id}.json"


def swept_pages(tenant: str, project_id: str) -> str:
    """When all pages of a project were last swept (JSON); forgotten like reports of sweeps."""
    return f"sweeps/{tenant}/pages/{project_id}.json"


def parity_runs(tenant: str, project_id: str) -> str:
    """The prefix of what is known of all comparisons of a project with its provider."""
    return f"parity/{tenant}/{project_id}/runs/"


def parity_run(tenant: str, project_id: str, report_id: str, name: str) -> str:
    """One object of a comparison (JSON): what was asked, the sealed report, why it failed, that it was announced."""
    return f"{parity_runs(tenant, project_id)}{report_id}/{name}.json"


def parity_briefs(tenant: str, project_id: str) -> str:
    """The prefix of what a list says of the comparisons of a project, the newest one first."""
    return f"parity/{tenant}/{project_id}/briefs/"


def parity_brief(tenant: str, project_id: str, report_id: str) -> str:
    """What a list says of a comparison (JSON); it is written anew when that ends."""
    return f"{parity_briefs(tenant, project_id)}{newest_first(report_id)}.json"


def parity_vouchers(tenant: str, project_id: str, day: str) -> str:
    """The prefix of the reports that vouch for a day."""
    return f"parity/{tenant}/{project_id}/days/{day}/"


def parity_voucher(tenant: str, project_id: str, day: str, report_id: str) -> str:
    """What a report vouches for of a day (JSON): the head, and the sources whose entries were compared."""
    return f"{parity_vouchers(tenant, project_id, day)}{report_id}.json"


def parity_acknowledged(tenant: str, project_id: str, fingerprint: str) -> str:
    """That somebody knows of a gap (JSON)."""
    return f"parity/{tenant}/{project_id}/acknowledged/{fingerprint}.json"


def parity_checked(tenant: str, project_id: str, key_id: str, endpoint: str, day: str) -> str:
    """What a day of an endpoint of a provider key was like when it was last fetched again and compared (JSON)."""
    return f"parity/{tenant}/{project_id}/checked/{key_id}/{quote(endpoint, safe='')}/{day}.json"


def retention(tenant: str, run_id: str) -> str:
    """The report of a run of retention that somebody has asked for (JSON)."""
    return f"parity/{tenant}/retention/{run_id}.json"
