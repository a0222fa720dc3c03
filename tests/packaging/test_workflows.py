"""The workflows fit GitHub's schema, are safe, and call only what exists."""

import importlib.util
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from constructs_lib.primitives.build_target import LAMBDA_GLIBC, LAMBDA_PYTHON
from tests.packaging.conftest import ROOT
from tests.packaging.test_pythons import EVERY_PYTHON
from tests.target.conftest import ARM64_SHOWN_BY

WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
NAMES = [path.name for path in WORKFLOWS]
BIN = Path(sys.executable).parent


def read(workflow: Path) -> dict[str, Any]:
    content: dict[str, Any] = yaml.safe_load(workflow.read_text())
    return content


def nodes(workflow: Path) -> Iterator[dict[str, Any]]:
    """Yield every job and every step."""
    for job in read(workflow)["jobs"].values():
        yield job
        yield from job.get("steps", [])


def commands(workflow: Path) -> list[str]:
    """Return the lines that a workflow runs, continued lines joined."""
    scripts = [node["run"].replace("\\\n", " ") for node in nodes(workflow) if "run" in node]
    return [line.strip() for script in scripts for line in script.splitlines()]


def check(*command: str | Path) -> None:
    result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout + result.stderr


def test_there_is_one_for_pull_requests_and_one_that_deploys() -> None:
    assert {"pull-request.yml", "deploy.yml"} <= set(NAMES)


def test_they_fit_the_schema_of_github() -> None:
    check(BIN / "check-jsonschema", "--builtin-schema", "vendor.github-workflows", *WORKFLOWS)
    dependabot = ROOT / ".github" / "dependabot.yml"
    check(BIN / "check-jsonschema", "--builtin-schema", "vendor.dependabot", dependabot)


def test_an_auditor_of_workflows_finds_nothing_that_matters() -> None:
    check(BIN / "zizmor", "--offline", "--quiet", "--min-severity", "medium", ROOT / ".github")


@pytest.mark.parametrize("workflow", WORKFLOWS, ids=NAMES)
def test_every_make_target_and_module_it_calls_exists(workflow: Path) -> None:
    makefile = (ROOT / "Makefile").read_text()
    for command in commands(workflow):
        if called := re.match(r"make(?: -C \S+)? (.+)", command):
            for target in (word for word in called[1].split() if "=" not in word):
                check("make", "--dry-run", target)
                assert re.search(
                    rf"^({re.escape(target)}:|\w+ := {re.escape(target)}$)", makefile, re.M
                )
        if called := re.search(r"python -m (\S+)", command):
            assert importlib.util.find_spec(called[1]) is not None, command


@pytest.mark.parametrize("workflow", WORKFLOWS, ids=NAMES)
def test_every_program_and_file_it_names_exists(workflow: Path) -> None:
    for command in commands(workflow):
        for path in re.findall(r"\btests/\S+|\bnode_modules/\.bin/\S+", command):
            assert (ROOT / path).exists(), command
        if command.startswith("cfn-lint"):
            assert shutil.which("cfn-lint", path=str(BIN))
    for node in nodes(workflow):
        if node.get("uses", "").startswith("./"):
            assert (ROOT / node["uses"]).is_file(), node["uses"]


@pytest.mark.parametrize("workflow", WORKFLOWS, ids=NAMES)
def test_every_action_is_pinned_by_its_commit(workflow: Path) -> None:
    for node in nodes(workflow):
        uses = node.get("uses", "./")
        assert uses.startswith("./") or re.fullmatch(r"[\w./-]+@[0-9a-f]{40}", uses), uses


def test_no_workflow_holds_a_long_lived_key_of_aws() -> None:
    for workflow in WORKFLOWS:
        assert not re.search(r"aws.(access|secret).*key", workflow.read_text(), re.IGNORECASE)


def test_stages_are_deployed_one_after_the_other_from_tested_assemblies() -> None:
    jobs = read(ROOT / ".github" / "workflows" / "deploy.yml")["jobs"]

    assert jobs["dev"]["needs"] == ["tests", "assemblies"]
    assert jobs["staging"]["needs"] == "dev"
    assert jobs["prod"]["needs"] == "staging"
    for stage in ("dev", "staging", "prod"):
        assert jobs[stage]["with"] == {"stage": stage}


