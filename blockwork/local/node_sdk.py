"""AWS's SDK for JavaScript, which Lambda's runtime has, for functions in Node.js on this machine.

`sdk_clients` pins what there is of it; installed is what an app needs and its own packages lack.
"""

import json
import os
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from blockwork.alone import take, to_stderr
from blockwork.local.assembly import Stack, asset_in
from blockwork.local.command import run
from blockwork.local.places import LOCAL, REPOSITORY
from blockwork.local.template_values import TemplateValues
from blockwork.local.toolchain import MEND_AND_REPEAT, NPM, tool_environment

LOCK = Path(__file__).parent / "sdk_clients"
FOLDER = "sdk-clients"
OF_THE_RUNTIME = re.compile(r"@aws-sdk/[a-z0-9-]+")
FUNCTION = "AWS::Lambda::Function"
SOURCES = (".js", ".mjs", ".cjs")
SERVICE = re.compile(r'\\*"service\\*":\s*\\*"([^"\\]+)')
CALL_KEYS = ("Create", "Update", "Delete")
# What `AwsCustomResource` takes for a service besides its client's name: as the SDK's version 2 had
# it, where that differs by more than hyphens (sdk-v2-to-v3.json of aws-cdk-lib).
OF_OLD = {
    "cloudwatchevents": "eventbridge",
    "cognitoidentityserviceprovider": "cognito-identity-provider",
    "elb": "elastic-load-balancing",
    "elbv2": "elastic-load-balancing-v2",
    "iotdata": "iot-data-plane",
    "stepfunctions": "sfn",
}
OnLine = Callable[[str], None]


def pinned() -> dict[str, str]:
    """Return the versions of what can be installed, by package."""
    content: dict[str, str] = json.loads((LOCK / "package.json").read_text())["dependencies"]
    return content


def needed(stacks: list[Stack]) -> set[str]:
    """Return the packages of the SDK that functions and custom resources of the stacks ask for."""
    return {package for stack in stacks for package in _needed(stack)}


def lacking(packages: set[str]) -> set[str]:
    """Return those that the app's own node_modules has not."""
    return {each for each in packages if not (REPOSITORY / "node_modules" / each).is_dir()}


def called(properties: dict[str, Any]) -> set[str]:
    """Return the clients that the calls of an `AwsCustomResource` need."""
    calls = [SERVICE.search(json.dumps(properties.get(key))) for key in CALL_KEYS]
    return {_client(call[1]) for call in calls if call}  # the first: parameters come after it


def install(
    packages: set[str], directory: Path, folder: Path = LOCAL, on_line: OnLine = lambda _line: None
) -> None:
    """Install packages, what is installed stays, and let an emulator's functions find them.

    :param packages: of those that are pinned.
    :param directory: the emulator's.
    :param folder: where they go, as what else is built for the checkout. Default: `.local`.
    :raises CommandError: if they cannot be had; with what npm says.
    """
    ours = folder / FOLDER
    lock = take(folder / "stamps" / f"{FOLDER}.lock", "installing AWS's SDK", to_stderr)
    try:
        if not packages <= _installed(ours):
            _install(packages | _wanted(ours), ours, lock, on_line)
    finally:
        os.close(lock)
    # Code is unpacked in a folder of this one, and Node.js looks in every one around.
    link = directory / "node_modules"
    if not link.is_symlink():
        link.symlink_to((ours / "node_modules").absolute())


def _install(packages: set[str], ours: Path, lock: int, on_line: OnLine) -> None:
    ours.mkdir(parents=True, exist_ok=True)
    versions = {name: version for name, version in pinned().items() if name in packages}
    content = {"name": FOLDER, "private": True, "dependencies": versions}
    (ours / "package.json").write_text(json.dumps(content))
    # npm leaves out what nothing asks for, and takes the rest in the versions and by the hashes.
    shutil.copyfile(LOCK / "package-lock.json", ours / "package-lock.json")
    quiet = ["--ignore-scripts", "--no-save", "--no-audit", "--no-fund", "--loglevel=http"]
    run(
        [*NPM, "install", *quiet],
        doing="install AWS's SDK for JavaScript, which functions in Node.js ask for",
        remedy=MEND_AND_REPEAT,
        log=ours.parent / "logs" / f"{FOLDER}.log",
        keep=[lock],
        env=tool_environment(),
        cwd=ours,
        on_line=on_line,
    )


def _wanted(ours: Path) -> set[str]:
    try:
        return set(json.loads((ours / "package.json").read_text())["dependencies"])
    except (FileNotFoundError, ValueError):
        return set()


def _installed(ours: Path) -> set[str]:
    """Return what is installed as pinned; npm writes it down once all of it is there."""
    lock = json.loads((LOCK / "package-lock.json").read_text())["packages"]
    try:
        there = json.loads((ours / "node_modules" / ".package-lock.json").read_text())["packages"]
    except (FileNotFoundError, ValueError):
        return set()
    return {
        name.removeprefix("node_modules/")
        for name, package in there.items()
        if package.get("integrity") == lock.get(name, {}).get("integrity")
    }


def _needed(stack: Stack) -> Iterator[str]:
    for resource in stack.resources.values():
        properties = resource.get("Properties") or {}
        if resource["Type"].startswith("Custom::"):
            yield from called(properties)
        elif resource["Type"] == FUNCTION and _may_be_node(properties.get("Runtime"), stack):
            code = properties.get("Code") or {}
            yield from OF_THE_RUNTIME.findall(json.dumps(code.get("ZipFile")))
            hash_ = asset_in(code.get("S3Key"), stack)
            if hash_ is not None:
                yield from _named_in(stack.assets[hash_])


def _may_be_node(runtime: object, stack: Stack) -> bool:
    known = TemplateValues(stack).text(runtime)
    return runtime is not None if known is None else known.startswith("nodejs")


def _named_in(code: Path) -> Iterator[str]:
    files = code.rglob("*") if code.is_dir() else iter([code])
    for file in files:
        if file.suffix in SOURCES and "node_modules" not in file.relative_to(code).parts:
            for name in OF_THE_RUNTIME.findall(file.read_text(errors="replace")):
                if not (code / "node_modules" / name).is_dir() and not name.endswith("-"):
                    yield name


def _client(service: str) -> str:
    name = service.rpartition("/")[2].removeprefix("client-").lower()
    known = {_squeezed(each): each for each in pinned()}
    squeezed = _squeezed(f"@aws-sdk/client-{OF_OLD.get(_squeezed(name), name)}")
    return known.get(squeezed, f"@aws-sdk/client-{name}")


def _squeezed(name: str) -> str:
    return name.replace("-", "")
