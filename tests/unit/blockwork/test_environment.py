import ast
import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from blockwork import environment
from blockwork.environment import persons_environment, tool_environment
from blockwork.local.places import LOCAL, REPOSITORY
from tests.hostile import HOSTILE, PROXIES, REGISTRIES


@pytest.fixture
def plain(tmp_path: Path) -> dict[str, str]:
    """Return the environment of somebody who has exported nothing."""
    return {"HOME": str(tmp_path), "PATH": os.defpath, "USER": "somebody", "TERM": "dumb"}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_variable_for_something_else_changes_nothing(plain: dict[str, str], name: str) -> None:
    seen = persons_environment(aws=False, given={**plain, name: HOSTILE[name]})

    assert seen == persons_environment(aws=False, given=plain)


@pytest.mark.parametrize("name", REGISTRIES)
def test_what_reaches_the_registries_is_kept(plain: dict[str, str], name: str) -> None:
    assert persons_environment(aws=False, given={**plain, **REGISTRIES})[name] == REGISTRIES[name]


def test_what_ci_says_to_the_tests_is_kept(plain: dict[str, str]) -> None:
    workflow = yaml.safe_load((REPOSITORY / ".github" / "workflows" / "tests.yml").read_text())
    steps = [step for job in workflow["jobs"].values() for step in job["steps"]]
    said = {name: str(value) for step in steps for name, value in step.get("env", {}).items()}
    said["CI"] = "true"  # as GitHub says it everywhere

    assert len(said) > 1
    assert said.items() <= persons_environment(aws=False, given={**plain, **said}).items()


def test_what_signs_in_to_aws_is_kept_where_it_may_be(plain: dict[str, str]) -> None:
    given = {**plain, "AWS_PROFILE": "mine", "AWS_REGION": "eu-west-2"}

    assert persons_environment(aws=True, given=given)["AWS_PROFILE"] == "mine"
    assert "AWS_PROFILE" not in persons_environment(aws=False, given=given)


@pytest.mark.parametrize("proxy", PROXIES)
def test_no_proxy_stands_between_this_machine_and_itself(plain: dict[str, str], proxy: str) -> None:
    given = {**plain, proxy: "http://proxy.example", "NO_PROXY": "intern.example, localhost"}

    spared = persons_environment(aws=False, given=given)

    assert spared["NO_PROXY"] == spared["no_proxy"] == "intern.example,localhost,127.0.0.1,::1"


@pytest.mark.parametrize("home", [None, "", "/dev/null", "/nowhere", "/proc", "relative"])
def test_a_home_that_is_none_is_the_checkouts(plain: dict[str, str], home: str | None) -> None:
    given = {name: value for name, value in plain.items() if name != "HOME"}
    seen = persons_environment(aws=False, given=given if home is None else {**given, "HOME": home})

    assert seen["HOME"] == str(LOCAL / "home")
    for cache in ("UV_CACHE_DIR", "npm_config_cache", "JSII_RUNTIME_PACKAGE_CACHE_ROOT"):
        assert Path(seen[cache]).is_relative_to(LOCAL)


@pytest.mark.parametrize("path", [None, "", ":"])
def test_without_a_path_the_systems_programs_are_found(
    plain: dict[str, str], path: str | None
) -> None:
    given = {name: value for name, value in plain.items() if name != "PATH"}
    seen = persons_environment(aws=False, given=given if path is None else {**given, "PATH": path})

    assert seen["PATH"].split(os.pathsep)[0] == str(REPOSITORY / ".venv" / "bin")
    assert "" not in seen["PATH"].split(os.pathsep)


def test_making_it_twice_is_making_it_once(plain: dict[str, str]) -> None:
    once = persons_environment(aws=True, given={**plain, **HOSTILE, **REGISTRIES})

    assert persons_environment(aws=True, given=once) == once


def test_a_tool_has_a_home_without_anybodys_settings(
    plain: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / ".npmrc").write_text("registry=https://mirror.example/npm")
    (tmp_path / ".config").mkdir()
    for name in list(os.environ):
        monkeypatch.delenv(name)
    for name, value in {**plain, **HOSTILE}.items():
        monkeypatch.setenv(name, value)

    seen = tool_environment()

    assert seen["HOME"] == str(LOCAL / "home")
    assert seen["npm_config_userconfig"] == str(tmp_path / ".npmrc")
    assert seen["XDG_CONFIG_HOME"] == str(tmp_path / ".config")
    assert seen["npm_config_cache"] == str(tmp_path / ".npm")
    assert not [name for name, value in HOSTILE.items() if seen.get(name) == value]


def test_the_command_line_answers_alike_with_all_of_them(tmp_path: Path) -> None:
    # Before any of our code runs, Python itself would not start, or not look here; make helps.
    before_us = ("PYTHONHOME", "PYTHONSAFEPATH", "PYTHONINSPECT")
    hostile = {name: value for name, value in HOSTILE.items() if name not in before_us}
    hostile["HOME"] = "/dev/null"
    command = [
        sys.executable,
        "-m",
        "blockwork",
        "local",
        "status",
        "--directory",
        str(tmp_path / "größe"),
    ]

    done = subprocess.run(
        command, cwd=REPOSITORY, env=hostile, capture_output=True, check=False, encoding="utf-8"
    )

    assert done.stderr == ""
    assert done.stdout == "The local stage is not running: make up\n"
    assert done.returncode == 1


def test_the_makefiles_shell_can_be_run() -> None:
    assert (REPOSITORY / "tools" / "shell").stat().st_mode & stat.S_IXUSR


def test_whatever_python3_there_is_can_read_it() -> None:
    source = Path(environment.__file__).read_text(encoding="utf-8")

    ast.parse(source, feature_version=(3, 7))
