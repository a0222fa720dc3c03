"""Messages as the services put them into a failure chain."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from blockwork.failures.messages import Message

NOON = datetime(2030, 1, 1, 12, tzinfo=UTC)
FUNCTION = "arn:aws:lambda:eu-west-2:111111111111:function:Dev-Vouchers-MailVoucher"
STREAM = "arn:aws:dynamodb:eu-west-2:111111111111:table/Vouchers/stream/2030-01-01T00:00:00.000"
EVENT = {"source": "blockwork.vouchers", "detail-type": "VoucherPaid", "detail": {"data": {}}}


def message(
    body: object = None,
    id_: str = "m1",
    sent_at: datetime = NOON,
    attributes: Mapping[str, str] | None = None,
) -> Message:
    text = body if isinstance(body, str) else json.dumps(body)
    said = attributes or {}
    return Message(id=id_, receipt=f"{id_}-1", body=text, sent_at=sent_at, attributes=said)


def invocation(payload: object = EVENT) -> dict[str, Any]:
    return {
        "version": "1.0",
        "timestamp": "2030-01-01T11:59:00.000Z",
        "requestContext": {
            "requestId": "r1",
            "functionArn": f"{FUNCTION}:$LATEST",
            "condition": "RetriesExhausted",
            "approximateInvokeCount": 3,
        },
        "requestPayload": payload,
        "responseContext": {"statusCode": 200, "functionError": "Unhandled"},
        "responsePayload": {"errorType": "MailError", "errorMessage": "no such sender"},
    }


def batch(size: int = 2) -> dict[str, Any]:
    record = invocation()
    del record["requestPayload"], record["responsePayload"]
    record["DDBStreamBatchInfo"] = {
        "shardId": "shard-1",
        "startSequenceNumber": "100",
        "endSequenceNumber": "300",
        "approximateArrivalOfFirstRecord": "2030-01-01T11:58:00Z",
        "approximateArrivalOfLastRecord": "2030-01-01T11:58:01Z",
        "batchSize": size,
        "streamArn": STREAM,
    }
    return record


DEAD_LETTER = {
    "RULE_ARN": "arn:aws:events:eu-west-2:111111111111:rule/bus/rule",
    "TARGET_ARN": FUNCTION,
    "ERROR_CODE": "NO_PERMISSIONS",
    "ERROR_MESSAGE": "not allowed",
    "RETRY_ATTEMPTS": "5",
    "EXHAUSTED_RETRY_CONDITION": "MaximumRetryAttempts",
}


MACHINE = "arn:aws:states:eu-west-2:111111111111:stateMachine:Dev-Orders-Fulfil"


EXECUTION = f"{MACHINE.replace('stateMachine', 'execution')}:e1"


def execution(input_: str | None = json.dumps(EVENT), **said: Any) -> dict[str, Any]:
    detail = {
        "executionArn": EXECUTION,
        "stateMachineArn": MACHINE,
        "status": "FAILED",
        "input": input_,
        "inputDetails": {"included": input_ is not None},
        "error": "MailError",
        "cause": "no such sender",
        **said,
    }
    kind = "Step Functions Execution Status Change"
    return {"source": "aws.states", "detail-type": kind, "detail": detail}
