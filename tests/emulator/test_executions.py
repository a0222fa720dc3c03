"""What an execution is made of: its start, its definition, its branches, its children."""

import pytest
from botocore.exceptions import ClientError

from tests.emulator.machines import (
    WAITING,
    begin,
    chained,
    ended,
    entered,
    machine,
    machine_role,
    output,
    token_from,
    wait_for_token,
    waiting_machine,
)
from tests.emulator.support import Aws, received


def test_a_repeated_start_is_the_same_execution_as_long_as_it_runs(aws: Aws) -> None:
    made = aws.deploy("repeated", waiting_machine(), **WAITING)
    execution = begin(aws, made["machine"], "once", n=1)

    assert begin(aws, made["machine"], "once", n=1) == execution

    with pytest.raises(ClientError, match="ExecutionAlreadyExists"):
        begin(aws, made["machine"], "once", n=2)
    token = token_from(aws, made["queue"])
    aws.client("stepfunctions").send_task_success(taskToken=token, output="{}")
    ended(aws, execution)
    with pytest.raises(ClientError, match="ExecutionAlreadyExists"):
        begin(aws, made["machine"], "once", n=1)


def test_an_execution_goes_on_with_the_definition_it_began_with(aws: Aws) -> None:
    states = {"Ask": wait_for_token(), "After": {"Type": "Pass", "Output": "old"}}
    substitutions = {"Queue": {"Ref": "Queue"}}
    resources = waiting_machine()
    resources["Machine"] = machine(states, DefinitionSubstitutions=substitutions)
    made = aws.deploy("updated", resources, **WAITING)
    execution = begin(aws, made["machine"])
    entered(aws, execution, "Ask")
    token = token_from(aws, made["queue"])

    states["After"] = {"Type": "Pass", "Output": "new"}
    resources["Machine"] = machine(states, DefinitionSubstitutions=substitutions)
    assert aws.deploy("updated", resources, **WAITING) == made

    aws.client("stepfunctions").send_task_success(taskToken=token, output="{}")
    assert output(aws, execution) == "old"


def test_a_failed_branch_ends_the_others(aws: Aws) -> None:
    failing = chained({"Fail": {"Type": "Fail", "Error": "Broken", "Cause": "it is"}})
    asking = chained({"Ask": wait_for_token()})
    pause = chained({"Pause": {"Type": "Wait", "Seconds": 100000}})
    branches = [asking, pause, chained({"Look": {"Type": "Wait", "Seconds": 1}})]
    branches[2]["States"]["Look"] = {"Type": "Wait", "Seconds": 1, "Next": "Fail"}
    branches[2]["States"] |= failing["States"]
    resources = waiting_machine()
    resources["Machine"] = machine(
        {"Fan": {"Type": "Parallel", "Branches": branches}},
        DefinitionSubstitutions={"Queue": {"Ref": "Queue"}},
    )
    made = aws.deploy("broken", resources, **WAITING)
    execution = begin(aws, made["machine"])
    token = token_from(aws, made["queue"])

    end = ended(aws, execution)

    assert (end["status"], end["error"]) == ("FAILED", "Broken")
    with pytest.raises(ClientError, match="TaskTimedOut"):
        aws.client("stepfunctions").send_task_success(taskToken=token, output="{}")


def test_a_child_ends_with_its_parent(aws: Aws) -> None:
    child = waiting_machine()
    call = {
        "Type": "Task",
        "Resource": "arn:aws:states:::states:startExecution.sync:2",
        "Arguments": {"StateMachineArn": "${Child}", "Input": {"of": "parent"}},
        "Output": "{% $states.result.Output %}",
    }
    resources = {
        **child,
        "ParentRole": machine_role("states:StartExecution"),
        "Parent": machine({"Call": call}, DefinitionSubstitutions={"Child": {"Ref": "Machine"}}),
    }
    resources["Parent"]["Properties"]["RoleArn"] = {"Fn::GetAtt": ["ParentRole", "Arn"]}
    made = aws.deploy("family", resources, **WAITING, parent={"Ref": "Parent"})
    states = aws.client("stepfunctions")
    first = begin(aws, made["parent"])
    message = received(aws, made["queue"])["body"]
    assert message["input"] == {"of": "parent"}
    states.send_task_success(taskToken=message["token"], output='"of child"')
    assert output(aws, first) == "of child"

    second = begin(aws, made["parent"])
    token_from(aws, made["queue"])
    states.stop_execution(executionArn=second)

    listed = states.list_executions(stateMachineArn=made["machine"])["executions"]
    statuses = [ended(aws, each["executionArn"])["status"] for each in listed]
    assert sorted(statuses) == ["ABORTED", "SUCCEEDED"]


