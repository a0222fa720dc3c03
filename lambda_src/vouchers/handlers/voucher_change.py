"""What a change of the table says of a voucher."""

from blockwork.runtime.envelope import InvalidEventError
from blockwork.runtime.records import TableChange
from vouchers.adapters.items import is_voucher, status_of, voucher_of
from vouchers.domain.voucher import Voucher, VoucherStatus


def new_voucher(change: TableChange) -> Voucher | None:
    """Return the voucher as it is after the change; None if the change is not about one.

    :raises InvalidEventError: if it is about a voucher and cannot be read.
    """
    if change.new is None or not is_voucher(change.new):
        return None
    try:
        return voucher_of(change.new)
    except (KeyError, ValueError) as error:
        raise InvalidEventError(f"the item of a voucher does not fit: {error!r}") from error


def old_status(change: TableChange) -> VoucherStatus | None:
    """Return the voucher's status before the change; None if there was no voucher."""
    return None if change.old is None else status_of(change.old)
