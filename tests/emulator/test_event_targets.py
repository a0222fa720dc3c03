"""Events that a rule hands on to another account, another region and a log group."""

import json
from typing import Any

from tests.emulator.support import Aws, eventually

SENDER, RECEIVER = "444444444444", "555555555555"
SOURCE = "test.targets"


def rule(events: Any, arn: str, bus: str = "default") -> None:
    pattern = json.dumps({"source": [SOURCE]})
    events.put_rule(Name="all", EventBusName=bus, EventPattern=pattern)
    events.put_targets(Rule="all", EventBusName=bus, Targets=[to("one", arn)])


def to(id_: str, arn: str) -> dict[str, str]:
    """Return a target; a bus is put events to as a role of the rule's."""
    as_role = {"RoleArn": f"arn:aws:iam::{SENDER}:role/events"} if "event-bus" in arn else {}
    return {"Id": id_, "Arn": arn, **as_role}


def written(logs: Any, group: str) -> list[dict[str, Any]]:
    """Return the events in a log group."""
    found = logs.filter_log_events(logGroupName=group)["events"]
    return [json.loads(each["message"]) for each in found]


def send(events: Any, number: int) -> None:
    entry = {"Source": SOURCE, "DetailType": "Said", "Detail": json.dumps({"number": number})}
    assert events.put_events(Entries=[entry])["FailedEntryCount"] == 0


def test_an_event_is_handed_on_to_where_it_is_let_in(aws: Aws) -> None:
    def client(service: str, account: str, region: str = "eu-west-2") -> Any:
        return aws.client(service, key=account, region=region)

    sender = client("events", SENDER)
    for account, region in ((RECEIVER, "eu-west-2"), (SENDER, "eu-west-1")):
        client("logs", account, region).create_log_group(logGroupName="/events")
        group = f"arn:aws:logs:{region}:{account}:log-group:/events"
        rule(client("events", account, region), group)
    target = f"arn:aws:events:eu-west-2:{RECEIVER}:event-bus/default"
    rule(sender, target)
    elsewhere = to("two", f"arn:aws:events:eu-west-1:{SENDER}:event-bus/default")
    sender.put_targets(Rule="all", Targets=[elsewhere])

    send(sender, 1)  # the receiver does not let the sender in yet
    client("events", RECEIVER).put_permission(
        Action="events:PutEvents", Principal=SENDER, StatementId="sender"
    )
    send(sender, 2)

    logs = client("logs", RECEIVER)
    [received] = eventually(lambda: written(logs, "/events"))
    assert (received["detail"], received["account"]) == ({"number": 2}, SENDER)
    near = client("logs", SENDER, "eu-west-1")
    there = eventually(lambda: found if len(found := written(near, "/events")) == 2 else None)
    assert {each["region"] for each in there} == {"eu-west-2"}
