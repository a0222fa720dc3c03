"""What the tests of `examples` see of what is deployed, from outside."""

import json
from typing import Any

import httpx

from tests.account import EmptyAccount
from tests.waiting import eventually


def ask(account: EmptyAccount, method: str, url: str, **request: Any) -> httpx.Response:
    """Send a request to an address that the emulator serves, whatever its host is."""
    there = httpx.URL(url)
    here = there.copy_with(scheme="http", host="127.0.0.1", port=account.emulator.port)
    headers = {**request.pop("headers", {}), "Host": there.netloc.decode()}
    return httpx.request(method, here, headers=headers, trust_env=False, **request)


def numbers(account: EmptyAccount, table: str, attribute: str) -> dict[str, int]:
    """Return a number of every item that has it, by the item's id."""
    items = account.client("dynamodb").scan(TableName=table)["Items"]
    return {item["id"]["S"]: int(item[attribute]["N"]) for item in items if attribute in item}


def taken_out(account: EmptyAccount, queue: str) -> list[Any]:
    """Return what is in a queue, as JSON, and take it out."""
    sqs = account.client("sqs")
    found = sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10).get("Messages", [])
    for message in found:
        sqs.delete_message(QueueUrl=queue, ReceiptHandle=message["ReceiptHandle"])
    return [json.loads(message["Body"]) for message in found]


def the_failed(account: EmptyAccount, queue: str) -> Any:
    """Wait for the one message that ends in a queue."""
    found: list[Any] = eventually(lambda: taken_out(account, queue))
    (message,) = found
    return message
