"""A function that notes down its calls, and ends when and how a test wants it to."""

from collections import Counter
from pathlib import Path
from typing import Any

from tests.emulator.machines import INVOKE, machine, machine_role
from tests.emulator.support import function, role

NOTED = """
import os, time
def handler(event, context):
    with open(event["notes"], "a") as notes:
        notes.write(event["name"] + "\\n")
    if not os.path.exists(event.get("mended", event["notes"])):
        raise RuntimeError("not mended")
    while not os.path.exists(event.get("gate", event["notes"])):
        time.sleep(0.05)
    return event["name"]
"""


def noting(name: str, **event: Any) -> dict[str, Any]:
    """Return the state that calls the function which notes it down.

    :param event: `gate`, a file that it waits for; `mended`, a file without which it fails.
    """
    payload = {"name": name, "notes": "{% $states.context.Execution.Input.notes %}", **event}
    arguments = {"FunctionName": "${Function}", "Payload": payload}
    output = "{% $states.result.Payload %}"
    return {"Type": "Task", "Resource": INVOKE, "Arguments": arguments, "Output": output}


def noting_machine(states: dict[str, Any], **properties: Any) -> dict[str, Any]:
    """Return the resources of a machine of such states."""
    substitutions = {"Function": {"Fn::GetAtt": ["Function", "Arn"]}}
    return {
        "Role": role(),
        "Function": function(NOTED, Timeout=120),
        "MachineRole": machine_role("lambda:InvokeFunction"),
        "Machine": machine(states, DefinitionSubstitutions=substitutions, **properties),
    }


def notes(file: Path) -> Counter[str]:
    """Return how often each name was noted down."""
    return Counter(file.read_text().split() if file.exists() else [])
