"""Measure what must stay fast and small of an app in Python, as ratios within one run.

`python -m blockwork.bench` in the app's folder: its synthesis against an app of one bucket, the
start-up of each function's bundle against the clients that it makes, sizes of bundles and layers,
the local stage's AWS, and the dev loop, from a save to its effect (setting `bench.saves`, a list of
`blockwork.bench.saves.Save`).

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
from collections.abc import Callable, Collection, Iterator, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

from rich.console import Console
from rich.progress import track

from blockwork.bench.emulator import emulator
from blockwork.bench.row import BenchError, Row, show
from blockwork.bench.saves import saves
from blockwork.bench.synthesis import TIMED, app_words, run_python, synthesis, templates
from blockwork.command.imports import imported
from blockwork.command.settings import DEFAULT_PORT, SettingsError, read_settings
from blockwork.local.errors import LocalStageError
from blockwork.local.places import REPOSITORY

START_RUNS = 11
ZIP_EPOCH = 315_532_800  # 1980-01-01, the date of every file in a zip of the CDK
CLIENTS_AND_LOGGER = (
    "import boto3; [boto3.client(name) for name in {names!r}]; "
    "from aws_lambda_powertools import Logger; Logger()"
)
CLIENTS_OF = (
    "import boto3; real = boto3.client; made = set(); "
    "boto3.client = lambda name, *a, **k: (made.add(name), real(name, *a, **k))[1]; "
    "import {module}; print(*sorted(made))"
)

console = Console(highlight=False)


def start_up_and_sizes(folder: Path, context: Mapping[str, str]) -> Iterator[Row]:
    """Start every handler from the bundle that is deployed, and weigh the bundle.

    :param context: the CDK's, for bundles that this machine can run.
    """
    assembly = folder / "local"
    run_python(app_words(), assembly, context)
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
        for id_, resource in template["Resources"].items():
            if resource["Type"] == "AWS::Lambda::Function":
                properties = resource["Properties"]
                if "S3Key" not in properties["Code"]:
                    continue  # its code is in the template, or an image
                module = properties["Handler"].rpartition(".")[0]
                code, size = unzip(assembly, properties["Code"]["S3Key"], folder)
                names = properties.get("Environment", {}).get("Variables", {})
                in_node = properties["Runtime"].startswith("nodejs")
                service = (
                    names.get("POWERTOOLS_SERVICE_NAME", id_) if in_node else module.split(".")[0]
                )
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
    layered: list[Path] = next((b for b, _ in handlers.values() if len(b) > 1), [folder])
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
    (code.parent / "node_modules").symlink_to(REPOSITORY / "node_modules")
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


def unzip(assembly: Path, key: str, into: Path) -> tuple[Path, int]:
    """Unpack an asset with the dates its zip gives it; return where, and its size in bytes."""
    folder = into / key.removesuffix(".zip")
    with zipfile.ZipFile(assembly / f"asset.{key}") as archive:
        archive.extractall(folder)
        size = sum(entry.file_size for entry in archive.infolist())
    for file in folder.rglob("*"):
        os.utime(file, (ZIP_EPOCH, ZIP_EPOCH))
    return folder, size


def compile_runtime() -> None:
    """Give boto3 its bytecode, which it has in the Lambda runtime and not in every installation."""
    import botocore

    site_packages = Path(botocore.__file__).parents[1]
    names = ("boto3", "botocore", "jmespath", "s3transfer", "urllib3", "dateutil")
    folders = [str(site_packages / name) for name in names]
    subprocess.run([sys.executable, "-m", "compileall", "-q", *folders], check=False)


def main(context: Mapping[str, str], only: Collection[str] = ()) -> int:
    """Print every number beside its bar and return 1 if one is missed or cannot be measured.

    :param context: the CDK's, for the synthesis that is measured.
    :param only: names of parts. Default: all.
    """
    rows: list[Row] = []
    is_all = True
    with TemporaryDirectory() as folder:
        for name, measure in PARTS.items():
            if not only or name in only:
                try:
                    for row in measure(Path(folder), context):
                        rows.append(row)
                except FAILURES as error:
                    is_all = False
                    output = getattr(error, "stderr", None) or ""
                    print(f"error: {name} cannot be measured: {error}\n{output}", file=sys.stderr)
    return show(rows) if is_all else show(rows) or 1


def functions(folder: Path, context: Mapping[str, str]) -> Iterator[Row]:
    """Measure the functions as the local stage has them."""
    local = {
        name: value.replace("{port}", str(DEFAULT_PORT))
        for name, value in read_settings().local.context.items()
    }
    compile_runtime()
    return start_up_and_sizes(folder, local)


def loop(folder: Path, context: Mapping[str, str]) -> Iterator[Row]:
    """Measure what the app's settings say that is saved."""
    settings = read_settings()
    if settings.bench.saves:
        wanted = imported(settings.bench.saves, settings, key="bench.saves")
        yield from saves(folder, wanted)


PARTS: Mapping[str, Callable[[Path, Mapping[str, str]], Iterator[Row]]] = {
    "synthesis": synthesis,
    "functions": functions,
    "emulator": lambda folder, _: emulator(folder),
    "loop": loop,
}
FAILURES = (BenchError, SettingsError, LocalStageError, subprocess.CalledProcessError, OSError)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m blockwork.bench", description=__doc__)
    said = "of the synthesis that is measured; that of the bundles is the local stage's"
    parser.add_argument("-c", "--context", action="append", default=[], metavar="N=V", help=said)
    said = "measure this part alone; may be given again"
    parser.add_argument("--only", action="append", default=[], choices=PARTS, help=said)
    given = parser.parse_args()
    context = dict(word.partition("=")[::2] for word in given.context)
    sys.exit(main(context, given.only))
