"""Nothing that holds data changes its identity between two releases without being announced."""

import copy
import re
from pathlib import Path
from typing import Any

import pytest

from blockwork.diff import releases
from blockwork.diff.releases import ReleaseError, Releases, data_at_stake, unexcused
from tests.packaging.conftest import ROOT
from tools.release import EVERY_BLOCK, RELEASES, current_version

APPS = RELEASES.apps
COMPARED = [app for app in APPS if RELEASES.templates(app)]
"""All but those that are newer than the last release."""
KINDS = {"Added", "Changed", "Deprecated", "Fixed", "Removed", "Security"}
CHANGELOG = RELEASES.changelog.read_text(encoding="utf-8")


def test_every_example_is_one_of_the_apps() -> None:
    examples = {file.parent.name for file in (ROOT / "examples").glob("*/app.py")}

    assert APPS.keys() == {"every_block", *examples}
    assert "every_block" in COMPARED


@pytest.mark.parametrize("app", COMPARED)
def test_what_the_last_release_made_of_an_app_keeps_its_data(app: str) -> None:
    assert not RELEASES.refused(app, RELEASES.synthesise(app), current_version())


RISK = "Every: AWS::SQS::Queue Failures/Queue FailuresQueueB0898B50 will be deleted"
SAID = "## [0.3.0] - unreleased\n\n- `FailuresQueueB0898B50`: import\n\n## [0.2.0] - 2030-01-31\n"


def test_what_is_renamed_removed_or_replaced_is_found() -> None:
    before = RELEASES.templates("every_block")
    after: dict[str, Any] = copy.deepcopy(before)
    resources = after["Every"]["Resources"]
    resources["Renamed"] = resources.pop("FailuresQueueB0898B50")
    resources["OrdersA9B65338"]["Properties"]["KeySchema"][0]["AttributeName"] = "other"
    resources["UsersPoolBFC35D3B"]["Properties"]["UsernameAttributes"] = ["phone_number"]
    resources["AtRest664B5C49"]["Properties"]["Description"] = "may change"

    found = list(data_at_stake(before, after))

    (queue,) = (line for line in found if "FailuresQueueB0898B50" in line)
    assert "Every: AWS::SQS::Queue" in queue
    assert sum("OrdersA9B65338" in line for line in found) == 1
    assert sum("UsersPoolBFC35D3B" in line for line in found) == 1
    assert len(found) == 3
    assert len(list(data_at_stake(before, {}))) > 10, "a stack that is gone"


@pytest.mark.parametrize(
    ("before", "now", "changelog", "refused"),
    [
        ("0.2.0", "0.3.0", SAID, False),
        ("0.2.0", "0.2.0", SAID, True),
        ("0.2.0", "0.2.1", SAID.replace("0.3.0", "0.2.1"), True),
        ("0.2.0", "0.3.0", SAID.replace("FailuresQueueB0898B50", "FailuresQueue"), True),
        ("0.2.0", "0.3.0", SAID.replace("0.3.0", "0.4.0"), True),
        ("0.2.0", "1.0.0", SAID.replace("0.3.0", "1.0.0"), False),
        ("1.2.0", "1.3.0", SAID.replace("0.3.0", "1.3.0"), True),
        ("1.2.0", "2.0.0", SAID.replace("0.3.0", "2.0.0"), False),
    ],
)
def test_it_takes_a_version_that_may_break_and_a_way_over(
    before: str, now: str, changelog: str, refused: bool
) -> None:
    found = unexcused([RISK], before=before, now=now, changelog=changelog)

    assert len(found) == refused
    assert all("raise the version to " in each and RISK in each for each in found)


def test_the_changelog_has_its_form_and_the_version_that_is_being_made() -> None:
    headings = list(releases.HEADING.finditer(CHANGELOG))
    versions = [found["version"] for found in headings]

    assert CHANGELOG.startswith("# Changelog\n")
    assert re.findall(r"^## .*$", CHANGELOG, re.MULTILINE) == [found[0] for found in headings]
    assert versions[0] == current_version()
    assert versions == sorted(versions, key=releases.numbers, reverse=True)
    assert RELEASES.last() in versions
    assert all(releases.DAY.fullmatch(found["when"]) for found in headings[1:])
    assert set(re.findall(r"^### (.*)$", CHANGELOG, re.MULTILINE)) <= KINDS


GONE = "[-] AWS::SQS::Queue Q destroy"


Made = dict[str, dict[str, Any]]


class OneApp(Releases):
    """Releases of a library with one app, which a test lays out."""

    def __init__(self, folder: Path) -> None:
        changelog = folder.with_suffix(".md")
        changelog.write_text("## [0.2.0] - 2030-01-31\n\n## [0.1.0] - 2030-01-30\n")
        apps = {"every_block": EVERY_BLOCK}
        super().__init__(folder, changelog=changelog, apps=apps, root=ROOT)
        self.made: Made = {"Every": {"Resources": {"Q": {"Type": "AWS::SQS::Queue"}}}}

    def synthesise(self, app: str) -> Made:
        return self.made


@pytest.fixture
def one_app(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> OneApp:
    """Return the releases of a library whose last one is 0.1.0."""
    released = tmp_path / "0.1.0" / "every_block"
    released.mkdir(parents=True)
    (released / "Every.json").write_text('{"Resources": {"Q": {"Type": "AWS::SQS::Queue"}}}')
    monkeypatch.setattr(
        releases, "cdk_diff", lambda _, after: "" if "Q" in after["Resources"] else GONE
    )
    return OneApp(tmp_path)


def test_a_release_keeps_its_templates_in_the_place_of_the_last(one_app: OneApp) -> None:
    one_app.made["Every"]["Resources"]["New"] = {"Type": "AWS::SNS::Topic"}

    one_app.keep("0.2.0")

    assert one_app.last() == "0.2.0"
    assert one_app.templates("every_block") == one_app.made
    assert not (one_app.folder / "0.1.0").exists()


@pytest.mark.parametrize(
    ("version", "message"),
    [
        ("0.1.0", "0.1.0 is released: raise the version"),
        ("0.3.0", r"must have a line '## \[0.3.0\] - YEAR"),
    ],
)
def test_a_version_that_is_not_ready_is_not_kept(
    one_app: OneApp, version: str, message: str
) -> None:
    with pytest.raises(ReleaseError, match=message):
        one_app.keep(version)
    assert one_app.last() == "0.1.0"


def test_nor_is_one_that_breaks_what_was_without_a_word(one_app: OneApp) -> None:
    one_app.made["Every"]["Resources"] = {"Renamed": {"Type": "AWS::SQS::Queue"}}

    with pytest.raises(ReleaseError, match=r"Every: AWS::SQS::Queue Q .*: keep them, or raise"):
        one_app.keep("0.2.0")
    assert one_app.last() == "0.1.0"


def test_an_app_that_fails_is_told_with_its_words(tmp_path: Path) -> None:
    app = tmp_path / "app.py"
    app.write_text("raise SystemExit('no such table')")
    broken = Releases(tmp_path, changelog=RELEASES.changelog, apps={"broken": app}, root=ROOT)

    with pytest.raises(ReleaseError, match=r"(?s)app\.py cannot be synthesised:.*no such table"):
        broken.synthesise("broken")
