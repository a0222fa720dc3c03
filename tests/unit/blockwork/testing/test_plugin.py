"""The plugin in another team's project: what passes, what fails, and what it then says."""

import json
import shutil
import tempfile
from pathlib import Path

import pytest

from tests.unit.blockwork.testing.assemblies import write_stack
from tests.unit.blockwork.testing.conftest import Run, settings, write

RULE = 'rule = "log-retention"\nat = "Prod-Shop/*"\n'
OPT_OUT = "[[tool.blockwork.testing.opt_outs]]\n"


@pytest.fixture
def reviewed(run: Run) -> None:
    """Accept everything, as a team does on its first day."""
    run("--snapshot-update", "--pin-ids").assert_outcomes(passed=22)


def text(result: pytest.RunResult) -> str:
    return result.stdout.str() + result.stderr.str()


def failed(result: pytest.RunResult, *tests: str) -> str:
    """Assert that exactly these tests failed, and return what was said."""
    said = text(result)
    lines = {line.split()[1] for line in said.splitlines() if line.startswith("FAILED ")}
    assert lines == {f"test_app.py::{test}" for test in tests}, said
    return said


def test_what_was_reviewed_passes_as_often_as_it_is_asked(run: Run, reviewed: None) -> None:
    run().assert_outcomes(passed=22)
    run().assert_outcomes(passed=22)


def test_what_was_never_reviewed_fails_and_says_how_to_accept_it(run: Run) -> None:
    said = failed(run(), "test_template[Prod-Shop]", "test_ids")

    assert "snapshot" in said
    assert "Orders1A2B3C4D (AWS::DynamoDB::Table) holds data and is not pinned yet" in said
    assert "pytest --pin-ids" in said


def test_the_app_is_synthesised_once_a_session(run: Run, project: Path) -> None:
    run()
    assert (project / "builds").read_text().splitlines() == ["built"]


def test_nothing_is_synthesised_for_tests_that_do_not_ask(run: Run, project: Path) -> None:
    (project / "test_app.py").write_text("def test_other():\n    pass\n")

    run().assert_outcomes(passed=1)

    assert not (project / "builds").exists()


def test_a_session_leaves_nothing_in_the_temporary_folder(run: Run, reviewed: None) -> None:
    before = {*Path(tempfile.gettempdir()).glob("blockwork-*")}

    run()

    assert {*Path(tempfile.gettempdir()).glob("blockwork-*")} <= before


def test_a_stack_has_a_snapshot_of_its_own_without_hashes_of_assets(
    run: Run, project: Path, reviewed: None
) -> None:
    (snapshot,) = (project / "__snapshots__").rglob("*.json")
    assert "Prod-Shop" in snapshot.name
    assert "<asset>.zip" in snapshot.read_text()
    write(project, hash_="b" * 64)

    run().assert_outcomes(passed=22)


def test_a_changed_template_fails_with_the_difference(
    run: Run, project: Path, reviewed: None
) -> None:
    write(project, authorized=True)

    said = failed(run(), "test_template[Prod-Shop]", "test_public")

    assert '-         "AuthorizationType": "NONE",' in said
    assert "GET /products" in said


def test_a_changed_id_fails_with_what_it_would_replace_and_how_to_keep_it(
    run: Run, project: Path, reviewed: None
) -> None:
    write(project, table="Purchases5E6F")

    said = failed(run(), "test_template[Prod-Shop]", "test_ids")

    assert "Prod-Shop/Orders1A2B3C4D (AWS::DynamoDB::Table) holds data and is gone" in said
    assert "an empty Purchases5E6F comes in its place" in said
    assert "override_logical_id('Orders1A2B3C4D')" in said


def test_an_id_that_is_gone_is_accepted_by_hand_alone(
    run: Run, project: Path, reviewed: None
) -> None:
    write(project, table="Purchases5E6F")
    failed(run("--snapshot-update", "--pin-ids"), "test_ids")
    pins = project / "pinned_ids.json"
    content = json.loads(pins.read_text())
    assert {*content["Prod-Shop"]} == {"Orders1A2B3C4D", "Purchases5E6F"}

    del content["Prod-Shop"]["Orders1A2B3C4D"]
    pins.write_text(json.dumps(content))

    run().assert_outcomes(passed=22)


def test_ids_may_change_where_data_may_go(run: Run, project: Path) -> None:
    settings(project, 'data_may_go = ["Prod-*"]\n')

    run("--snapshot-update", "--pin-ids")

    assert json.loads((project / "pinned_ids.json").read_text()) == {}


