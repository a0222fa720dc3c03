"""GET /vouchers/{voucherId}: one of a customer's own vouchers."""

from shared.users import user_of

from blockwork.runtime.http import Request, Response, http_handler
from vouchers.adapters.document_bucket import DocumentBucket
from vouchers.adapters.voucher_table import VoucherTable
from vouchers.domain.vouchers import Documents, UnknownVoucherError, Vouchers
from vouchers.handlers.voucher_json import VoucherView, view_with_document


def get_voucher(
    request: Request, *, vouchers: Vouchers, documents: Documents
) -> Response[VoucherView]:
    """Answer 200 with the voucher; that of another customer does not exist."""
    user = user_of(request)
    voucher = vouchers.get(user.user_id, request.path_id("voucherId"))
    return Response.ok(view_with_document(voucher, documents))


handler = http_handler(
    get_voucher,
    errors={UnknownVoucherError: 404},
    vouchers=VoucherTable.from_environment,
    documents=DocumentBucket.from_environment,
)
