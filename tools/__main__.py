"""The repository's command line: `python -m tools --help`."""

from blockwork import environment

if __name__ == "__main__":
    environment.enter()

import typer

from blockwork.doctor.cli import doctor
from blockwork.events import cli as events
from blockwork.failures import cli as failures
from blockwork.local import cli
from tools.platform import platform_stage

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode="markdown",
    help="Run and operate the platform.",
)
cli.add_commands(app, platform_stage)
app.command()(doctor)
app.add_typer(failures.app, name="failures")
app.add_typer(events.app, name="events")

if __name__ == "__main__":
    app(prog_name="python -m tools")
