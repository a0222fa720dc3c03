"""Every command there is. Each part of the library brings its own."""

import typer

from blockwork.doctor.cli import doctor
from blockwork.events import cli as events
from blockwork.failures import cli as failures

app = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode="markdown",
    help="Runs, watches and mends any CDK app on one machine.",
)
app.command()(doctor)
app.add_typer(failures.app, name="failures")
app.add_typer(events.app, name="events")
