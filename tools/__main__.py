"""The repository's command line: `python -m tools --help`."""

import typer

from tools.local import cli

app = typer.Typer(no_args_is_help=True, add_completion=False, help="Run and operate the platform.")
cli.add_commands(app)

if __name__ == "__main__":
    app(prog_name="python -m tools")
