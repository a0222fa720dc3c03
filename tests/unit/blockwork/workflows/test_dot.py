"""A picture shows what follows on what, on which condition, after which error."""

from typing import Any

import pytest

from blockwork.workflows.dot import as_dot

CONVERSATION: dict[str, Any] = {
    "StartAt": "Ask",
    "States": {
        "Ask": {
            "Type": "Task",
            "Resource": "arn:aws:states:::lambda:invoke.waitForTaskToken",
            "TimeoutSeconds": 7200,
            "Catch": [{"ErrorEquals": ["States.ALL"], "Next": 'Give "up"'}],
            "Next": "Which?",
        },
        "Which?": {
            "Type": "Choice",
            "Choices": [{"Condition": "{% $states.input.status = 'late' %}", "Next": "Rest"}],
            "Default": "Each",
        },
        "Rest": {"Type": "Wait", "Seconds": 90, "Next": "Ask"},
        "Each": {
            "Type": "Map",
            "MaxConcurrency": 3,
            "ItemProcessor": {
                "StartAt": "Both",
                "States": {
                    "Both": {
                        "Type": "Parallel",
                        "Branches": [
                            {"StartAt": "One", "States": {"One": {"Type": "Pass", "End": True}}},
                            {"StartAt": "Two", "States": {"Two": {"Type": "Pass", "End": True}}},
                        ],
                        "End": True,
                    }
                },
            },
            "Next": "Done",
        },
        "Done": {"Type": "Succeed"},
        'Give "up"': {"Type": "Fail", "Error": "TooLate"},
    },
}


@pytest.mark.parametrize(
    "line",
    [
        '"start:" -> "Ask"',
        '"Ask" -> "Which?"',
        '"Which?" -> "Rest" [label=" status = \'late\' "]',
        '"Ask" -> "Give \\"up\\"" [label=" any error ", style=dashed]',
        '"Which?" -> "Each/0/Both/0/One" [label=" otherwise ", lhead="cluster Each"]',
        '"Each/0/Both/0/One" -> "Done" [ltail="cluster Each"]',
        'subgraph "cluster Each" {',
        'label="Each: for each, 3 at once"; style="rounded,dashed"',
        'label="Both: at the same time"; style="rounded,dashed"',
        '"Ask" [label="Ask\\nwaits for its callback, 2 h at most", fillcolor="#fef3c7"]',
        '"Rest" [label="Rest\\nwaits 90 s", fillcolor="#fef3c7"]',
        '"Give \\"up\\"" [label="Give \\"up\\"\\nTooLate", fillcolor="#fee2e2"]',
    ],
)
def test_the_picture_says(line: str) -> None:
    assert line in map(str.strip, as_dot(CONVERSATION).splitlines())


def test_what_is_long_is_cut() -> None:
    choice = {"Condition": "{% " + "x" * 60 + " %}", "Next": "Done"}
    states = {
        "Which?": {"Type": "Choice", "Choices": [choice]},
        "Done": {"Type": "Succeed"},
    }

    assert f'label=" {"x" * 43}… "' in as_dot({"StartAt": "Which?", "States": states})


def test_what_another_service_does_is_named() -> None:
    state = {"Type": "Task", "Resource": "arn:aws:states:::aws-sdk:sqs:sendMessage", "End": True}

    dot = as_dot({"StartAt": "Send", "States": {"Send": state}})

    assert '"Send" [label="Send\\nsqs sendMessage", peripheries=2]' in dot
