"""What wakes the execution of a campaign that waits."""

from typing import Self

from blockwork.runtime.callbacks import CallbackTable


class CallbackDoorbell:
    """The port `Doorbell` on the table where waiting executions meet their messages.

    :param callbacks: that table.
    """

    def __init__(self, callbacks: CallbackTable) -> None:
        self._callbacks = callbacks

    @classmethod
    def from_environment(cls) -> Self:
        """Connect to the table which the variable CALLBACKS_TABLE names."""
        return cls(CallbackTable.from_environment())

    def ring(self, campaign_id: str, *, status: str, sequence: int, message_id: str) -> str:
        """Bring a message, which says its own id: whoever waits next has to know it."""
        message = {"status": status, "sequence": sequence, "messageId": message_id}
        return self._callbacks.arrive(campaign_id, message, message_id=message_id).value

    def wait(self, campaign_id: str, token: str, *, received: str | None) -> None:
        """Wait for the next message."""
        self._callbacks.wait(campaign_id, token, received=received)

    def end(self, campaign_id: str) -> None:
        """Say that nobody will wait any more."""
        self._callbacks.end(campaign_id)
