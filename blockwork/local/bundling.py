"""What is said of a synthesis that needed Docker where there is none."""

import re
from pathlib import Path

MISSING = re.compile(
    r"spawn(Sync)? \S*(docker|finch|podman)\S* ENOENT|\bdocker: (command )?not found"
)
BUNDLED = re.compile(r"Failed to bundle asset (\S+?)(/Code)?(/Stage)?, bundle output")
LINE = re.compile(r'File "([^"]+)", line (\d+)')
"""How Python shows a line of a program."""
WAYS = (
    "Build it without: give its `BundlingOptions` a `local=` that does the same on this machine, or"
    " `Code.from_asset` a folder that is built before; leave it out here: the app can see in its"
    " context that it is for this machine ([tool.blockwork.local.context]); or install Docker, and"
    " run this again."
)


def needed_docker(log: Path) -> str | None:
    """Return what wanted Docker and what to do; None if a synthesis failed for another reason.

    :param log: what the CDK's command line has written.
    """
    text = log.read_text(errors="replace") if log.is_file() else ""
    if not MISSING.search(text):
        return None
    bundled = BUNDLED.search(text)
    what = bundled[1] if bundled else "A construct of the app"
    ours = [line for line in LINE.findall(text) if "site-packages" not in line[0]]
    where = f" ({':'.join(ours[-1])})" if ours else ""
    return (
        f"{what}{where} is built by Docker during the synthesis, and there is no Docker here:"
        f" nothing has been deployed.\n\n{WAYS}"
    )
