"""Measure what must stay fast and small, as ratios within one run: `make bench`.

A ratio to something well known, measured at the same time on the same machine, means the same
everywhere; seconds do not. Of several runs the quickest counts: what other processes take of the
machine only adds.
"""

import argparse
import json
import os
import re
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from rich.console import Console
from rich.progress import track
from rich.table import Table

from blockwork.environment import tool_environment
from tools.bench.dev_loop import dev_loop
from tools.bench.emulator import emulator
from tools.bench.row import Row

ROOT = Path(__file__).parents[2]
SYNTH_RUNS = 5
START_RUNS = 11
ZIP_EPOCH = 315_532_800  # 1980-01-01, the date of every file in a zip of the CDK
ONE_BUCKET = "import aws_cdk as cdk; from aws_cdk import aws_s3; app = cdk.App(); aws_s3.Bucket(cdk.Stack(app, 'S'), 'B'); app.synth()"  # noqa: E501
TIMED = "import time; start = time.perf_counter(); {code}; print(time.perf_counter() - start)"
MODULE_SHARE = 0.035
"""Of a one-bucket app: what a further module of the CDK takes to load, in Python and in Node."""
SECONDS_A_RESOURCE = 0.004
CLIENTS_AND_LOGGER = (
    "import boto3; [boto3.client(name) for name in {names!r}]; "
    "from aws_lambda_powertools import Logger; Logger()"
)
CLIENTS_OF = (
    "import boto3; real = boto3.client; made = set(); "
    "boto3.client = lambda name, *a, **k: (made.add(name), real(name, *a, **k))[1]; "
    "import {module}; print(*sorted(made))"
)
MODULES = r"import re, sys; print(*filter(re.compile(r'aws_cdk\.aws_\w+').fullmatch, sys.modules))"

console = Console(highlight=False)


def synthesis(folder: Path) -> Iterator[Row]:
    """Compare the synthesis of a whole stage with an app of one bucket."""
    times: dict[str, list[float]] = {"bucket": [], "stage": []}
    for _ in track(range(SYNTH_RUNS), "synthesis", console=console, transient=True):
        times["bucket"].append(run_python(["-c", ONE_BUCKET], folder / "bucket"))
        times["stage"].append(run_python([str(ROOT / "app.py")], folder / "stage", stage="prod"))
    bucket, stage = (min(seconds) for seconds in times.values())
    resources = [len(template["Resources"]) for template in templates(folder / "stage").values()]
    stage_code = f"import runpy; runpy.run_path({str(ROOT / 'app.py')!r}, run_name='__main__')"
    more = modules(stage_code, folder / "stage", stage="prod") - modules(
        ONE_BUCKET, folder / "bucket"
    )
    yield Row(
        what=f"synthesis of prod, {sum(resources)} resources, {more} modules of the CDK more than "
        f"a bucket needs (one-bucket app {bucket:.2f} s)",
        measured=stage / bucket,
        # Most of it is loading the CDK's modules, which the services that are used decide.
        bar=1 + MODULE_SHARE * more + SECONDS_A_RESOURCE * sum(resources) / bucket,
        unit="x",
    )
    yield Row(what="resources of the largest stack", measured=max(resources), bar=200, unit="")


