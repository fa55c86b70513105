"""`python -m local.check`: is everything that describes the deployment right? Part of ./run check.

The template is linted as it is written and as SAM expands it (only then are roles and policies there to be looked
at), the state machines are checked by our own rules, and SAM validates the whole.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from local import template
from local.home import ROOT
from local.machines import faults

_EXPANDED = ROOT / "build/check/template.json"
_SAM = ROOT / ".venv-sam/bin/sam"
_CFN_LINT = Path(sys.executable).with_name("cfn-lint")


def main() -> int:
    """Run every check, show every finding; returns 1 when there is one."""
    with ThreadPoolExecutor() as pool:  # each of the tools takes seconds
        sam = pool.submit(lambda: list(_sam_findings()))
        found = [*machine_findings(ROOT), *_lint(template.TEMPLATE), *_lint(_expanded()), *sam.result()]
    for finding in found:
        print(finding, file=sys.stderr)  # noqa: T201 - a command talks to its user
    return 1 if found else 0


def machine_findings(sources: Path) -> Iterator[str]:
    """What is wrong with the state machines that the template names, and files that it does not name."""
    named = {}
    for resource in template.load(sources / "template.yaml", definitions=False)["Resources"].values():
        if resource["Type"] == "AWS::Serverless::StateMachine":
            properties = resource["Properties"]
            named[sources / properties["DefinitionUri"]] = set(properties.get("DefinitionSubstitutions", {}))
    for path in sorted(set(named) | set((sources / "statemachines").glob("*"))):
        place = path.relative_to(sources)
        if path not in named:
            yield f"{place}: the template has no state machine with this file"
        elif not path.exists():
            yield f"{place}: the template names this file, and it does not exist"
        else:
            yield from (
                f"{place}: {fault}" for fault in faults(path.read_text(encoding="utf-8"), named[path])
            )


def _expanded() -> Path:
    _EXPANDED.parent.mkdir(parents=True, exist_ok=True)
    _EXPANDED.write_text(json.dumps(template.expand(template.load()), indent=1), encoding="utf-8")
    return _EXPANDED


def _lint(path: Path) -> Iterator[str]:
    ran = subprocess.run(
        [_CFN_LINT, "--format", "parseable", "--regions", template.REGION, "--", path],
        capture_output=True,
        text=True,
        check=False,
    )
    if ran.returncode:
        yield from (ran.stdout + ran.stderr).splitlines()


def _sam_findings() -> Iterator[str]:
    if not _SAM.exists():
        yield f"{_SAM.relative_to(ROOT)} is missing: './run check' makes it"
        return
    environment = {**os.environ, "SAM_CLI_TELEMETRY": "0", "AWS_DEFAULT_REGION": template.REGION}
    ran = subprocess.run(
        [_SAM, "validate", "--lint", "--template", template.TEMPLATE],
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
        env=environment,
    )
    if ran.returncode:
        yield "sam validate: " + (ran.stdout + ran.stderr).strip()


if __name__ == "__main__":
    sys.exit(main())
