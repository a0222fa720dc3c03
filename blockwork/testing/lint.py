"""What cfn-lint says of all templates: CloudFormation's own schemas, and what AWS learnt since."""

import json
import subprocess
import sys
from collections.abc import Iterator

from blockwork.testing.judging import Finding, rule
from blockwork.testing.synthesis import SynthesisedApp

PROGRAM = "import sys; from cfnlint.runner import main; sys.exit(main())"
"""Its command, with the Python that runs the tests."""
OF_THE_CDK = {"W3005"}
"""The CDK orders a function after its role and policy, also where a reference already does."""


@rule(
    why="what CloudFormation refuses it refuses in the middle of a deployment; the CDK's own "
    "validation is off while tests synthesise",
)
def cfn_lint(app: SynthesisedApp) -> Iterator[Finding]:
    """Pass cfn-lint, which a `.cfnlintrc` may configure, without a finding."""
    stacks = {str(stack.file): stack for stack in app.stacks.values()}
    command = [sys.executable, "-c", PROGRAM, "--format", "json", *stacks]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if not done.stdout.strip():
        raise RuntimeError(f"cfn-lint said nothing it could be judged by: {done.stderr[-4000:]}")
    for found in json.loads(done.stdout):
        if found["Rule"]["Id"] in OF_THE_CDK:
            continue
        stack = stacks[found["Filename"]]
        path = [str(part) for part in found["Location"]["Path"] or ()]
        resource = stack.resources.get(path[1]) if path[:1] == ["Resources"] and path[1:] else None
        yield Finding(
            at=f"{resource or stack.name} {found['Rule']['Id']}",
            says=f"{found['Message']} ({'/'.join(path)})",
        )
