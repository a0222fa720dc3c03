"""What handlers write is in their logs: all of it, once, under its own invocation."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from tests.emulator.support import Aws, function, invoke, role

AT_ONCE = 8
LINES = 12_000
"""Of one invocation: more than a pipe holds, so that many are on their way when it has answered."""

IN_PYTHON = f"""
def handler(event, context):
    for number in range({LINES}): print(event["name"], number)
    return event["name"]
"""
IN_NODE = f"""
exports.handler = async (event) => {{
  for (let number = 0; number < {LINES}; number++) console.log(event.name, number);
  return event.name;
}};
"""
NOT_TEXT = """
import os, sys
def handler(event, context):
    print("before")
    sys.stdout.flush()
    os.write(2, bytes([0xC3, 0x28, 10]))
    print("after " + event["name"])
"""


@pytest.fixture(scope="module")
def names(aws: Aws) -> dict[str, str]:
    resources = {
        "Role": role(),
        "Python": function(IN_PYTHON, MemorySize=256),
        "Node": function(IN_NODE, Runtime="nodejs24.x"),
        "NotText": function(NOT_TEXT),
    }
    return aws.deploy("handler-lines", resources, **{name: {"Ref": name} for name in resources})


def streams_of(aws: Aws, function_name: str) -> list[list[str]]:
    """Return the lines of each stream of a function's log."""
    logs = aws.client("logs")
    group = f"/aws/lambda/{function_name}"
    pages = logs.get_paginator("describe_log_streams").paginate(logGroupName=group)
    names = [stream["logStreamName"] for page in pages for stream in page["logStreams"]]
    return [lines_of(logs, group, name) for name in names]


def lines_of(logs: Any, group: str, stream: str) -> list[str]:
    lines: list[str] = []
    request = {"logGroupName": group, "logStreamName": stream, "startFromHead": True}
    while (page := logs.get_log_events(**request))["events"]:
        lines += [event["message"] for event in page["events"]]
        request["nextToken"] = page["nextForwardToken"]
    return lines


@pytest.mark.parametrize("language", ["Python", "Node"])
def test_each_line_is_there_once_however_many_come_at_once(
    aws: Aws, names: dict[str, str], language: str
) -> None:
    asked = [f"{language}-{number}" for number in range(AT_ONCE)]
    with ThreadPoolExecutor(AT_ONCE) as pool:
        for each in (asked, [f"{name}-again" for name in asked]):
            answers = pool.map(lambda name: invoke(aws, names[language], name=name), each)
            assert [answer["answer"] for answer in answers] == each

    written = {}
    for start, *lines, end, report in streams_of(aws, names[language]):
        assert [each.split()[0] for each in (start, end, report)] == ["START", "END", "REPORT"]
        written[lines[0].split()[0]] = lines
    expected = [*asked, *(f"{name}-again" for name in asked)]
    assert {*written} == {*expected}
    for name, lines in written.items():
        assert lines == [f"{name} {number}" for number in range(LINES)]


def test_what_is_no_text_hides_nothing_behind_it(aws: Aws, names: dict[str, str]) -> None:
    logs = [invoke(aws, names["NotText"], name=name)["log"] for name in ("a", "b")]

    for name, log in zip("ab", logs, strict=True):
        assert log.splitlines() == ["before", "\N{REPLACEMENT CHARACTER}(", f"after {name}"]
