"""A table where executions that wait meet what they wait for."""

from typing import Any

import pytest
from aws_cdk import Stack
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_stepfunctions as sfn
from aws_cdk import aws_stepfunctions_tasks as tasks
from aws_cdk.assertions import Template

from constructs_lib.blocks import Callbacks


def waiting_machine(stack: Stack, *functions: lambda_.IFunction) -> sfn.StateMachine:
    """Return a state machine whose tasks name functions, as each workflow that waits has it."""
    chain = sfn.Chain.start(sfn.Pass(stack, "Begin"))
    for function in functions:
        chain = chain.next(
            tasks.LambdaInvoke(stack, f"Wait{function.node.id}", lambda_function=function)
        )
    return sfn.StateMachine(
        stack, "Machine", definition_body=sfn.DefinitionBody.from_chainable(chain)
    )


def resume_policy(stack: Stack) -> dict[str, Any]:
    (policy,) = (
        one["Properties"]
        for id_, one in Template.from_stack(stack).find_resources("AWS::IAM::Policy").items()
        if "Resume" in id_
    )
    found: dict[str, Any] = policy
    return found


def test_functions_resume_executions_of_their_own_state_machine_alone(
    stack: Stack, plain: lambda_.Function
) -> None:
    callbacks = Callbacks(stack, "Callbacks")
    callbacks.let_wait(plain)
    machine = waiting_machine(stack, plain)
    callbacks.let_resume(machine)

    policy = resume_policy(stack)

    assert policy["PolicyDocument"]["Statement"] == [
        {
            "Action": ["states:SendTaskSuccess", "states:SendTaskHeartbeat"],
            "Effect": "Allow",
            "Resource": stack.resolve(machine.state_machine_arn),
        }
    ]
    assert policy["Roles"] == [stack.resolve(plain.role.role_name)]  # type: ignore[union-attr]


def test_a_function_may_be_in_the_state_machine_that_it_resumes(
    stack: Stack, plain: lambda_.Function
) -> None:
    callbacks = Callbacks(stack, "Callbacks")
    callbacks.let_resume(waiting_machine(stack, plain))
    callbacks.let_wait(plain)
    callbacks.let_arrive(plain)

    Template.from_stack(stack)  # raises for a cycle of resources


def test_the_table_forgets_by_itself(stack: Stack) -> None:
    Callbacks(stack, "Callbacks")

    Template.from_stack(stack).has_resource_properties(
        "AWS::DynamoDB::GlobalTable",
        {"TimeToLiveSpecification": {"AttributeName": "expiresAt", "Enabled": True}},
    )


@pytest.mark.parametrize(("let", "brings"), [("let_wait", set()), ("let_arrive", {"message"})])
def test_who_waits_writes_no_messages(
    stack: Stack, plain: lambda_.Function, let: str, brings: set[str]
) -> None:
    callbacks = Callbacks(stack, "Callbacks")
    getattr(callbacks, let)(plain)
    callbacks.let_resume(waiting_machine(stack))

    written = [
        {*statement["Condition"]["ForAllValues:StringEquals"]["dynamodb:Attributes"]}
        for policy in Template.from_stack(stack).find_resources("AWS::IAM::Policy").values()
        for statement in policy["Properties"]["PolicyDocument"]["Statement"]
        if "dynamodb:UpdateItem" in statement["Action"]
    ]

    known = {"token", "waiting", "handing", "seen", "ended", "expiresAt"}
    assert written == [{"callbackKey", "itemId"} | known | brings]


def test_functions_that_could_resume_nobody_are_refused(
    stack: Stack, plain: lambda_.Function
) -> None:
    Callbacks(stack, "Callbacks").let_arrive(plain)

    with pytest.raises(RuntimeError, match=r"Test/Callbacks must know.*let_resume\(workflow"):
        Template.from_stack(stack)


def test_a_function_without_its_role_is_refused(stack: Stack) -> None:
    theirs = lambda_.Function.from_function_arn(
        stack, "Theirs", "arn:aws:lambda:eu-west-1:123456789012:function:theirs"
    )

    with pytest.raises(ValueError, match=r"its role.*got Test/Theirs.*\(at Test/Callbacks\)"):
        Callbacks(stack, "Callbacks").let_wait(theirs)
