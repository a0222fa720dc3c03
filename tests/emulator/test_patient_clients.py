"""A handler's clients of AWS wait for a busy machine."""

from tests.emulator.support import Aws, function, invoke, role

ASKS = """
import boto3
from botocore.config import Config

hasty = Config(connect_timeout=0.0001, read_timeout=0.0001, retries={"total_max_attempts": 1})

def handler(event, context):
    return boto3.client("sts", config=hasty).get_caller_identity()["Account"]
"""


def test_an_answer_that_is_only_slow_is_waited_for(aws: Aws) -> None:
    resources = {"Role": role("sts:GetCallerIdentity"), "Function": function(ASKS)}
    name = aws.deploy("patient", resources, name={"Ref": "Function"})["name"]

    assert invoke(aws, name)["answer"] == "000000000000"
