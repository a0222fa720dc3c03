"""The vouchers' ports, kept in memory; what they do is one step, as in production."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from vouchers.domain.purchase import (
    Declined,
    PaymentUnknownError,
    Purchase,
    PurchaseFailedError,
    PurchaseOvertakenError,
    PurchaseState,
    Taken,
    TooManyPurchasesError,
)
from vouchers.domain.voucher import Order, Voucher, VoucherCode, VoucherStatus
from vouchers.domain.vouchers import Standing, UnknownVoucherError, VoucherPage

from tests.unit.lambda_src.vouchers.samples import NOW


class DiedError(BaseException):
    """The process is gone: no `except` of the code under test runs."""


def die() -> None:
    raise DiedError


def time_out() -> None:
    raise PaymentUnknownError


class Clock:
    """A time that passes when a test says so."""

    def __init__(self) -> None:
        self.moment = NOW

    def __call__(self) -> datetime:
        return self.moment

    def forward(self, **by: float) -> None:
        self.moment += timedelta(**by)


@dataclass
class FakeProvider:
    """A provider that takes each key once, and answers as a test wants.

    :param before: what happens when a request to pay arrives, before the money is taken.
    :param after: what happens when the money is taken, before the answer is sent.
    :param after_void: what happens when it is given back, before the answer is sent.
    :param returned: whose money went back, once for each time.
    """

    declines: bool = False
    before: Callable[[], None] = lambda: None
    after: Callable[[], None] = lambda: None
    after_void: Callable[[], None] = lambda: None
    returned: list[str] = field(default_factory=list)
    taken: dict[str, Order] = field(default_factory=dict)
    refused: set[str] = field(default_factory=set)
    requests: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)

    def charge(self, order: Order, *, key: str) -> Taken | Declined:
        self.requests.append(key)
        self.before()
        if key in self.refused or (self.declines and key not in self.taken):
            self.refused.add(key)
        else:
            self.taken[key] = order
        self.after()
        return self._outcome(key) or Declined()

    def look_up(self, key: str) -> Taken | Declined | None:
        self.asked.append(key)
        self.before()
        return self._outcome(key)

    def void(self, key: str) -> None:
        self.before()
        if self.taken.pop(key, None):
            self.returned.append(key)
        self.refused.add(key)
        self.after_void()

    def _outcome(self, key: str) -> Taken | Declined | None:
        if key in self.taken:
            return Taken(f"payment-of-{key}")
        return Declined() if key in self.refused else None


@dataclass
class InMemoryVouchers:
    """The port `Vouchers`.

    :param before_fail: what happens just before a voucher gets the status FAILED.
    """

    before_fail: Callable[[], None] = lambda: None
    kept: dict[tuple[str, str], Voucher] = field(default_factory=dict)
    codes: dict[tuple[str, str], VoucherCode] = field(default_factory=dict)

    def page(self, user_id: str, *, limit: int, after: str | None) -> VoucherPage:
        ids = sorted((id_ for user, id_ in self.kept if user == user_id), reverse=True)
        wanted = [id_ for id_ in ids if after is None or id_ < after]
        return VoucherPage(
            vouchers=tuple(self.kept[user_id, id_] for id_ in wanted[:limit]),
            last_id=wanted[limit - 1] if len(wanted) > limit else None,
        )

    def get(self, user_id: str, voucher_id: str) -> Voucher:
        if (user_id, voucher_id) not in self.kept:
            raise UnknownVoucherError(voucher_id)
        return self.kept[user_id, voucher_id]

    def standing(self, user_id: str, voucher_id: str) -> Standing:
        voucher = self.get(user_id, voucher_id)
        return Standing(voucher.status, given_up=voucher.reason is not None)

    def code(self, user_id: str, voucher_id: str) -> VoucherCode:
        self.get(user_id, voucher_id)
        return self.codes[user_id, voucher_id]

    def advance(self, user_id: str, voucher_id: str, to: VoucherStatus, *, now: datetime) -> bool:
        voucher = self.get(user_id, voucher_id)
        if voucher.status is to.before and voucher.reason is None:
            self.kept[user_id, voucher_id] = replace(voucher, status=to, status_since=now)
        return voucher.reason is None

    def give_up(self, user_id: str, voucher_id: str, *, reason: str) -> bool:
        voucher = self.get(user_id, voucher_id)
        if voucher.reason is None and not voucher.status.is_final:
            voucher = self.kept[user_id, voucher_id] = replace(voucher, reason=reason)
        return voucher.reason is not None

    def fail(self, user_id: str, voucher_id: str, *, now: datetime) -> None:
        self.before_fail()
        voucher = self.get(user_id, voucher_id)
        if voucher.status is not VoucherStatus.FAILED:
            assert voucher.reason
            assert not voucher.status.is_final
            failed = replace(voucher, status=VoucherStatus.FAILED, status_since=now)
            self.kept[user_id, voucher_id] = failed
            self.codes.pop((user_id, voucher_id), None)

    def add(self, voucher: Voucher, code: VoucherCode | None = None) -> None:
        key = (voucher.user_id, voucher.voucher_id)
        assert key not in self.kept
        self.kept[key] = voucher
        if code:
            self.codes[key] = code


@dataclass
class InMemoryPurchases:
    """The port `Purchases`.

    :param before_complete: what happens just before a purchase is completed.
    :param before_fail: what happens just before a purchase is failed.
    """

    vouchers: InMemoryVouchers = field(default_factory=InMemoryVouchers)
    before_complete: Callable[[], None] = lambda: None
    before_fail: Callable[[], None] = lambda: None
    kept: dict[tuple[str, str], Purchase] = field(default_factory=dict)
    payments: list[str] = field(default_factory=list)
    begun: dict[tuple[str, str], set[str]] = field(default_factory=dict)

    def start(self, purchase: Purchase) -> Purchase:
        return self.kept.setdefault((purchase.user_id, purchase.key), purchase)

    def find(self, user_id: str, key: str) -> Purchase | None:
        return self.kept.get((user_id, key))

    def allow(self, user_id: str, key: str, *, limit: int, now: datetime) -> None:
        begun = self.begun.setdefault((user_id, f"{now:%Y-%m-%dT%H}"), set())
        if key not in begun and len(begun) >= limit:
            raise TooManyPurchasesError(limit, timedelta(minutes=60 - now.minute))
        begun.add(key)

    def take_over(self, purchase: Purchase, *, lease_until: datetime) -> Purchase:
        if self._of(purchase) != purchase:
            raise PurchaseOvertakenError
        return self._keep(replace(purchase, lease_until=lease_until))

    def release(self, purchase: Purchase, *, now: datetime) -> None:
        if self._of(purchase) == purchase:
            self._keep(replace(purchase, lease_until=now))

    def decline(self, purchase: Purchase) -> None:
        if self._of(purchase).state is PurchaseState.STARTED:
            self._keep(replace(self._of(purchase), state=PurchaseState.DECLINED))

    def complete(
        self, purchase: Purchase, *, payment: Taken, code: VoucherCode, now: datetime
    ) -> None:
        self.before_complete()
        if self._of(purchase).state is PurchaseState.DONE:
            return
        if self._of(purchase).state is PurchaseState.FAILED:
            raise PurchaseFailedError
        self.vouchers.add(replace(purchase.voucher(), status_since=now), code)
        self.payments.append(payment.payment_id)
        self._keep(replace(self._of(purchase), state=PurchaseState.DONE))

    def fail(self, purchase: Purchase, *, reason: str, now: datetime) -> None:
        self.before_fail()
        if self._of(purchase).state is not PurchaseState.STARTED:
            return
        failed = replace(purchase.voucher(), status=VoucherStatus.FAILED, reason=reason)
        self.vouchers.add(replace(failed, status_since=now))
        self._keep(replace(self._of(purchase), state=PurchaseState.FAILED))

    def _of(self, purchase: Purchase) -> Purchase:
        return self.kept[purchase.user_id, purchase.key]

    def _keep(self, purchase: Purchase) -> Purchase:
        self.kept[purchase.user_id, purchase.key] = purchase
        return purchase


@dataclass
class Settlements:
    """The port `Settlements`: who is to be settled, and after how long.

    :param before: what happens before a message is sent.
    """

    before: Callable[[], None] = lambda: None
    messages: list[tuple[str, str, timedelta | None]] = field(default_factory=list)

    def schedule(self, purchase: Purchase, *, after: timedelta | None = None) -> None:
        self.before()
        self.messages.append((purchase.user_id, purchase.key, after))


@dataclass
class InMemoryDocuments:
    """The port `Documents`.

    :param after_put: what happens as soon as a document is there.
    """

    kept: dict[tuple[str, str], bytes] = field(default_factory=dict)
    puts: int = 0
    after_put: Callable[[], None] = lambda: None

    def put(self, user_id: str, voucher_id: str, pdf: bytes) -> None:
        self.kept[user_id, voucher_id] = pdf
        self.puts += 1
        self.after_put()

    def get(self, user_id: str, voucher_id: str) -> bytes:
        return self.kept[user_id, voucher_id]

    def url(self, user_id: str, voucher_id: str) -> str:
        return f"https://documents.example/{user_id}/{voucher_id}.pdf?signed"


@dataclass
class Outbox:
    """The port `Mailer`: the mails that went out.

    :param before: what happens before a mail is sent.
    """

    before: Callable[[], None] = lambda: None
    sent: list[tuple[str, bytes]] = field(default_factory=list)

    def send(self, voucher: Voucher, pdf: bytes) -> None:
        self.before()
        self.sent.append((voucher.voucher_id, pdf))
