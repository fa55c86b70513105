"""Imports that were running when the stack was stopped: halted before, started again after.

After a kill there is nothing written down about what was running. But an upload is removed when its import ends, so
those that are still there are announced again. An import that waits to be confirmed runs nothing and stays as it is.

On AWS nothing ever stops an import half-way. Here a person closes the laptop: so the executions are ended on
purpose, written down, and started again at the next start. Every task may run twice, so an import that begins again
ends the same.
"""

from __future__ import annotations

import time
from collections.abc import Mapping

from local.clients import client
from local.home import Home, read_json, write_json

_PAUSED = "paused.json"


def pause_imports(engine_url: str, outputs: Mapping[str, str], home: Home) -> None:
    """End every running execution and write down its name and input."""
    states = client("stepfunctions", engine_url)
    machine = outputs["ImportMachineArn"]
    paused = []
    for execution in states.list_executions(stateMachineArn=machine, statusFilter="RUNNING")["executions"]:
        arn = execution["executionArn"]
        paused.append(
            {"name": execution["name"], "input": states.describe_execution(executionArn=arn)["input"]}
        )
        states.stop_execution(executionArn=arn, error="Local.Stopped", cause="the local stack was stopped")
    if paused:
        write_json(home.path / _PAUSED, paused)


def resume_imports(engine_url: str, outputs: Mapping[str, str], home: Home) -> None:
    """Start again what `pause_imports` ended. A name is used once, so the new one ends in the moment of resuming."""
    note = home.path / _PAUSED
    if not note.exists():
        return
    states = client("stepfunctions", engine_url)
    for execution in read_json(note):
        original = execution["name"].partition("_")[0]
        states.start_execution(
            stateMachineArn=outputs["ImportMachineArn"],
            name=f"{original}_{time.time_ns()}",
            input=execution["input"],
        )
    note.unlink()


def announce_uploads(engine_url: str, outputs: Mapping[str, str]) -> None:
    """Have the bucket tell of every upload that is still in it; what has been imported takes no notice."""
    s3 = client("s3", engine_url)
    bucket = outputs["UploadsBucket"]
    for page in s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix="uploads/"):
        for entry in page.get("Contents", ()):
            place = {"Bucket": bucket, "Key": entry["Key"]}
            s3.copy_object(**place, CopySource=place, MetadataDirective="REPLACE")
