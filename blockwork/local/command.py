"""Run a tool with its output in a log file."""

import subprocess
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from blockwork.alone import kept
from blockwork.local.errors import CommandError


def run(
    command: Sequence[str | Path],
    *,
    doing: str,
    remedy: str = "",
    log: Path,
    env: Mapping[str, str],
    cwd: Path,
    keep: Sequence[int] = (),
    on_line: Callable[[str], None] = lambda _line: None,
) -> None:
    """Run `command` to its end.

    :param doing: what it does, for the error: "install npm packages".
    :param remedy: what to do where it fails, for the error. Default: its output says so.
    :param log: receives the output, overwritten.
    :param keep: locks that last as long as the command, besides those of `alone`. Default: none.
    :param on_line: told of each line of output as it comes. Default: nobody.
    :raises CommandError: if it does not end with exit code 0.
    """
    log.parent.mkdir(parents=True, exist_ok=True)
    with (
        log.open("w") as output,
        subprocess.Popen(
            [str(part) for part in command],
            cwd=cwd,
            env=dict(env),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            pass_fds=(*kept(), *keep),
        ) as process,
    ):
        try:
            for line in process.stdout or []:
                output.write(line)
                output.flush()
                on_line(line.rstrip())
        except BaseException:
            process.terminate()
            raise
    if process.returncode:
        raise CommandError(f"Could not {doing} (exit code {process.returncode}).", log, remedy)
