"""Everything that can be refused as a whole: one class each, with its code, title and HTTP status.

A problem's `detail` names the thing, the limit and the next step. Over HTTP it becomes RFC 9457 problem+json;
in a failed import it is kept in the import's record. Each code has a page `docs/problems/<code>.md`.
Rows refused one by one are rejects (`core.rejects`), not problems.
"""

from __future__ import annotations

from typing import ClassVar


class Problem(Exception):  # noqa: N818 -- the word of RFC 9457
    """A refusal with a documented code; `facts` are extra members of the problem document."""

    code: ClassVar[str] = "problem"
    title: ClassVar[str] = "The request could not be done"
    status: ClassVar[int] = 400

    def __init__(self, detail: str, **facts: object) -> None:
        super().__init__(detail)
        self.detail = detail
        self.facts = facts

    def document(self) -> dict[str, object]:
        """The RFC 9457 members of this problem."""
        return {
            "type": f"/problems/{self.code}",
            "code": self.code,
            "title": self.title,
            "status": self.status,
            "detail": self.detail,
            **self.facts,
        }


class InvalidRequest(Problem):
    """A request member is missing or has a value that is not allowed."""

    code, title, status = "invalid-request", "The request is not valid", 400


class NotSignedIn(Problem):
    """The request carries no verified token, or one without a tenant."""

    code, title, status = "not-signed-in", "No valid sign-in", 401


class NotAllowed(Problem):
    """The caller's groups do not allow this."""

    code, title, status = "not-allowed", "Not allowed", 403


class NotFound(Problem):
    """No such thing in the caller's tenant (another tenant's ids answer the same)."""

    code, title, status = "not-found", "Not found", 404


class NameTaken(Problem):
    """A project of that name exists already."""

    code, title, status = "name-taken", "That name is taken", 409


class PresetConflict(Problem):
    """Somebody else has added a version of the preset."""

    code, title, status = "preset-conflict", "The preset has another version", 409


class IdempotencyKeyReused(Problem):
    """The request's key belongs to a request that asked for something else."""

    code, title, status = "idempotency-key-reused", "The key belongs to another request", 422


class RequestInProgress(Problem):
    """A request of the same key is being carried out."""

    code, title, status = "request-in-progress", "The request is being carried out", 409


class FileEmpty(Problem):
    """The uploaded object has no bytes."""

    code, title, status = "file-empty", "The file is empty", 422


class FileTooLarge(Problem):
    """The object is larger than the limit."""

    code, title, status = "file-too-large", "The file is too large", 413


class NotText(Problem):
    """The file's first bytes are those of a picture, a PDF, an archive or other binary content."""

    code, title, status = "not-a-table", "The file is not a table of text", 422


class EncodingUnknown(Problem):
    """The file is not UTF-8."""

    code, title, status = "encoding-unknown", "The text encoding is not supported", 422


class FormatUnknown(Problem):
    """The header fits no known format."""

    code, title, status = "format-unknown", "The file's format is not known", 422


class ZoneNeeded(Problem):
    """The file's days or times are local, and nothing says of which time zone."""

    code, title, status = "zone-needed", "The time zone is not known", 422


class ColumnsMissing(Problem):
    """The format is recognised, but required columns are missing; `missing` names them."""

    code, title, status = "columns-missing", "Required columns are missing", 422


class DatesAmbiguous(Problem):
    """The dates may be meant in several ways; `forms` names them."""

    code, title, status = "dates-ambiguous", "The dates may be meant in several ways", 422


class DatesUnreadable(Problem):
    """The dates have no form that is known, or several."""

    code, title, status = "dates-unreadable", "The form of the dates is not known", 422


class AggregatedExport(Problem):
    """A Cursor export aggregated by model: it has no date for each event."""

    code, title, status = "aggregated-export", "The export is aggregated", 422


class DriftSuspected(Problem):
    """Columns hold what other columns used to hold; `columns` says which, with numbers."""

    code, title, status = "drift-suspected", "Columns seem to have changed places", 422


class NoRows(Problem):
    """The file has a header and nothing below it."""

    code, title, status = "no-rows", "The file has no rows", 422


class ArchiveUnreadable(Problem):
    """An archive is damaged, cut off, encrypted or packed by a method that is not read."""

    code, title, status = "archive-unreadable", "The archive cannot be unpacked", 422


class ArchiveContents(Problem):
    """An archive holds no file, several files, another archive, or a file with a path in its name."""

    code, title, status = "archive-contents", "The archive does not hold just one file", 422


class ExpandsTooFar(Problem):
    """A file becomes far more text than its size allows for."""

    code, title, status = "expands-too-far", "The file expands too far", 413


