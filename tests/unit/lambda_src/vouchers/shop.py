"""A customer, the service and the provider, in memory."""

from dataclasses import dataclass, field

from vouchers.domain.buying import buy
from vouchers.domain.purchase import (
    PurchaseState,
)
from vouchers.domain.settling import settle
from vouchers.domain.voucher import Order, Voucher, VoucherStatus

from tests.unit.lambda_src.vouchers.fakes import (
    Clock,
    FakeProvider,
    InMemoryPurchases,
    Settlements,
)
from tests.unit.lambda_src.vouchers.samples import DEADLINES, order


@dataclass
class Shop:
    """A customer, the service and the provider."""

    provider: FakeProvider = field(default_factory=FakeProvider)
    purchases: InMemoryPurchases = field(default_factory=InMemoryPurchases)
    settlements: Settlements = field(default_factory=Settlements)
    clock: Clock = field(default_factory=Clock)
    limit: int = 30

    def buy(self, wanted: Order | None = None, *, key: str = "k1", user: str = "u1") -> Voucher:
        return buy(
            wanted or order(),
            user_id=user,
            key=key,
            correlation_id="c1",
            now=self.clock,
            purchases=self.purchases,
            payments=self.provider,
            settlements=self.settlements,
            limit=self.limit,
        )

    def settle(self, *, key: str = "k1", user: str = "u1") -> None:
        settle(
            user_id=user,
            key=key,
            now=self.clock(),
            purchases=self.purchases,
            payments=self.provider,
            vouchers=self.purchases.vouchers,
            settlements=self.settlements,
            deadlines=DEADLINES,
        )

    def state(self, key: str = "k1") -> PurchaseState:
        return self.purchases.kept["u1", key].state

    def reasons(self) -> list[str | None]:
        """Return why vouchers have failed."""
        kept = self.purchases.vouchers.kept.values()
        return [voucher.reason for voucher in kept if voucher.status is VoucherStatus.FAILED]

    def assert_one_voucher_and_one_payment(self) -> None:
        assert len(self.provider.taken) == 1
        assert len(self.purchases.payments) == 1
        assert len(self.purchases.vouchers.kept) == 1
