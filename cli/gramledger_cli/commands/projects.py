"""`gramledger projects`."""

from __future__ import annotations

import json
import shlex
from typing import IO, Any

import click

from gramledger_cli import projects_view
from gramledger_cli.commands.grouping import ListingGroup
from gramledger_cli.commands.options import json_option, pass_surroundings, print_json
from gramledger_cli.exits import Exit
from gramledger_cli.surroundings import Surroundings
from gramledger_cli.tables import harmless


@click.group("projects", cls=ListingGroup)
def projects() -> None:
    """List projects (the default), create one, or change its settings."""


@projects.command("ls")
@json_option
@pass_surroundings
def list_projects(surroundings: Surroundings, as_json: bool) -> Exit:
    """List projects."""
    documents = surroundings.api().projects()
    if as_json:
        print_json(documents)
    else:
        click.echo(projects_view.projects(documents))
    return Exit.OK


@projects.command("create")
@click.argument("name")
@click.option(
    "--preset", metavar="P", help="Settings of its calculations: an id, or id@version; else the default."
)
@json_option
@pass_surroundings
def create_project(surroundings: Surroundings, name: str, preset: str | None, as_json: bool) -> Exit:
    """Create a project."""
    document = surroundings.api().create_project(name, preset)
    if as_json:
        print_json(document)
    else:
        click.echo(f"Created project {document['name']} ({document['project_id']}).")
    return Exit.OK


@projects.command("set")
@click.argument("project")
@click.option("--zone", metavar="ZONE", help="Time zone of times that state none, such as Europe/London.")
@click.option(
    "--alias",
    "aliases",
    multiple=True,
    metavar="NAME=MODEL",
    help="Take a name for a provider/model; repeatable.",
)
@click.option(
    "--no-alias", "no_aliases", multiple=True, metavar="NAME", help="Take an alias back; repeatable."
)
@click.option("--no-zone", is_flag=True, help="Let such times be refused again.")
@click.option(
    "--history-days",
    type=click.IntRange(min=0),
    metavar="N",
    help="Keep replaced entries for N days; 0 for ever.",
)
@click.option(
    "--rules",
    metavar="FILE",
    type=click.File(encoding="utf-8"),
    help="What rows must be like, as a JSON file; - reads standard input.",
)
@click.option("--no-rules", is_flag=True, help="Take the rules back.")
@click.option(
    "--identity",
    "identities",
    multiple=True,
    metavar="FORMAT=RULE",
    help="What tells rows of a format apart, as cursor=timestamp+user; before its first import.",
)
@click.option(
    "--recalculate",
    type=click.Choice(("never", "propose", "run")),
    help="When figures are calculated in another way from now on: leave entries, plan a recalculation, or run it.",
)
@click.option("--no-identity", is_flag=True, help="Let the formats' own rules hold again.")
@json_option
@pass_surroundings
def set_project(
    surroundings: Surroundings,
    *,
    project: str,
    zone: str | None,
    no_zone: bool,
    history_days: int | None,
    aliases: tuple[str, ...],
    no_aliases: tuple[str, ...],
    rules: IO[str] | None,
    no_rules: bool,
    identities: tuple[str, ...],
    no_identity: bool,
    recalculate: str | None,
    as_json: bool,
) -> Exit:
    """Change settings of a project; without options, show them."""
    if zone and no_zone:
        raise click.UsageError("Give either --zone or --no-zone.")
    if rules and no_rules:
        raise click.UsageError("Give either --rules or --no-rules.")
    if identities and no_identity:
        raise click.UsageError("Give either --identity or --no-identity.")
    changes: dict[str, Any] = {"zone": zone} if zone or no_zone else {}
    if aliases or no_aliases:
        changes["aliases"] = {**dict.fromkeys(no_aliases), **dict(map(_alias, aliases))}
    if rules or no_rules:
        changes["rules"] = _rules(rules) if rules else None
    if history_days is not None:
        changes["history_days"] = history_days or None
    if recalculate is not None:
        changes["recalculate"] = recalculate
    if identities or no_identity:
        changes["identity"] = dict(map(_identity, identities)) or None
    api = surroundings.api()
    document = api.project(project)
    if changes:
        document = api.change_settings(document["project_id"], changes)
    if as_json:
        print_json(document)
    else:
        click.echo(projects_view.project(document))
        for name in changes.get("aliases", {}):
            click.echo(_offer(surroundings.command, document["name"], name))
    return Exit.OK


def _offer(command: str, project: str, name: str) -> str:
    """How to give the entries of a name that means something else now the figures of that."""
    words = shlex.join(["recalculate", "--project", project, "--model", name])
    return f"Entries of '{harmless(name)}' keep their figures until you run: {command} {harmless(words)}"


def _rules(file: IO[str]) -> Any:
    try:
        return json.load(file)
    except ValueError as error:
        raise click.UsageError(f"The rules in {file.name} are no JSON: {error}.") from None


def _identity(text: str) -> tuple[str, str]:
    """`FORMAT=RULE` in two."""
    name, equals, rule = text.partition("=")
    if not name or not equals or not rule:
        raise click.UsageError(f"--identity is '{text}'; write FORMAT=RULE, as cursor=timestamp+user.")
    return name, rule


def _alias(text: str) -> tuple[str, str]:
    """`NAME=MODEL` in two; the model has no "=" in it."""
    name, equals, model = text.rpartition("=")
    if not name.strip() or not equals or "/" not in model:
        raise click.UsageError(f"--alias is '{text}'; write NAME=provider/model, as composer-1=openai/gpt-5.")
    return name.strip(), model.strip()