def start_up_and_sizes(folder: Path) -> Iterator[Row]:
    """Start every handler from the bundle that is deployed, and weigh the bundle."""
    assembly = folder / "local"
    run_python([str(ROOT / "app.py")], assembly, stage="local")
    layers: dict[str, Path] = {}  # by stack and logical id
    started: dict[str, list[float]] = {}
    handlers: dict[str, tuple[list[Path], dict[str, str]]] = {}
    weighed: set[str] = set()
    for stack, template in templates(assembly).items():
        for id_, resource in template["Resources"].items():
            if resource["Type"] == "AWS::Lambda::LayerVersion":
                key = resource["Properties"]["Content"]["S3Key"]
                layers[stack + id_], size = unzip(assembly, key, folder)
                if key not in weighed:
                    name = re.sub(r"[0-9A-F]{8}$", "", id_)
                    yield Row(
                        what=f"layer {name}, unzipped", measured=size / 1e6, bar=20, unit="MB"
                    )
                weighed.add(key)
    sizes: dict[str, int] = {}
    for stack, template in templates(assembly).items():
        for resource in template["Resources"].values():
            if resource["Type"] == "AWS::Lambda::Function":
                properties = resource["Properties"]
                module = properties["Handler"].rpartition(".")[0]
                code, size = unzip(assembly, properties["Code"]["S3Key"], folder)
                names = properties["Environment"]["Variables"]
                in_node = properties["Runtime"].startswith("nodejs")
                service = names["POWERTOOLS_SERVICE_NAME"] if in_node else module.split(".")[0]
                sizes[service] = max(size, sizes.get(service, 0))
                if in_node:
                    yield node_start_up(service, code, dict.fromkeys(names, "1"))
                    continue
                own = [layers[stack + layer["Ref"]] for layer in properties.get("Layers", [])]
                handlers[module] = ([code, *own], dict.fromkeys(names, "1"))
    for service, size in sizes.items():
        yield Row(
            what=f"largest function of {service}, unzipped",
            measured=size / 1e3,
            # Our own modules as source and bytecode; a package that slipped in has megabytes.
            bar=300,
            unit="kB",
        )
    layered, _ = next(built for built in handlers.values() if len(built[0]) > 1)
    clients = {module: clients_of(module, *built) for module, built in handlers.items()}
    bases: dict[tuple[str, ...], list[float]] = {}
    for _ in track(range(START_RUNS), "start-up", console=console, transient=True):
        for services in set(clients.values()):
            script = CLIENTS_AND_LOGGER.format(names=services)
            bases.setdefault(services, []).append(start(script, layered, {}))
        for module, built in handlers.items():
            started.setdefault(module, []).append(start(f"import {module}", *built))
    for module, seconds in started.items():
        quickest, base = min(seconds), min(bases[clients[module]])
        yield Row(
            what=f"start-up of {module}, {quickest * 1000:.0f} ms "
            f"({', '.join(clients[module])} client, Logger {base * 1000:.0f} ms)",
            measured=quickest / base,
            # Each client brings its service's model: what a handler talks to is not its overhead.
            bar=1.3,
            unit="x",
        )


def node_start_up(service: str, code: Path, variables: dict[str, str]) -> Row:
    """Import a bundle in Node.js, against importing what it takes of AWS's SDK alone."""
    (code.parent / "node_modules").unlink(missing_ok=True)
    (code.parent / "node_modules").symlink_to(ROOT / "node_modules")
    clients = sorted(set(re.findall(r'from "(@aws-sdk/[^"]+)"', (code / "index.mjs").read_text())))
    variables = {**variables, "NODE_OPTIONS": "", "AWS_REGION": "eu-west-2"}

    def quickest(*modules: str) -> float:
        imports = ", ".join(f"import({json.dumps(each)})" for each in modules)
        timed = f"const t = performance.now(); await Promise.all([{imports}]);"
        command = ["node", "--input-type=module", "--eval"]
        command.append(f"{timed} console.log(performance.now() - t)")
        runs = [
            subprocess.run(
                command,
                cwd=code,
                env={"PATH": os.environ["PATH"], **variables},
                check=True,
                stdout=subprocess.PIPE,
                text=True,
            )
            for _ in range(START_RUNS)
        ]
        return min(float(run.stdout) for run in runs)

    whole, base = quickest("./index.mjs"), quickest(*clients)
    return Row(
        what=f"start-up of {service} in Node.js, {whole:.0f} ms (AWS's SDK {base:.0f} ms)",
        measured=whole / base,
        bar=1.3,
        unit="x",
    )


def clients_of(module: str, path: list[Path], variables: dict[str, str]) -> tuple[str, ...]:
    """Return the AWS services that a handler makes clients for as it starts, at least one."""
    return tuple(run_bundled(CLIENTS_OF.format(module=module), path, variables)) or ("dynamodb",)


