"""Secrets that stand in SSM Parameter Store."""

from collections.abc import Callable
from functools import cache

import boto3

from blockwork.runtime.aws import PATIENCE


def secure_string(name: str) -> Callable[[], str]:
    """Return what reads a SecureString: each time it is asked, and never at start-up.

    :param name: the parameter's name; `constructs_lib.grants.let_read_parameter` allows it.
    """
    connect = cache(lambda: boto3.client("ssm", config=PATIENCE))

    def read() -> str:
        answer = connect().get_parameter(Name=name, WithDecryption=True)
        return answer["Parameter"]["Value"]

    return read
