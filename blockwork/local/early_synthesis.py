"""The first synthesis of a fresh clone, begun while what it has to wait for is still on its way."""

import json
import sys
from collections.abc import Mapping
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory

from blockwork.local.command import run
from blockwork.local.errors import CommandError
from blockwork.local.places import LOCAL, REPOSITORY
from blockwork.local.toolchain import tool_environment

BUILT = REPOSITORY / ".build"
"""Where functions' layers are kept between syntheses."""


def begin_synthesis(context: Mapping[str, str], script: str = "app.py") -> None:
    """Make the layers of functions and the bytecode that each synthesis loads, unless both exist.

    The app is synthesised as far as it can be yet, for nobody: what fails is left to the synthesis.

    :param context: what the app is synthesised with, beside that in its `cdk.json`.
    :param script: the app, as `cdk.json` runs it.
    """
    cdk = find_spec("aws_cdk")
    if BUILT.exists() and cdk and cdk.cached and Path(cdk.cached).exists():
        return
    said = json.loads((REPOSITORY / "cdk.json").read_text())["context"]
    with suppress(CommandError), TemporaryDirectory() as output:
        run(
            [sys.executable, script],
            doing="begin the synthesis",
            log=LOCAL / "logs" / "begun.log",
            env=tool_environment()
            | {
                "CDK_OUTDIR": output,
                "CDK_CONTEXT_JSON": json.dumps({**said, **context}),
                "CDK_VALIDATION": "false",
            },
            cwd=REPOSITORY,
        )
