"""What the last release of a library made of apps, and whether the next one keeps it.

Logical ids are API: where one changes, or a property that cannot be changed, CloudFormation
replaces what another team's data is in. So a library of constructs keeps, with each release, the
templates of some apps that use it, and compares the next version with them.
"""

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

from blockwork.diff.data_at_risk import Template, data_at_risk
from blockwork.diff.differences import cdk_diff, read_assembly
from blockwork.environment import tool_environment

HEADING = re.compile(r"^## \[(?P<version>[\d.]+)\] - (?P<when>\S+)$", re.MULTILINE)
DAY = re.compile(r"\d{4}-\d\d-\d\d")
Templates = Mapping[str, Template]


class ReleaseError(Exception):
    """The version cannot be released; the message says what to do first."""


class Releases:
    """The releases of a library, of which the last one's templates are kept.

    :param folder: where they are: `VERSION/APP/STACK.json`.
    :param changelog: the file, in the form of keepachangelog.com.
    :param apps: Python files that make an app each, by its name; beside one may be a `cdk.json`.
    :param root: where the library can be imported from.
    """

    def __init__(
        self, folder: Path, *, changelog: Path, apps: Mapping[str, Path], root: Path
    ) -> None:
        self.folder, self.changelog, self.apps, self.root = folder, changelog, apps, root

    def last(self) -> str:
        """Return the last version whose templates were kept."""
        return max((each.name for each in self.folder.iterdir()), key=numbers)

    def templates(self, app: str) -> dict[str, Template]:
        """Return what the last release made of an app, by stack; nothing, if the app is newer."""
        files = (self.folder / self.last() / app).glob("*.json")
        return {file.stem: json.loads(file.read_text(encoding="utf-8")) for file in files}

    def synthesise(self, app: str) -> dict[str, Template]:
        """Return what the library makes of an app now, by stack, hashes of assets masked.

        :raises ReleaseError: if the app cannot be synthesised.
        """
        file = self.apps[app]
        settings = file.with_name("cdk.json")
        context = json.loads(settings.read_text()).get("context", {}) if settings.is_file() else {}
        with TemporaryDirectory() as work:
            assembly = Path(work) / "assembly"
            done = subprocess.run(
                [sys.executable, file, work],
                cwd=file.parent if settings.is_file() else self.root,
                env={
                    **tool_environment(),
                    "PYTHONPATH": str(self.root),
                    "CDK_OUTDIR": str(assembly),
                    "CDK_CONTEXT_JSON": json.dumps(context),
                },
                capture_output=True,
                text=True,
                check=False,
            )
            if done.returncode:
                raise ReleaseError(f"{file} cannot be synthesised:\n{done.stdout}{done.stderr}")
            return read_assembly(assembly)[1]

    def refused(self, app: str, now: Templates, version: str) -> list[str]:
        """Return what a version may not make of an app, each with the way out."""
        risks = list(data_at_stake(self.templates(app), now))
        changelog = self.changelog.read_text(encoding="utf-8")
        return unexcused(risks, before=self.last(), now=version, changelog=changelog)

    def keep(self, version: str) -> None:
        """Keep what every app is made into, in the place of the last release's.

        :raises ReleaseError: if the version was kept already, has no day in the changelog, or
            breaks what was without saying so.
        """
        before, changelog = self.last(), self.changelog.read_text(encoding="utf-8")
        if numbers(version) <= numbers(before):
            raise ReleaseError(f"{before} is released: raise the version in pyproject.toml")
        days = {found["version"]: found["when"] for found in HEADING.finditer(changelog)}
        if not DAY.fullmatch(days.get(version, "")):
            raise ReleaseError(
                f"{self.changelog.name} must have a line '## [{version}] - YEAR-MONTH-DAY'"
            )
        made = {name: self.synthesise(name) for name in self.apps}
        for name, templates in made.items():
            if refused := self.refused(name, templates, version):
                raise ReleaseError("\n".join(refused))
        for name, templates in made.items():
            place = self.folder / version / name
            place.mkdir(parents=True)
            for stack, template in templates.items():
                text = json.dumps(template, indent=1, ensure_ascii=False)
                (place / f"{stack}.json").write_text(f"{text}\n", encoding="utf-8")
        shutil.rmtree(self.folder / before)


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
    said = notes(changelog, now) if numbers(now) >= numbers(breaking) else ""
    return [
        f"{risk}. Ids and what cannot be changed are API: keep them, or raise the version to "
        f"{breaking} or more and say under that version in CHANGELOG.md how to come over, with "
        "the logical id in backticks"
        for risk in risks
        if not any(f"`{word}`" in said for word in risk.split())
    ]


def next_breaking(version: str) -> str:
    """Return the first version after one that may break what was (semver.org, 4 and 8)."""
    major, minor, _ = numbers(version)
    return f"{major + 1}.0.0" if major else f"0.{minor + 1}.0"


def notes(changelog: str, version: str) -> str:
    """Return what the changelog says of a version; nothing, if it does not know it."""
    parts = HEADING.split(changelog)
    return dict(zip(parts[1::3], parts[3::3], strict=True)).get(version, "")


def numbers(version: str) -> tuple[int, int, int]:
    """Return the three numbers of a version, by which versions are in order."""
    major, minor, patch = map(int, version.split("."))
    return major, minor, patch
