"""What Step Functions would refuse of a definition at deployment, or would never do."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

LARGEST = 1024 * 1024
"""Bytes of a definition ("Service quotas for Step Functions")."""
OF_JSON_PATH = {
    *("InputPath", "OutputPath", "ResultPath", "ResultSelector", "Parameters", "ItemsPath"),
    *("SecondsPath", "TimestampPath", "TimeoutSecondsPath", "HeartbeatSecondsPath"),
    *("MaxConcurrencyPath", "ErrorPath", "CausePath", "Variable", "ItemSelector.$"),
    *("ToleratedFailureCountPath", "ToleratedFailurePercentagePath"),
}
"""Amazon States Language, "Transforming data with JSONata": fields that are JSONPath's alone."""
WAITS = ".waitForTaskToken"


def text_of(definition: Any) -> str:  # noqa: ANN401 -- as the template has it
    """Return a definition as a text, with a mark for each value that is known at deployment."""
    if isinstance(definition, str):
        return definition
    match definition:
        case {"Fn::Join": [separator, [*parts]]}:
            return str(separator).join(text_of(part) for part in parts)
        case {"Fn::Sub": [str(text), *_]} | {"Fn::Sub": str(text)}:
            return text
        case {"Fn::GetAtt": [name, *_]} | {"Ref": name}:
            return f"${{{name}}}"
    return "${?}"


def states_of(definition: Mapping[str, Any], within: str = "") -> Iterator[tuple[str, Any]]:
    """Yield every state with its name, those of maps and branches as `Map/Inner`."""
    for name, state in definition.get("States", {}).items():
        yield f"{within}{name}", state
        inner = [state.get("ItemProcessor"), state.get("Iterator"), *state.get("Branches", ())]
        for each in filter(None, inner):
            yield from states_of(each, f"{within}{name}/")


def check_definition(text: str, *, express: bool, at: str) -> None:
    """Refuse a definition that is too large, not JSONata's, or would wait for ever.

    :param express: whether it is that of an express workflow.
    :param at: the path of the workflow.
    :raises ValueError: names the state, and what to do.
    """
    size = len(text.encode())
    if size > LARGEST:
        raise ValueError(
            f"definition must have {LARGEST:,} bytes at most, got {size:,}: make a part of it a "
            "workflow of its own that this one starts, or a Map of what states repeat (at "
            f"{at})"
        )
    for name, state in states_of(json.loads(text)):
        where = f"state {name!r}"
        if found := sorted(_json_path(state)):
            raise ValueError(
                f"{where} must be JSONata as the workflow is, got {', '.join(found)}: make it by "
                f"its `.jsonata(…)`, such as Choice.jsonata, with texts in {{% … %}} (at {at})"
            )
        if not str(state.get("Resource", "")).endswith(WAITS):
            continue
        if express:
            raise ValueError(
                f"{where} must not wait for a task token: express workflows cannot (AWS Step "
                'Functions, "Choosing workflow type"): make the workflow a standard one, or let '
                f"a standard one start it and wait (at {at})"
            )
        if not {"TimeoutSeconds", "HeartbeatSeconds"} & state.keys():
            raise ValueError(
                f"{where} must have a timeout or a heartbeat: it waits for a token that may never "
                f"come back, for a year at most. Use CallbackTask, or give it task_timeout (at "
                f"{at})"
            )


def _json_path(state: Mapping[str, Any]) -> Iterator[str]:
    """Yield what a state has that means something in JSONPath only."""
    if state.get("QueryLanguage") == "JSONPath":
        yield "QueryLanguage JSONPath"
    yield from OF_JSON_PATH & state.keys()
    for choice in state.get("Choices", ()):
        if "Condition" not in choice:
            yield "a choice without Condition"
