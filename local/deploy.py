"""Deploy the template to the engine: create the stack, or update it when something has changed."""

from __future__ import annotations

import contextlib
import json
import time
from pathlib import Path
from typing import Any

from local import template
from local.aftercare import apply_dropped_settings
from local.clients import client
from local.home import ROOT, LocalError
from local.httpapi import write_out_bodies
from local.package import cores, fit_concurrency, localise

STACK = "gramledger"
_TEMPLATE_KEY = "template.json"
_CAPABILITIES = ["CAPABILITY_IAM", "CAPABILITY_NAMED_IAM", "CAPABILITY_AUTO_EXPAND"]


def deploy(engine_url: str, parameters: dict[str, str], sources: Path = ROOT) -> dict[str, str]:
    """Bring the engine's stack to the present template and sources; returns the stack's outputs.

    Raises LocalError with the engine's reasons when it does not accept the template.
    """
    source = template.load(sources / "template.yaml")
    for resource in source["Resources"].values():
        if resource["Type"] == "AWS::Serverless::StateMachine":
            fit_concurrency(resource["Properties"]["Definition"], cores())
    expanded = write_out_bodies(template.expand(source, cache=ROOT / "build/local"))
    artifacts = localise(expanded, sources)
    artifacts[_TEMPLATE_KEY] = json.dumps(expanded, sort_keys=True).encode()
    _store(engine_url, artifacts)
    outputs = _bring_up(engine_url, expanded, parameters)
    apply_dropped_settings(engine_url, expanded, parameters, _physical_ids(engine_url))
    return outputs


def _store(engine_url: str, artifacts: dict[str, bytes]) -> None:
    s3 = client("s3", engine_url)
    with contextlib.suppress(s3.exceptions.BucketAlreadyOwnedByYou):
        s3.create_bucket(Bucket=template.ARTIFACTS)
    listed = s3.list_objects_v2(Bucket=template.ARTIFACTS).get("Contents", [])
    present = {entry["Key"] for entry in listed}
    for key in artifacts.keys() - present | {_TEMPLATE_KEY}:
        s3.put_object(Bucket=template.ARTIFACTS, Key=key, Body=artifacts[key])
    for key in present - artifacts.keys():
        s3.delete_object(Bucket=template.ARTIFACTS, Key=key)


def _bring_up(engine_url: str, expanded: template.Template, parameters: dict[str, str]) -> dict[str, str]:
    cloudformation = client("cloudformation", engine_url)
    wanted: dict[str, Any] = {
        "StackName": STACK,
        "TemplateURL": f"{engine_url}/{template.ARTIFACTS}/{_TEMPLATE_KEY}",  # too long for a request
        "Capabilities": _CAPABILITIES,
        "Parameters": [{"ParameterKey": key, "ParameterValue": value} for key, value in parameters.items()],
    }
    present = _describe(cloudformation)
    if present is None:
        cloudformation.create_stack(**wanted)
    elif _differs(cloudformation, present, expanded, parameters):
        cloudformation.update_stack(**wanted)
    else:
        return _outputs(present)
    while (stack := _describe(cloudformation)) and stack["StackStatus"].endswith("IN_PROGRESS"):
        time.sleep(0.05)
    if not stack or stack["StackStatus"] not in ("CREATE_COMPLETE", "UPDATE_COMPLETE"):
        raise LocalError("the engine did not accept the template:\n" + _reasons(cloudformation))
    return _outputs(stack)


def _differs(
    cloudformation: Any, present: dict[str, Any], expanded: template.Template, parameters: dict[str, str]
) -> bool:
    """Whether the stack was made of another template, or with other parameters."""
    known = {entry["ParameterKey"]: entry["ParameterValue"] for entry in present.get("Parameters", ())}
    if template.parameter_values(expanded, known) != template.parameter_values(expanded, parameters):
        return True
    return bool(cloudformation.get_template(StackName=STACK)["TemplateBody"] != expanded)


def _describe(cloudformation: Any) -> dict[str, Any] | None:
    try:
        stack: dict[str, Any] = cloudformation.describe_stacks(StackName=STACK)["Stacks"][0]
    except cloudformation.exceptions.ClientError:
        return None
    return stack


def _outputs(stack: dict[str, Any]) -> dict[str, str]:
    return {output["OutputKey"]: output["OutputValue"] for output in stack["Outputs"]}


def _physical_ids(engine_url: str) -> dict[str, str]:
    listed = client("cloudformation", engine_url).describe_stack_resources(StackName=STACK)["StackResources"]
    return {resource["LogicalResourceId"]: resource["PhysicalResourceId"] for resource in listed}


def _reasons(cloudformation: Any) -> str:
    events = cloudformation.describe_stack_events(StackName=STACK)["StackEvents"]
    return "\n".join(
        f"  {event['LogicalResourceId']}: {event.get('ResourceStatusReason', event['ResourceStatus'])}"
        for event in reversed(events)
        if "FAILED" in event["ResourceStatus"]
    )
