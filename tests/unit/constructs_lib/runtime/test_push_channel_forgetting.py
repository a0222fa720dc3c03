from typing import Any

import pytest

from constructs_lib.runtime.push_channel.forget import forget
from constructs_lib.runtime.push_channel.news import UnusableEventError


class Users:
    def __init__(self) -> None:
        self.forgotten: list[str] = []

    def forget(self, user_id: str) -> int:
        self.forgotten.append(user_id)
        return 1


def test_the_user_of_the_event_is_forgotten() -> None:
    users = Users()

    forget({"detail": {"data": {"userId": "ann"}}}, users=users, forms={})

    assert users.forgotten == ["ann"]


@pytest.mark.parametrize(
    "event",
    [
        {},
        {"detail": None},
        {"detail": {"data": {}}},
        {"detail": {"data": {"userId": ""}}},
        {"detail": {"data": {"userId": 7}}},
    ],
)
def test_an_event_of_nobody_forgets_nobody(event: dict[str, Any]) -> None:
    users = Users()

    with pytest.raises(UnusableEventError, match=r"detail\.data\.userId must be a text"):
        forget(event, users=users, forms={})

    assert users.forgotten == []