class JsonUnreadable(Problem):
    """A JSON text has an error, or holds anything but records."""

    code, title, status = "json-unreadable", "The JSON text cannot be read", 422


class WorkbookUnreadable(Problem):
    """A workbook is damaged or encrypted, or not exactly one of its sheets has rows."""

    code, title, status = "workbook-unreadable", "The workbook cannot be read", 422


class RecordTooLong(Problem):
    """One record is longer than the limit; usually a quote that is never closed."""

    code, title, status = "record-too-long", "A record is too long", 422


class RejectsMixed(Problem):
    """A file of rejects that comes back holds those of several imports."""

    code, title, status = "rejects-mixed", "The file holds rejects of several imports", 422


class EditImpossible(Problem):
    """An edit names a cell that is not there, or that cannot hold the new value; `row` is the one it names."""

    code, title, status = "edit-impossible", "A cell cannot be edited", 422


class ReplacementEmpty(Problem):
    """An import that is to replace others has no accepted row."""

    code, title, status = "replacement-empty", "There is nothing to replace with", 422


class RowsDiffer(Problem):
    """Rows state something else than the entries of their events, and the import was to fail then; `rows` counts."""

    code, title, status = "rows-differ", "Rows differ from what is there", 409


class IdentityFixed(Problem):
    """The project has rows of the format already, told apart in another way; `format` names it."""

    code, title, status = "identity-fixed", "What tells rows apart cannot be changed any more", 409


class TooManyDays(Problem):
    """The rows are of more days than one import may touch."""

    code, title, status = "too-many-days", "The file has too many days", 422


class UploadMismatch(Problem):
    """The object under the import's key is not the one that was announced."""

    code, title, status = "upload-mismatch", "The upload does not match its import", 422


class ImportConflict(Problem):
    """The import is not in a state that allows this."""

    code, title, status = "import-conflict", "The import is in another state", 409


class RecalculationConflict(Problem):
    """The recalculation is not in a state that allows this, or another one of its project has its turn."""

    code, title, status = "recalculation-conflict", "The recalculation is in another state", 409


class HistoryPruned(Problem):
    """The entries of so long ago are not kept any more; `day` and `version` say which."""

    code, title, status = "history-pruned", "Entries of that time are not kept any more", 410


class WindowsPruned(Problem):
    """The entries of a day were pruned when a sealed report vouched for them; `day` says which."""

    code, title, status = "windows-pruned", "The entries of that day were pruned", 410


class HistoryBroken(Problem):
    """A version that a later one names is not there, or was altered; `day` and `version` say which."""

    code, title, status = "history-broken", "The history of a day cannot be followed", 500


class TargetRefused(Problem):
    """A webhook's address is none that deliveries may be sent to."""

    code, title, status = "target-refused", "The address cannot be used for a webhook", 422


class ImportStuck(Problem):
    """The executions of an import ended before their time, one after another."""

    code, title, status = "import-stuck", "The import came to a standstill", 500


class ImportExpired(Problem):
    """An import waited for its file, or for the word of a person, for too long."""

    code, title, status = "import-expired", "The import was waited for too long", 410


class Busy(Problem):
    """A page kept changing while it was being written; the task is tried again."""

    code, title, status = "busy", "Too many writers at once", 503


class InternalError(Problem):
    """An error of the system; its text stays in the operator's log, for it could hold a cell's value."""

    code, title, status = "internal-error", "An error of the system", 500


class KeyRefused(Problem):
    """A provider does not know the key."""

    code, title, status = "provider-key-refused", "The provider refused the key", 422


class ScopesMissing(Problem):
    """A provider knows the key, but does not let it read usage; `scopes` names what it lacks, where that was said."""

    code, title, status = "provider-scopes-missing", "The key may not read usage", 422


class RequestRefused(Problem):
    """A provider refused a request for another reason, which trying again does not heal."""

    code, title, status = "provider-request-refused", "The provider refused the request", 502


class ReplyUnknown(Problem):
    """A provider's reply is not of the shape that is documented."""

    code, title, status = "provider-reply-unknown", "The provider's reply has an unknown shape", 502


class ProviderUnavailable(Problem):
    """A provider did not answer, or asked to slow down."""

    code, title, status = "provider-unavailable", "The provider did not answer", 503


class WindowTooLarge(Problem):
    """A provider has more results for one day than a fetched window may have."""

    code, title, status = "provider-window-too-large", "The provider's day is too large", 422


class BackfillConflict(Problem):
    """The backfill, or the key that it fetches by, is not in a state that allows this."""

    code, title, status = "backfill-conflict", "The backfill is in another state", 409


class KeyConflict(Problem):
    """The provider key is not in a state that allows this."""

    code, title, status = "provider-key-conflict", "The provider key is in another state", 409
