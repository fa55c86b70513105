"""Settings of the template that the engine's CloudFormation passes over, made through its API afterwards.

Each function below takes the physical id of one resource and its properties, references already resolved. A setting
that stays out of force on one machine is said so in docs/reference/local-stack.md.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from local.clients import client
from local.template import Template, parameter_values

Properties = dict[str, Any]


def apply_dropped_settings(
    engine_url: str, template: Template, parameters: Mapping[str, str], physical: Mapping[str, str]
) -> None:
    """Bring the deployed resources (`physical`: their ids by name in the template) to what the template says."""
    values = {**parameter_values(template, parameters), **physical}
    for name, resource in template["Resources"].items():
        setting = _SETTINGS.get(resource["Type"])
        if setting and name in physical:
            setting(engine_url, physical[name], _resolved(resource["Properties"], values))


def _resolved(node: Any, values: Mapping[str, str]) -> Any:
    """Replace references to parameters and resources by their values; other functions stay as they are."""
    if isinstance(node, dict):
        if list(node) == ["Ref"] and node["Ref"] in values:
            return values[node["Ref"]]
        return {key: _resolved(value, values) for key, value in node.items()}
    if isinstance(node, list):
        return [_resolved(value, values) for value in node]
    return node


def _bucket(engine_url: str, bucket: str, properties: Properties) -> None:
    rules = []
    for declared in properties.get("LifecycleConfiguration", {}).get("Rules", []):
        rule: dict[str, Any] = {
            "ID": declared["Id"],
            "Status": declared["Status"],
            "Filter": {"Prefix": declared.get("Prefix", "")},
        }
        if "ExpirationInDays" in declared:
            rule["Expiration"] = {"Days": int(declared["ExpirationInDays"])}
        for key in ("AbortIncompleteMultipartUpload", "NoncurrentVersionExpiration"):
            if key in declared:
                rule[key] = declared[key]
        rules.append(rule)
    if rules:
        client("s3", engine_url).put_bucket_lifecycle_configuration(
            Bucket=bucket, LifecycleConfiguration={"Rules": rules}
        )


def _table(engine_url: str, table: str, properties: Properties) -> None:
    dynamodb = client("dynamodb", engine_url)
    expiry = properties["TimeToLiveSpecification"]
    present = dynamodb.describe_time_to_live(TableName=table)["TimeToLiveDescription"]
    if present["TimeToLiveStatus"] != "ENABLED":  # it may be switched once only
        dynamodb.update_time_to_live(TableName=table, TimeToLiveSpecification=expiry)
    dynamodb.update_continuous_backups(
        TableName=table, PointInTimeRecoverySpecification=properties["PointInTimeRecoverySpecification"]
    )


def _stage(engine_url: str, stage: str, properties: Properties) -> None:
    client("apigatewayv2", engine_url).update_stage(
        ApiId=properties["ApiId"], StageName=stage, DefaultRouteSettings=properties["DefaultRouteSettings"]
    )


_SETTINGS: dict[str, Callable[[str, str, Properties], None]] = {
    "AWS::S3::Bucket": _bucket,
    "AWS::DynamoDB::Table": _table,
    "AWS::ApiGatewayV2::Stage": _stage,
}
