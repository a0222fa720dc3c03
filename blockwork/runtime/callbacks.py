"""Where an execution that waits (Step Functions, "wait for task token") meets what it waits for."""

import json
import os
import random
import time
from collections.abc import Callable, Iterator, Mapping
from enum import Enum
from typing import TYPE_CHECKING, Any, Self

import boto3

from blockwork.runtime.aws import PATIENCE
from blockwork.runtime.callback_items import CallbackItems, State

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

LONGEST_KEY, LONGEST_ID, LONGEST_MESSAGE = 512, 200, 200_000
MOST_TURNS = 40
LONGEST_PAUSE = 0.2


class Arrival(Enum):
    """What became of a message that arrived."""

    RESUMED = "RESUMED"
    """An execution waited, and has it."""
    KEPT = "KEPT"
    """Nobody waits yet, or others are first: it is handed over in its turn."""
    REPEATED = "REPEATED"
    """A message of this id came before; it does nothing again."""
    LATE = "LATE"
    """Nobody will wait any more, as :meth:`CallbackTable.end` said; it is not kept."""


class CallbackTable:
    """Task tokens and the messages for which executions wait, by key; a `Callbacks` block makes it.

    The function of a `CallbackTask` calls :meth:`wait`, whoever hears from outside
    :meth:`arrive`, in any order::

        def link(event, context):
            callbacks.wait(event["order"], event["token"], received=event["received"])

        def webhook(request, *, callbacks):
            callbacks.arrive(status.order, {"status": status.text}, message_id=status.id)

    Messages of a key are handed over in the order of their arrival, one a wait, each exactly once:
    also if two arrive at once, if nobody waits any more when one is handed over (it is kept for
    the next wait), and if a function dies at any moment, as long as it is called again. That takes
    one thing of the execution, because Step Functions answers the same for a token that was used
    and one that ran out: it has to say at each wait which message it had last (`received`).

    A key takes some thousand messages in all, which is a DynamoDB item's size (400 KB).

    :param client: a DynamoDB client.
    :param name: the name of the table: partition key `callbackKey`, sort key `itemId`, TTL
        attribute `expiresAt`.
    :param connect: makes a client of Step Functions, once, at the first message handed over.
    :param clock: epoch seconds. Default: the machine's.
    """

    def __init__(
        self,
        client: "DynamoDBClient",
        name: str,
        connect: Callable[[], Any],
        *,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._items = CallbackItems(client, name, clock=clock)
        self._connect = connect
        self._executions: Any = None

    @classmethod
    def from_environment(cls) -> Self:
        """Connect to the table which the variable CALLBACKS_TABLE names."""
        return cls(
            boto3.client("dynamodb", config=PATIENCE),
            os.environ["CALLBACKS_TABLE"],
            lambda: boto3.client("stepfunctions", config=PATIENCE),
        )

    def wait(self, key: str, token: str, *, received: str | None) -> None:
        """Wait for the next message, in the place of who waited before.

        One that has come already resumes the execution at once. Whoever waits after :meth:`end`
        takes up the key again.

        :param key: what it waits for, such as an order's id; 1 to 512 characters.
        :param token: the task token (`$states.context.Task.Token`).
        :param received: the `message_id` that the execution received last, None for none. Without
            it a message that was handed over by a function which died then would come twice.
        :raises ValueError: if `key` or `token` is empty or too long.
        """
        _check("key", key, LONGEST_KEY)
        _check("token", token, 2048)  # "SendTaskSuccess" of Step Functions' API reference
        for _ in _turns(key):
            state = self._items.read(key)
            changes, condition, handing = "", "attribute_not_exists(handing)", dict[str, str]()
            if state.handing is not None:
                had_it = state.handing == received
                changes = ", handing, waiting[0]" if had_it else ", handing"
                condition = "handing = :handing AND waiting[0] = :handing"
                handing = {"handing": state.handing}
            if self._items.update(
                key,
                f"SET #token = :token, expiresAt = :expires REMOVE ended{changes}",
                condition,
                token=token,
                **handing,
            ):
                break
        if received:
            self._items.forget(key, received)
        self._hand_over(key)

    def arrive(self, key: str, message: Mapping[str, Any], *, message_id: str) -> Arrival:
        """Hand a message to who waits for it, or keep it until somebody does.

        Call it again if it raised or nobody knows whether it returned: that does nothing twice, and
        does what is left to do.

        :param message: what the execution goes on with, as JSON; 200,000 bytes at most.
        :param message_id: of this message among those of the key; 1 to 200 characters.
        :raises ValueError: if one of them is empty, too long or no JSON.
        """
        _check("key", key, LONGEST_KEY)
        _check("message_id", message_id, LONGEST_ID)
        text = _json(message)
        state = self._items.read(key)
        repeated = message_id in state.seen
        if not repeated and state.ended:
            return Arrival.LATE
        if not repeated:
            self._items.keep(key, message_id, text)
            added = self._items.update(
                key,
                "SET waiting = list_append(if_not_exists(waiting, :none), :ids), "
                "expiresAt = :expires ADD seen :seen",
                "attribute_not_exists(ended) AND NOT contains(seen, :id)",
                ids=[message_id],
                none=list[str](),
                seen={message_id},
                id=message_id,
            )
            if not added:
                state = self._items.read(key)
                if message_id not in state.waiting:
                    self._items.forget(key, message_id)
                if message_id not in state.seen:
                    return Arrival.LATE
                repeated = added is False
        state = self._hand_over(key)
        if repeated:
            return Arrival.REPEATED
        return Arrival.KEPT if message_id in state.waiting else Arrival.RESUMED

    def beat(self, key: str) -> bool:
        """Give a sign of life to who waits, whose heartbeat begins anew; False if nobody does.

        :raises ValueError: if `key` is empty or too long.
        """
        _check("key", key, LONGEST_KEY)
        token = self._items.read(key).token
        return token is not None and self._reaches("send_task_heartbeat", taskToken=token)

    def end(self, key: str) -> None:
        """Say that nobody will wait any more: what arrives from now on is late, what waits goes.

        :raises ValueError: if `key` is empty or too long.
        """
        _check("key", key, LONGEST_KEY)
        for message_id in self._items.end(key):
            self._items.forget(key, message_id)

    def _hand_over(self, key: str) -> State:
        """Hand the first message to who waits, if there are both; return what is known then."""
        for _ in _turns(key):
            state = self._items.read(key)
            if state.token is None or not state.waiting:
                return state
            first = state.waiting[0]
            if state.handing is None:
                # Whoever finds this sends it too: who wrote it may be dead. A token is good once.
                self._items.update(
                    key,
                    "SET handing = :first, expiresAt = :expires",
                    "#token = :token AND waiting[0] = :first AND attribute_not_exists(handing)",
                    token=state.token,
                    first=first,
                )
                continue
            message = self._items.message(key, first)
            if message is None:
                continue
            if not self._reaches("send_task_success", taskToken=state.token, output=message):
                return state  # it was used or ran out: the next wait says which
            had_it = self._items.update(
                key,
                "SET expiresAt = :expires REMOVE #token, handing, waiting[0]",
                "#token = :token AND handing = :first AND waiting[0] = :first",
                token=state.token,
                first=first,
            )
            if had_it:
                self._items.forget(key, first)
                return State(waiting=state.waiting[1:])
        raise AssertionError("turns end by an error")

    def _reaches(self, request: str, **about: str) -> bool:
        """Tell Step Functions something of a token; False if it was used or ran out."""
        if self._executions is None:
            self._executions = self._connect()
        gone = self._executions.exceptions
        try:
            getattr(self._executions, request)(**about)
        except (gone.TaskTimedOut, gone.TaskDoesNotExist, gone.InvalidToken):
            return False
        return True


def _turns(key: str) -> Iterator[None]:
    """Let something be tried again that others came between, with growing pauses.

    :raises RuntimeError: after many times; what called may be called again.
    """
    for turn in range(MOST_TURNS):
        if turn > 1:
            time.sleep(random.uniform(0, min(LONGEST_PAUSE, 0.01 * turn)))
        yield
    raise RuntimeError(
        f"others came between {MOST_TURNS} times, at the messages of {key!r}: nothing is lost, call"
        " again"
    )


def _check(name: str, value: str, longest: int) -> None:
    if not isinstance(value, str) or not 1 <= len(value) <= longest:
        raise ValueError(f"{name} must be a text of 1 to {longest} characters, got {value!r}")


def _json(message: Mapping[str, Any]) -> str:
    try:
        text = json.dumps(dict(message), allow_nan=False, ensure_ascii=False)
        size = len(text.encode())
    except (TypeError, ValueError) as error:
        raise ValueError(f"message must be JSON: {error}") from error
    if size > LONGEST_MESSAGE:
        raise ValueError(
            f"message must have {LONGEST_MESSAGE} bytes at most as JSON, got {size}: keep what is "
            "large in a bucket, and send where"
        )
    return text
