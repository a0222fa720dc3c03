"""Find what differs between the templates of two cloud assemblies."""

import json
import os
import re
import subprocess
import tempfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from blockwork.diff.data_at_risk import Template, data_at_risk
from blockwork.diff.stale_references import readers_of, stale_references
from blockwork.local.toolchain import Toolchain, cdk_program, tool_environment

ASSET_HASH = re.compile(r"[0-9a-f]{64}")
ACCOUNT = re.compile(r"\b\d{12}\b")
STACK_TYPE = "aws:cloudformation:stack"
# The oldest schema that has what a template needs; every CLI of major version 2 reads it.
ASSEMBLY_VERSION = "36.0.0"

Differ = Callable[[Template, Template], str]


class TemplateDiffError(Exception):
    """The templates cannot be compared; the message says what to do about it."""


@dataclass(frozen=True, kw_only=True)
class Difference:
    """What changes in one stack, or alike in several.

    :param stacks: their names.
    :param text: as `cdk diff` tells it of the first of them.
    :param risks: resources that hold data and may lose it, one line each; first their stack.
    :param stale: what stacks that stay the same go on reading as it was, one line each.
    """

    stacks: tuple[str, ...]
    text: str
    risks: tuple[str, ...]
    stale: tuple[str, ...] = ()


def find_differences(base: Path, head: Path, differ: Differ | None = None) -> list[Difference]:
    """Compare every stack of two cloud assemblies, also those that only one of them has.

    :param differ: tells the difference of two templates. Default: the CDK CLI.
    :raises TemplateDiffError: if a folder is no cloud assembly, or the CLI fails.
    :raises LocalStageError: if the CLI cannot be installed.
    """
    (was_written, before), (is_written, after) = read_assembly(base), read_assembly(head)
    skipped = [name for name, text in is_written.items() if was_written.get(name) == text]
    readers = readers_of({name: after[name] for name in skipped})
    changed = [
        name for name in sorted(before | after) if before.get(name, {}) != after.get(name, {})
    ]
    pairs = [(before.get(name, {}), after.get(name, {})) for name in changed]
    if pairs and differ is None:
        Toolchain().command_line()
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        texts = list(pool.map(lambda pair: (differ or cdk_diff)(*pair), pairs))
    alike: dict[str, list[int]] = {}
    for index, (name, text) in enumerate(zip(changed, texts, strict=True)):
        stage, _, service = name.partition("-")
        what = re.sub(rf"\b{re.escape(stage)}\b", "", ACCOUNT.sub("", text), flags=re.IGNORECASE)
        alike.setdefault(f"{service}\n{what}", []).append(index)
    return [
        Difference(
            stacks=tuple(changed[index] for index in group),
            text=texts[group[0]],
            risks=tuple(
                f"{changed[index]}: {risk}"
                for index in group
                for risk in data_at_risk(*pairs[index], texts[index])
            ),
            stale=tuple(
                line
                for index in group
                for line in stale_references(
                    changed[index], *pairs[index], texts[index], readers.get(changed[index], {})
                )
            ),
        )
        for group in alike.values()
    ]


def read_assembly(folder: Path) -> tuple[dict[str, str], dict[str, Template]]:
    """Return the templates of a cloud assembly by stack name: as written, and without hashes.

    Hashes of assets follow the runtime code, which has tests of its own.

    :raises TemplateDiffError: if the folder is no cloud assembly.
    """
    manifest = folder / "manifest.json"
    if not os.path.isfile(manifest):  # noqa: PTH113 -- which takes any name, however long
        raise TemplateDiffError(
            f"{folder} is no cloud assembly: make one with 'cdk synth --output {folder}'"
        )
    try:
        artifacts: dict[str, Any] = json.loads(manifest.read_text()).get("artifacts", {})
        found = {
            str(artifact["properties"].get("stackName", name)): (
                folder / artifact["properties"]["templateFile"]
            ).read_text()
            for name, artifact in artifacts.items()
            if artifact["type"] == STACK_TYPE
        }
        return found, {name: json.loads(ASSET_HASH.sub("<asset>", found[name])) for name in found}
    except (OSError, ValueError, LookupError, AttributeError, TypeError, RecursionError) as error:
        raise TemplateDiffError(
            f"{folder} is a broken cloud assembly ({type(error).__name__}: {error}): make it again"
            f" with 'cdk synth --output {folder}'"
        ) from error


def cdk_diff(before: Template, after: Template) -> str:
    """Return what the CDK CLI says of two templates.

    :raises TemplateDiffError: if it cannot say.
    """
    stack = {
        "type": STACK_TYPE,
        "environment": "aws://unknown-account/unknown-region",
        "properties": {"templateFile": "after.json"},
    }
    manifest = {"version": ASSEMBLY_VERSION, "artifacts": {"Stack": stack}}
    with tempfile.TemporaryDirectory() as work:
        for name, content in (("manifest", manifest), ("before", before), ("after", after)):
            (Path(work) / f"{name}.json").write_text(json.dumps(content))
        command: list[str | Path] = [cdk_program(), "diff", "Stack"]
        command += ["--app", ".", "--template", "before.json", "--no-notices"]
        result = subprocess.run(
            command,
            cwd=work,
            # CI: everything but errors to standard output.
            env={**tool_environment(), "CI": "true"},
            capture_output=True,
            text=True,
            check=False,
        )
    if result.returncode:
        raise TemplateDiffError(f"cdk diff failed:\n{result.stderr.strip()}")
    said = result.stdout.partition("Stack Stack\n")[2].partition("\n✨")[0]
    return said.strip("\n")
