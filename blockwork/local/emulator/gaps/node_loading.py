"""A handler in Node.js is loaded with AWS's SDK, an ES module by `import`.

AWS's runtime brings the packages `@aws-sdk/…` and `@smithy/…`, for `import` and `require`
(https://docs.aws.amazon.com/lambda/latest/dg/lambda-nodejs.html). Stock has stand-ins for `require`
alone. Closed by a link to those of the app's own packages (NODE_PACKAGES: its folder
`node_modules`), where every handler looks for what its bundle has not; nothing else of them is
found, as on AWS. A client that the app has not installed is named with what to do.

On AWS no `package.json` is around a function's code but its own; that of the app says nothing of
what is unpacked in a folder of the app.

Stock loads ES modules by `require`, too, and asks for addresses in a way of old: Node.js says so in
lines of the log, which AWS's has not.
"""

import os
import re
import tempfile
from pathlib import Path
from typing import Any

from ministack.core.lambda_runtime import Worker

from blockwork.local.emulator.gaps._hooks import (
    replace_in_node_workers,
    run_first_in_node_workers,
)

OF_THE_RUNTIME = ("@aws-sdk", "@smithy")
NOT_FOUND = re.compile(r"Cannot find (?:package|module) '((?:@aws-sdk|@smithy)/[\w-]+)'")

STOCK = "mod = require(resolvedPath);"
AS_AWS_DOES = """mod = resolvedPath.endsWith(".mjs")
  ? await import(require("url").pathToFileURL(resolvedPath).href) : require(resolvedPath);"""
# Node.js says it once, so it has been said.
SAID = """
process.noDeprecation = true;
require("url").parse("http://localhost");
process.noDeprecation = false;
"""


def close() -> None:
    """Link the packages, and say what to do where one is missing."""
    # Where the app says that its modules are ES modules, this one does not: Node.js asks the next.
    Path(tempfile.gettempdir(), "package.json").write_text("{}")
    packages = os.environ.get("NODE_PACKAGES")
    if packages:
        # Code is unpacked below this folder, and Node.js looks in every one around.
        found = Path(tempfile.gettempdir(), "node_modules")
        found.mkdir(exist_ok=True)
        for name in OF_THE_RUNTIME:
            link = found / name
            link.unlink(missing_ok=True)
            link.symlink_to(Path(packages, name))
    replace_in_node_workers(STOCK, AS_AWS_DOES)
    run_first_in_node_workers(SAID)
    stock = Worker._spawn

    def spawn(worker: Any) -> None:
        try:
            stock(worker)
        except RuntimeError as error:
            missing = NOT_FOUND.search(str(error))
            if missing is None:
                raise
            raise RuntimeError(
                f"{error}\nLambda has {missing[1]}; the local stage takes it from the app's own "
                f"packages: add {missing[1]} to the devDependencies of its package.json"
            ) from error

    Worker._spawn = spawn
