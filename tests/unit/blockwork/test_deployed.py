from pathlib import Path
from typing import Any

import pytest
import typer
from botocore.exceptions import ClientError, EndpointConnectionError, NoCredentialsError
from typer.testing import CliRunner

from blockwork import deployed
from blockwork.command.commands import app
from blockwork.command.settings import Stage
from blockwork.deployed import DeployedStage, StageError, only_one, readable_errors
from blockwork.events import replay
from blockwork.failures import cli as failures
from constructs_lib import announce

runner = CliRunner()


class Dev(DeployedStage):
    """The stage `dev` with queues laid out in advance, their tags by their names."""

    def __init__(self, **queues: dict[str, str]) -> None:
        super().__init__("dev")
        self.found: list[dict[str, Any]] = [
            {
                "ResourceARN": f"arn:aws:sqs:eu-west-2:111111111111:{name}",
                "Tags": [{"Key": k, "Value": v} for k, v in tags.items()],
            }
            for name, tags in queues.items()
        ]

    def client(self, service: Any, **settings: Any) -> Any:
        return self

    def get_paginator(self, _operation: str) -> "Dev":
        return self

    def paginate(self, *, TagFilters: list[dict[str, str]]) -> list[dict[str, Any]]:  # noqa: N803
        keys = {each["Key"] for each in TagFilters}
        found = [r for r in self.found if keys <= {tag["Key"] for tag in r["Tags"]}]
        return [{"ResourceTagMappingList": part} for part in (found[:1], found[1:])]


CHAIN = "blockwork:failure-chain"


def tagged(name: str, stage: str = "", stack: str = "") -> dict[str, str]:
    others = {"stage": stage, "aws:cloudformation:stack-name": stack}
    return {CHAIN: name, **{key: value for key, value in others.items() if value}}


def names_of(arns: dict[str, str]) -> dict[str, str]:
    return {name: arn.rsplit(":", 1)[-1] for name, arn in arns.items()}


def test_what_announces_itself_is_found_whatever_it_and_its_stack_are_called() -> None:
    stage = Dev(a=tagged("orders"), b=tagged("Shop/Returns/Failures"), c={"team": "shop"})

    assert names_of(stage.announced(CHAIN)) == {"orders": "a", "Shop/Returns/Failures": "b"}


def test_what_says_that_it_is_another_stages_is_not_ours() -> None:
    stage = Dev(ours=tagged("x", "dev"), nobodys=tagged("y"), theirs=tagged("x", "prod"))

    assert names_of(stage.announced(CHAIN)) == {"x": "ours", "y": "nobodys"}


def test_two_of_one_name_are_told_apart_by_their_stacks() -> None:
    stage = Dev(one=tagged("x", stack="Blue"), two=tagged("x", stack="Green"), three=tagged("x"))

    assert names_of(stage.announced(CHAIN)) == {
        "x@Blue": "one",
        "x@Green": "two",
        "x@three": "three",
    }


def test_a_stage_that_is_not_deployed_here_says_what_to_do() -> None:
    with pytest.raises(StageError, match=r"'blockwork:failure-chain'.*deploy the stage dev there"):
        Dev(theirs=tagged("x", "prod")).announced(CHAIN)


def test_the_command_looks_for_what_the_blocks_say() -> None:
    assert (failures.CHAIN, replay.BUS) == (announce.FAILURE_CHAIN, announce.EVENT_BUS)


NAMES = ["Dev-Vouchers-OnPaid", "Dev-Vouchers-OnPaidAgain", "Dev-Forecast-OnStored"]


def pick(part: str, names: list[str] = NAMES) -> str:
    return only_one(part, names, asked="--to-rule", of="a rule")


@pytest.mark.parametrize("part", ["Forecast", "forecast", "Dev-Forecast-OnStored"])
def test_one_is_found_by_any_part_of_its_name(part: str) -> None:
    assert pick(part) == "Dev-Forecast-OnStored"


def test_the_only_one_needs_no_name() -> None:
    assert pick("", ["orders"]) == "orders"


def test_a_whole_name_wins_over_a_longer_one() -> None:
    assert pick("Dev-Vouchers-OnPaid") == "Dev-Vouchers-OnPaid"


@pytest.mark.parametrize(
    ("part", "said"), [("Vouchers", "in the names of"), ("x", "in no name"), ("", "the names of")]
)
def test_a_part_of_no_name_or_of_several_is_refused_with_the_names(part: str, said: str) -> None:
    with pytest.raises(StageError, match=rf"--to-rule must name a rule.*{said}.*OnStored"):
        pick(part)


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

    assert f"Example: blockwork {' '.join(command)}" in result.output


class Told:
    """AWS's APIs of an account where `Dev-Site` tells its address; asked for anything, answers."""

    class meta:  # noqa: N801 -- as botocore calls it
        region_name = "eu-west-2"

    def get_caller_identity(self) -> dict[str, str]:
        return {"Account": "111111111111"}

    def get_paginator(self, _operation: str) -> "Told":
        return self

    def paginate(self) -> list[dict[str, Any]]:
        outputs = [{"OutputKey": "SiteUrl", "OutputValue": "https://dev.example.com"}]
        site = {"StackName": "Dev-Site", "Outputs": outputs}
        return [{"Stacks": [{"StackName": "Dev-Bare"}]}, {"Stacks": [site]}]


def told_by(name: str, monkeypatch: pytest.MonkeyPatch) -> DeployedStage:
    stage = DeployedStage(name)
    monkeypatch.setattr(stage, "client", lambda _service: Told())
    return stage


def test_credentials_of_another_account_than_the_stages_are_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    told_by("dev", monkeypatch).check_account()
    with pytest.raises(StageError, match=r"of account 1{12}, but prod is in 3{12}.* AWS_PROFILE"):
        told_by("prod", monkeypatch).check_account()


def test_a_stage_without_an_account_takes_any(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(deployed, "read_stages", lambda: {"dev": Stage()})

    told_by("dev", monkeypatch).check_account()


@pytest.mark.parametrize(
    ("stack", "key"), [("Dev-Site", "Other"), ("Dev-Bare", "SiteUrl"), ("Dev-None", "SiteUrl")]
)
def test_an_output_is_found_or_the_error_names_stack_and_region(
    stack: str, key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    stage = told_by("dev", monkeypatch)

    assert stage.output("Dev-Site", "SiteUrl") == "https://dev.example.com"
    message = f"dev is not deployed in eu-west-2: there is no stack {stack} with an output {key}"
    with pytest.raises(StageError, match=message):
        stage.output(stack, key)
