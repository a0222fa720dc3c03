"""jsii's kernel without the process that hands its messages on."""

import base64
import json
import subprocess
from pathlib import Path

from blockwork.dev.synthesis import JSII_NODE
from blockwork.local.toolchain import tool_environment

PROGRAM = """
const fs = require("fs");
const asked = Buffer.alloc(100);
const length = fs.readSync(3, asked, 0, 100, null);
console.log("to output");
process.stderr.write("to error");
fs.writeSync(2, "written");
require("child_process").spawnSync("echo", ["a bundler"], {
  stdio: ["ignore", process.stderr, "inherit"],
});
const answer = JSON.stringify({ ok: asked.subarray(0, length).toString().trim() });
fs.existsSync("a file");
fs.writeSync(3, Buffer.from(answer + "\\n"));
fs.writeSync(3, Buffer.from(answer + "\\n"));
"""


def start(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [JSII_NODE, *arguments],
        input="a request\n",
        env=tool_environment(),
        cwd=folder,
        capture_output=True,
        text=True,
        check=True,
    )


def test_the_kernel_answers_by_itself_and_tells_what_touches_files_and_all_that_is_written(
    tmp_path: Path,
) -> None:
    for name, content in (
        ("bin/jsii-runtime.js", "throw new Error()"),
        ("lib/program.js", PROGRAM),
    ):
        (tmp_path / name).parent.mkdir()
        (tmp_path / name).write_text(content)

    done = start(tmp_path, "--max-old-space-size=100", str(tmp_path / "bin" / "jsii-runtime.js"))

    assert done.stdout == ' {"ok":"a request"}\n{"ok":"a request"}\n'
    told = [
        (name, base64.b64decode(text).decode())
        for line in done.stderr.splitlines()
        for name, text in json.loads(line).items()
    ]
    assert told == [
        ("stdout", "to output\n"),
        ("stderr", "to error"),
        ("stderr", "written"),
        ("stderr", "a bundler\n"),
    ]


def test_what_is_no_runtime_of_jsii_runs_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "other.js").write_text("console.log('ran')")

    assert start(tmp_path, "--max-old-space-size=100", "other.js").stdout == "ran\n"
