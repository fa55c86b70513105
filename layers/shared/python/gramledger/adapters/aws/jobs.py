"""Import records and projects on DynamoDB.

Items:
  pk `T#<tenant>#IMPORTS`           sk `<import id>`            the record; deleted 32 days after its end
  pk `T#<tenant>#I#<import id>`     sk `<kind>#<index>`         a finished task; deleted after half a year
  pk `T#<tenant>#P#<project>#ACTIVE` sk `<import id>`           while the import is active
  pk `T#<tenant>#PROJECTS`          sk `ID#<project>`           the project
  pk `T#<tenant>#PROJECTS`          sk `NAME#<folded name>`     which project has the name
  pk `TENANTS`                      sk `<tenant>`               there is such a tenant: it has a project
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, replace
from typing import Any

from botocore.exceptions import ClientError

from gramledger.adapters.aws.clients import client, error_code, translated
from gramledger.core.identity import ulid_ms
from gramledger.core.imports import Import, Progress
from gramledger.core.limits import RECORD_SECONDS
from gramledger.core.problems import NameTaken
from gramledger.core.projects import Project, name_key

PROGRESS_SECONDS = 180 * 86_400
"""Longer than an import takes that waits and is paused again and again; a task that is forgotten is done once more."""


class DynamoJobs:
    """Import records changed by compare-and-swap of their revision."""

    def __init__(self, table: str) -> None:
        self._table = table

    @property
    def _dynamo(self) -> Any:
        return client("dynamodb")

    def create(self, record: Import) -> None:
        """Keep a new import; one of its id that is there already stays as it is."""
        with translated():
            try:
                self._dynamo.put_item(
                    TableName=self._table,
                    Item=_record(record),
                    ConditionExpression="attribute_not_exists(pk)",
                )
            except ClientError as error:
                if error_code(error) != "ConditionalCheckFailedException":
                    raise

    def restore(self, record: Import) -> bool:
        """Keep a logged record, unless there is one of its revision or a later one."""
        put = {
            "TableName": self._table,
            "Item": _record(record),
            "ConditionExpression": "attribute_not_exists(pk) OR revision < :restored",
            "ExpressionAttributeValues": {":restored": {"N": str(record.revision)}},
        }
        verb, content = _mark(record)
        return self._written([{"Put": put}, {verb: {"TableName": self._table, **content}}])

    def get(self, tenant: str, import_id: str) -> Import | None:
        """An import of the tenant, read consistently."""
        key = {"pk": {"S": _imports(tenant)}, "sk": {"S": import_id}}
        with translated():
            answer = self._dynamo.get_item(TableName=self._table, Key=key, ConsistentRead=True)
        return _import(answer["Item"]) if "Item" in answer else None

    def change(self, tenant: str, import_id: str, change: Callable[[Import], Import | None]) -> Import | None:
        """Apply a pure change under compare-and-swap, as often as needed."""
        while True:
            record = self.get(tenant, import_id)
            changed = change(record) if record else None
            if record is None or changed is None:
                return record
            changed = replace(changed, revision=record.revision + 1)
            if self._swap(record, changed):
                return changed

    def _swap(self, before: Import, after: Import) -> bool:
        put = {
            "TableName": self._table,
            "Item": _record(after),
            "ConditionExpression": "revision = :before",
            "ExpressionAttributeValues": {":before": {"N": str(before.revision)}},
        }
        if before.active != after.active:
            verb, content = _mark(after)
            return self._written([{"Put": put}, {verb: {"TableName": self._table, **content}}])
        return self._written([{"Put": put}])

    def _written(self, writes: list[dict[str, Any]]) -> bool:
        """Whether the writes were carried out, all of them or none; False when a condition does not hold."""
        with translated():
            try:
                if len(writes) == 1:
                    self._dynamo.put_item(**writes[0]["Put"])
                else:
                    self._dynamo.transact_write_items(TransactItems=writes)
            except ClientError as error:
                if error_code(error) == "ConditionalCheckFailedException":
                    return False
                reasons = [r.get("Code") for r in error.response.get("CancellationReasons", ())]
                if (
                    error_code(error) == "TransactionCanceledException"
                    and "ConditionalCheckFailed" in reasons
                ):
                    return False
                raise
        return True

    def page(
        self, tenant: str, *, project_id: str | None, status: str | None, limit: int, before: str | None
    ) -> tuple[Sequence[Import], str | None]:
        """Imports, newest first, at most `limit`; and where to go on, or None."""
        found: list[Import] = []
        for record in self._newest_first(tenant, before):
            if project_id not in (None, record.project_id) or status not in (None, record.status):
                continue
            if len(found) == limit:
                return found, found[-1].import_id
            found.append(record)
        return found, None

    def _newest_first(self, tenant: str, before: str | None) -> Iterator[Import]:
        values = {":pk": {"S": _imports(tenant)}}
        condition = "pk = :pk"
        if before is not None:
            values[":before"] = {"S": before}
            condition += " AND sk < :before"
        for found in self._query(condition, values, ScanIndexForward=False):
            yield _import(found)

    def active(self, tenant: str, project_id: str) -> list[str]:
        """The ids of the project's active imports, sorted, read consistently."""
        found = self._query("pk = :pk", {":pk": {"S": _active(tenant, project_id)}}, ConsistentRead=True)
        return [mark["sk"]["S"] for mark in found]

    def report(self, tenant: str, import_id: str, progress: Progress) -> None:
        """Keep a task's progress; reporting the same task again replaces it."""
        with translated():
            self._dynamo.put_item(
                TableName=self._table,
                Item={
                    "pk": {"S": f"T#{tenant}#I#{import_id}"},
                    "sk": {"S": f"{progress.kind}#{progress.index:05d}"},
                    "record": {"S": json.dumps(asdict(progress), separators=(",", ":"))},
                    "expires_at": {"N": str(ulid_ms(import_id) // 1000 + PROGRESS_SECONDS)},
                },
            )

    def progress(self, tenant: str, import_id: str) -> list[Progress]:
        """The progress of all tasks of an import."""
        values = {":pk": {"S": f"T#{tenant}#I#{import_id}"}}
        return [Progress(**json.loads(found["record"]["S"])) for found in self._query("pk = :pk", values)]

    def _query(self, condition: str, values: dict[str, Any], **options: Any) -> Iterator[dict[str, Any]]:
        query = {
            "TableName": self._table,
            "KeyConditionExpression": condition,
            "ExpressionAttributeValues": values,
            **options,
        }
        while True:
            with translated():
                answer = self._dynamo.query(**query)
            yield from answer["Items"]
            if "LastEvaluatedKey" not in answer:
                return
            query["ExclusiveStartKey"] = answer["LastEvaluatedKey"]


class DynamoProjects:
    """Projects, with their names kept unique by an item of their own."""

    def __init__(self, table: str) -> None:
        self._table = table

    @property
    def _dynamo(self) -> Any:
        return client("dynamodb")

    def create(self, project: Project) -> None:
        """Keep a new project. Raises NameTaken."""
        kept = {
            **_project_key(project.tenant, f"ID#{project.project_id}"),
            "record": {"S": _text(project.to_json())},
        }
        named = {
            **_project_key(project.tenant, f"NAME#{name_key(project.name)}"),
            "project_id": {"S": project.project_id},
        }
        new = {"TableName": self._table, "ConditionExpression": "attribute_not_exists(pk)"}
        tenant = {"pk": {"S": _TENANTS}, "sk": {"S": project.tenant}}
        with translated():
            try:
                self._dynamo.transact_write_items(
                    TransactItems=[
                        {"Put": {**new, "Item": kept}},
                        {"Put": {**new, "Item": named}},
                        {"Put": {"TableName": self._table, "Item": tenant}},
                    ]
                )
            except ClientError as error:
                if error_code(error) != "TransactionCanceledException":
                    raise
                raise NameTaken(
                    f"There is a project '{project.name}' already. Use it, or choose another name."
                ) from None

    def get(self, tenant: str, project_id: str) -> Project | None:
        """A project of the tenant."""
        found = self._get(tenant, f"ID#{project_id}")
        return Project.from_json(json.loads(found["record"]["S"])) if found else None

    def named(self, tenant: str, name: str) -> Project | None:
        """The tenant's project of that name."""
        found = self._get(tenant, f"NAME#{name_key(name)}")
        return self.get(tenant, found["project_id"]["S"]) if found else None

    def change(self, tenant: str, project_id: str, change: Callable[[Project], Project]) -> Project | None:
        """Apply a pure change under compare-and-swap of the whole record, as often as needed."""
        while True:
            found = self._get(tenant, f"ID#{project_id}")
            if found is None:
                return None
            known = Project.from_json(json.loads(found["record"]["S"]))
            changed = replace(change(known), revision=known.revision + 1)
            if self._swap(found, changed):
                return changed

    def restore(self, project: Project) -> bool:
        """Keep a logged project, unless there is one of its revision or a later one."""
        while True:
            found = self._get(project.tenant, f"ID#{project.project_id}")
            if found is None:
                self.create(project)
                return True
            if Project.from_json(json.loads(found["record"]["S"])).revision >= project.revision:
                return False
            if self._swap(found, project):
                return True

    def _swap(self, before: dict[str, Any], after: Project) -> bool:
        with translated():
            try:
                self._dynamo.put_item(
                    TableName=self._table,
                    Item={**before, "record": {"S": _text(after.to_json())}},
                    ConditionExpression="#record = :before",
                    ExpressionAttributeNames={"#record": "record"},
                    ExpressionAttributeValues={":before": before["record"]},
                )
            except ClientError as error:
                if error_code(error) != "ConditionalCheckFailedException":
                    raise
                return False
        return True

    def _get(self, tenant: str, name: str) -> dict[str, Any] | None:
        with translated():
            answer = self._dynamo.get_item(
                TableName=self._table, Key=_project_key(tenant, name), ConsistentRead=True
            )
        found: dict[str, Any] | None = answer.get("Item")
        return found

    def list(self, tenant: str) -> list[Project]:
        """All projects of the tenant, oldest first."""
        found = self._query(f"T#{tenant}#PROJECTS", "begins_with(sk, :sk)", "ID#")
        return [Project.from_json(json.loads(item["record"]["S"])) for item in found]

    def tenants(self, after: str | None = None) -> Iterator[str]:
        """The tenants that have a project, sorted."""
        # a sort key may not be empty, and a blank is below all that a tenant may be called
        return (item["sk"]["S"] for item in self._query(_TENANTS, "sk > :sk", after or " "))

    def _query(self, partition: str, condition: str, value: str) -> Iterator[dict[str, Any]]:
        query = {
            "TableName": self._table,
            "KeyConditionExpression": f"pk = :pk AND {condition}",
            "ExpressionAttributeValues": {":pk": {"S": partition}, ":sk": {"S": value}},
            "ConsistentRead": True,
        }
        while True:
            with translated():
                answer = self._dynamo.query(**query)
            yield from answer["Items"]
            if "LastEvaluatedKey" not in answer:
                return
            query["ExclusiveStartKey"] = answer["LastEvaluatedKey"]


_TENANTS = "TENANTS"


def _imports(tenant: str) -> str:
    return f"T#{tenant}#IMPORTS"


def _active(tenant: str, project_id: str) -> str:
    return f"T#{tenant}#P#{project_id}#ACTIVE"


def _project_key(tenant: str, name: str) -> dict[str, Any]:
    return {"pk": {"S": f"T#{tenant}#PROJECTS"}, "sk": {"S": name}}


def _text(form: object) -> str:
    return json.dumps(form, separators=(",", ":"), ensure_ascii=False)


def _record(record: Import) -> dict[str, Any]:
    ends = record.ended_at if record.finished else record.created_at if _waits(record) else None
    kept = {
        "pk": {"S": _imports(record.tenant)},
        "sk": {"S": record.import_id},
        "revision": {"N": str(record.revision)},
        "record": {"S": _text(record.to_json())},
    }
    if ends is not None:
        kept["expires_at"] = {"N": str(ends // 1000 + RECORD_SECONDS)}
    return kept


def _waits(record: Import) -> bool:
    """Whether nothing of the import can be in the ledger, until its file or the word of a person comes."""
    return record.status in ("waiting", "planned")


def _import(found: dict[str, Any]) -> Import:
    return Import.from_json(json.loads(found["record"]["S"]))


def _mark(record: Import) -> tuple[str, dict[str, Any]]:
    """The mark to put when the import becomes active, or to delete when it comes to rest."""
    key = {"pk": {"S": _active(record.tenant, record.project_id)}, "sk": {"S": record.import_id}}
    return ("Put", {"Item": key}) if record.active else ("Delete", {"Key": key})
