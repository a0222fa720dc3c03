"""The numbers of a campaign add up, whatever dies, is repeated, comes late or changes meanwhile."""

from collections import Counter
from collections.abc import Callable
from functools import partial
from typing import Any

from campaigns.domain.campaign import CampaignStatus, Reason
from campaigns.domain.campaigns import (
    CampaignOverError,
    NumbersMovedError,
    UnknownCallbackError,
    called_back,
    cancel,
)
from campaigns.domain.outside import Sending
from campaigns.domain.sending import (
    Prepared,
    account,
    close,
    create,
    finish,
    hand_over,
    look,
    prepare,
    send,
)
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.lambda_src.campaigns.fakes import (
    NOW,
    FakeAudience,
    FakeDoorbell,
    FakeProvider,
    InMemoryCampaigns,
    campaign,
)
from tests.unit.lambda_src.campaigns.mortal import DiedError, Mortal

USERS = [f"u{number}" for number in range(7)]
LEAVING = {"u1": Reason.UNSUBSCRIBED, "u4": Reason.DELETED, "u6": Reason.UNSUBSCRIBED}
MOST_ROUNDS = 2
CALLS = 250
"""About as many as a campaign takes, each step done twice."""


class World:
    """A campaign, and everybody who has to do with it; what happens when is drawn.

    :param fates: what happens at the how manieth call of a port: its caller dies, or something in
        the world outside. At all others nothing does.
    """

    def __init__(self, fates: dict[int, str]) -> None:
        self.fates = fates
        self.calls = 0
        self.outside = False
        self.campaigns = InMemoryCampaigns()
        self.campaigns.start(campaign(), user_id="admin", key=None)
        self.audience = FakeAudience(users=list(USERS), page_size=3)
        self.provider = FakeProvider(rejects={"u2"})
        self.doorbell = FakeDoorbell()
        self.told: list[tuple[Sending, int, int]] = []
        self.handed_over_after_leaving: set[str] = set()
        self.most_mailed = 0
        self.ports = {
            "campaigns": Mortal(self.campaigns, self.fate),
            "audience": Mortal(self.audience, self.fate),
            "provider": Mortal(self.provider, self.fate),
            "doorbell": Mortal(self.doorbell, self.fate),
        }

    def fate(self) -> None:
        self.check()
        self.calls += 1
        match self.fates.get(self.calls):
            case None:
                return
            case "die":
                raise DiedError
            case fate if not self.outside:
                self.outside = True
                try:
                    self.happen(fate)
                except (DiedError, CampaignOverError, UnknownCallbackError):
                    return  # whoever asked from outside asks again, or does not
                finally:
                    self.outside = False
                    self.check()

    def happen(self, fate: str) -> None:
        kind, _, about = fate.partition(" ")
        match kind:
            case "leave":
                self.audience.left.setdefault(about, LEAVING[about])
            case "mail":
                self.provider.mail(int(about))
            case "fail":
                self.provider.fail()
            case "cancel":
                cancel("c1", now=NOW, **self.only("campaigns", "doorbell"))
            case "tell":
                self.call_back(latest=about == "latest")
        self.told.append((self.provider.status, len(self.provider.mailed), self.provider.sequence))

    def call_back(self, *, latest: bool) -> None:
        """Tell what is so, or once more what was so at first."""
        if not self.told:
            return
        status, mailed, sequence = self.told[-1 if latest else 0]
        if status in (Sending.PENDING, Sending.SENT, Sending.FAILED):
            called_back(
                provider_id="p-c1",
                message_id=f"{sequence}-{status}-{mailed}",
                status=status,
                mailed=mailed,
                sequence=sequence,
                **self.only("campaigns", "doorbell"),
            )

    def check(self) -> None:
        shown = self.campaigns.get("c1")
        assert self.most_mailed <= shown.mailed <= shown.recipients
        assert shown.mailed <= len(self.provider.mailed)
        assert max(Counter(self.provider.mailed).values(), default=0) <= 1
        self.most_mailed = shown.mailed

    def only(self, *names: str) -> dict[str, Any]:
        return {name: self.ports[name] for name in names}


def step(world: World, work: Callable[[], object]) -> object:
    """Do a step until it is done, and then once more: nobody may notice."""
    done = 0
    answer: object = None
    while done < 2:
        try:
            answer = work()
            done += 1
        except (DiedError, NumbersMovedError):
            continue
    return answer


def run(world: World) -> None:
    """Do what the state machine does."""
    both = world.only("campaigns", "provider")
    everybody = world.only("campaigns", "audience", "provider")
    prepared = Prepared(done=False, cancelled=False)
    while not prepared.done and not prepared.cancelled:
        answer = step(world, partial(prepare, "c1", now=NOW, **world.only("campaigns", "audience")))
        assert isinstance(answer, Prepared)
        prepared = answer
    ending = CampaignStatus.CANCELLED
    if not prepared.cancelled:
        step(world, partial(create, "c1", **both))
        for number in reversed(prepared.batches):
            step(world, partial(hand_over, "c1", number, **everybody))
        ending = waited(world)
    ended = step(world, partial(close, "c1", ending=ending, now=NOW, **both))
    assert isinstance(ended, tuple)
    ending, numbers = ended
    for number in numbers:
        step(world, partial(account, "c1", number, ending=ending, **both))
    step(
        world,
        partial(
            finish,
            "c1",
            ending=ending,
            reason="it failed",
            now=NOW,
            **world.only("campaigns", "doorbell"),
        ),
    )


def waited(world: World) -> CampaignStatus:
    """Send, and wait for a word, or for too long, again and again."""
    both = world.only("campaigns", "provider")
    status, failures, done = step(world, partial(send, "c1", **both)), 0, -1
    sequence = 0
    while True:
        if status is Sending.CANCELLED:
            return CampaignStatus.CANCELLED
        if status is Sending.SENT:
            return CampaignStatus.SENT
        if status is Sending.FAILED and sequence > done:
            done, failures = sequence, failures + 1
            if failures == MOST_ROUNDS:
                return CampaignStatus.FAILED
            status = step(world, partial(send, "c1", **both))
            continue
        if world.doorbell.waiting:
            word, sequence = world.doorbell.waiting.pop(0)
            status = Sending(word)
            continue
        world.provider.mail(1)
        standing = step(world, partial(look, "c1", **both))
        status, sequence = standing.status, standing.sequence  # type: ignore[attr-defined]


FATES = st.sampled_from(
    [
        *["die"] * 3,
        *(f"leave {user}" for user in LEAVING),
        "mail 1",
        "mail 2",
        "mail 9",
        "fail",
        "cancel",
        "tell latest",
        "tell latest",
        "tell first",
    ]
)


@settings(max_examples=800)
@given(st.dictionaries(st.integers(1, CALLS), FATES, max_size=30))
def test_in_the_end_everybody_is_mailed_once_or_not_for_a_reason(fates: dict[int, str]) -> None:
    world = World(fates)

    run(world)

    shown = world.campaigns.get("c1")
    assert shown.status.is_final
    assert shown.mailed == len(world.provider.mailed)
    assert shown.recipients == shown.mailed + sum(shown.not_mailed.values())
    if shown.status is CampaignStatus.SENT:
        assert Reason.CANCELLED not in shown.not_mailed
        assert Reason.FAILED not in shown.not_mailed
    world.provider.mail()
    assert shown.mailed == len(world.provider.mailed), "somebody was mailed after the end"
