"""`gramledger audit`: prove the history of a project, and seal it."""

from __future__ import annotations

import json
from collections import defaultdict
from pathlib import Path

import click

from gramledger_cli import figures, history_view
from gramledger_cli.api import Document
from gramledger_cli.commands.grouping import Group
from gramledger_cli.commands.options import json_option, pass_surroundings, print_json, project_option
from gramledger_cli.exits import Exit, Stop
from gramledger_cli.seals import REBUILT, missing, read_seal
from gramledger_cli.surroundings import Surroundings

_file = click.Path(dir_okay=False, path_type=Path)


@click.group("audit", cls=Group)
def audit() -> None:
    """Prove that a project's ledger was not altered, or seal it."""


@audit.command("verify")
@project_option
@click.option("--seal", "seal_file", type=_file, metavar="FILE", help="Also prove what this seal says.")
@json_option
@pass_surroundings
def verify(surroundings: Surroundings, project: str, seal_file: Path | None, as_json: bool) -> Exit:
    """Follow every version of every day, and prove what each says.

    Ends with exit code 1 when anything is wrong.
    """
    seal = read_seal(seal_file) if seal_file else None
    api = surroundings.api()
    home = api.project(project)
    if seal and seal["project_id"] != home["project_id"]:
        raise Stop(f"{seal_file} is the seal of another project, '{seal['project_name']}'.")
    bodies = {"checked": 0, "pruned": 0, "none": 0, "missing": 0}
    chains: defaultdict[str, list[Document]] = defaultdict(list)
    found: list[tuple[str, str, str]] = []
    for version in api.audit(home["project_id"]):
        bodies[version["body"]] += 1
        chains[version["day"]].append(version)
        place = f"{version['day']} version {version['version']}"
        found.extend((place, fault["code"], fault["text"]) for fault in version["faults"])
    gone = missing(seal, chains) if seal else []
    found.extend(gone)
    if as_json:
        faults = [{"where": place, "fault": f"{code}: {text}"} for place, code, text in found]
        versions = sum(bodies.values())
        print_json({"days": len(chains), "versions": versions, "bodies": bodies, "faults": faults})
    else:
        _tell(home["name"], len(chains), bodies, [(place, f"{code}: {text}") for place, code, text in found])
        if seal:
            _tell_of_seal(f"{seal_file} of {seal['sealed_at']}", home["name"], seal, gone)
    return Exit.ERROR if found else Exit.OK


def _tell_of_seal(named: str, project: str, seal: Document, gone: list[tuple[str, str, str]]) -> None:
    """Whether the seal holds; where it does not because of a rebuild, how to go on."""
    days = figures.counted(len(seal["days"]), "day", "days")
    if not gone:
        click.echo(f"The seal {named} holds for {days}.")
        return
    click.echo(f"The seal {named} fails for {figures.count(len(gone))} of {days}.")
    if any(code == REBUILT for _, code, _ in gone):
        click.echo(
            "A rebuild after a loss makes new versions, so seals from before it fail, as they must. That the entries "
            f"are those of the log is proved by 'gramledger rebuild --project {project} --check'; then write a new "
            "seal, and keep the old one with a note of the rebuild."
        )


def _tell(name: str, days: int, bodies: dict[str, int], found: list[tuple[str, str]]) -> None:
    versions = figures.counted(sum(bodies.values()), "version", "versions")
    text = f"{name}: {versions} of {figures.counted(days, 'day', 'days')}"
    if bodies["pruned"]:
        text += f", {figures.count(bodies['pruned'])} of them without their entries, by the project's setting"
    if not found:
        click.echo(f"{text}; each follows the one before and says what its entries say.")
        return
    click.echo(f"{text}; {figures.counted(len(found), 'fault', 'faults')}:\n{history_view.faults(found)}")


@audit.command("seal")
@click.argument("file", type=_file)
@project_option
@pass_surroundings
def seal(surroundings: Surroundings, file: Path, project: str) -> Exit:
    """Write the hash of every day to a file, to be kept elsewhere."""
    api = surroundings.api()
    document = api.seal(api.project(project)["project_id"])
    try:
        file.write_text(json.dumps(document, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    except OSError as problem:
        raise Stop(f"{file} cannot be written ({problem.strerror}).") from problem
    click.echo(f"{figures.counted(len(document['days']), 'day', 'days')} sealed, hash {document['hash']}.")
    return Exit.OK
