"""Links the token of a waiting execution to its campaign, for the provider's callback to find."""

from typing import Protocol

from campaigns.adapters.doorbell import CallbackDoorbell
from campaigns.handlers.step import Step, step_handler


class WaitStep(Step, frozen=True, rename="camel"):
    """Who waits.

    :param received: the id of the message that the execution has had last; empty for none.
    """

    token: str
    received: str = ""


class Waiting(Protocol):
    """Where tokens and messages meet."""

    def wait(self, campaign_id: str, token: str, *, received: str | None) -> None:
        """Wait for the next message: one that has come already resumes at once."""


def wait_for_callback(step: WaitStep, *, doorbell: Waiting) -> None:
    """Wait for a message."""
    doorbell.wait(step.campaign_id, step.token, received=step.received or None)


handler = step_handler(WaitStep, wait_for_callback, doorbell=CallbackDoorbell.from_environment)
