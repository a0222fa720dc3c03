"""What the microservices tell each other: one contract an event.

`docs/events` holds the JSON Schema of each; `blockwork.runtime.envelope` is what they travel in.
"""

from collections.abc import Mapping
from datetime import date
from types import MappingProxyType
from typing import Annotated, ClassVar, Literal

from msgspec import Meta

from blockwork.runtime.envelope import Event, Id

EmailAddress = Annotated[str, Meta(pattern=r"^[^@\s]{1,64}@[^@\s]{1,255}$(?!\n)")]
Money = Annotated[str, Meta(pattern=r"^(0|[1-9][0-9]{0,8})(\.[0-9]{1,4})?$(?!\n)")]
Currency = Annotated[str, Meta(pattern=r"^[A-Z]{3}$(?!\n)")]
Count = Annotated[int, Meta(ge=0)]
Day = date  # which a field may be called


class UserSignedUp(Event, frozen=True, kw_only=True):
    """Somebody has confirmed a new account."""

    SOURCE: ClassVar[str] = "blockwork.identity"

    user_id: Id
    email: EmailAddress


class PermissionsChanged(Event, frozen=True, kw_only=True):
    """A user may do more or less than before, from the next token on."""

    SOURCE: ClassVar[str] = "blockwork.identity"

    user_id: Id


class UserDeleted(Event, frozen=True, kw_only=True):
    """Nobody can sign in as this user any more: forget what need not be kept of them.

    Told again on the next nights, so that also what came late is forgotten.
    """

    SOURCE: ClassVar[str] = "blockwork.identity"

    user_id: Id


class ProductChanged(Event, frozen=True, kw_only=True):
    """An administrator has changed the catalog."""

    SOURCE: ClassVar[str] = "blockwork.catalog"

    product_id: Id
    change: Literal["CREATED", "REPLACED", "DELETED"]


class VoucherPaid(Event, frozen=True, kw_only=True):
    """A voucher is paid for; it has no document yet."""

    SOURCE: ClassVar[str] = "blockwork.vouchers"

    voucher_id: Id
    user_id: Id
    amount: Money
    currency: Currency
    recipient_email: EmailAddress


class VoucherIssued(Event, frozen=True, kw_only=True):
    """A voucher's document is there."""

    SOURCE: ClassVar[str] = "blockwork.vouchers"

    voucher_id: Id
    user_id: Id


class VoucherMailed(Event, frozen=True, kw_only=True):
    """A voucher is on its way to its recipient."""

    SOURCE: ClassVar[str] = "blockwork.vouchers"

    voucher_id: Id
    user_id: Id


class VoucherMailRequested(Event, frozen=True, kw_only=True):
    """A voucher's buyer has asked for its mail once more."""

    SOURCE: ClassVar[str] = "blockwork.vouchers"

    voucher_id: Id
    user_id: Id


class VoucherFailed(Event, frozen=True, kw_only=True):
    """A voucher comes to nothing, and no money is kept for it."""

    SOURCE: ClassVar[str] = "blockwork.vouchers"

    voucher_id: Id
    user_id: Id
    reason: str


class ImportProgressed(Event, frozen=True, kw_only=True):
    """The import of a file of meter readings has come further: some of its rows are stored."""

    SOURCE: ClassVar[str] = "blockwork.readings"

    import_id: Id
    user_id: Id


class ReadingsImported(Event, frozen=True, kw_only=True):
    """A file of meter readings is stored, but for the rejected rows."""

    SOURCE: ClassVar[str] = "blockwork.readings"

    import_id: Id
    user_id: Id
    accepted: Count
    rejected: Count


class ImportFailed(Event, frozen=True, kw_only=True):
    """A file of meter readings could not be read."""

    SOURCE: ClassVar[str] = "blockwork.readings"

    import_id: Id
    user_id: Id
    reason: str


class ForecastStored(Event, frozen=True, kw_only=True):
    """The weather forecast of a day is there, for the regions named."""

    SOURCE: ClassVar[str] = "blockwork.forecast"

    date: Day
    regions: tuple[str, ...]


class CampaignSent(Event, frozen=True, kw_only=True):
    """The provider has sent a campaign's mails."""

    SOURCE: ClassVar[str] = "blockwork.campaigns"

    campaign_id: Id


class CampaignFailed(Event, frozen=True, kw_only=True):
    """A campaign came to nothing."""

    SOURCE: ClassVar[str] = "blockwork.campaigns"

    campaign_id: Id
    reason: str


class TaskOpened(Event, frozen=True, kw_only=True):
    """A user has asked support for something."""

    SOURCE: ClassVar[str] = "blockwork.support"

    task_id: Id
    user_id: Id


class TaskClosed(Event, frozen=True, kw_only=True):
    """A support task is done."""

    SOURCE: ClassVar[str] = "blockwork.support"

    task_id: Id
    user_id: Id


EVENTS: Mapping[str, type[Event]] = MappingProxyType(
    {kind.__name__: kind for kind in Event.__subclasses__()}
)
"""Every contract by its name."""
