"""What the others are told of a change in the users' table."""

from dataclasses import replace
from typing import Any

import pytest
from identity.adapters.items import grant_item, profile_item
from identity.domain.profile import DisplayName
from identity.handlers.publish_changes import publish_changes
from shared.events import PermissionsChanged, UserSignedUp

from blockwork.runtime.envelope import InvalidEventError
from blockwork.runtime.records import TableChange
from tests.unit.blockwork.runtime.fakes import PublishedEvents
from tests.unit.lambda_src.identity.samples import EMAIL, grant, profile

PROFILE = profile_item(profile())
RENAMED = profile_item(
    replace(profile(), details=replace(profile().details, display_name=DisplayName("Ada L.")))
)


def told(old: dict[str, Any] | None, new: dict[str, Any] | None) -> list[Any]:
    events = PublishedEvents()
    kind: Any = "INSERT" if old is None else "MODIFY" if new else "REMOVE"
    publish_changes(TableChange(id="change-1", kind=kind, old=old, new=new), events=events)
    return events.published


def test_a_new_profile_is_a_new_user() -> None:
    (envelope,) = told(None, PROFILE)

    assert envelope.data == UserSignedUp(user_id="user-2", email=EMAIL)
    assert (envelope.metadata.id, envelope.metadata.correlation_id) == ("change-1", "c1")


@pytest.mark.parametrize(("old", "new"), [(PROFILE, RENAMED), (PROFILE, None)])
def test_other_changes_of_a_profile_are_not_told(old: Any, new: Any) -> None:
    assert told(old, new) == []


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (None, grant("write:products")),
        (grant("write:products"), grant("list:users")),
        (grant("write:products"), grant()),
    ],
)
def test_other_permissions_than_before_are_told(old: Any, new: Any) -> None:
    (envelope,) = told(old and grant_item(old), new and grant_item(new))

    assert envelope.data == PermissionsChanged(user_id="user-2")
    assert (envelope.metadata.id, envelope.metadata.correlation_id) == ("change-1", "c1")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (None, grant()),
        (grant("a:b", "c:d"), grant("c:d", "a:b", correlation_id="c2")),
        (grant(), None),
    ],
)
def test_the_same_permissions_as_before_are_not_told(old: Any, new: Any) -> None:
    assert told(old and grant_item(old), new and grant_item(new)) == []


@pytest.mark.parametrize(
    "broken",
    [
        {"email": {"S": "no address"}},
        {"email": None},
        {"userId": {"S": "not an id"}},
        {"correlationId": None},
    ],
)
def test_a_profile_that_fits_no_event_is_for_somebody_to_look_at(broken: dict[str, Any]) -> None:
    item = {name: value for name, value in (PROFILE | broken).items() if value is not None}

    with pytest.raises(InvalidEventError):
        told(None, item)


def test_permissions_that_nobody_can_read_are_for_somebody_to_look_at() -> None:
    with pytest.raises(InvalidEventError, match="does not fit"):
        told(None, grant_item(grant("a:b")) | {"permissions": {"S": "everything"}})


def test_an_item_of_another_kind_is_nobodys_business() -> None:
    assert told(None, PROFILE | {"itemId": {"S": "something else"}}) == []


def test_what_is_forgotten_with_a_user_is_not_told_to_them() -> None:
    assert told(grant_item(grant("write:products")), None) == []
