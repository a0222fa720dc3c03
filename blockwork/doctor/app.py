"""What an app's templates and assets hold that works in no test and fails on AWS."""

import re
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from blockwork.doctor.finding import Finding
from blockwork.testing.routes import public_routes_of
from blockwork.testing.settings import Settings
from blockwork.testing.synthesis import SynthesisedApp, SynthesisedResource, read_app
from constructs_lib.checks.assembly import Assembly, Resource

FUNCTION = "AWS::Lambda::Function"
# What CloudFormation takes where a template says nothing.
FUNCTION_SECONDS, HIDDEN_SECONDS = 3, 30
LONGEST_ANSWER = 30
"""Seconds until an HTTP API answers for a function that does not (API Gateway, quotas)."""
LONGEST_TRIGGER = 5
"""Seconds that a user pool waits (Cognito developer guide, Lambda triggers)."""
LISTS = "requirements*.txt"
PINNED = re.compile(r"[\w.-]+(\[[^\]]*\])?\s*(==\s*[^*\s]+|@\s*\S+)(\s.*)?")


def pythons_of(assembly: Path) -> set[str]:
    """Return the minor versions that an app's functions run on."""
    runtimes = (
        str(function.properties.get("Runtime", "")) for function in _functions(Assembly(assembly))
    )
    return {runtime.removeprefix("python") for runtime in runtimes if runtime.startswith("python")}


def app_findings(assembly: Path) -> Iterator[Finding]:
    """Yield what is wrong with an app, and what it lets everybody do.

    :param assembly: the folder that `cdk synth` wrote.
    """
    yield from _timeouts(Assembly(assembly))
    app = read_app([assembly], Settings(), assembly)
    yield from _unpinned(app)
    for stack, routes in public_routes_of(app).items():
        yield Finding.note(f"everybody may call these of {stack}: {', '.join(routes)}")


def _functions(assembly: Assembly) -> Iterator[Resource]:
    return assembly.of_type(FUNCTION)


def _timeouts(assembly: Assembly) -> Iterator[Finding]:
    for integration in assembly.of_type("AWS::ApiGatewayV2::Integration"):
        function = _function(assembly, integration.properties.get("IntegrationUri"))
        if function and _seconds(function) > LONGEST_ANSWER:
            yield Finding.problem(
                f"{function} may take {_seconds(function)} seconds, but its API tells the caller "
                f"after {LONGEST_ANSWER} that it failed: give it less time, and let what takes "
                "longer go on behind a queue"
            )
    for mapping in assembly.of_type("AWS::Lambda::EventSourceMapping"):
        queue = assembly.find(str(mapping.properties.get("EventSourceArn")))
        function = _function(assembly, mapping.properties.get("FunctionName"))
        if function and queue and queue.type == "AWS::SQS::Queue":
            hidden = int(queue.properties.get("VisibilityTimeout", HIDDEN_SECONDS))
            if hidden < _seconds(function):
                yield Finding.problem(
                    f"{queue} hides a message for {hidden} seconds, and {function} may take "
                    f"{_seconds(function)}: AWS refuses it. Six times the function's timeout is "
                    "right (AWS Lambda, SQS)"
                )
    for pool in assembly.of_type("AWS::Cognito::UserPool"):
        for trigger, told in (pool.properties.get("LambdaConfig") or {}).items():
            function = _function(assembly, told)
            if function and _seconds(function) > LONGEST_TRIGGER:
                yield Finding.problem(
                    f"{function} may take {_seconds(function)} seconds, but {pool} waits for its "
                    f"{trigger} {LONGEST_TRIGGER} at most: give it less time"
                )


def _function(assembly: Assembly, told: Any) -> Resource | None:  # noqa: ANN401 -- JSON
    arn = told.get("LambdaArn") if isinstance(told, dict) else told  # newer triggers have a version
    found = assembly.find(str(arn))
    return found if found and found.type == FUNCTION else None


def _seconds(function: Resource) -> int:
    return int(function.properties.get("Timeout", FUNCTION_SECONDS))


def _unpinned(app: SynthesisedApp) -> Iterator[Finding]:
    for resource in app.of_type(FUNCTION, "AWS::Lambda::LayerVersion"):
        for name, text in _lists(resource):
            for number, line in enumerate(text.splitlines(), 1):
                wanted = line.partition("#")[0].strip().removesuffix("\\").strip()
                if wanted and not wanted.startswith("-") and not PINNED.fullmatch(wanted):
                    yield Finding.problem(
                        f"{resource} was built of {name}:{number}, where {wanted!r} is not pinned: "
                        "another day brings other packages. `uv pip compile --generate-hashes`"
                    )


def _lists(resource: SynthesisedResource) -> Iterator[tuple[str, str]]:
    """Yield the lists of packages that were put into what is deployed."""
    code = resource.properties.get("Code") or resource.properties.get("Content") or {}
    key = code.get("S3Key")
    asset = resource.stack.folder / f"asset.{key}"
    if not isinstance(key, str):
        return
    if asset.is_file():
        with zipfile.ZipFile(asset) as archive:
            for name in archive.namelist():
                if Path(name).match(LISTS):
                    yield name, archive.read(name).decode(errors="replace")
    for file in sorted(asset.with_suffix("").glob(LISTS)):
        yield file.name, file.read_text(encoding="utf-8", errors="replace")
