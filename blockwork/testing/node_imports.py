"""Which packages a bundle in JavaScript imports, found in what is written in it."""

import re
from collections.abc import Iterator, Sequence

from blockwork.testing.bundles import Files
from blockwork.testing.node_variables import own_modules, part_of

RUNTIME_BRINGS = ("@aws-sdk/", "@smithy/")
"""AWS Lambda, Node.js runtimes: SDK included."""
OF_NODE = frozenset(
    [
        "assert",
        "async_hooks",
        "buffer",
        "child_process",
        "cluster",
        "console",
        "constants",
        "crypto",
        "dgram",
        "dns",
        "domain",
        "diagnostics_channel",
        "events",
        "fs",
        "http",
        "http2",
        "https",
        "inspector",
        "module",
        "net",
        "os",
        "path",
        "perf_hooks",
        "process",
        "punycode",
        "querystring",
        "readline",
        "repl",
        "stream",
        "string_decoder",
        "sys",
        "timers",
        "tls",
        "trace_events",
        "tty",
        "url",
        "util",
        "v8",
        "vm",
        "wasi",
        "worker_threads",
        "zlib",
    ]
)
STATEMENT = re.compile(
    r"""^\s*(?:import|export)\b[^"'`;()=]*?["']([^"'\n]+)["']"""
    r"""|(?<![\w$.])(?:import|require)\(\s*["']([^"'\n]+)["']\s*\)""",
    re.MULTILINE,
)


def missing(code: Files, layers: Sequence[Files]) -> dict[str, set[str]]:
    """Return what nothing brings, by the module of the function's code that imports it."""
    known = {*_installed(code, "node_modules/")}
    for layer in layers:
        known |= {*_installed(layer, "nodejs/node_modules/")}
    lost = {name: {*_imported(text)} - known for name, text in own_modules(code)}
    return {name: packages for name, packages in lost.items() if packages}


def _imported(text: str) -> Iterator[str]:
    """Yield the packages that a module imports which Node.js and Lambda have not."""
    for found in STATEMENT.finditer(text):
        name = found[1] or found[2]
        is_ours = name.startswith((".", "/", "#", "node:", "file:", *RUNTIME_BRINGS))
        package = "/".join(name.split("/")[: 2 if name.startswith("@") else 1])
        if not is_ours and package not in OF_NODE and "node_modules/" not in part_of(text, found):
            yield package


def _installed(files: Files, folder: str) -> Iterator[str]:
    for name in files.names:
        if name.startswith(folder):
            parts = name.removeprefix(folder).split("/")
            yield "/".join(parts[: 2 if parts[0].startswith("@") else 1])
