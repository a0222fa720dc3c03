"""Handlers in Node.js: AWS's SDK, their logs, their errors, what their role lets them do."""

import io
import json
import zipfile
from typing import Any

import pytest

from tests.emulator.support import Aws, eventually, function, invoke, role

REMEMBERS = """
import { DynamoDBClient, DescribeTableCommand } from "@aws-sdk/client-dynamodb";

const seen = [];
class OutOfStockError extends Error {
  name = "OutOfStockError";
}

export const handler = async (event) => {
  seen.push(event.name);
  console.log("line of " + event.name);
  if (event.name === "poison") throw new OutOfStockError("no more apples");
  if (event.name === "text") throw "only a text";
  if (event.name === "slow") await new Promise(() => {});
  if (event.name !== "table") return seen;
  const answer = await new DynamoDBClient().send(new DescribeTableCommand({ TableName: "orders" }));
  return answer.Table.TableStatus;
};
"""
SPEAKS = """
export const handler = async (event, context) => {
  console.warn("attention", 7);
  console.error(new TypeError("kaputt"));
  console.info({ order: "o1" });
  process.stdout.write(JSON.stringify({ level: "INFO", own: true }) + "\\n");
  return { id: context.awsRequestId, trace: process.env._X_AMZN_TRACE_ID ?? null };
};
"""
REQUIRES = """
exports.handler = async () => typeof require("@aws-sdk/client-eventbridge").PutEventsCommand;
"""
UNKNOWN = """
import { S3Client } from "@aws-sdk/client-from-nowhere";
export const handler = async () => S3Client;
"""
STRAYS = """
import { build } from "esbuild";
export const handler = async () => build;
"""
TABLE = {
    "Type": "AWS::DynamoDB::Table",
    "Properties": {
        "TableName": "orders",
        "BillingMode": "PAY_PER_REQUEST",
        "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
        "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
    },
}


@pytest.fixture(scope="module")
def names(aws: Aws) -> dict[str, str]:
    resources = {
        "Table": TABLE,
        "Role": role(),
        "Reader": role("dynamodb:DescribeTable"),
        "Inline": function(REQUIRES, Runtime="nodejs24.x"),
    }
    outputs = aws.deploy(
        "node-handlers",
        resources,
        Inline={"Ref": "Inline"},
        **{name: {"Fn::GetAtt": [name, "Arn"]} for name in ("Role", "Reader")},
    )
    modules = {
        "remembers": (REMEMBERS, outputs["Role"], {}),
        "reads": (REMEMBERS, outputs["Reader"], {}),
        "speaks": (SPEAKS, outputs["Role"], {"LogFormat": "JSON"}),
        "unknown": (UNKNOWN, outputs["Role"], {}),
        "strays": (STRAYS, outputs["Role"], {}),
    }
    for name, (source, its_role, logging) in modules.items():
        make(aws, f"node-{name}", source, its_role, logging)
    return outputs


def make(aws: Aws, name: str, source: str, its_role: str, logging: dict[str, str]) -> None:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as code:
        code.writestr("index.mjs", source)
    aws.client("lambda").create_function(
        FunctionName=name,
        Runtime="nodejs24.x",
        Handler="index.handler",
        Role=its_role,
        Code={"ZipFile": archive.getvalue()},
        LoggingConfig=logging,
        TracingConfig={"Mode": "Active"},
        Timeout=5,
    )


def test_modules_import_the_sdk_as_in_awss_runtime(aws: Aws, names: dict[str, str]) -> None:
    assert invoke(aws, "node-reads", name="table")["answer"] == "ACTIVE"


def test_scripts_require_it(aws: Aws, names: dict[str, str]) -> None:
    assert invoke(aws, names["Inline"])["answer"] == "function"


def test_they_act_as_their_role_and_no_more(aws: Aws, names: dict[str, str]) -> None:
    error = invoke(aws, "node-remembers", name="table")["answer"]

    assert error["errorType"] == "AccessDeniedException"
    assert "node-remembers" in error["errorMessage"]


def test_an_error_has_its_name_and_ends_no_execution_environment(
    aws: Aws, names: dict[str, str]
) -> None:
    answers = [
        invoke(aws, "node-remembers", name=name)["answer"] for name in ("a", "poison", "text", "b")
    ]

    assert answers[1]["errorType"] == "OutOfStockError"
    assert answers[1]["errorMessage"] == "no more apples"
    assert answers[1]["trace"][0] == "OutOfStockError: no more apples"
    assert "handler" in answers[1]["trace"][1]
    assert answers[2] == {"errorType": "string", "errorMessage": "only a text", "trace": []}
    assert answers[3][-3:] == ["poison", "text", "b"]


def test_every_invocation_has_its_own_log_lines(aws: Aws, names: dict[str, str]) -> None:
    first, second = (invoke(aws, "node-remembers", name=name)["log"] for name in ("c", "d"))

    assert "line of c" in first
    assert "line of d" in second
    assert "line of c" not in second


def test_what_takes_too_long_ends(aws: Aws, names: dict[str, str]) -> None:
    error = invoke(aws, "node-remembers", name="slow")["answer"]

    assert error["errorType"] == "Sandbox.Timedout"
    assert invoke(aws, "node-remembers", name="e")["answer"] == ["e"]


def test_logs_in_json_are_lines_of_json_with_the_requests_id(
    aws: Aws, names: dict[str, str]
) -> None:
    answer = invoke(aws, "node-speaks")["answer"]

    def lines() -> list[dict[str, Any]]:
        events = aws.client("logs").filter_log_events(logGroupName="/aws/lambda/node-speaks")
        said = (event["message"].strip() for event in events["events"])
        return [json.loads(line) for line in said if line.startswith("{")]

    warned, failed, told, own = eventually(lambda: lines()[:4] if len(lines()) > 3 else None)
    assert (warned["level"], warned["message"]) == ("WARN", "attention 7")
    assert warned["requestId"] == answer["id"]
    assert failed["message"]["errorType"] == "TypeError"
    assert told["message"] == {"order": "o1"}
    assert own == {"level": "INFO", "own": True}


def test_a_traced_invocation_knows_its_trace(aws: Aws, names: dict[str, str]) -> None:
    assert invoke(aws, "node-speaks")["answer"]["trace"].startswith("Root=1-")


def test_a_client_that_the_app_has_not_installed_is_named(aws: Aws, names: dict[str, str]) -> None:
    error = invoke(aws, "node-unknown")["answer"]

    assert "add @aws-sdk/client-from-nowhere to the devDependencies" in error["errorMessage"]


def test_no_other_package_of_the_app_is_found_as_on_aws(aws: Aws, names: dict[str, str]) -> None:
    assert "Cannot find package 'esbuild'" in invoke(aws, "node-strays")["answer"]["errorMessage"]
