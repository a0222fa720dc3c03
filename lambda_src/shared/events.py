"""What the microservices tell each other: one contract an event.

`docs/events` holds the JSON Schema of each. The envelope that they travel in is `shared.envelope`,
whose names can be had from here.
"""

from collections.abc import Mapping
from datetime import date
from types import MappingProxyType
from typing import Annotated, ClassVar, Literal

from msgspec import Meta

from shared.envelope import CorrelationId as CorrelationId
from shared.envelope import Data as Data
from shared.envelope import Envelope as Envelope
from shared.envelope import Event as Event
from shared.envelope import Id as Id
from shared.envelope import InvalidEventError as InvalidEventError
from shared.envelope import Metadata as Metadata
from shared.envelope import Time as Time
from shared.envelope import UnsupportedVersionError as UnsupportedVersionError
from shared.envelope import Version as Version
from shared.envelope import read_detail as read_detail
from shared.envelope import read_event as read_event
from shared.envelope import source_of as source_of

EmailAddress = Annotated[str, Meta(pattern=r"^[^@\s]{1,64}@[^@\s]{1,255}$(?!\n)")]
Money = Annotated[str, Meta(pattern=r"^(0|[1-9][0-9]{0,8})(\.[0-9]{1,4})?$(?!\n)")]
Currency = Annotated[str, Meta(pattern=r"^[A-Z]{3}$(?!\n)")]
Count = Annotated[int, Meta(ge=0)]
Day = date  # which a field may be called


class UserSignedUp(Event, frozen=True, kw_only=True):
    """Somebody has confirmed a new account."""

    SERVICE: ClassVar[str] = "identity"

    user_id: Id
    email: EmailAddress


class PermissionsChanged(Event, frozen=True, kw_only=True):
    """A user may do more or less than before, from the next token on."""

    SERVICE: ClassVar[str] = "identity"

    user_id: Id


class UserDeleted(Event, frozen=True, kw_only=True):
    """Nobody can sign in as this user any more: forget what need not be kept of them.

    Told again on the next nights, so that also what came late is forgotten.
    """

    SERVICE: ClassVar[str] = "identity"

    user_id: Id


class ProductChanged(Event, frozen=True, kw_only=True):
    """An administrator has changed the catalog."""

    SERVICE: ClassVar[str] = "catalog"

    product_id: Id
    change: Literal["CREATED", "REPLACED", "DELETED"]


class VoucherPaid(Event, frozen=True, kw_only=True):
    """A voucher is paid for; it has no document yet."""

    SERVICE: ClassVar[str] = "vouchers"

    voucher_id: Id
    user_id: Id
    amount: Money
    currency: Currency
    recipient_email: EmailAddress


class VoucherIssued(Event, frozen=True, kw_only=True):
    """A voucher's document is there."""

    SERVICE: ClassVar[str] = "vouchers"

    voucher_id: Id
    user_id: Id


class VoucherMailed(Event, frozen=True, kw_only=True):
    """A voucher is on its way to its recipient."""

    SERVICE: ClassVar[str] = "vouchers"

    voucher_id: Id
    user_id: Id


class VoucherFailed(Event, frozen=True, kw_only=True):
    """A voucher comes to nothing, and no money is kept for it."""

    SERVICE: ClassVar[str] = "vouchers"

    voucher_id: Id
    user_id: Id
    reason: str


class ReadingsImported(Event, frozen=True, kw_only=True):
    """A file of meter readings is stored, but for the rejected rows."""

    SERVICE: ClassVar[str] = "readings"

    import_id: Id
    user_id: Id
    accepted: Count
    rejected: Count


class ImportFailed(Event, frozen=True, kw_only=True):
    """A file of meter readings could not be read."""

    SERVICE: ClassVar[str] = "readings"

    import_id: Id
    user_id: Id
    reason: str


class ForecastStored(Event, frozen=True, kw_only=True):
    """The weather forecast of a day is there, for the regions named."""

    SERVICE: ClassVar[str] = "forecast"

    date: Day
    regions: tuple[str, ...]


class CampaignSent(Event, frozen=True, kw_only=True):
    """The provider has sent a campaign's mails."""

    SERVICE: ClassVar[str] = "campaigns"

    campaign_id: Id


class CampaignFailed(Event, frozen=True, kw_only=True):
    """A campaign came to nothing."""

    SERVICE: ClassVar[str] = "campaigns"

    campaign_id: Id
    reason: str


class TaskOpened(Event, frozen=True, kw_only=True):
    """A user has asked support for something."""

    SERVICE: ClassVar[str] = "support"

    task_id: Id
    user_id: Id


class TaskClosed(Event, frozen=True, kw_only=True):
    """A support task is done."""

    SERVICE: ClassVar[str] = "support"

    task_id: Id
    user_id: Id


EVENTS: Mapping[str, type[Event]] = MappingProxyType(
    {kind.__name__: kind for kind in Event.__subclasses__()}
)
"""Every contract by its name."""
