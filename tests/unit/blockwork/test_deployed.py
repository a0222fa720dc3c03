from pathlib import Path
from typing import Any

import pytest
import typer
from botocore.exceptions import ClientError, EndpointConnectionError, NoCredentialsError
from typer.testing import CliRunner

from blockwork.deployed import DeployedStage, StageError, StageName, readable_errors
from tools.__main__ import app

runner = CliRunner()


class Dev(DeployedStage):
    """The stage `dev` with stacks laid out in advance, their outputs by name."""

    def __init__(self, **stacks: dict[str, str]) -> None:
        super().__init__(StageName.DEV)
        self.stacks = [
            {
                "StackName": name.replace("_", "-"),
                "Outputs": [{"OutputKey": k, "OutputValue": v} for k, v in outputs.items()],
            }
            for name, outputs in stacks.items()
        ]

    def client(self, service: Any, **settings: Any) -> Any:
        return self

    def get_paginator(self, _operation: str) -> "Dev":
        return self

    def paginate(self) -> list[dict[str, Any]]:
        return [{"Stacks": self.stacks[:1]}, {"Stacks": self.stacks[1:]}]


def test_services_are_found_by_their_stage_and_output() -> None:
    chain = {"FailureQueueUrl": "url"}
    stage = Dev(Dev_Catalog={"ApiUrl": "x"}, Dev_Vouchers=chain, Prod_Forecast=chain)

    assert stage.outputs("FailureQueueUrl") == {"vouchers": "url"}


def test_a_stage_that_is_not_deployed_here_says_what_to_do() -> None:
    with pytest.raises(StageError, match="make deploy STAGE=dev"):
        Dev(Prod_Catalog={}).outputs("FailureQueueUrl")


def test_an_output_that_no_stack_has_is_named() -> None:
    with pytest.raises(StageError, match="'EventBusName'"):
        Dev(Dev_Catalog={}).output("EventBusName")


@pytest.mark.parametrize("command", [["failures", "list"], ["events", "tail"]])
def test_a_local_stage_that_never_ran_says_how_to_start_it(
    tmp_path: Path, command: list[str]
) -> None:
    result = runner.invoke(app, [*command, "--directory", str(tmp_path)])

    assert result.exit_code == 1
    assert "Start it with make up" in result.stderr


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (StageError("do this"), "error: do this"),
        (NoCredentialsError(), "Sign in"),
        (EndpointConnectionError(endpoint_url="http://localhost:4566"), "make up"),
        (ClientError({"Error": {"Code": "ExpiredToken"}}, "ListStacks"), "sign in again"),
        (ClientError({"Error": {"Code": "AccessDenied"}}, "ListStacks"), "AccessDenied"),
    ],
)
def test_what_stands_in_the_way_is_one_sentence_that_says_what_to_do(
    error: Exception, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(typer.Exit) as ended, readable_errors():
        raise error

    assert ended.value.exit_code == 1
    assert said in capsys.readouterr().err


@pytest.mark.parametrize(
    "command",
    [
        *(["failures", name] for name in ("list", "show", "redrive", "drop")),
        *(["events", name] for name in ("tail", "replay")),
    ],
)
def test_every_command_shows_an_example(command: list[str]) -> None:
    result = runner.invoke(app, [*command, "--help"])

    assert f"Example: python -m tools {' '.join(command)}" in result.output
