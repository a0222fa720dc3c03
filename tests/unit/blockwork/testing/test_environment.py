"""What handlers read of the environment, against what their templates give them."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from blockwork.testing import EnvironmentContract
from blockwork.testing.variables import variables_in
from tests.unit.blockwork.testing.assemblies import function, read, write_asset, write_stack

Contract = Callable[..., EnvironmentContract]


@pytest.fixture
def contract(tmp_path: Path) -> Contract:
    """Return the contract of functions, each with the files of its bundle."""

    def write(**functions: tuple[Mapping[str, str], Mapping[str, str]]) -> EnvironmentContract:
        resources = {
            name: function(write_asset(tmp_path / "app", name * 8, files), **given)
            for name, (files, given) in functions.items()
        }
        write_stack(tmp_path / "app", "Shop", resources)
        return EnvironmentContract(read(tmp_path / "app"))

    return write


@pytest.mark.parametrize(
    ("source", "needed", "asked", "unclear"),
    [
        ("import os\nos.environ['A']", {"A"}, set(), set()),
        ("from os import environ\nenviron['A']", {"A"}, set(), set()),
        ("from os import environ as env, getenv\nenv['A'], getenv('B')", {"A"}, {"B"}, set()),
        ("import os\nos.environ.get('A', ''), os.getenv('B')", set(), {"A", "B"}, set()),
        ("import os\nNAME = 'A'\ndef f():\n    return os.environ[NAME]", {"A"}, set(), set()),
        ("import os\nif 'A' in os.environ:\n    os.environ['A']", set(), {"A"}, set()),
        ("import os\nos.environ['A'] = 'set here'", set(), set(), set()),
        ("import os\nint(os.environ.get('A', os.environ['B']))", {"B"}, {"A"}, set()),
        ("import os\nf'{os.environ[\"A\"]}'", {"A"}, set(), set()),
        ("import os\ndef f(name):\n    return os.environ[name]", set(), set(), {3}),
        ("import os\nsettings = dict(os.environ)", set(), set(), {2}),
        ("import os\nos.environ.items()", set(), set(), {2}),
        ("environ = {}\nenviron['A']\nclass os:\n    environ = {}", set(), set(), set()),
    ],
)
def test_what_a_module_reads_is_found_as_it_reads_it(
    source: str, needed: set[str], asked: set[str], unclear: set[int], tmp_path: Path
) -> None:
    (tmp_path / "module.py").write_text(source)

    found = variables_in(tmp_path / "module.py")

    assert (set(found.needed), set(found.asked), set(found.unclear)) == (needed, asked, unclear)


def findings(contract: EnvironmentContract) -> dict[str, str]:
    return {one.at.partition("/")[2]: one.says for one in contract.findings()}


PLACE = {
    "place.py": "from shared import tables\n",
    "shared/__init__.py": "",
    "shared/tables.py": "import os\nTABLE = os.environ['TABLE']\n",
    "other.py": "import os\nos.environ['OTHER']\n",
}


def test_the_modules_that_the_handler_imports_count_and_no_others(contract: Contract) -> None:
    found = findings(contract(Place=(PLACE, {"OTHER": "x"})))

    assert {*found} == {
        "Place (AWS::Lambda::Function) TABLE",
        "Place (AWS::Lambda::Function) OTHER",
    }
    read = found["Place (AWS::Lambda::Function) TABLE"]
    assert "place.handler reads TABLE, and the template gives OTHER" in read


def test_what_is_given_and_read_is_no_finding(contract: Contract) -> None:
    contract(Place=(PLACE, {"TABLE": "x"})).check()


def test_functions_that_have_a_module_of_the_same_name_are_not_mixed_up(
    contract: Contract,
) -> None:
    other = {"place.py": "import os\nos.environ['QUEUE']\n"}

    contract(Place=(PLACE, {"TABLE": "x"}), Other=(other, {"QUEUE": "x"})).check()


def test_a_module_of_another_bundle_is_none_of_this_one(contract: Contract) -> None:
    tries = {"place.py": "try:\n    import extra\nexcept ImportError:\n    extra = None\n"}
    has = {"handle.py": "", "extra.py": "import os\nos.environ['EXTRA']\n"}

    contract(Has=(has, {}), Place=(tries, {})).check()


def test_what_packages_and_lambda_have_need_be_neither_read_nor_given(contract: Contract) -> None:
    code = {"place.py": "import os\nos.environ['AWS_REGION'], os.environ['_HANDLER']\n"}
    given = {"POWERTOOLS_SERVICE_NAME": "shop", "AWS_MAX_ATTEMPTS": "3"}

    contract(Place=(code, given)).check()


def test_what_is_installed_in_a_bundle_is_not_the_teams(contract: Contract) -> None:
    code = {
        "place.py": "import vendored\n",
        "vendored/__init__.py": "import os\nos.environ['THEIRS']\n",
        "vendored-1.dist-info/RECORD": "vendored/__init__.py,sha256=x,1\n",
    }

    contract(Place=(code, {})).check()


def test_code_in_the_template_is_read_too(tmp_path: Path) -> None:
    inline = function(GIVEN="x")
    inline["Properties"]["Code"] = {"ZipFile": "import os\nos.environ['READ']\n"}
    write_stack(tmp_path / "app", "Shop", {"It": inline})

    found = findings(EnvironmentContract(read(tmp_path / "app")))

    assert {*found} == {"It (AWS::Lambda::Function) READ", "It (AWS::Lambda::Function) GIVEN"}


def test_what_is_asked_for_and_not_given_is_told_and_no_fault(contract: Contract) -> None:
    code = {"place.py": "import os\nos.environ.get('PATIENCE', '3')\n"}

    found = contract(Place=(code, {}))

    found.check()
    assert found.left_to_defaults == ["Shop/Place (AWS::Lambda::Function): PATIENCE"]


def test_of_names_made_at_run_time_nothing_is_called_unused_and_the_line_is_told(
    contract: Contract,
) -> None:
    code = {"place.py": "import os\ndef read(name):\n    return os.environ[name]\n"}

    found = contract(Place=(code, {"TABLE": "x"}))

    found.check()
    assert found.unread == ["Shop/Place (AWS::Lambda::Function): place.py:3"]


def test_modules_by_names_made_at_run_time_may_be_any(contract: Contract) -> None:
    code = {"place.py": "import importlib\n", "other.py": "import os\nos.environ['TABLE']\n"}

    contract(Place=(code, {"TABLE": "x"})).check()


@pytest.mark.parametrize(
    "change",
    [
        {"Runtime": "ruby3.4"},
        {"PackageType": "Image", "Runtime": None, "Code": {"ImageUri": "image"}},
        {"Code": {"S3Bucket": "theirs", "S3Key": "theirs.zip"}},
    ],
)
def test_functions_that_cannot_be_read_are_told(change: dict[str, Any], tmp_path: Path) -> None:
    theirs = function()
    theirs["Properties"] |= change
    write_stack(tmp_path / "app", "Shop", {"It": theirs})

    contract = EnvironmentContract(read(tmp_path / "app"))

    contract.check()
    (told,) = contract.unread
    assert told.startswith("Shop/It (AWS::Lambda::Function): ")
