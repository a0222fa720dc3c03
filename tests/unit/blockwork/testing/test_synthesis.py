"""Where the app comes from, and what its stacks are called."""

import json
from pathlib import Path

import pytest

from blockwork.testing import Settings, SynthesisError
from blockwork.testing.synthesis import synthesise
from tests.unit.blockwork.testing.assemblies import read, write_stack

WRITES_ITS_ENVIRONMENT = """
import json, os, sys
from pathlib import Path
out = Path(os.environ["CDK_OUTDIR"])
out.mkdir(parents=True)
missing = [{"key": "vpc-provider:account=1"}] if os.path.exists("looks-up") else []
(out / "manifest.json").write_text(json.dumps({"artifacts": {}, "missing": missing}))
names = ("CDK_VALIDATION", "CDK_CONTEXT_JSON")
print(json.dumps({name: os.environ[name] for name in names}), file=open("seen.json", "w"))
print(sys.executable, file=open("python.txt", "w"))
"""


@pytest.fixture
def command(tmp_path: Path) -> Path:
    """Return a project with the command of an app."""
    (tmp_path / "app.py").write_text(WRITES_ITS_ENVIRONMENT)
    settings = {"app": "python3 app.py", "context": {"flag": True, "stage": "here"}}
    (tmp_path / "cdk.json").write_text(json.dumps(settings))
    return tmp_path


def test_by_default_the_command_of_cdk_json_is_run_as_the_cdk_runs_it(command: Path) -> None:
    (command / "cdk.context.json").write_text('{"vpc": "looked up", "stage": "there"}')

    folder = synthesise(command, Settings(), command / "out")

    assert folder == command / "out"
    seen = json.loads((command / "seen.json").read_text())
    assert seen["CDK_VALIDATION"] == "false"
    context = json.loads(seen["CDK_CONTEXT_JSON"])
    assert context["flag"] is True
    assert (context["vpc"], context["stage"]) == ("looked up", "here")


def test_a_command_that_fails_is_told_with_what_it_said(command: Path) -> None:
    (command / "app.py").write_text("raise SystemExit('no such stage')")

    with pytest.raises(SynthesisError, match=r"'python3 app\.py' of .* failed:\nno such stage"):
        synthesise(command, Settings(), command / "out")


def test_an_app_that_needs_an_account_is_told_how_to_need_none(command: Path) -> None:
    (command / "looks-up").touch()

    with pytest.raises(SynthesisError, match=r"commit .*cdk\.context\.json.*vpc-provider"):
        synthesise(command, Settings(), command / "out")


def test_a_project_without_an_app_is_told_how_to_name_one(tmp_path: Path) -> None:
    with pytest.raises(SynthesisError, match=r"cdk\.json is missing.*app = 'module:function'"):
        synthesise(tmp_path, Settings(), tmp_path / "out")


@pytest.mark.parametrize("app", ["nowhere:build", "json:nothing", "json"])
def test_an_app_that_is_not_there_is_refused_with_what_was_said(app: str, tmp_path: Path) -> None:
    with pytest.raises(SynthesisError, match=f"must be 'module:function' .*, got '{app}'"):
        synthesise(tmp_path, Settings(app=app), tmp_path / "out")


def test_stacks_of_nested_assemblies_are_there_by_name_or_by_path_where_names_repeat(
    tmp_path: Path,
) -> None:
    for stage in ("Dev", "Prod"):
        folder = tmp_path / "app" / f"assembly-{stage}"
        write_stack(folder, "Shop", {"It": {"Type": "AWS::SNS::Topic"}})
        write_stack(folder, f"{stage}Only", {})
        manifest = json.loads((folder / "manifest.json").read_text())
        manifest["artifacts"]["Shop"]["displayName"] = f"{stage}/Shop (Shop)"
        (folder / "manifest.json").write_text(json.dumps(manifest))

    stacks = read(tmp_path / "app", data_may_go=("Dev-*",)).stacks

    assert {*stacks} == {"Dev-Shop", "Prod-Shop", "DevOnly", "ProdOnly"}
    assert [stacks[name].keeps_data for name in ("Dev-Shop", "Prod-Shop")] == [False, True]
    (topic,) = stacks["Dev-Shop"].resources.values()
    assert str(topic) == "Dev-Shop/It (AWS::SNS::Topic)"


def test_nested_stacks_are_stacks(tmp_path: Path) -> None:
    write_stack(tmp_path / "app", "Shop", {})
    nested = tmp_path / "app" / "ShopDataF3A4.nested.template.json"
    nested.write_text('{"Resources": {"It": {"Type": "AWS::SNS::Topic"}}}')

    assert [str(it) for it in read(tmp_path / "app").resources] == [
        "ShopDataF3A4/It (AWS::SNS::Topic)"
    ]


def test_what_the_cdk_says_of_itself_is_left_out(tmp_path: Path) -> None:
    metadata = {"aws:cdk:path": "Shop/It", "cfn-lint": {"config": {}}}
    topic = {"Type": "AWS::SNS::Topic", "Metadata": metadata}
    only_its_own = {"Type": "AWS::SNS::Topic", "Metadata": {"aws:asset:path": "asset.1"}}
    statistics = {"Type": "AWS::CDK::Metadata", "Properties": {"Analytics": "v2:…"}}
    write_stack(
        tmp_path / "app", "Shop", {"It": topic, "Its": only_its_own, "CDKMetadata": statistics}
    )

    assert read(tmp_path / "app").stacks["Shop"].template["Resources"] == {
        "It": {"Type": "AWS::SNS::Topic", "Metadata": {"cfn-lint": {"config": {}}}},
        "Its": {"Type": "AWS::SNS::Topic"},
    }
