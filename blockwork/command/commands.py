"""Every command there is. A part of the library is imported once a command of it is called.

So `blockwork --help` and the shell's completion answer at once, and an app that has not installed
what one part needs can use the others.
"""

from dataclasses import dataclass
from importlib import import_module
from typing import Any

import typer
from typer.core import TyperCommand, TyperGroup, TyperOption

from blockwork.command.output import FAILED

HERE, DEPLOYED, CODE = "An app on this machine", "Any stage, `local` too", "An app's code"


@dataclass(frozen=True, kw_only=True)
class Command:
    """A command, or several under one name.

    :param at: `module:name` of a function, or of a `typer.Typer` with several.
    :param says: what the list says of it, on one line of 80 columns.
    :param group: under which it is listed.
    :param extra: of the wheel, which brings what it needs.
    """

    at: str
    says: str
    group: str
    extra: str = "local"


COMMANDS = {
    "local": Command(
        at="blockwork.local.cli:app",
        says="Run it here: up, down, status, clean, logs.",
        group=HERE,
    ),
    "dev": Command(
        at="blockwork.dev.cli:dev",
        says="Run it, with each save in effect at once, and its logs.",
        group=HERE,
    ),
    "failures": Command(
        at="blockwork.failures.cli:app",
        says="What failed for good, and the way back.",
        group=DEPLOYED,
        extra="command",
    ),
    "events": Command(
        at="blockwork.events.cli:app",
        says="What passes on the bus, and what passed before.",
        group=DEPLOYED,
        extra="command",
    ),
    "diff": Command(
        at="blockwork.diff.cli:diff",
        says="What changes between two syntheses, data at risk first.",
        group=CODE,
    ),
    "doctor": Command(
        at="blockwork.doctor.cli:doctor",
        says="What will get in the way, of the machine and the app.",
        group=CODE,
    ),
    "lift-protection": Command(
        at="blockwork.lift_protection:lift_protection",
        says="Let a first deployment that failed be tried again.",
        group=CODE,
        extra="command",
    ),
    "new": Command(
        at="blockwork.new.cli:app",
        says="Make an app, or a service, route, event or block of one.",
        group=CODE,
        extra="new",
    ),
    "openapi": Command(
        at="blockwork.openapi.cli:openapi",
        says="The contract of every HTTP API, as OpenAPI 3.1.",
        group=CODE,
    ),
    "schemas": Command(
        at="blockwork.schemas.cli:schemas",
        says="The JSON Schema of every event.",
        group=CODE,
        extra="command",
    ),
    "workflows": Command(
        at="blockwork.workflows.cli:workflows",
        says="A picture of every state machine.",
        group=CODE,
    ),
}


SAID = {
    "install_completion": "Let the shell complete words.",
    "show_completion": "Print what the shell needs for it.",
}


class Listed(TyperGroup):
    """Lists commands without importing them."""

    def __init__(self, **attributes: Any) -> None:  # noqa: ANN401 -- Typer's own
        super().__init__(**attributes)
        self.commands = {
            name: TyperCommand(name, help=each.says, rich_help_panel=each.group)
            for name, each in COMMANDS.items()
        }

    def format_help(self, ctx: Any, formatter: Any) -> None:  # noqa: ANN401 -- Typer's own
        """Write the help, with Typer's own options told in a line each."""
        for option in self.params:
            if isinstance(option, TyperOption):
                option.help = SAID.get(str(option.name), option.help)
        super().format_help(ctx, formatter)

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:  # noqa: ANN401 -- Typer's own
        """Return the command itself where the list has it."""
        name, listed, rest = super().resolve_command(ctx, args)
        return name, listed and load(str(name)), rest


def load(name: str) -> TyperCommand | TyperGroup:
    """Return a command as its part of the library makes it."""
    command = COMMANDS[name]
    module, _, attribute = command.at.partition(":")
    try:
        found = getattr(import_module(module), attribute)
    except ModuleNotFoundError as error:
        typer.echo(
            f"error: 'blockwork {name}' needs {error.name}, which is not installed:"
            f" pip install 'blockwork-cdk[{command.extra}]'",
            err=True,
        )
        raise typer.Exit(FAILED) from error
    if isinstance(found, typer.Typer):
        group: TyperGroup = typer.main.get_group(found)
        group.name = name
        return group
    alone = typer.Typer(add_completion=False, rich_markup_mode="markdown")
    alone.command(name)(found)
    made = typer.main.get_command(alone)
    assert isinstance(made, TyperCommand)
    return made


app = typer.Typer(cls=Listed, no_args_is_help=True, rich_markup_mode="markdown")


@app.callback()
def blockwork() -> None:
    """Run any CDK app on one machine, and operate its deployed stages.

    Stand in the app's folder, where `cdk.json` is, and begin: blockwork local up

    Exit codes: 0 all is well, 1 it is not, 2 not called rightly, 130 interrupted.
    """
