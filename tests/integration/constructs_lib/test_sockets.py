"""Open connections, against the management API of API Gateway."""

from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from typing import Any

import boto3
import pytest
from botocore.awsrequest import AWSResponse

from constructs_lib.runtime.push_channel.sockets import GoneError, Sockets


def test_many_that_are_gone_at_once_are_all_known_to_be_gone(slow_exceptions: None) -> None:
    client = boto3.client(
        "apigatewaymanagementapi",
        endpoint_url="http://127.0.0.1:9",
        region_name="eu-west-2",
        aws_access_key_id="test",
        aws_secret_access_key="test",
    )

    def gone(request: Any, **_: object) -> Any:
        raw: Any = BytesIO(b"{}")
        raw.stream = lambda **_: [raw.read()]
        headers: Any = {"x-amzn-errortype": "GoneException"}
        return AWSResponse(request.url, 410, headers, raw)

    client.meta.events.register("before-send.apigatewaymanagementapi", gone)
    sockets = Sockets(client)

    def post(number: int) -> None:
        with pytest.raises(GoneError):
            sockets.post(f"connection-{number}", "hello")

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(post, range(8)))
