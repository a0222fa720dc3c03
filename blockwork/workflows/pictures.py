"""Finds the state machines of an assembly, and keeps a picture of each."""

import hashlib
import json
import re
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from blockwork.workflows.dot import as_dot
from constructs_lib.state_machines import text_of

MACHINE = "AWS::StepFunctions::StateMachine"
GENERATED = re.compile(r"(StateMachine)?[0-9A-F]{8}$")
"""What the CDK puts at the end of an id, and what a `Workflow` calls its state machine."""
LAYOUT = """
import { instance } from "@viz-js/viz";
let text = "";
for await (const chunk of process.stdin) text += chunk;
const viz = await instance();
const draw = (dot) => viz.renderString(dot, { format: "svg" });
console.log(JSON.stringify(JSON.parse(text).map(draw)));
"""
NOT_OURS = re.compile(r"<\?xml.*?\?>|<!DOCTYPE.*?>|<!--.*?-->", re.DOTALL)
"""What Graphviz writes before the picture and about itself: its version, in each of them."""
SMALLER = {'font-size="13.00"': 'font-size="11.5"', 'font-size="11.00"': 'font-size="10"'}
"""Graphviz reckons with Helvetica; where a page has none, a wider one must fit into the boxes."""
DRAWN_FROM = re.compile(r"<!-- drawn from ([0-9a-f]{64}) -->")


class DrawingError(Exception):
    """Pictures could not be drawn; the message says why and what to do."""


def find_machines(assembly: Path, *, stage: str = "") -> dict[str, str]:
    """Return the state machines of an assembly as Graphviz's text, by their names.

    A name is that of its stack and its own, such as `Shop-Fulfil`. A definition that lies in a
    bucket, which no template holds, is left out.

    :param stage: only stacks whose names begin with it and `-`, which names omit. Default: all.
    :raises DrawingError: if there is no assembly, or two have the same name.
    """
    if not (assembly / "manifest.json").is_file():
        raise DrawingError(f"{assembly} must be what `cdk synth --output {assembly}` wrote")
    found: dict[str, str] = {}
    stacks = _stack_names(assembly)
    for file in sorted(assembly.rglob("*.template.json")):
        for id_, resource in json.loads(file.read_text("utf-8")).get("Resources", {}).items():
            definition = _definition(resource)
            name = f"{stacks.get(file, file.name.partition('.')[0])}-{GENERATED.sub('', id_)}"
            if definition is None or (stage and not name.startswith(f"{stage}-")):
                continue
            name = name.removeprefix(f"{stage}-") if stage else name
            if name in found:
                raise DrawingError(f"two state machines are called {name}: say --stage")
            found[name] = as_dot(definition)
    return found


def stale(machines: Mapping[str, str], folder: Path) -> list[str]:
    """Return, in sentences, which pictures are not as they would be drawn, or of nothing."""
    there = {file.stem: file for file in folder.glob("*.svg")}
    says = [f"{folder / name}.svg is missing" for name in machines if name not in there]
    for name, file in there.items():
        if name not in machines:
            says.append(f"{file} is of no state machine that there is: delete it")
        elif not _is_drawn_from(machines[name], file):
            says.append(f"{file} is not what the state machine is now")
    return sorted(says)


def draw(machines: Mapping[str, str], folder: Path) -> list[Path]:
    """Draw every picture that is missing or stale, delete those of nothing; return the new ones.

    :raises DrawingError: if there is no Node.js, or no package `@viz-js/viz`.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for file in folder.glob("*.svg"):
        if file.stem not in machines:
            file.unlink()
    due = {
        name: dot
        for name, dot in machines.items()
        if not _is_drawn_from(dot, folder / f"{name}.svg")
    }
    pictures = _lay_out([*due.values()]) if due else []
    for (name, dot), svg in zip(due.items(), pictures, strict=True):
        clean = NOT_OURS.sub("", svg).strip()
        for size, smaller in SMALLER.items():
            clean = clean.replace(size, smaller)
        text = f"<!-- drawn from {_digest(dot)} -->\n{clean}\n"
        (folder / f"{name}.svg").write_text(text, "utf-8")
    return [folder / f"{name}.svg" for name in due]


def _is_drawn_from(dot: str, file: Path) -> bool:
    said = DRAWN_FROM.search(file.read_text("utf-8")) if file.is_file() else None
    return said is not None and said[1] == _digest(dot)


def _digest(dot: str) -> str:
    return hashlib.sha256(dot.encode()).hexdigest()


def _definition(resource: Mapping[str, Any]) -> dict[str, Any] | None:
    if resource.get("Type") != MACHINE:
        return None
    properties = resource.get("Properties", {})
    given: dict[str, Any] | None = properties.get("Definition")
    text = properties.get("DefinitionString")
    return json.loads(text_of(text)) if text else given


def _stack_names(assembly: Path) -> dict[Path, str]:
    """Return what stacks are called, by the files of their templates."""
    names: dict[Path, str] = {}
    for manifest in assembly.rglob("manifest.json"):
        for id_, artifact in json.loads(manifest.read_text("utf-8")).get("artifacts", {}).items():
            if artifact["type"] == "aws:cloudformation:stack":
                said = artifact["properties"]
                names[manifest.parent / said["templateFile"]] = said.get("stackName", id_)
    return names


def _lay_out(dots: list[str]) -> list[str]:
    """Let Graphviz draw, in the machine's Node.js, from the packages of the present folder."""
    node = shutil.which("node")
    if node is None:
        raise DrawingError("no `node` is on the path, which draws: install Node.js")
    done = subprocess.run(
        [node, "--input-type=module", "--eval", LAYOUT],
        input=json.dumps(dots),
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    if done.returncode:
        missing = "ERR_MODULE_NOT_FOUND" in done.stderr
        raise DrawingError(
            "Graphviz is not here: add @viz-js/viz to what this folder's package.json asks for"
            if missing
            else f"Graphviz could not draw: {done.stderr.strip()}"
        )
    pictures: list[str] = json.loads(done.stdout)
    return pictures
