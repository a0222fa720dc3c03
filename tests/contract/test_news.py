"""What a browser is told that has a connection."""

import json
from collections.abc import Callable
from typing import Any

import httpx

from blockwork.verification import TemporaryUser
from tests.e2e.accounts import grant
from tests.e2e.conftest import Tokens, sign_in_by_srp
from tests.e2e.sockets import connected, ticket_for
from tests.waiting import PATIENCE


def test_a_user_hears_at_once_that_their_permissions_have_changed(
    config: dict[str, Any],
    identity: httpx.Client,
    administrator: Tokens,
    new_account: Callable[..., TemporaryUser],
) -> None:
    user = new_account("customers")
    tokens = sign_in_by_srp(config, user.email, user.password)

    with connected(config, f"ticket={ticket_for(identity, tokens)}") as connection:
        grant(identity, administrator, user.user_id, "write:products")
        message = json.loads(connection.recv(timeout=PATIENCE))

    assert (message["type"], message["id"]) == ("PermissionsChanged", "000000000001")
    assert message["data"] == {"userId": user.user_id}
