"""What a nested stack exports can be imported.

AWS makes no difference: an output with `Export` is one of the account's and region's exports, for
other nested stacks of the same parent, too
(https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/outputs-section-structure.html).
Stock publishes the exports of other stacks only. Closed once a nested stack is made or changed;
stock takes them away with it.
"""

from ministack.services import cloudformation
from ministack.services.cloudformation import engine, provisioners

from blockwork.local.emulator.gaps._hooks import Properties, after_provisioning


def close() -> None:
    """Publish them."""
    after_provisioning("AWS::CloudFormation::Stack", _publish, on=("create", "update"))


def _publish(stack_id: str, _properties: Properties) -> None:
    name = provisioners._nested_stack_lookup_name(stack_id)
    stack = cloudformation._stacks[name]
    template = stack.get("_template") or {}
    outputs = {each["OutputKey"]: each for each in stack.get("Outputs", [])}
    for key, definition in (template.get("Outputs") or {}).items():
        if key not in outputs or "Export" not in definition:
            continue
        export = str(
            engine._resolve_refs(
                definition["Export"]["Name"],
                stack["_resources"],
                stack["_resolved_params"],
                stack["_conditions"],
                template.get("Mappings") or {},
                name,
                stack_id,
            )
        )
        outputs[key]["ExportName"] = export
        value = outputs[key]["OutputValue"]
        cloudformation._exports[export] = {"StackId": stack_id, "Name": export, "Value": value}
