"""AWS::Events::EventBusPolicy.

AWS adds a statement to the policy of a bus, which lets other accounts or services put events there
(https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-events-eventbuspolicy.html).
Stock has the API and refuses a template with the resource. Closed by a handler that calls that API.
"""

from typing import Any

from ministack.services import eventbridge
from ministack.services.cloudformation import provisioners

from blockwork.local.emulator.gaps._hooks import Properties

POLICY = "AWS::Events::EventBusPolicy"


def close() -> None:
    """Register the resource type."""
    provisioners._RESOURCE_HANDLERS[POLICY] = {
        "create": _create,
        "update": _update,
        "delete": _delete,
    }


def _create(_logical_id: str, properties: Properties, _stack: str) -> tuple[str, dict[str, str]]:
    bus, sid = _bus(properties), str(properties["StatementId"])
    eventbridge._put_permission({**properties, "EventBusName": bus})
    if "Statement" in properties:  # the API has no place for a whole one
        statements = eventbridge._event_bus_policies[bus]["Statement"]
        statements[-1] = {**properties["Statement"], "Sid": sid}
    return f"{bus}|{sid}", {}


def _update(_id: str, old: Properties, new: Properties, stack: str) -> tuple[str, dict[str, str]]:
    _delete(_id, old)
    return _create("", new, stack)


def _delete(_id: str, properties: Properties) -> None:
    request: dict[str, Any] = {"StatementId": str(properties["StatementId"])}
    eventbridge._remove_permission({**request, "EventBusName": _bus(properties)})


def _bus(properties: Properties) -> str:
    return str(properties.get("EventBusName") or "default").rpartition("/")[2]