def test_what_a_state_assigns_it_assigns_at_once(aws: Aws) -> None:
    before = {"tries": 1, "pause": 0}
    after = {"tries": "{% $tries + 1 %}", "pause": "{% $tries * 10 %}"}
    states = {
        "Before": {"Type": "Pass", "Assign": before},
        "After": {"Type": "Pass", "Assign": after},
        "Say": {"Type": "Pass", "Output": {"tries": "{% $tries %}", "pause": "{% $pause %}"}},
    }
    resources = {"MachineRole": machine_role(), "Machine": machine(states)}
    made = aws.deploy("assigned", resources, machine={"Ref": "Machine"})

    assert output(aws, begin(aws, made["machine"])) == {"tries": 2, "pause": 10}


def test_branches_see_variables_and_change_their_own(aws: Aws) -> None:
    mine = {
        "Own": {"Type": "Pass", "Assign": {"n": "{% $n + $states.input %}"}},
        "Say": {"Type": "Pass", "Output": "{% $n %}"},
    }
    states = {
        "Set": {"Type": "Pass", "Assign": {"n": 10}},
        "Each": {"Type": "Map", "Items": [1, 2], "ItemProcessor": chained(mine)},
        "Say": {"Type": "Pass", "Output": "{% $append($states.input, [$n]) %}"},
    }
    resources = {"MachineRole": machine_role(), "Machine": machine(states)}
    made = aws.deploy("own-variables", resources, machine={"Ref": "Machine"})

    assert output(aws, begin(aws, made["machine"])) == [11, 12, 10]


def test_an_express_execution_answers_who_starts_it(aws: Aws) -> None:
    states = {
        "Twice": {"Type": "Pass", "Output": "{% $states.input.n * 2 %}"},
        "Pause": {"Type": "Wait", "Seconds": 1},
    }
    resources = {
        "MachineRole": machine_role(),
        "Machine": machine(states, StateMachineType="EXPRESS"),
    }
    made = aws.deploy("express", resources, machine={"Ref": "Machine"})

    client = aws.client("stepfunctions")
    client.meta.config.inject_host_prefix = False  # AWS has a host of its own for it

    answer = client.start_sync_execution(stateMachineArn=made["machine"], input='{"n": 21}')

    assert (answer["status"], answer["output"]) == ("SUCCEEDED", "42")


def test_a_distributed_map_has_an_execution_for_each_item(aws: Aws) -> None:
    each = {
        **chained({"Twice": {"Type": "Pass", "Output": "{% $states.input.n * 2 %}"}}),
        "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"},
    }
    states = {
        "Each": {
            "Type": "Map",
            "Items": "{% [1..$states.input.most] %}",
            "ItemSelector": {"n": "{% $states.context.Map.Item.Value %}"},
            "MaxConcurrency": 2,
            "ItemProcessor": each,
            "Output": "{% $sum($states.result) %}",
        }
    }
    resources = {"MachineRole": machine_role(), "Machine": machine(states)}
    made = aws.deploy("distributed", resources, machine={"Ref": "Machine"})
    execution = begin(aws, made["machine"], most=4)

    assert output(aws, execution) == 20
    states_api = aws.client("stepfunctions")
    (run,) = states_api.list_map_runs(executionArn=execution)["mapRuns"]
    listed = states_api.list_executions(mapRunArn=run["mapRunArn"])["executions"]
    assert [item["status"] for item in listed] == ["SUCCEEDED"] * 4


def test_an_expression_has_time_enough_on_a_slow_machine(aws: Aws) -> None:
    long = "{% $count([1..200000].($ * 2)) %}"  # seconds
    states = {"Count": {"Type": "Pass", "Output": long}}
    resources = {"MachineRole": machine_role(), "Machine": machine(states)}
    made = aws.deploy("counting", resources, machine={"Ref": "Machine"})

    assert output(aws, begin(aws, made["machine"])) == 200000