def test_each_stage_is_verified_before_the_next_one_is_deployed() -> None:
    stages = read(ROOT / ".github" / "workflows" / "deploy.yml")["jobs"]
    job = read(ROOT / ".github" / "workflows" / "deploy-stage.yml")["jobs"]["deploy"]
    runs = [step.get("run", "") for step in job["steps"]]
    (deploys,) = (n for n, run in enumerate(runs) if "cdk deploy" in run)

    assert runs[deploys + 1 :] == ['make verify STAGE="$STAGE"']
    assert job["env"]["STAGE"] == "${{ inputs.stage }}"
    for node in (job, *job["steps"], *stages.values()):
        assert not {"if", "continue-on-error"} & node.keys() or node is stages["main-only"]
    # The credentials are there: nothing between signing in and this takes them away.
    signs_in = next(n for n, s in enumerate(job["steps"]) if "aws-credentials" in s.get("uses", ""))
    assert signs_in < deploys


def test_who_deploys_by_hand_does_what_the_workflow_does() -> None:
    dry = subprocess.run(
        ["make", "--dry-run", "--assume-old", "build", "deploy", "STAGE=prod"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    workflow = commands(ROOT / ".github" / "workflows" / "deploy-stage.yml")
    step = re.compile(r"cdk deploy --app|python -m blockwork [\w-]+")

    by_workflow = [found[0] for line in workflow if (found := step.search(line))]
    by_hand = [found[0] for line in dry.stdout.splitlines() if (found := step.search(line))]
    assert by_hand == by_workflow == ["python -m blockwork lift-protection", "cdk deploy --app"]


def test_the_workflow_skips_no_stack_that_reads_what_another_one_has_replaced() -> None:
    lines = commands(ROOT / ".github" / "workflows" / "deploy-stage.yml")

    (deploy,) = (line for line in lines if "cdk deploy" in line)
    assert "--force" in deploy.split()


def test_nothing_but_main_is_deployed_whoever_starts_it() -> None:
    jobs = read(ROOT / ".github" / "workflows" / "deploy.yml")["jobs"]
    (refuse,) = jobs["main-only"]["steps"]

    assert refuse["if"] == "github.ref != 'refs/heads/main'"
    assert "exit 1" in refuse["run"]
    assert [name for name, job in jobs.items() if "needs" not in job] == ["main-only"]


def test_only_the_job_that_runs_no_code_of_the_change_may_write() -> None:
    workflow = read(ROOT / ".github" / "workflows" / "pull-request.yml")
    jobs = workflow["jobs"]

    assert workflow["permissions"] == {"contents": "read"}
    assert [name for name, job in jobs.items() if "permissions" in job] == ["comment"]
    assert jobs["comment"]["permissions"] == {"pull-requests": "write"}
    assert not any("checkout" in step.get("uses", "") for step in jobs["comment"]["steps"])


def test_everything_is_tested_with_the_oldest_python_and_with_lambdas() -> None:
    jobs = read(ROOT / ".github" / "workflows" / "tests.yml")["jobs"]
    everything, setup = jobs["everything"], jobs["everything"]["steps"][1]["with"]
    (run,) = [step for step in everything["steps"] if "make test" in step.get("run", "")]

    settings = tomllib.loads((ROOT / "pyproject.toml").read_text())
    oldest = settings["project"]["requires-python"].removeprefix(">=")
    assert everything["strategy"]["matrix"]["python"] == [oldest, LAMBDA_PYTHON]
    # Each that the library is for is there in any case; the last one named makes the environment.
    assert setup["python-version"].splitlines() == [*LAMBDA_GLIBC, "${{ matrix.python }}"]
    assert EVERY_PYTHON in run["env"]
    # What one job leaves to another is done there, and left to nobody else.
    arm64 = jobs[run["env"][ARM64_SHOWN_BY]]
    assert arm64["runs-on"].endswith("-arm")
    assert "python -m pytest tests/target" in arm64["steps"][-1]["run"]
    assert ARM64_SHOWN_BY not in str(arm64)
