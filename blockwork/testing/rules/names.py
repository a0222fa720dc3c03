"""What a resource may be called."""

from collections.abc import Iterator

from blockwork.testing.judging import Finding, rule
from blockwork.testing.names import own_names
from blockwork.testing.synthesis import SynthesisedApp


@rule(
    why="a name that is given blocks a replacement, another try after a failed one, and a second "
    "stage in the account (AWS CDK, best practices: use generated resource names)",
)
def generated_names(app: SynthesisedApp) -> Iterator[Finding]:
    """Leave names to CloudFormation, wherever it makes them up."""
    for resource in app.resources:
        for name in own_names(resource.raw):
            if not name.required:
                yield Finding(
                    at=str(resource),
                    says=f"{name.path} must be left to CloudFormation, got {name.value!r}",
                )


@rule(
    why="where a name must be given, two stages of an account would give the same",
)
def names_of_their_stack(app: SynthesisedApp) -> Iterator[Finding]:
    """Name what must have a name after its stack."""
    for resource in app.resources:
        stack = "".join(filter(str.isalnum, resource.stack.name))
        for name in own_names(resource.raw):
            if name.required and stack not in str(name.value):
                yield Finding(
                    at=str(resource),
                    says=f"{name.path} must hold the name of its stack ({stack}), got "
                    f"{name.value!r}: `Names.unique_resource_name(self)`",
                )
