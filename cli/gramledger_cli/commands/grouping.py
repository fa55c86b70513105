"""Groups of commands: how their commands are listed in the help, and what they do when they are given none."""

from __future__ import annotations

import click

LISTINGS = ("list", "ls")
"""What the command is called that lists. A group has one of them, and answers to both."""


class Group(click.Group):
    """A group whose help says in whole sentences what each command does, under headings where it has any."""

    def __init__(self, *args: object, **more: object) -> None:
        super().__init__(*args, **more)  # type: ignore[arg-type]  # click's own
        self._headings: dict[str, str] = {}

    def add(self, heading: str, *commands: click.Command) -> None:
        """Add commands under a heading."""
        for command in commands:
            self.add_command(command)
            self._headings[str(command.name)] = heading

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the commands in the order of their headings; click's own would cut the sentences."""
        headings: dict[str, list[tuple[str, str]]] = {}
        for name in self.commands:
            command = self.get_command(ctx, name)
            row = (name, _first_paragraph(command.help if command else None))
            headings.setdefault(self._headings.get(name, "Commands"), []).append(row)
        for heading, rows in headings.items():
            with formatter.section(heading):
                formatter.write_dl(rows)


class ListingGroup(Group):
    """`gramledger projects`, `gramledger projects --json` and `gramledger projects list` are all the same."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Options without a command are those of the listing; only the help is the group's own."""
        if args and args[0].startswith("-"):
            listed = args[0] not in ctx.help_option_names
        else:
            listing = self.get_command(ctx, LISTINGS[0])
            listed = not args and listing is not None and not any(each.required for each in listing.params)
        return super().parse_args(ctx, [LISTINGS[0], *args] if listed else args)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Both words for listing mean the one that there is."""
        known = next((name for name in LISTINGS if cmd_name in LISTINGS and name in self.commands), cmd_name)
        return super().get_command(ctx, known)


def _first_paragraph(text: str | None) -> str:
    return " ".join((text or "").split("\n\n", 1)[0].split())
