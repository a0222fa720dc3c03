"""The steps of the workflow, told and answering as the state machine has it: in JSON."""

import json
from typing import Any

import msgspec
import pytest
from campaigns.domain.campaign import CampaignStatus
from campaigns.handlers import (
    account_for_batch,
    close_campaign,
    create_at_provider,
    finish_campaign,
    hand_over_batch,
    look_up_status,
    prepare_audience,
    send_campaign,
    wait_for_callback,
)
from campaigns.handlers.step import Step

from tests.unit.lambda_src.campaigns.fakes import (
    FakeAudience,
    FakeDoorbell,
    FakeProvider,
    InMemoryCampaigns,
    campaign,
)

WHO = {"campaignId": "c1", "correlationId": "correlation-1"}


class Machine:
    """Does steps on what is kept in memory."""

    def __init__(self) -> None:
        self.campaigns = InMemoryCampaigns()
        self.campaigns.start(campaign(), user_id="admin", key=None)
        self.provider, self.doorbell = FakeProvider(), FakeDoorbell()
        self.audience = FakeAudience(users=["u1", "u2", "u3"], page_size=2)

    def does(self, work: Any, shape: type[Step] = Step, *needs: str, **told: object) -> Any:
        step = msgspec.json.decode(json.dumps(WHO | told), type=shape)
        answer = work(step, **{name: getattr(self, name) for name in needs})
        return json.loads(json.dumps(answer))

    def prepares(self) -> dict[str, Any]:
        needs = ("campaigns", "audience")
        said: dict[str, Any] = self.does(prepare_audience.prepare_audience, Step, *needs)
        return said


@pytest.fixture
def machine() -> Machine:
    return Machine()


def test_a_campaign_goes_from_step_to_step_and_no_address_is_told(machine: Machine) -> None:
    both, batches = ("campaigns", "provider"), [1, 2]
    assert machine.prepares() == {"done": True, "cancelled": False, "batches": batches}
    assert machine.does(create_at_provider.create_at_provider, Step, *both) is None
    for batch in batches:
        hand_over = hand_over_batch.hand_over_batch
        shape, needs = hand_over_batch.BatchStep, ("campaigns", "audience", "provider")
        assert machine.does(hand_over, shape, *needs, batch=batch) is None
    assert machine.does(send_campaign.send_campaign, Step, *both)["status"] == "pending"
    assert machine.does(look_up_status.look_up_status, Step, *both)["status"] == "pending"
    machine.provider.mail()
    assert machine.does(look_up_status.look_up_status, Step, *both)["status"] == "sent"
    close = machine.does(
        close_campaign.close_campaign, close_campaign.CloseStep, *both, ending="SENT"
    )
    assert close == {"ending": "SENT", "batches": batches}
    for batch in batches:
        account, told = account_for_batch.account_for_batch, account_for_batch.AccountStep
        assert machine.does(account, told, *both, batch=batch, ending="SENT") is None
    finish, last = finish_campaign.finish_campaign, finish_campaign.FinishStep
    assert machine.does(finish, last, "campaigns", "doorbell", ending="SENT", reason="") is None

    ended = machine.campaigns.get("c1")
    assert (ended.status, ended.mailed, ended.recipients) == (CampaignStatus.SENT, 3, 3)
    assert machine.doorbell.ended


@pytest.mark.parametrize(("said", "received"), [("", None), ("m1", "m1")])
def test_who_waits_says_what_it_has_had(said: str, received: str | None) -> None:
    waits: list[tuple[str, str, str | None]] = []

    class Bell:
        def wait(self, campaign_id: str, token: str, *, received: str | None) -> None:
            waits.append((campaign_id, token, received))

    told = json.dumps(WHO | {"token": "t1", "received": said})
    step = msgspec.json.decode(told, type=wait_for_callback.WaitStep)
    wait_for_callback.wait_for_callback(step, doorbell=Bell())

    assert waits == [("c1", "t1", received)]
