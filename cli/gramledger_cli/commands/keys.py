"""`gramledger keys`."""

from __future__ import annotations

import sys

import click

from gramledger_cli import keys_view
from gramledger_cli.api import Document
from gramledger_cli.commands.grouping import ListingGroup
from gramledger_cli.commands.options import json_option, pass_surroundings, print_json, project_option
from gramledger_cli.exits import Exit, Stop
from gramledger_cli.surroundings import Surroundings

key_argument = click.argument("key", metavar="KEY")
check_option = click.option(
    "--check/--no-check", default=True, help="Ask the provider first if the key may read usage (default)."
)


@click.group("keys", cls=ListingGroup)
def keys() -> None:
    """List the keys by which usage is fetched (the default), add, check, rotate, disable or delete one."""


@keys.command("list")
@json_option
@pass_surroundings
def list_keys(surroundings: Surroundings, as_json: bool) -> Exit:
    """List provider keys."""
    documents = surroundings.api().provider_keys()
    if as_json:
        print_json(documents)
    else:
        click.echo(keys_view.keys(documents))
    return Exit.OK


@keys.command("show")
@key_argument
@json_option
@pass_surroundings
def show_key(surroundings: Surroundings, key: str, as_json: bool) -> Exit:
    """Show a provider key, by id or label; never its secret."""
    return _show(surroundings.api().provider_key(key), as_json)


@keys.command("add")
@click.option("--provider", required=True, metavar="NAME", help="openai, anthropic or cursor.")
@click.option("--label", required=True, metavar="TEXT", help="What the key is called here.")
@project_option
@click.option("--endpoint", "endpoints", multiple=True, metavar="NAME", help="Only such usage; repeatable.")
@check_option
@json_option
@pass_surroundings
def add_key(
    surroundings: Surroundings,
    *,
    provider: str,
    label: str,
    project: str,
    endpoints: tuple[str, ...],
    check: bool,
    as_json: bool,
) -> Exit:
    """Register a key, which is asked for without being shown, or read from standard input."""
    form: Document = {"provider": provider, "label": label, "project": project, "check": check}
    if endpoints:
        form["endpoints"] = list(endpoints)
    return _show(surroundings.api().add_key({**form, "secret": _secret()}), as_json)


@keys.command("rotate")
@key_argument
@check_option
@json_option
@pass_surroundings
def rotate_key(surroundings: Surroundings, key: str, check: bool, as_json: bool) -> Exit:
    """Give a key another secret, which is read as with `add`; the one before is removed."""
    return _show(surroundings.api().rotate_key(key, {"secret": _secret(), "check": check}), as_json)


@keys.command("check")
@key_argument
@json_option
@pass_surroundings
def check_key(surroundings: Surroundings, key: str, as_json: bool) -> Exit:
    """Ask the provider what the key may read. Ends with exit code 5 unless all of it."""
    document = surroundings.api().change_key(key, "check")
    _show(document, as_json)
    passed = all(endpoint["check"] and endpoint["check"]["passed"] for endpoint in document["endpoints"])
    return Exit.OK if passed else Exit.REFUSED


@keys.command("disable")
@key_argument
@json_option
@pass_surroundings
def disable_key(surroundings: Surroundings, key: str, as_json: bool) -> Exit:
    """Fetch nothing more by a key until it is enabled."""
    return _show(surroundings.api().change_key(key, "disable"), as_json)


@keys.command("enable")
@key_argument
@json_option
@pass_surroundings
def enable_key(surroundings: Surroundings, key: str, as_json: bool) -> Exit:
    """Fetch by a key again."""
    return _show(surroundings.api().change_key(key, "enable"), as_json)


@keys.command("delete")
@key_argument
@json_option
@pass_surroundings
def delete_key(surroundings: Surroundings, key: str, as_json: bool) -> Exit:
    """Remove a key and its secret. What was imported by it stays."""
    document = surroundings.api().delete_key(key)
    if as_json:
        print_json(document)
    else:
        click.echo(f"Deleted the {document['provider']} key {document['label']} ({document['key_id']}).")
    return Exit.OK


def _show(document: Document, as_json: bool) -> Exit:
    if as_json:
        print_json(document)
    else:
        click.echo(keys_view.key(document))
    return Exit.OK


def _secret() -> str:
    """The secret, never from an option: what programs are started with can be seen by everybody on the machine."""
    text: str
    if sys.stdin.isatty():
        text = click.prompt("Key, as the provider shows it", hide_input=True, err=True)
    else:
        text = sys.stdin.readline()
    if not text.strip():
        raise Stop("No key was given.", "Type it when asked, or pipe it in: {command} keys add ... < key.txt")
    return text.strip()
