"""A site's CloudFront function, run by Node.js in place of CloudFront."""

import json
import re
import subprocess
from collections.abc import Collection
from typing import Any

from aws_cdk import Stack
from aws_cdk.assertions import Template

RUN = """
const keys = new Set(%s);
const cf = { kvs: () => ({ exists: async (key) => keys.has(key) }) };
const requests = %s;
(async () => {
  const answers = [];
  for (const request of requests) answers.push(await handler({ request }));
  console.log(JSON.stringify(answers));
})();
"""
MODULE = re.compile(r"^import (\w+) from '(\w+)';$", re.MULTILINE)


def code_of(stack: Stack) -> str:
    """Return the code of the stack's one CloudFront function."""
    (made,) = Template.from_stack(stack).find_resources("AWS::CloudFront::Function").values()
    return str(made["Properties"]["FunctionCode"])


def request(uri: str, *, host: str = "www.example.org", **headers: str) -> dict[str, Any]:
    """Return what CloudFront tells a function of a viewer's request; `a?b=c` has a query."""
    path, _, query = uri.partition("?")
    parameters: dict[str, Any] = {}
    for pair in filter(None, query.split("&")):
        name, _, value = pair.partition("=")
        if name in parameters:
            first = {"value": parameters[name]["value"]}
            parameters[name].setdefault("multiValue", [first]).append({"value": value})
        else:
            parameters[name] = {"value": value}
    told = {name.replace("_", "-"): {"value": value} for name, value in headers.items()}
    return {
        "method": "GET",
        "uri": path,
        "querystring": parameters,
        "headers": {"host": {"value": host}, **told},
    }


def answers(
    stack: Stack, *requests: dict[str, Any], keys: Collection[str] = ()
) -> list[dict[str, Any]]:
    """Return what the function makes of each request; `keys` are those of its key value store."""
    code = MODULE.sub(
        lambda found: (
            "" if found[2] == "cloudfront" else f"const {found[1]} = require('{found[2]}');"
        ),
        code_of(stack),
    )
    script = code + RUN % (json.dumps(list(keys)), json.dumps(requests))
    ran = subprocess.run(
        ["node", "--input-type=commonjs", "-"],
        input=script,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    made: list[dict[str, Any]] = json.loads(ran.stdout)
    return made


def leads_to(stack: Stack, *requests: dict[str, Any]) -> list[str]:
    """Return for each request the file that answers it, or status and place it is sent to."""
    return [
        f"{answer['statusCode']} {answer['headers']['location']['value']}"
        if "statusCode" in answer
        else str(answer["uri"])
        for answer in answers(stack, *requests)
    ]
