"""The repository's command line: `python -m tools --help`."""

from tools import environment

if __name__ == "__main__":
    environment.enter()

import typer

from tools.events import cli as events
from tools.failures import cli as failures
from tools.local import cli

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode="markdown",
    help="Run and operate the platform.",
)
cli.add_commands(app)
app.add_typer(failures.app, name="failures")
app.add_typer(events.app, name="events")

if __name__ == "__main__":
    app(prog_name="python -m tools")
