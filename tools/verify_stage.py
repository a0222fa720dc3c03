"""The end-to-end tests that need only the public contract, against a deployed stage.

`make verify STAGE=dev`: addresses come from its `/config.json`; users are made for it and removed.
"""

from blockwork import environment

if __name__ == "__main__":
    environment.enter()

import json
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
        stage.check_account()
        url = stage.output(f"{_stacks(name)}Site", "SiteUrl")
        pool_id = _config(url, name)["userPoolId"]
        cloudformation, dynamodb = stage.client("cloudformation"), stage.client("dynamodb")
        items = UserItems(cloudformation, dynamodb, stacks=_stacks(name))
        users = TemporaryUsers(stage.client("cognito-idp"), pool_id, items=items)
        typer.echo(f"Verifying {name} at {url}")
        chosen = ("-k", only) if only else ()
        code = verify(StageUnderTest(url=url, users=users), TESTS, *OPTIONS, *chosen)
    raise typer.Exit(code)


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
