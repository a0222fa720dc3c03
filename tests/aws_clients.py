"""Clients of AWS's APIs, each made once: reading a service's model takes a tenth of a second."""

import threading
from collections.abc import Callable
from functools import cache
from typing import Any

import boto3
from botocore.config import Config

from tests.waiting import PATIENCE

MODELS = boto3.Session()
ONE_AT_A_TIME = threading.Lock()  # clients may be shared by threads, sessions may not


def client_of(
    service: str,
    *,
    endpoint: str | None,
    region: str,
    key_id: str = "test",
    secret: str = "test",
) -> Any:
    """Return a client of an emulator; with `test`, or an account's id as the key, it may do all.

    :param endpoint: where it is. None: AWS, or what AWS_ENDPOINT_URL names.
    """
    with ONE_AT_A_TIME:
        return _made(service, endpoint, region, key_id, secret)


@cache
def _made(service: str, endpoint: str | None, region: str, key_id: str, secret: str) -> Any:
    make: Callable[..., Any] = MODELS.client
    return make(
        service,
        endpoint_url=endpoint,
        region_name=region,
        aws_access_key_id=key_id,
        aws_secret_access_key=secret,
        config=Config(
            signature_version="s3v4" if service == "s3" else None,
            proxies={} if endpoint else None,
            connect_timeout=PATIENCE,
            read_timeout=PATIENCE,
        ),
    )
