"""What a template says of a state machine arrives as the API has it.

AWS::StepFunctions::StateMachine has LoggingConfiguration and TracingConfiguration, which
DescribeStateMachine shows
(https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-stepfunctions-statemachine.html).
Stock keeps the names of the template, which no client understands, and drops tracing, also what the
API was asked for. Closed by keeping both under the API's names. Nothing is traced.
"""

import json
from collections.abc import Callable
from functools import partial
from typing import Any

from ministack.services import stepfunctions
from ministack.services.cloudformation import provisioners

from blockwork.local.emulator.gaps._hooks import Answer, Properties

KIND = "AWS::StepFunctions::StateMachine"
OFF = {"enabled": False}


def close() -> None:
    """Translate, and keep."""
    handlers = dict(provisioners._RESOURCE_HANDLERS[KIND])
    create, update = handlers["create"], handlers["update"]

    def created(logical_id: str, properties: Properties, *more: Any) -> Any:
        made = create(logical_id, _translated(properties), *more)
        _keep_tracing(made[0], properties)
        return made

    def updated(arn: str, old: Properties, new: Properties, *more: Any, **named: Any) -> Any:
        made = update(arn, _translated(old), _translated(new), *more, **named)
        _keep_tracing(made[0], new)
        return made

    provisioners._RESOURCE_HANDLERS[KIND] = {**handlers, "create": created, "update": updated}
    stepfunctions._create_state_machine = partial(_asked, stepfunctions._create_state_machine)
    stepfunctions._update_state_machine = partial(_asked, stepfunctions._update_state_machine)


def _translated(properties: Properties) -> Properties:
    if "LoggingConfiguration" not in properties:
        return properties
    settings = _api_names(properties["LoggingConfiguration"])
    settings = {"level": "OFF", "includeExecutionData": False, **settings}
    settings["includeExecutionData"] = str(settings["includeExecutionData"]).lower() == "true"
    return {**properties, "LoggingConfiguration": settings}


def _api_names(value: Any) -> Any:
    if isinstance(value, dict):
        return {name[:1].lower() + name[1:]: _api_names(member) for name, member in value.items()}
    return [_api_names(member) for member in value] if isinstance(value, list) else value


def _keep_tracing(arn: str, properties: Properties) -> None:
    asked = _api_names(properties.get("TracingConfiguration") or OFF)
    is_on = str(asked.get("enabled")).lower() == "true"
    stepfunctions._state_machines[arn]["tracingConfiguration"] = {"enabled": is_on}


def _asked(stock: Callable[[dict[str, Any]], Answer], request: dict[str, Any]) -> Answer:
    answer = stock(request)
    arn = request.get("stateMachineArn") or json.loads(answer[2]).get("stateMachineArn")
    machine = stepfunctions._state_machines.get(arn)
    if answer[0] < 400 and machine is not None:
        kept = machine.get("tracingConfiguration", OFF)
        machine["tracingConfiguration"] = request.get("tracingConfiguration") or kept
    return answer
