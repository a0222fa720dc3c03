"""Somebody who may do some things, and nothing else."""

import json
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from botocore.exceptions import ClientError

from tests.emulator.support import Aws

Who = Callable[[Any], Any]


def client_of_somebody(aws: Aws, service: str, *allowed: dict[str, Any]) -> Any:
    """Return a client of a new user who has a policy of these statements."""
    iam = aws.client("iam")
    name = f"somebody-{uuid4().hex}"
    iam.create_user(UserName=name)
    document = {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", **statement} for statement in allowed],
    }
    iam.put_user_policy(UserName=name, PolicyName="may", PolicyDocument=json.dumps(document))
    key = iam.create_access_key(UserName=name)["AccessKey"]
    return aws.client(service, key["AccessKeyId"], key["SecretAccessKey"])


def denied() -> Any:
    """Expect that IAM, and nothing else, refuses what follows."""
    return pytest.raises(ClientError, match="AccessDenied")
