"""CloudFormation waits for an hour for an answer that does not come."""

import json
import urllib.request
from typing import Any

import pytest

from constructs_lib.runtime.custom_resources.answer import answer, respond

EVENT = {
    "RequestType": "Delete",
    "ResponseURL": "https://answers.example/signed",
    "StackId": "stack-1",
    "RequestId": "request-1",
    "LogicalResourceId": "Bucket",
}
NAMED = {key: EVENT[key] for key in ("StackId", "RequestId", "LogicalResourceId")}


class Bucket:
    """What is put where CloudFormation says."""

    def __init__(self) -> None:
        self.requests: list[urllib.request.Request] = []

    def __call__(self, request: urllib.request.Request, *, timeout: float) -> "Bucket":
        assert timeout
        self.requests.append(request)
        return self

    def __enter__(self) -> None:
        pass

    def __exit__(self, *_: object) -> None:
        pass


def fail() -> None:
    raise ValueError("it is locked")


@pytest.mark.parametrize(
    ("do", "said"),
    [
        (lambda: None, {"Status": "SUCCESS"}),
        (fail, {"Status": "FAILED", "Reason": "ValueError: it is locked"}),
    ],
    ids=["done", "failed"],
)
def test_the_answer_is_put_where_cloudformation_says(
    monkeypatch: pytest.MonkeyPatch, do: Any, said: dict[str, str]
) -> None:
    bucket = Bucket()
    monkeypatch.setattr(urllib.request, "urlopen", bucket)

    answer(EVENT, do, name="documents", respond=respond)

    (request,) = bucket.requests
    assert (request.method, request.full_url) == ("PUT", EVENT["ResponseURL"])
    # The address is signed for no type of content: a request with one is refused.
    assert request.get_header("Content-type") == ""
    assert isinstance(request.data, bytes)
    assert json.loads(request.data) == {**NAMED, "PhysicalResourceId": "documents", **said}
