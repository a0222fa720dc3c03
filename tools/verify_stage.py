"""The end-to-end tests that need only the public contract, against a deployed stage.

`make verify STAGE=dev`: addresses come from its `/config.json`; users are made for it and removed.
"""

from blockwork import environment

if __name__ == "__main__":
    environment.enter()

import json
import tomllib
from typing import Annotated, Any

import httpx
import typer

from blockwork.deployed import (
    DeployedStage,
    StageError,
    completed_stages,
    known_stage,
    readable_errors,
)
from blockwork.local.places import REPOSITORY
from blockwork.verification import StageUnderTest, TemporaryUsers, UserItems, verify

STAGES_FILE = REPOSITORY / "stages.toml"
TESTS = REPOSITORY / "tests" / "contract"
OPTIONS = ("-p", "no:cacheprovider")
SECONDS = 30.0

Name = Annotated[
    str,
    typer.Argument(
        callback=known_stage,
        autocompletion=completed_stages,
        metavar="STAGE",
        help="Which one, deployed.",
    ),
]
Only = Annotated[str, typer.Option("-k", help="Only tests of such a name, see pytest.")]


def main(name: Name, only: Only = "") -> None:
    """Run the tests and end with pytest's exit code, or with 1 and what stands in the way."""
    with readable_errors():
        stage = DeployedStage(name)
        _check_account(stage)
        url = _site_url(stage)
        pool_id = _config(url, name)["userPoolId"]
        cloudformation, dynamodb = stage.client("cloudformation"), stage.client("dynamodb")
        items = UserItems(cloudformation, dynamodb, stacks=_stacks(name))
        users = TemporaryUsers(stage.client("cognito-idp"), pool_id, items=items)
        typer.echo(f"Verifying {name} at {url}")
        chosen = ("-k", only) if only else ()
        code = verify(StageUnderTest(url=url, users=users), TESTS, *OPTIONS, *chosen)
    raise typer.Exit(code)


def _check_account(stage: DeployedStage) -> None:
    """Refuse credentials of another account, before anything is made there."""
    if stage.is_local:
        return
    wanted = tomllib.loads(STAGES_FILE.read_text())[stage.name]["account"]
    account = stage.client("sts").get_caller_identity()["Account"]
    if account != wanted:
        raise StageError(
            f"Your credentials are those of account {account}, but {stage.name} is in {wanted}, as"
            f" {STAGES_FILE.name} says. Nothing was made. Sign in there, for instance with"
            " AWS_PROFILE, or mend the line"
        )


def _site_url(stage: DeployedStage) -> str:
    stack = f"{_stacks(stage.name)}Site"
    cloudformation = stage.client("cloudformation")
    pages = cloudformation.get_paginator("describe_stacks").paginate()
    found = {each["StackName"]: each for page in pages for each in page["Stacks"]}
    outputs = {o["OutputKey"]: o["OutputValue"] for o in found.get(stack, {}).get("Outputs", [])}
    if "SiteUrl" not in outputs:
        deploy = "make up" if stage.is_local else f"make deploy STAGE={stage.name}"
        raise StageError(
            f"{stage.name} is not deployed in {cloudformation.meta.region_name}: there is no stack"
            f" {stack} with an output SiteUrl. Deploy it: {deploy}"
        )
    return str(outputs["SiteUrl"])


def _config(site_url: str, name: str) -> dict[str, Any]:
    address = f"{site_url}/config.json"
    try:
        answer = httpx.get(address, timeout=SECONDS)
        answer.raise_for_status()
        config: dict[str, Any] = answer.json()
    except (httpx.HTTPError, json.JSONDecodeError) as error:
        raise StageError(
            f"{address} must be JSON that says where the stage's APIs are: {error}. Is the stack"
            f" {_stacks(name)}Release deployed, and does the website's name lead to it?"
        ) from error
    if config.get("stage") != name:
        raise StageError(f"{address} must be of the stage {name}, got {config.get('stage')!r}")
    return config


def _stacks(name: str) -> str:
    return f"{name.capitalize()}-"


if __name__ == "__main__":
    typer.run(main)
