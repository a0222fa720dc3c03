"""What the last release of the library made of every app here, and whether this one keeps it.

Logical ids are API: where one changes, or a property that cannot be changed, CloudFormation
replaces what another team's data is in. `python -m tools.release` keeps the templates of the
version that is being released; `make test` compares with the last ones that were kept.
"""

import argparse
import json
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

from blockwork.diff.data_at_risk import Template, data_at_risk
from blockwork.diff.differences import cdk_diff, read_assembly
from blockwork.environment import tool_environment

ROOT = Path(__file__).parents[1]
RELEASED = ROOT / "tests" / "packaging" / "released"
EVERY_BLOCK = ROOT / "tests" / "packaging" / "every_block.py"
CHANGELOG = ROOT / "CHANGELOG.md"
HEADING = re.compile(r"^## \[(?P<version>[\d.]+)\] - (?P<when>\S+)$", re.MULTILINE)
DAY = re.compile(r"\d{4}-\d\d-\d\d")
Templates = Mapping[str, Template]


class ReleaseError(Exception):
    """The version cannot be released; the message says what to do first."""


def apps() -> dict[str, Path]:
    """Return every app that is made of the library alone, by its name."""
    examples = sorted((ROOT / "examples").glob("*/app.py"))
    return {EVERY_BLOCK.stem: EVERY_BLOCK, **{app.parent.name: app for app in examples}}


def synthesise(app: Path) -> dict[str, Template]:
    """Return an app's templates by stack, hashes of assets masked.

    :raises ReleaseError: if the app cannot be synthesised.
    """
    settings = app.with_name("cdk.json")
    context = json.loads(settings.read_text()).get("context", {}) if settings.is_file() else {}
    with TemporaryDirectory() as work:
        assembly = Path(work) / "assembly"
        done = subprocess.run(
            [sys.executable, app, work],
            cwd=app.parent if settings.is_file() else ROOT,
            env={
                **tool_environment(),
                "PYTHONPATH": str(ROOT),
                "CDK_OUTDIR": str(assembly),
                "CDK_CONTEXT_JSON": json.dumps(context),
            },
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise ReleaseError(f"{app} cannot be synthesised:\n{done.stdout}{done.stderr}")
        return read_assembly(assembly)[1]


def current_version() -> str:
    """Return the version that pyproject.toml names."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return str(project["version"])


def released_version(folder: Path = RELEASED) -> str:
    """Return the last version whose templates were kept."""
    return max((each.name for each in folder.iterdir()), key=_numbers)


def released_templates(app: str, folder: Path = RELEASED) -> dict[str, Template]:
    """Return what the last release made of an app; nothing, if the app is newer."""
    files = (folder / released_version(folder) / app).glob("*.json")
    return {file.stem: json.loads(file.read_text(encoding="utf-8")) for file in files}


def data_at_stake(before: Templates, after: Templates) -> Iterator[str]:
    """Yield a line for each resource that holds data and would not be what it was."""
    for stack, template in before.items():
        now = after.get(stack, {})
        if now != template:
            for line in data_at_risk(template, now, cdk_diff(template, now)):
                yield f"{stack}: {line}"


def unexcused(risks: list[str], *, before: str, now: str, changelog: str) -> list[str]:
    """Return which of these a version may not bring, each with the way out.

    :param before: the version that was released last.
    :param now: the version that is being made.
    """
    breaking = next_breaking(before)
    said = notes(changelog, now) if _numbers(now) >= _numbers(breaking) else ""
    return [
        f"{risk}. Ids and what cannot be changed are API: keep them, or raise the version to "
        f"{breaking} or more and say under that version in CHANGELOG.md how to come over, with "
        "the logical id in backticks"
        for risk in risks
        if not any(f"`{word}`" in said for word in risk.split())
    ]


def next_breaking(version: str) -> str:
    """Return the first version after one that may break what was (semver.org, 4 and 8)."""
    major, minor, _ = _numbers(version)
    return f"{major + 1}.0.0" if major else f"0.{minor + 1}.0"


def notes(changelog: str, version: str) -> str:
    """Return what the changelog says of a version; nothing, if it does not know it."""
    parts = HEADING.split(changelog)
    return dict(zip(parts[1::3], parts[3::3], strict=True)).get(version, "")


def keep(version: str, folder: Path = RELEASED) -> None:
    """Keep what every app is made into, in the place of the last release's.

    :raises ReleaseError: if the version was kept already, has no day in the changelog, or breaks
        what was without saying so.
    """
    before, changelog = released_version(folder), CHANGELOG.read_text(encoding="utf-8")
    if _numbers(version) <= _numbers(before):
        raise ReleaseError(f"{before} is released: raise the version in pyproject.toml")
    days = {found["version"]: found["when"] for found in HEADING.finditer(changelog)}
    if not DAY.fullmatch(days.get(version, "")):
        raise ReleaseError(f"CHANGELOG.md must have a line '## [{version}] - YEAR-MONTH-DAY'")
    made = {name: synthesise(app) for name, app in apps().items()}
    for name, templates in made.items():
        risks = list(data_at_stake(released_templates(name, folder), templates))
        if refused := unexcused(risks, before=before, now=version, changelog=changelog):
            raise ReleaseError("\n".join(refused))
    for name, templates in made.items():
        (folder / version / name).mkdir(parents=True)
        for stack, template in templates.items():
            text = json.dumps(template, indent=1, ensure_ascii=False)
            (folder / version / name / f"{stack}.json").write_text(f"{text}\n", encoding="utf-8")
    shutil.rmtree(folder / before)


def _numbers(version: str) -> tuple[int, int, int]:
    major, minor, patch = map(int, version.split("."))
    return major, minor, patch


if __name__ == "__main__":
    argparse.ArgumentParser(prog="python -m tools.release", description=__doc__).parse_args()
    try:
        keep(current_version())
    except ReleaseError as error:
        sys.exit(f"error: {error}")
