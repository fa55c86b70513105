"""After a kill, or a stop in the middle of an import: tables are brought to what the log in the store says.

The engine writes its tables down now and then and objects at once, so the log knows what the tables have lost. This
runs in a process of its own, with the settings of the API's function and the rights of the engine's administrator.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import asdict

from local.clients import ADMINISTRATOR, client
from local.deploy import STACK
from local.home import ROOT, LocalError
from local.package import SHARED

_SECONDS = 600


def recover(engine_url: str) -> str:
    """Recover all tenants; what was done, in a line. Raises LocalError."""
    resource = client("cloudformation", engine_url).describe_stack_resource(
        StackName=STACK, LogicalResourceId="ApiFunction"
    )
    name = resource["StackResourceDetail"]["PhysicalResourceId"]
    described = client("lambda", engine_url).get_function_configuration(FunctionName=name)
    ran = subprocess.run(
        [sys.executable, "-m", "local.recovery"],
        cwd=ROOT,
        env=_environment(described["Environment"]["Variables"], os.environ),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=_SECONDS,
        check=False,
    )
    if ran.returncode:
        raise LocalError(f"the ledger could not be recovered from its log:\n{ran.stderr[-4000:]}")
    return ran.stdout.strip()


def _environment(settings: Mapping[str, str], inherited: Mapping[str, str]) -> dict[str, str]:
    return {
        **inherited,
        **settings,
        "AWS_ACCESS_KEY_ID": ADMINISTRATOR["aws_access_key_id"],
        "AWS_SECRET_ACCESS_KEY": ADMINISTRATOR["aws_secret_access_key"],
        "PYTHONPATH": os.pathsep.join((str(ROOT), str(SHARED))),
    }


def main() -> None:
    """Recover all tenants of the engine that the environment names, and say what was done."""
    from gramledger.adapters.aws.world import aws_world  # noqa: PLC0415 - reads the environment of this process
    from gramledger.app.recover import recover as recover_tenant  # noqa: PLC0415 - as above
    from gramledger.app.restore import logged_tenants  # noqa: PLC0415 - as above

    world = aws_world()
    done = {tenant: recover_tenant(world, tenant) for tenant in logged_tenants(world)}
    said = {tenant: asdict(each) for tenant, each in done.items()}
    print(json.dumps(said))  # noqa: T201 - whoever started us reads it


if __name__ == "__main__":
    main()
