"""Values in templates that somebody forgot: placeholders, secrets, runtimes that AWS gives up."""

import json
import re
from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

from blockwork.doctor.finding import Finding
from blockwork.testing.rules.functions import no_secret_in_environment
from blockwork.testing.synthesis import SynthesisedApp

ACCOUNTS = re.compile(r"\b(?:(\d)\1{11}|123456789012)\b")
"""Numbers of accounts that stand in examples. Twelve zeros are the local stage's."""
LOCAL_ACCOUNT = "000000000000"
HOSTS = re.compile(
    r"(?<![\w.-])(?:(?:[\w-]+\.)*example\.(?:com|net|org)|(?:[\w-]+\.)+example)(?![\w.-]*\w)"
)
"""Names that belong to nobody (RFC 2606)."""
WORDS = re.compile(r"\b(?:change[_-]?me|replace[_-]?me|fixme|your-[a-z-]+)\b", re.IGNORECASE)
SECRETS = {
    "an access key of AWS": re.compile(r"\b(?:AKIA|ASIA)[A-Z0-9]{16}\b"),
    "a private key": re.compile(r"-----BEGIN (?:[A-Z]+ )?PRIVATE KEY-----"),
    "a token of GitHub": re.compile(r"\b(?:gh[pousr]_\w{36,}|github_pat_\w{22,})"),
    "a token of Slack": re.compile(r"\bxox[abprs]-[\w-]{10,}"),
    "a key of Stripe": re.compile(r"\b[rs]k_live_\w{16,}"),
    "a password in an address": re.compile(r"\b[a-z][a-z0-9+.-]*://[^/\s:@{}]+:[^/\s:@{}]+@"),
}
SHOWN = 3
GIVEN_UP = {
    "dotnet6": "2024-12-20",
    "dotnet8": "2026-11-10",
    "go1.x": "2024-01-08",
    "java8": "2024-01-08",
    "java8.al2": "2027-06-30",
    "java11": "2027-06-30",
    "java17": "2027-06-30",
    "nodejs14.x": "2023-12-04",
    "nodejs16.x": "2024-06-12",
    "nodejs18.x": "2025-09-01",
    "nodejs20.x": "2026-04-30",
    "nodejs22.x": "2027-04-30",
    "provided": "2024-01-08",
    "provided.al2": "2026-07-31",
    "python3.7": "2023-12-04",
    "python3.8": "2024-10-14",
    "python3.9": "2025-12-15",
    "python3.10": "2026-10-31",
    "python3.11": "2027-06-30",
    "ruby2.7": "2023-12-07",
    "ruby3.2": "2026-03-31",
    "ruby3.3": "2027-03-31",
}
"""Days on which AWS stops mending a runtime (AWS Lambda, "Runtime deprecation policy")."""


def value_findings(
    app: SynthesisedApp, assembly: Path, *, today: date | None = None
) -> Iterator[Finding]:
    """Yield what templates hold that nobody means.

    :param assembly: the folder that `cdk synth` wrote.
    :param today: decides which runtimes are given up. Default: the machine's day.
    """
    accounts = _accounts(assembly)
    yield from accounts.values()
    yield from _placeholders(app, told={*accounts, LOCAL_ACCOUNT})
    yield from _secrets(app)
    yield from _runtimes(app, (today or date.today()).isoformat())


def _accounts(assembly: Path) -> dict[str, Finding]:
    """Return what there is to say of accounts that stacks are to be deployed to, by the account."""
    found: dict[str, list[str]] = defaultdict(list)
    artifacts = json.loads((assembly / "manifest.json").read_text("utf-8"))["artifacts"]
    for name, artifact in artifacts.items():
        account = str(artifact.get("environment", "")).removeprefix("aws://").partition("/")[0]
        if ACCOUNTS.fullmatch(account) and account != LOCAL_ACCOUNT:
            found[account].append(artifact.get("displayName", name))
    return {
        account: Finding.problem(
            f"the account of {_some(stacks)} is {account}, which stands in examples",
            why="nobody deploys there, so a deployment ends with 'no credentials' or in a "
            "stranger's account",
            do="write the stage's own account, or leave `env` out: then it is the shell's",
        )
        for account, stacks in found.items()
    }


def _placeholders(app: SynthesisedApp, told: set[str]) -> Iterator[Finding]:
    found: dict[str, list[str]] = defaultdict(list)
    for resource in app.resources:
        for text in set(_texts(resource.properties)):
            accounts = (match[0] for match in ACCOUNTS.finditer(text))
            seen = {*accounts} - told
            seen |= {match[0] for each in (HOSTS, WORDS) for match in each.finditer(text)}
            for value in seen:
                found[value].append(str(resource))
    for value, resources in sorted(found.items()):
        yield Finding.note(
            f"{value!r} stands in {_some(resources)}",
            why="it is a placeholder: mails and requests to it reach nobody, or a stranger",
            do="write what it stands for, in the stage's values; in a stage for trying out it is "
            "as it may be",
        )


def _secrets(app: SynthesisedApp) -> Iterator[Finding]:
    why = "whoever may read the template or the function's configuration has it, for ever"
    do = "put it into Secrets Manager or SSM, hand over its name, and change it: it is known now"
    for resource in app.resources:
        texts = "\n".join(sorted(set(_texts(resource.properties))))
        for kind, pattern in SECRETS.items():
            if pattern.search(texts):  # which is not shown: the terminal may be a log
                yield Finding.problem(f"{resource} holds {kind} in clear", why=why, do=do)
    for stack in app.stacks.values():
        for name, said in stack.template.get("Parameters", {}).items():
            if str(said.get("NoEcho")).lower() == "true" and said.get("Default"):
                what = f"the parameter {name} of {stack.name} is secret and has a default"
                yield Finding.problem(what, why=why, do="leave the default out")
    opt_outs = [out for out in app.settings.opt_outs if out.rule == no_secret_in_environment.id]
    for finding in no_secret_in_environment.check(app):
        if not any(out.covers(finding.at) for out in opt_outs):
            yield Finding.problem(f"{finding.at} looks like a secret", why=why, do=finding.says)


def _runtimes(app: SynthesisedApp, today: str) -> Iterator[Finding]:
    found: dict[str, list[str]] = defaultdict(list)
    for function in app.of_type("AWS::Lambda::Function"):
        runtime = function.properties.get("Runtime")
        if isinstance(runtime, str) and GIVEN_UP.get(runtime, today) < today:
            found[runtime].append(str(function))
    for runtime, functions in sorted(found.items()):
        yield Finding.problem(
            f"{_some(functions)} runs on {runtime}, which AWS gave up on {GIVEN_UP[runtime]}",
            why="nobody mends what is found in it, and one day it can be neither made nor changed",
            do="take the newest of the language; functions of this library do without a word",
        )


def _texts(value: Any) -> Iterator[str]:  # noqa: ANN401 -- JSON
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for each in value.values():
            yield from _texts(each)
    elif isinstance(value, list):
        for each in value:
            yield from _texts(each)


def _some(names: list[str]) -> str:
    names = list(dict.fromkeys(names))
    more = f" and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
    return ", ".join(names[:SHOWN]) + more
