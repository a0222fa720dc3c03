"""Where failed events go again: functions, state machines and queues."""

import json
import random
import threading
from typing import Any, Protocol

from botocore.exceptions import BotoCoreError, ClientError

from blockwork.failures.messages import Failure, Message
from blockwork.failures.redrive import AT_ONCE, RedriveError
from blockwork.failures.stream import read_batch

LONGEST_INVOCATION_SECONDS = 905  # Lambda's 15 minutes, and a moment for the answer
THROTTLED = ("TooManyRequestsException", "ThrottlingException", "Throttling")
LONGEST_PAUSE_SECONDS = 20.0
MOST_TRIES = 10
UNDER_WAY = ("RUNNING", "PENDING_REDRIVE", "SUCCEEDED")
"""What an execution is that was redriven before."""


class Clients(Protocol):
    """Makes clients of AWS's APIs: a deployed stage, or a fake in unit tests."""

    def client(self, service: Any, **settings: Any) -> Any:  # noqa: ANN401 -- made at run time
        """Return a client; `settings` are those of botocore's Config."""


class Targets:
    """Gives payloads to their targets, slower when they are throttled.

    :param stage: where the targets are.
    :param stop: when set, nobody waits any longer for a throttled function.
    """

    def __init__(self, stage: Clients, stop: threading.Event) -> None:
        self._stop = stop
        # A repeated call would be a second invocation, so the client never repeats by itself.
        self._lambda = stage.client(
            "lambda",
            read_timeout=LONGEST_INVOCATION_SECONDS,
            retries={"total_max_attempts": 1},
            tcp_keepalive=True,
            max_pool_connections=AT_ONCE,
        )
        self._sqs = stage.client("sqs", max_pool_connections=AT_ONCE)
        self._states = stage.client("stepfunctions", max_pool_connections=AT_ONCE)
        self._streams = {
            name: stage.client(client, max_pool_connections=AT_ONCE)
            for name, client in (("dynamodb", "dynamodbstreams"), ("kinesis", "kinesis"))
        }

    def __call__(self, failure: Failure) -> None:
        """Give a failure's payload to its target, and wait until it has done its work.

        :raises RedriveError: if it has not, or is of a kind that nothing can be given to.
        """
        target = failure.target or ""
        service = target.split(":")[2] if target.count(":") >= 5 else target
        try:
            if service == "lambda":
                self._invoke(target, self._payload(failure))
            elif service == "sqs":
                self._send(target, failure.message)
            elif service == "states" and failure.execution:
                self._redrive(failure.execution, failure)
            elif service == "states":
                self._start(target, failure)
            else:
                raise RedriveError(
                    f"its target is {target}: only Lambda functions, state machines and SQS queues"
                    " can be given an event again; put it there by hand, then drop the message"
                )
        except (BotoCoreError, ClientError) as error:
            raise RedriveError(str(error)) from error

    def _payload(self, failure: Failure) -> object:
        if failure.batch is None:
            return failure.payload
        return read_batch(failure.batch, failure.target or "", self._streams, self._lambda)

    def _invoke(self, function: str, payload: object) -> None:
        answer = self._with_patience(function, json.dumps(payload).encode())
        body = answer["Payload"].read()
        if answer.get("FunctionError"):
            raise RedriveError(_reason(body))
        # A consumer of records reports those that failed instead of failing itself.
        reported = json.loads(body or b"null")
        if isinstance(reported, dict) and reported.get("batchItemFailures"):
            raise RedriveError(
                "the function reports that the record failed again; its log says why"
            )

    def _with_patience(self, function: str, payload: bytes) -> Any:  # noqa: ANN401 -- botocore's
        for attempt in range(MOST_TRIES):
            try:
                return self._lambda.invoke(FunctionName=function, Payload=payload)
            except ClientError as error:
                if error.response["Error"]["Code"] not in THROTTLED:
                    raise
            pause = min(LONGEST_PAUSE_SECONDS, 0.5 * 2**attempt)
            if self._stop.wait(random.uniform(pause / 2, pause)):
                break
        raise RedriveError("the function is throttled: it runs as often as its concurrency allows")

    def _redrive(self, execution: str, failure: Failure) -> None:
        """Let an execution go on where it failed, with the definition that it began with.

        Begun anew is one that cannot go on, and one that a Fail state ended, where nothing would
        change ("Restarting state machine executions with redrive in Step Functions").
        """
        known = self._states.exceptions
        why = "it ended in a Fail state"
        try:
            if not self._ended_in_fail(execution):
                self._states.redrive_execution(
                    executionArn=execution, clientToken=f"redriven-{failure.message.id}"
                )
                return
        except known.ExecutionNotRedrivable as refusal:
            why = str(refusal)
            if self._states.describe_execution(executionArn=execution)["status"] in UNDER_WAY:
                return  # as after a redrive that was cut off before the message was deleted
        except known.ExecutionDoesNotExist as refusal:
            why = str(refusal)
        if failure.payload is None:
            raise RedriveError(
                f"it cannot go on ({why}), nor begin anew, since the message does not carry its "
                f"input, which was too large: start it by hand, then drop the message. {execution}"
            )
        self._start(failure.target or "", failure)

    def _ended_in_fail(self, execution: str) -> bool:
        history = self._states.get_execution_history(
            executionArn=execution, reverseOrder=True, maxResults=2, includeExecutionData=False
        )
        return any(event["type"] == "FailStateEntered" for event in history["events"])

    def _start(self, machine: str, failure: Failure) -> None:
        """Start an execution of its own from the beginning; one that fails comes back by itself.

        Named after the message, so that a redrive that was cut off starts none twice.
        """
        try:
            self._states.start_execution(
                stateMachineArn=machine,
                name=f"redriven-{failure.message.id}",
                input=json.dumps(failure.payload),
            )
        except self._states.exceptions.ExecutionAlreadyExists:
            return

    def _send(self, queue: str, message: Message) -> None:
        """Send a message as it was: a rule's dead letter has attributes that are of no event."""
        name = queue.split(":")[5]
        account = queue.split(":")[4]
        url = self._sqs.get_queue_url(QueueName=name, QueueOwnerAWSAccountId=account)["QueueUrl"]
        attributes = message.sent_with if message.moved_from else {}
        self._sqs.send_message(QueueUrl=url, MessageBody=message.body, MessageAttributes=attributes)


def _reason(body: bytes) -> str:
    try:
        answer = json.loads(body)
        return ": ".join(str(answer[key]) for key in ("errorType", "errorMessage") if key in answer)
    except (ValueError, TypeError):
        return body.decode(errors="replace")
