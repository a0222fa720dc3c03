"""Cloud assemblies, and what `cdk diff` says of them."""

import json
from pathlib import Path
from typing import Any

from blockwork.diff.differences import Difference

Template = dict[str, Any]

# What `cdk diff` writes, recorded.
DIFF = """\
IAM Statement Changes
┌───┬─────────────────┬────────┬──────────────────────┬────────────────┐
│   │ Resource        │ Effect │ Action               │ Principal      │
├───┼─────────────────┼────────┼──────────────────────┼────────────────┤
│ + │ ${Products.Arn} │ Allow  │ dynamodb:DeleteTable │ AWS:${GetRole} │
│   │                 │        │ dynamodb:Scan        │                │
│ - │ ${Products.Arn} │ Allow  │ dynamodb:GetItem     │ AWS:${GetRole} │
└───┴─────────────────┴────────┴──────────────────────┴────────────────┘
(NOTE: There may be security-related changes not in this list. See https://example.com/1299)

Resources
[-] AWS::SQS::Queue Failures/Queue FailuresQueue1 orphan
[+] AWS::SNS::Topic Topic Topic2
[~] AWS::DynamoDB::GlobalTable Products Products3 replace
 └─ [~] KeySchema (requires replacement)
     └─ @@ -1,3 +1,3 @@
        [ ] [
        [-]   "id"
        [+]   "productId"
        [ ] ]

Outputs
[+] Output ApiUrl: {"Value":"x"}"""


def table(**properties: object) -> Template:
    return {"Resources": {"Products": {"Type": "AWS::DynamoDB::Table", "Properties": properties}}}


def pool(**properties: object) -> Template:
    return {"Resources": {"Pool": {"Type": "AWS::Cognito::UserPool", "Properties": properties}}}


def assembly(folder: Path, **templates: Template) -> Path:
    """Write a cloud assembly with these templates; `Dev_Catalog` stands for `Dev-Catalog`."""
    folder.mkdir()
    artifacts: dict[str, Any] = {"Tree": {"type": "cdk:tree", "properties": {"file": "tree.json"}}}
    for name, template in templates.items():
        stack = name.replace("_", "-")
        (folder / f"{stack}.template.json").write_text(json.dumps(template))
        properties = {"templateFile": f"{stack}.template.json"}
        artifacts[stack] = {"type": "aws:cloudformation:stack", "properties": properties}
    (folder / "manifest.json").write_text(json.dumps({"version": "1", "artifacts": artifacts}))
    return folder


def both(before: Template, after: Template) -> str:
    """Tell a difference as simply as can be."""
    return f"{json.dumps(before)} -> {json.dumps(after)}"


def difference(
    text: str = DIFF, *stacks: str, risks: tuple[str, ...] = (), stale: tuple[str, ...] = ()
) -> Difference:
    return Difference(stacks=stacks or ("Dev-Catalog",), text=text, risks=risks, stale=stale)
