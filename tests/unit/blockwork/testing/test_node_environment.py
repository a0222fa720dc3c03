"""What handlers in Node.js read of the environment, against what their templates give them."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from blockwork.testing import EnvironmentContract
from blockwork.testing.node_variables import variables_in
from tests.unit.blockwork.testing.assemblies import function, read, write_asset, write_stack


def contract(folder: Path, files: Mapping[str, str], **given: str) -> EnvironmentContract:
    resource = function(write_asset(folder / "app", "a" * 8, files), "index.handler", **given)
    resource["Properties"]["Runtime"] = "nodejs24.x"
    write_stack(folder / "app", "Shop", {"Place": resource})
    return EnvironmentContract(read(folder / "app"))


@pytest.mark.parametrize(
    ("source", "needed", "asked", "unclear"),
    [
        ("send(process.env.A);", {"A"}, set(), set()),
        ("send(process.env['A'], process.env[\"B\"]);", {"A", "B"}, set(), set()),
        ("const a = process.env.A ?? 'x', b = process.env.B || 1;", set(), {"A", "B"}, set()),
        ("if (process.env.A === 'yes') go();", set(), {"A"}, set()),
        ("if ('A' in process.env) go(process.env.A);", set(), {"A"}, set()),
        ("const { A, B: b, C = 'x' } = process.env;", {"A", "B"}, {"C"}, set()),
        ("process.env.A = 'set here';", set(), set(), set()),
        ("const f = (name) =>\n  process.env[name];", set(), set(), {2}),
        ("const { A, ...all } = process.env;", set(), set(), {1}),
        ("spawn({ env: process.env });", set(), set(), {1}),
        ("theprocess.env.A; process.environment.B;", set(), set(), set()),
        (
            "// node_modules/theirs/index.js\nx(process.env.T, process.env);\n"
            "\n// orders/place.ts\nx(process.env.OURS);",
            {"OURS"},
            set(),
            set(),
        ),
    ],
)
def test_what_a_module_reads_is_found_as_it_reads_it(
    source: str, needed: set[str], asked: set[str], unclear: set[int]
) -> None:
    found = variables_in(source)

    assert (set(found.needed), set(found.asked), set(found.unclear)) == (needed, asked, unclear)


def test_what_is_read_must_be_given_and_what_is_given_read(tmp_path: Path) -> None:
    found = contract(
        tmp_path,
        {"index.mjs": "send(process.env.TABLE, process.env.AWS_REGION);"},
        QUEUE="x",
        NODE_OPTIONS="--enable-source-maps",
        POWERTOOLS_SERVICE_NAME="shop",
    )

    says = {one.at.rpartition(" ")[2]: one.says for one in found.findings()}
    assert {*says} == {"TABLE", "QUEUE"}
    assert says["TABLE"].startswith("index.handler reads TABLE, and the template gives NODE_OPT")
    assert found.unread == []


def test_what_is_installed_in_a_bundle_is_not_the_teams(tmp_path: Path) -> None:
    files = {"index.mjs": "", "node_modules/theirs/index.js": "x(process.env.THEIRS);"}

    contract(tmp_path, files).check()


def test_of_names_made_at_run_time_nothing_is_called_unused_and_the_line_is_told(
    tmp_path: Path,
) -> None:
    found = contract(tmp_path, {"index.mjs": "\nx(process.env[name]);"}, TABLE="x")

    found.check()
    assert found.unread == ["Shop/Place (AWS::Lambda::Function): index.mjs:2"]


def test_code_in_the_template_is_read_too(tmp_path: Path) -> None:
    inline = function(GIVEN="x")
    inline["Properties"] |= {"Runtime": "nodejs24.x", "Code": {"ZipFile": "x(process.env.READ);"}}
    write_stack(tmp_path / "app", "Shop", {"It": inline})

    found = EnvironmentContract(read(tmp_path / "app")).findings()

    assert [one.at.rpartition(" ")[2] for one in found] == ["READ", "GIVEN"]
