"""How long an app takes to be synthesised, against one of one bucket."""

import json
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import track

from blockwork.bench.row import Row
from blockwork.environment import tool_environment
from blockwork.local.places import REPOSITORY

SYNTH_RUNS = 5
ONE_BUCKET = "import aws_cdk as cdk; from aws_cdk import aws_s3; app = cdk.App(); aws_s3.Bucket(cdk.Stack(app, 'S'), 'B'); app.synth()"  # noqa: E501
TIMED = "import time; start = time.perf_counter(); {code}; print(time.perf_counter() - start)"
MODULES = r"import re, sys; print(*filter(re.compile(r'aws_cdk\.aws_\w+').fullmatch, sys.modules))"
MODULE_SHARE = 0.035
"""Of a one-bucket app: what a further module of the CDK takes to load, in Python and in Node."""
SECONDS_A_RESOURCE = 0.004

console = Console(highlight=False)


def synthesis(folder: Path, context: Mapping[str, str]) -> Iterator[Row]:
    """Compare the synthesis of the app with one of one bucket.

    :param context: the CDK's, such as the stage that is to be synthesised.
    """
    app = app_words()
    times: dict[str, list[float]] = {"bucket": [], "stage": []}
    for _ in track(range(SYNTH_RUNS), "synthesis", console=console, transient=True):
        times["bucket"].append(run_python(["-c", ONE_BUCKET], folder / "bucket", {}))
        times["stage"].append(run_python(app, folder / "stage", context))
    bucket, stage = (min(seconds) for seconds in times.values())
    resources = [len(template["Resources"]) for template in templates(folder / "stage").values()]
    stage_code = f"import runpy; runpy.run_path({app[0]!r}, run_name='__main__')"
    more = modules(stage_code, folder / "stage", context) - modules(
        ONE_BUCKET, folder / "bucket", {}
    )
    yield Row(
        what=f"synthesis, {sum(resources)} resources, {more} modules of the CDK more than "
        f"a bucket needs (one-bucket app {bucket:.2f} s)",
        measured=stage / bucket,
        # Most of it is loading the CDK's modules, which the services that are used decide.
        bar=1 + MODULE_SHARE * more + SECONDS_A_RESOURCE * sum(resources) / bucket,
        unit="x",
    )
    yield Row(what="resources of the largest stack", measured=max(resources), bar=200, unit="")


def modules(code: str, output: Path, context: Mapping[str, str]) -> int:
    """Return how many of the CDK's modules of services an app loads."""
    done = run_app([sys.executable, "-c", f"{code}\n{MODULES}"], output, context)
    return len(done.split())


def run_python(arguments: list[str], output: Path, context: Mapping[str, str]) -> float:
    """Run an app as the CDK CLI does and return the seconds it took."""
    code = f"import subprocess, sys; subprocess.run({[sys.executable, *arguments]!r}, check=True)"
    timed = TIMED.format(code=code)
    return float(run_app([sys.executable, "-c", timed], output, context).split()[-1])


def run_app(command: list[str], output: Path, context: Mapping[str, str]) -> str:
    """Run a command that makes an app, and return what it prints."""
    settings = json.loads((REPOSITORY / "cdk.json").read_text()).get("context", {})
    environment = {
        **tool_environment(),
        "CDK_OUTDIR": str(output),
        "CDK_CONTEXT_JSON": json.dumps({**settings, **context}),
        "CDK_VALIDATION": "false",  # the same time in both
    }
    done = subprocess.run(
        command, cwd=REPOSITORY, env=environment, check=True, stdout=subprocess.PIPE, text=True
    )
    return done.stdout


def templates(assembly: Path) -> dict[str, dict[str, Any]]:
    """Return an assembly's templates by file name."""
    return {file.name: json.loads(file.read_text()) for file in assembly.glob("*.template.json")}


def app_words() -> list[str]:
    """Return what Python runs to make the app, as its `cdk.json` says."""
    words = shlex.split(json.loads((REPOSITORY / "cdk.json").read_text())["app"])
    if not re.fullmatch(r"(?:.*/)?python[\d.]*", words[0]):
        sys.exit(f"error: only an app in Python can be measured, got {words[0]!r} in cdk.json")
    return words[1:]
