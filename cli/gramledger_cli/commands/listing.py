"""Groups of commands that list what there is when nothing else is asked of them."""

from __future__ import annotations

import click

LISTINGS = ("list", "ls")
"""What the command is called that lists. A group has one of them, and answers to both."""


class ListingGroup(click.Group):
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