def modules(code: str, output: Path, **context: str) -> int:
    """Return how many of the CDK's modules of services an app loads."""
    done = run_app([sys.executable, "-c", f"{code}\n{MODULES}"], output, context)
    return len(done.split())


def run_python(arguments: list[str], output: Path, **context: str) -> float:
    """Run an app as the CDK CLI does and return the seconds it took."""
    code = f"import subprocess, sys; subprocess.run({[sys.executable, *arguments]!r}, check=True)"
    timed = TIMED.format(code=code)
    return float(run_app([sys.executable, "-c", timed], output, context).split()[-1])


def run_app(command: list[str], output: Path, context: dict[str, str]) -> str:
    """Run a command that makes an app, and return what it prints."""
    settings = json.loads((ROOT / "cdk.json").read_text())["context"]
    environment = {
        **tool_environment(),
        "CDK_OUTDIR": str(output),
        "CDK_CONTEXT_JSON": json.dumps({**settings, **context}),
        "CDK_VALIDATION": "false",  # as app.py has it where templates are only looked at
    }
    done = subprocess.run(
        command, cwd=ROOT, env=environment, check=True, stdout=subprocess.PIPE, text=True
    )
    return done.stdout


def start(code: str, bundle: list[Path], names: dict[str, str]) -> float:
    """Run the start of a handler as Lambda does and return the seconds it took."""
    return float(run_bundled(TIMED.format(code=code), bundle, names)[-1])


def run_bundled(code: str, bundle: list[Path], names: dict[str, str]) -> list[str]:
    """Run something where a handler runs, and return the words that it prints."""
    environment = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": os.pathsep.join(
            [str(bundle[0]), *(f"{layer}/python" for layer in bundle[1:])]
        ),
        "AWS_DEFAULT_REGION": "eu-west-2",
        "AWS_LAMBDA_FUNCTION_NAME": "bench",
        **names,
    }
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, env=environment, check=True, capture_output=True, text=True)
    return done.stdout.split()


def templates(assembly: Path) -> dict[str, dict[str, Any]]:
    """Return an assembly's templates by file name."""
    return {file.name: json.loads(file.read_text()) for file in assembly.glob("*.template.json")}


def unzip(assembly: Path, key: str, into: Path) -> tuple[Path, int]:
    """Unpack an asset with the dates its zip gives it; return where, and its size in bytes."""
    folder = into / key.removesuffix(".zip")
    with zipfile.ZipFile(assembly / f"asset.{key}") as archive:
        archive.extractall(folder)
        size = sum(entry.file_size for entry in archive.infolist())
    for file in folder.rglob("*"):
        os.utime(file, (ZIP_EPOCH, ZIP_EPOCH))
    return folder, size


def main() -> int:
    """Print every number beside its bar and return 1 if one is missed."""
    compile_runtime()
    with TemporaryDirectory() as folder:
        here = Path(folder)
        rows = [*synthesis(here), *start_up_and_sizes(here), *emulator(here), *dev_loop(here)]
    table = Table(box=None, pad_edge=False)
    for column in ("", "measured", "bar", ""):
        table.add_column(column, justify="right" if column else "left")
    for row in rows:
        met = "[green]✓[/]" if row.measured <= row.bar else "[red]✗[/]"
        digits = 0 if row.unit == "" else 2
        table.add_row(
            row.what,
            f"{row.measured:.{digits}f} {row.unit}",
            f"{row.bar:.{digits}f} {row.unit}",
            met,
        )
    console.print(table)
    return 0 if all(row.measured <= row.bar for row in rows) else 1


def compile_runtime() -> None:
    """Give boto3 its bytecode, which it has in the Lambda runtime and not in every installation."""
    import botocore

    site_packages = Path(botocore.__file__).parents[1]
    names = ("boto3", "botocore", "jmespath", "s3transfer", "urllib3", "dateutil")
    folders = [str(site_packages / name) for name in names]
    subprocess.run([sys.executable, "-m", "compileall", "-q", *folders], check=False)


if __name__ == "__main__":
    argparse.ArgumentParser(prog="python -m tools.bench", description=__doc__).parse_args()
    sys.exit(main())
