"""Where the command begins: its environment is made before anything else is imported."""

from blockwork import environment


def main() -> None:
    """Run the command that was called."""
    environment.enter()
    from blockwork.command.commands import app

    app(prog_name="blockwork")
