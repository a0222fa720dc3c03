"""A first deployment that failed half way succeeds when it is tried again, protected or not.

What the workflow runs is run here, with the rights that CONTRIBUTING.md gives it and no others.
"""

import json
import subprocess
from collections.abc import Iterator

import pytest
import yaml

from tests.account import ROOT
from tests.stages.account import Account

WORKFLOW = ROOT / ".github" / "workflows" / "deploy-stage.yml"
BROKEN_APP = """
import sys

from aws_cdk import aws_ses as ses

from app import build_app

app = build_app(validate=False)
for stack in app.node.children:
    if stack.node.id in sys.argv[1:]:
        others = list(stack.node.children)
        broken = ses.CfnEmailIdentity(stack, "Broken", email_identity="TAKEN")
        broken.node.add_dependency(*others)
app.synth()
"""
"""Makes a stack whose last resource cannot be made: the account has it already.

Nothing here depends on CDK's validation, which test_every_stage.py has done.
"""
TAKEN = "taken@blockwork.test"
SENDER = "energy-staging@blockwork.test"
"""What `stages.toml` says mails come from, and SES has verified before the first deployment."""


@pytest.fixture(scope="module")
def account(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Account]:
    account = Account("staging", tmp_path_factory.mktemp("first-deployment"))
    account.open()
    try:
        done = account.bootstrap()
        assert done.returncode == 0, done.stdout + done.stderr
        for name in (".venv", "node_modules"):
            (account.source / name).symlink_to(ROOT / name)
        (account.source / "broken_app.py").write_text(BROKEN_APP.replace("TAKEN", TAKEN))
        for identity in (TAKEN, SENDER):
            account.client("sesv2").create_email_identity(EmailIdentity=identity)
        yield account
    finally:
        account.close()


@pytest.fixture(scope="module")
def deployer(account: Account) -> dict[str, str]:
    """The credentials of somebody who may assume the bootstrap's roles, nothing else."""
    iam = account.client("iam")
    iam.create_user(UserName="deployer")
    roles = f"arn:aws:iam::{account.id}:role/cdk-*"
    allowed = {"Effect": "Allow", "Action": "sts:AssumeRole", "Resource": roles}
    document = json.dumps({"Version": "2012-10-17", "Statement": [allowed]})
    iam.put_user_policy(UserName="deployer", PolicyName="Roles", PolicyDocument=document)
    key = iam.create_access_key(UserName="deployer")["AccessKey"]
    return {
        "AWS_ACCESS_KEY_ID": key["AccessKeyId"],
        "AWS_SECRET_ACCESS_KEY": key["SecretAccessKey"],
    }


def synthesize(account: Account, *broken: str) -> None:
    app = " ".join(["python3 broken_app.py", *broken])
    context = ("-c", "stage=staging", "-c", "deploying=true")
    done = account.cdk("synth", "--quiet", "--app", app, *context, "--output", "assemblies/staging")
    assert done.returncode == 0, done.stderr


def deploy(account: Account, deployer: dict[str, str]) -> subprocess.CompletedProcess[str]:
    """Do what the workflow does with a tested assembly."""
    (script,) = (
        step["run"]
        for step in yaml.safe_load(WORKFLOW.read_text())["jobs"]["deploy"]["steps"]
        if step.get("name") == "Deploy what was tested"
    )
    return account.run("bash", "-e", "-c", script, variables={"STAGE": "staging", **deployer})


IN_USE = {("CREATE_COMPLETE", True), ("UPDATE_COMPLETE", True)}
"""No stack is skipped, so one may be updated with the template that it has."""


def states(account: Account) -> dict[str, tuple[str, bool]]:
    """Return by stack its status, and whether it is protected."""
    return {
        name: (stack["StackStatus"], stack["EnableTerminationProtection"])
        for name, stack in account.stacks().items()
    }


def made(account: Account, stack: str) -> set[str]:
    """Return the last word of the types that a stack has made, whatever became of them."""
    events = account.client("cloudformation").describe_stack_events(StackName=stack)["StackEvents"]
    return {
        event["ResourceType"].rpartition("::")[2].removeprefix("Event")
        for event in events
        if event["ResourceStatus"] == "CREATE_COMPLETE"
    }


def buses(account: Account) -> list[str]:
    found = account.client("events").list_event_buses()["EventBuses"]
    return [bus["Name"] for bus in found if bus["Name"] != "default"]


def test_each_try_goes_on_where_the_last_one_failed(
    account: Account, deployer: dict[str, str]
) -> None:
    synthesize(account)
    first = deploy(account, deployer)

    assert first.returncode != 0
    assert f"{SENDER} already exists" in first.stderr
    # What needs no other stack may have had its turn before, whose it is the CLI does not say.
    others = states(account)
    assert others.pop("Staging-Foundation") == ("ROLLBACK_COMPLETE", True)
    assert others in ({}, {"Staging-Site": ("CREATE_COMPLETE", True)})
    assert "Bus" in made(account, "Staging-Foundation")
    assert buses(account) == []  # the names are free again

    account.edit(r"(?=\n\[prod\])", f'mail_identity = "{SENDER}"\n')
    # Two tables, a user pool and logs are kept from deletion, so this one cannot be rolled back.
    synthesize(account, "Staging-Identity")
    second = deploy(account, deployer)

    assert second.returncode != 0
    assert "Staging-Foundation: its creation failed (ROLLBACK_COMPLETE)" in second.stdout
    assert states(account)["Staging-Foundation"] == ("CREATE_COMPLETE", True)
    assert states(account)["Staging-Identity"] == ("ROLLBACK_FAILED", True)
    assert len(buses(account)) == 1

    synthesize(account)
    third = deploy(account, deployer)

    assert third.returncode == 0, third.stdout[-2000:] + third.stderr[-4000:]
    assert "Staging-Foundation: its creation" not in third.stdout
    assert "Staging-Identity: its creation failed (ROLLBACK_FAILED)" in third.stdout
    assert set(states(account).values()) <= IN_USE
    assert account.client("sesv2").get_email_identity(EmailIdentity=SENDER)  # it was not touched


def test_what_is_in_use_keeps_its_protection(account: Account, deployer: dict[str, str]) -> None:
    before = states(account).keys()
    again = deploy(account, deployer)

    assert again.returncode == 0, again.stderr
    assert "protection" not in again.stdout
    assert states(account).keys() == before
    assert set(states(account).values()) <= IN_USE
