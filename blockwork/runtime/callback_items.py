"""The items of a callback table: what is known of a key, and a message each."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from blockwork.runtime.expressions import projection
from blockwork.runtime.versions import was_repeated

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

# An execution takes a year at most ("Service quotas for Step Functions"), and so does its wait.
REMEMBERED_SECONDS = 400 * 24 * 60 * 60
WAITER = "waiter"


class State(NamedTuple):
    """What is known of a key.

    :param waiting: the ids of messages that nobody has yet, the first one first.
    :param token: of the execution that waits.
    :param handing: the id of the first one while it is handed to who has the token.
    :param seen: the ids of all messages that ever came.
    :param ended: nobody will wait any more.
    """

    token: str | None = None
    waiting: tuple[str, ...] = ()
    handing: str | None = None
    seen: frozenset[str] = frozenset()
    ended: bool = False


class CallbackItems:
    """Reads and changes them, each change in one step that has a condition.

    :param client: a DynamoDB client.
    :param name: the name of the table.
    :param clock: epoch seconds.
    """

    def __init__(self, client: "DynamoDBClient", name: str, *, clock: Callable[[], float]) -> None:
        self._client = client
        self._name = name
        self._clock = clock

    def read(self, key: str) -> State:
        """Return what is known of a key."""
        answer = self._client.get_item(
            TableName=self._name,
            Key=_item(key, WAITER),
            ConsistentRead=True,
            **projection(("token", "waiting", "handing", "seen", "ended")),
        )
        item = answer.get("Item", {})
        return State(
            token=item.get("token", {}).get("S"),
            waiting=_ids(item),
            handing=item.get("handing", {}).get("S"),
            seen=frozenset(item.get("seen", {}).get("SS", ())),
            ended="ended" in item,
        )

    def update(self, key: str, changes: str, condition: str, **values: object) -> bool | None:
        """Change what is known of a key; False if the condition does not hold.

        :returns: None if it does not hold and may have done so before botocore asked again.
        """
        names = {"#token": "token"} if "#token" in f"{changes} {condition}" else None
        request: dict[str, Any] = {
            "UpdateExpression": changes,
            "ConditionExpression": condition,
            "ExpressionAttributeValues": {
                ":expires": self._expires(),
                **{f":{name}": _value(value) for name, value in values.items()},
            },
            **({"ExpressionAttributeNames": names} if names else {}),
        }
        try:
            self._client.update_item(TableName=self._name, Key=_item(key, WAITER), **request)
        except self._client.exceptions.ConditionalCheckFailedException as refusal:
            return None if was_repeated(refusal.response) else False
        return True

    def keep(self, key: str, message_id: str, text: str) -> None:
        """Keep a message until `forget`; once more, and nothing changes."""
        self._client.update_item(
            TableName=self._name,
            Key=_item(key, f"message#{message_id}"),
            UpdateExpression="SET message = :message, expiresAt = :expires",
            ExpressionAttributeValues={":message": {"S": text}, ":expires": self._expires()},
        )

    def message(self, key: str, message_id: str) -> str | None:
        """Return a message, None if it is not there any more."""
        answer = self._client.get_item(
            TableName=self._name,
            Key=_item(key, f"message#{message_id}"),
            ConsistentRead=True,
            **projection(("message",)),
        )
        return answer["Item"]["message"]["S"] if "Item" in answer else None

    def forget(self, key: str, message_id: str) -> None:
        """Keep a message no longer; nothing if it is not there."""
        self._client.delete_item(TableName=self._name, Key=_item(key, f"message#{message_id}"))

    def _expires(self) -> Any:  # noqa: ANN401 -- as DynamoDB has a number
        return {"N": str(int(self._clock()) + REMEMBERED_SECONDS)}

    def end(self, key: str) -> tuple[str, ...]:
        """Let nobody wait any more; return the ids of messages that nobody had."""
        before = self._client.update_item(
            TableName=self._name,
            Key=_item(key, WAITER),
            UpdateExpression="SET ended = :ended, expiresAt = :expires "
            "REMOVE #token, handing, waiting",
            ExpressionAttributeNames={"#token": "token"},
            ExpressionAttributeValues={":ended": {"BOOL": True}, ":expires": self._expires()},
            ReturnValues="UPDATED_OLD",
        )
        return _ids(before.get("Attributes", {}))


def _item(key: str, name: str) -> dict[str, Any]:
    return {"callbackKey": {"S": key}, "itemId": {"S": name}}


def _ids(item: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(one["S"] for one in item.get("waiting", {}).get("L", ()))


def _value(value: object) -> dict[str, Any]:
    if isinstance(value, set):
        return {"SS": sorted(value)}
    if isinstance(value, list):
        return {"L": [{"S": one} for one in value]}
    return {"S": value}