def test_a_variable_that_a_handler_reads_and_nobody_gives_is_named(
    run: Run, project: Path, reviewed: None
) -> None:
    write(project, given="TABEL")

    said = failed(run(), "test_template[Prod-Shop]", "test_environment")

    assert "Prod-Shop/Place (AWS::Lambda::Function) TABLE: place.handler reads TABLE" in said
    assert "Prod-Shop/Place (AWS::Lambda::Function) TABEL: is given TABEL" in said


@pytest.fixture
def without_retention(project: Path) -> None:
    file = project / "assembly" / "Prod-Shop.template.json"
    content = json.loads(file.read_text())
    content["Resources"]["Logs"]["Properties"] = {}
    file.write_text(json.dumps(content))


def test_a_finding_says_why_there_is_the_rule_and_how_to_live_with_it(
    run: Run, without_retention: None
) -> None:
    said = failed(run("-k", "retention"), "test_rule[log-retention]")

    assert "Let every log expire. Why: CloudWatch keeps logs for ever unless told" in said
    assert "Prod-Shop/Logs (AWS::Logs::LogGroup): RetentionInDays must be set" in said
    assert 'at = "Prod-Shop/Logs (AWS::Logs::LogGroup)"' in said


def test_a_finding_with_a_reason_to_live_with_it_passes(
    run: Run, project: Path, without_retention: None
) -> None:
    settings(project, f'{OPT_OUT}{RULE}why = "the law asks us to keep these"\n')

    run("-k", "retention").assert_outcomes(passed=1, deselected=21)


def test_an_opt_out_that_covers_nothing_any_more_fails(run: Run, project: Path) -> None:
    settings(project, f'{OPT_OUT}{RULE}why = "the law asks us to keep these"\n')

    said = failed(run("-k", "retention"), "test_rule[log-retention]")

    assert "the opt-out of 'log-retention' at 'Prod-Shop/*' covers nothing (any more)" in said


@pytest.mark.parametrize(
    ("more", "says"),
    [
        (f"{OPT_OUT}{RULE}", "an opt-out must say why in words, got None"),
        (f'{OPT_OUT}{RULE}why = " "\n', "an opt-out must say why in words, got ' '"),
        (
            f'{OPT_OUT}rule = "log-retension"\nat = "*"\nwhy = "a typo"\n',
            "rule must be one of cfn-lint, data-goes, data-protected",
        ),
        (f'{OPT_OUT}{RULE}reason = "x"\n', "keys must be of at, rule, why, got 'reason'"),
        ('stage = ["Dev"]\n', "keys must be of app, data_may_go"),
        ('stages = "Dev"\n', "stages must be a list of texts such as ['Dev', 'Prod'], got 'Dev'"),
    ],
)
def test_settings_that_cannot_be_used_are_refused_with_what_is_allowed(
    more: str, says: str, run: Run, project: Path
) -> None:
    settings(project, more)

    result = run()

    assert result.ret != 0
    assert says in text(result)
    assert "passed" not in text(result)
    assert "Traceback" not in text(result)


def test_assemblies_of_before_stand_in_for_their_stacks(
    run: Run, project: Path, reviewed: None
) -> None:
    write_stack(project / "built" / "prod", "Prod-Shop", {})

    said = failed(run("--assemblies=built"), "test_template[Prod-Shop]", "test_ids", "test_public")

    assert "Orders1A2B3C4D (AWS::DynamoDB::Table) holds data and is gone" in said


def test_a_folder_without_assemblies_is_refused(run: Run, project: Path) -> None:
    (project / "built").mkdir()

    assert "--assemblies must be a folder of assemblies" in text(run("--assemblies=built"))


def test_stacks_of_two_stages_that_are_called_the_same_have_a_snapshot_each(
    run: Run, project: Path
) -> None:
    shutil.rmtree(project / "assembly")
    for stage in ("Dev", "Prod"):
        folder = project / "assembly" / f"assembly-{stage}"
        write_stack(folder, "Shop", {"It": {"Type": "AWS::SNS::Topic"}}, Description=stage)
        manifest = json.loads((folder / "manifest.json").read_text())
        manifest["artifacts"]["Shop"]["displayName"] = f"{stage}/Shop (Shop)"
        (folder / "manifest.json").write_text(json.dumps(manifest))
    (project / "assembly" / "manifest.json").write_text('{"artifacts": {}}')

    run("--snapshot-update", "-k", "template[").assert_outcomes(passed=2, deselected=21)

    snapshots = [*(project / "__snapshots__").rglob("*.json")]
    assert sorted(json.loads(one.read_text())["Description"] for one in snapshots) == [
        "Dev",
        "Prod",
    ]
    run("-k", "template[").assert_outcomes(passed=2, deselected=21)
