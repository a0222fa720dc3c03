"""What holds for functions and their logs."""

from collections.abc import Iterator

from blockwork.testing.judging import Finding, rule
from blockwork.testing.synthesis import SynthesisedApp

SECRET_WORDS = ("SECRET", "PASSWORD")
SECRET_REFERENCES = ("{{resolve:secretsmanager:", "{{resolve:ssm-secure:")


@rule(
    why="CloudWatch keeps logs for ever unless told, and what tells of persons must go some day",
)
def log_retention(app: SynthesisedApp) -> Iterator[Finding]:
    """Let every log expire."""
    for group in app.of_type("AWS::Logs::LogGroup"):
        if "RetentionInDays" not in group.properties:
            yield Finding(at=str(group), says="RetentionInDays must be set: `retention=…`")


@rule(
    why="a function without a log group of its stack gets one from Lambda at its first invocation, "
    "which never expires and stays when the stack goes",
)
def function_logs(app: SynthesisedApp) -> Iterator[Finding]:
    """Let every function write into a log of its stack."""
    for function in app.of_type("AWS::Lambda::Function"):
        group = function.properties.get("LoggingConfig", {}).get("LogGroup")
        of_stack = isinstance(group, dict) and "Ref" in group
        there = function.stack.resources.get(group["Ref"]) if of_stack else None
        of_another = isinstance(group, dict) and not of_stack
        if not of_another and (there is None or there.type != "AWS::Logs::LogGroup"):
            yield Finding(
                at=str(function),
                says=f"LoggingConfig.LogGroup must be a log group of a stack, got {group}: "
                "`log_group=logs.LogGroup(…)`",
            )


@rule(
    why="who may look at a function sees its variables (lambda:GetFunctionConfiguration), and a "
    "secret that is resolved there is kept in clear",
)
def no_secret_in_environment(app: SynthesisedApp) -> Iterator[Finding]:
    """Keep secrets out of environment variables."""
    for function in app.of_type("AWS::Lambda::Function"):
        variables = function.properties.get("Environment", {}).get("Variables", {})
        for name, value in variables.items():
            named = any(word in name.upper() for word in SECRET_WORDS)
            if named or any(start in str(value) for start in SECRET_REFERENCES):
                yield Finding(
                    at=f"{function} {name}",
                    says="a variable must hold no secret, and no name that says so: hand over the "
                    "name of the parameter or secret, call it after what it is for, such as "
                    "SIGNING_KEY_NAME, and let the code read it",
                )
