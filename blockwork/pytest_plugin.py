"""The pytest plugin: what an app's tests take as fixtures.

Nothing is imported or synthesised before a test asks for it.
"""

from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from blockwork.testing import (
        EnvironmentContract,
        Judged,
        PinnedIds,
        Rule,
        StackSnapshot,
        SynthesisedApp,
        SynthesisedStack,
    )


pytest.register_assert_rewrite("blockwork.testing.snapshots")


class Kit:
    """What one session has of its app.

    :param root: the folder of `pyproject.toml`.
    :param built: a folder of assemblies that were synthesised before.
    """

    def __init__(self, root: Path, built: Path | None) -> None:
        self.root = root
        self.built = built
        self.error = ""
        self._folders: list[Path] = []

    @cached_property
    def rules(self) -> "dict[str, Rule]":
        """The library's rules by their ids."""
        from blockwork.testing.rules import RULES

        return {rule.id: rule for rule in RULES}

    @cached_property
    def app(self) -> "SynthesisedApp | None":
        """All stacks, synthesised once; None if that fails, which `error` then tells of."""
        from blockwork.testing.settings import SettingsError
        from blockwork.testing.synthesis import SynthesisError

        try:
            return self._synthesise()
        except (SettingsError, SynthesisError) as error:
            self.error = str(error)
            return None

    def _synthesise(self) -> "SynthesisedApp":
        from blockwork.testing.environment import environment
        from blockwork.testing.judging import refuse_unknown_rules
        from blockwork.testing.lint import cfn_lint
        from blockwork.testing.settings import read_settings
        from blockwork.testing.synthesis import (
            built_assemblies,
            read_app,
            synthesise,
            temporary_folder,
        )

        settings = read_settings(self.root / "pyproject.toml")
        refuse_unknown_rules(settings.opt_outs, (*self.rules.values(), environment, cfn_lint))
        scratch = temporary_folder()
        self._folders.append(scratch)
        folder = synthesise(self.root, settings, scratch / "cdk.out")
        self._folders.append(folder)
        built = built_assemblies(self.built) if self.built else []
        return read_app([folder, *built], settings, scratch)

    def close(self) -> None:
        """Delete what the session has made."""
        if self._folders:
            from blockwork.testing.synthesis import forget

            for folder in self._folders:
                forget(folder)


KIT = pytest.StashKey[Kit]()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options."""
    group = parser.getgroup("blockwork", "Blockwork: tests of a CDK app")
    group.addoption(
        "--pin-ids",
        action="store_true",
        help="pin the ids of new resources that hold data; those that are gone stay pinned",
    )
    group.addoption(
        "--assemblies",
        type=Path,
        metavar="FOLDER",
        help="test what was synthesised before: each assembly in FOLDER stands in for its stacks",
    )


def pytest_configure(config: pytest.Config) -> None:
    """Make the session's kit, which does nothing yet."""
    config.stash[KIT] = Kit(config.rootpath, config.getoption("assemblies"))


def pytest_unconfigure(config: pytest.Config) -> None:
    """Leave nothing behind."""
    config.stash[KIT].close()


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run a test for every stack or every rule: none is forgotten."""
    kit = metafunc.config.stash[KIT]
    if "synthesised_stack" in metafunc.fixturenames:
        if kit.app is None:
            raise pytest.Collector.CollectError(kit.error)
        metafunc.parametrize("synthesised_stack", sorted(kit.app.stacks), indirect=True)
    if "template_rule" in metafunc.fixturenames:
        metafunc.parametrize("template_rule", kit.rules, indirect=True)


@pytest.fixture(scope="session")
def synthesised_app(pytestconfig: pytest.Config) -> "SynthesisedApp":
    """Return every stack of every stage, synthesised once a session."""
    kit = pytestconfig.stash[KIT]
    if kit.app is None:
        pytest.fail(kit.error, pytrace=False)
    return kit.app


@pytest.fixture
def synthesised_stack(
    request: pytest.FixtureRequest, synthesised_app: "SynthesisedApp"
) -> "SynthesisedStack":
    """Return one stack; the test runs for each."""
    return synthesised_app.stacks[request.param]


@pytest.fixture
def stack_snapshot(
    request: pytest.FixtureRequest, synthesised_stack: "SynthesisedStack"
) -> "StackSnapshot":
    """Return one stack's template and the reviewed one; the test runs for each stack."""
    from blockwork.testing.snapshots import StackSnapshot

    return StackSnapshot(synthesised_stack, request.getfixturevalue("snapshot"))


@pytest.fixture
def template_rule(request: pytest.FixtureRequest, synthesised_app: "SynthesisedApp") -> "Judged":
    """Return one rule, to be held against all templates; the test runs for each rule."""
    from blockwork.testing.judging import Judged

    return Judged(request.config.stash[KIT].rules[request.param], synthesised_app)


@pytest.fixture
def cfn_lint(synthesised_app: "SynthesisedApp") -> "Judged":
    """Return what cfn-lint says of all templates; it takes half a second for each."""
    from blockwork.testing.judging import Judged
    from blockwork.testing.lint import cfn_lint

    return Judged(cfn_lint, synthesised_app)


@pytest.fixture
def pinned_ids(request: pytest.FixtureRequest, synthesised_app: "SynthesisedApp") -> "PinnedIds":
    """Return the ids of what holds data, and those in `pinned_ids.json` beside the test."""
    from blockwork.testing.pins import PinnedIds

    file = request.path.with_name("pinned_ids.json")
    return PinnedIds(synthesised_app, file, accept=bool(request.config.getoption("pin_ids")))


@pytest.fixture(scope="session")
def environment_contract(synthesised_app: "SynthesisedApp") -> "EnvironmentContract":
    """Return what handlers read of the environment, and what their templates give them."""
    from blockwork.testing.environment import EnvironmentContract

    return EnvironmentContract(synthesised_app)


@pytest.fixture(scope="session")
def public_routes(synthesised_app: "SynthesisedApp") -> dict[str, list[str]]:
    """Return the routes without an authorizer, by the name of their stack."""
    from blockwork.testing.routes import public_routes_of

    return public_routes_of(synthesised_app)
