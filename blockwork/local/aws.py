"""Clients of the local stage's AWS APIs, whatever AWS configuration the machine has."""

import os
from functools import cache
from typing import Any

import boto3
from botocore.config import Config
from botocore.session import Session

ACCOUNT = "000000000000"
"""The account of the local stage: where stacks go that name none."""
FILES = ("config_file", "credentials_file")


def local_client(
    service: Any,  # noqa: ANN401 -- made at run time
    *,
    endpoint: str,
    region: str,
    account: str = ACCOUNT,
    **settings: Any,  # noqa: ANN401 -- the same
) -> Any:  # noqa: ANN401 -- the same
    """Return a client that reads no variable and no file of AWS's, and goes through no proxy.

    :param account: whose owner calls: the emulator takes an account's number for such a key.
        Default: the owner of the emulator's own.
    :param settings: those of botocore's Config.
    """
    config = Config(**settings, proxies={})
    session = _session(region, "test" if account == ACCOUNT else account)
    return session.client(service, endpoint_url=endpoint, config=config)


@cache
def _session(region: str, key: str) -> boto3.Session:
    defaults = {
        name: (None, None, default, conversion)
        for name, (_file, _variable, default, conversion) in Session.SESSION_VARIABLES.items()
    }
    files = dict.fromkeys(FILES, (None, None, os.devnull, None))
    return boto3.Session(
        botocore_session=Session(session_vars={**defaults, **files}),
        aws_access_key_id=key,
        aws_secret_access_key="test",
        region_name=region,
    )
