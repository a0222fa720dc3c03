from aws_cdk import RemovalPolicy

from constructs_lib.blocks import LocalEndpoints
from stacks.config import all_stages, local_stage
from stacks.stages_file import StageValues

VALUES = StageValues(
    account="123456789012",
    region="eu-west-2",
    alarm_email="alarms@retailer.co.uk",
    mail_sender="energy@retailer.co.uk",
    payment_url="https://api.payments.co.uk",
    campaign_url="https://api.mails.co.uk",
)


def test_stages_come_in_the_order_a_change_travels() -> None:
    stages = all_stages({"dev": VALUES, "staging": VALUES, "prod": VALUES})

    assert [stage.name for stage in stages] == ["local", "dev", "staging", "prod"]


def test_data_is_disposable_only_where_developers_play() -> None:
    stages = all_stages({"dev": VALUES, "staging": VALUES, "prod": VALUES})

    disposable = [stage.name for stage in stages if stage.removal_policy is RemovalPolicy.DESTROY]
    assert disposable == ["local", "dev"]


def test_a_plain_password_is_taken_on_the_local_stage_only() -> None:
    stages = all_stages({"dev": VALUES, "staging": VALUES, "prod": VALUES})

    assert [stage.name for stage in stages if stage.password_sign_in] == ["local"]


def test_two_local_stages_answer_on_ports_of_their_own() -> None:
    first, second = local_stage().endpoints, local_stage(LocalEndpoints(port=4570)).endpoints

    assert first is not None
    assert second is not None
    assert (first.emulator, first.site) == ("http://localhost:4566", "http://localhost:4567")
    assert (second.emulator, second.site) == ("http://localhost:4570", "http://localhost:4571")
