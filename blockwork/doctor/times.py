"""Functions that take longer than who waits for them does."""

from collections.abc import Iterator
from typing import Any

from blockwork.doctor.finding import Finding
from constructs_lib.checks.assembly import Assembly, Resource

FUNCTION = "AWS::Lambda::Function"
# What CloudFormation takes where a template says nothing.
FUNCTION_SECONDS, HIDDEN_SECONDS = 3, 30
LONGEST_ANSWER = 30
"""Seconds until an HTTP API answers for a function that does not (API Gateway, quotas)."""
LONGEST_TRIGGER = 5
"""Seconds that a user pool waits (Cognito developer guide, Lambda triggers)."""
HIDDEN_TIMES = 6
"""How many times a function's timeout its queue hides a message (AWS Lambda, SQS)."""


def time_findings(assembly: Assembly) -> Iterator[Finding]:
    """Yield the functions that are waited for too short a time."""
    yield from _behind_apis(assembly)
    yield from _behind_queues(assembly)
    yield from _behind_user_pools(assembly)


def _behind_apis(assembly: Assembly) -> Iterator[Finding]:
    for integration in assembly.of_type("AWS::ApiGatewayV2::Integration"):
        function = _function(assembly, integration.properties.get("IntegrationUri"))
        if function and _seconds(function) > LONGEST_ANSWER:
            yield Finding.problem(
                f"{function} may take {_seconds(function)} seconds, but its API waits "
                f"{LONGEST_ANSWER} at most",
                why="the caller is told that it failed (503) while it goes on, and tries again",
                do="give it less time, and let what takes longer go on behind a queue",
            )


def _behind_queues(assembly: Assembly) -> Iterator[Finding]:
    for mapping in assembly.of_type("AWS::Lambda::EventSourceMapping"):
        queue = assembly.find(str(mapping.properties.get("EventSourceArn")))
        function = _function(assembly, mapping.properties.get("FunctionName"))
        if not function or not queue or queue.type != "AWS::SQS::Queue":
            continue
        hidden, seconds = queue.properties.get("VisibilityTimeout"), _seconds(function)
        hidden = int(hidden or HIDDEN_SECONDS)
        told = f"{queue} hides a message for {hidden} seconds, and {function} may take {seconds}"
        do = f"`visibility_timeout=Duration.seconds({HIDDEN_TIMES * seconds})`, six times as long"
        if hidden < seconds:
            yield Finding.problem(told, why="AWS refuses to connect the two", do=do)
        elif hidden < HIDDEN_TIMES * seconds:
            yield Finding.note(
                told,
                why="a batch that is throttled or tried again comes back while it is handled, and "
                "its messages are handled twice or counted as failed",
                do=do,
            )


def _behind_user_pools(assembly: Assembly) -> Iterator[Finding]:
    for pool in assembly.of_type("AWS::Cognito::UserPool"):
        for trigger, told in (pool.properties.get("LambdaConfig") or {}).items():
            function = _function(assembly, told)
            if function and _seconds(function) > LONGEST_TRIGGER:
                yield Finding.problem(
                    f"{function} may take {_seconds(function)} seconds, but {pool} waits for its "
                    f"{trigger} {LONGEST_TRIGGER} at most",
                    why="who signs in or up is refused, and the trigger runs up to three times",
                    do=f"give it {LONGEST_TRIGGER} seconds, and let an event bring on the rest",
                )


def _function(assembly: Assembly, told: Any) -> Resource | None:  # noqa: ANN401 -- JSON
    arn = told.get("LambdaArn") if isinstance(told, dict) else told  # newer triggers have a version
    found = assembly.find(str(arn))
    return found if found and found.type == FUNCTION else None


def _seconds(function: Resource) -> int:
    return int(function.properties.get("Timeout", FUNCTION_SECONDS))
