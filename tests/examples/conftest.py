"""One wheel in one environment for all of `examples`, and for an app that is begun with it."""

from pathlib import Path

import pytest
import uv

from tests.account import ROOT
from tests.examples.team import Environment, NewTeam, PlatformTeam, Team, must
from tests.packaging.conftest import run

GROUPS = {"orders": ("test", "local"), "files": ("test", "local"), "site": ("test", "local")}
"""What each team installs to test its app and to run it here."""


@pytest.fixture(scope="session")
def teams(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Team]:
    """Return every team by its name; what they all ask for is installed once, for all of them."""
    folder = tmp_path_factory.mktemp("elsewhere")
    wheels = folder / "dist"
    must(run(uv.find_uv_bin(), "build", "--wheel", "--out-dir", wheels, ROOT, cwd=folder))
    environment = Environment(folder)
    teams = [Team(name, folder, environment) for name in GROUPS]
    teams += [NewTeam("shop", folder, environment), PlatformTeam("platform", folder, environment)]
    groups = {**GROUPS, "shop": ("dev",), "platform": ()}
    environment.install(
        {each.folder / "pyproject.toml": groups[each.name] for each in teams}, wheels
    )
    return {each.name: each for each in teams}


@pytest.fixture(scope="session")
def orders(teams: dict[str, Team]) -> Team:
    """Return the team of `examples/orders`."""
    return teams["orders"]


@pytest.fixture(scope="session")
def files(teams: dict[str, Team]) -> Team:
    """Return the team of `examples/files`."""
    return teams["files"]


@pytest.fixture(scope="session")
def site(teams: dict[str, Team]) -> Team:
    """Return the team of `examples/site`."""
    return teams["site"]


@pytest.fixture(scope="session")
def examples(orders: Team, files: Team, site: Team) -> list[Team]:
    """Return the teams of all of `examples`."""
    assert {each.name for each in (orders, files, site)} == {
        each.name for each in Path(ROOT / "examples").iterdir() if each.is_dir()
    }
    return [orders, files, site]
