"""What holds for state machines."""

import json
from collections.abc import Iterator

from blockwork.testing.judging import Finding, rule
from blockwork.testing.synthesis import SynthesisedApp, SynthesisedResource
from constructs_lib.state_machines import text_of

MACHINE = "AWS::StepFunctions::StateMachine"


@rule(
    why="an execution that nobody watches fails or waits unseen, up to a year; and data "
    "in its log is read by who reads logs",
)
def state_machines(app: SynthesisedApp) -> Iterator[Finding]:
    """Let state machines log without data, end some day, and be watched."""
    watched = {
        (alarm.stack.name, json.dumps(dimension.get("Value")))
        for alarm in app.of_type("AWS::CloudWatch::Alarm")
        if alarm.properties.get("MetricName") == "ExecutionsFailed"
        for dimension in alarm.properties.get("Dimensions", ())
    }
    for machine in app.of_type(MACHINE):
        logging = machine.properties.get("LoggingConfiguration", {})
        if logging.get("Level", "OFF") == "OFF":
            yield _finding(machine, "LoggingConfiguration.Level must be ALL, ERROR or FATAL")
        if logging.get("IncludeExecutionData"):
            yield _finding(machine, "LoggingConfiguration.IncludeExecutionData must be false")
        if "TimeoutSeconds" not in _definition(machine):
            yield _finding(machine, "its definition must have TimeoutSeconds")
        if (machine.stack.name, json.dumps({"Ref": machine.id})) not in watched:
            yield _finding(machine, "an alarm of its stack must watch its ExecutionsFailed")


def _definition(machine: SynthesisedResource) -> dict[str, object]:
    """Return its definition; one that is elsewhere, in a bucket, is believed."""
    given = machine.properties.get("Definition")
    if isinstance(given, dict):
        return given
    text = machine.properties.get("DefinitionString")
    found: dict[str, object] = json.loads(text_of(text)) if text else {"TimeoutSeconds": 0}
    return found


def _finding(machine: SynthesisedResource, says: str) -> Finding:
    return Finding(at=str(machine), says=f"{says}: `Workflow(…)` sees to it")
