"""GET /vouchers: a customer's own vouchers, newest first."""

from typing import NotRequired, TypedDict

from shared.users import user_of

from blockwork.runtime.http import Request, Response, http_handler
from blockwork.runtime.paging import next_token, read_page_query
from blockwork.runtime.signing import SecretSigner, Signer
from vouchers.adapters.document_bucket import DocumentBucket
from vouchers.adapters.voucher_table import VoucherTable
from vouchers.domain.vouchers import Documents, Vouchers
from vouchers.handlers.voucher_json import VoucherView, view_with_document

LIST = "vouchers"


class VoucherPage(TypedDict):
    """Some of the customer's vouchers."""

    vouchers: list[VoucherView]
    nextToken: NotRequired[str]


def list_vouchers(
    request: Request, *, vouchers: Vouchers, documents: Documents, signer: Signer
) -> Response[VoucherPage]:
    """Answer 200 with one page of vouchers, and the token of the next if there is one."""
    user = user_of(request)
    query = read_page_query(request, of=LIST, signer=signer)
    page = vouchers.page(user.user_id, limit=query.limit, after=query.after)
    body: VoucherPage = {
        "vouchers": [view_with_document(voucher, documents) for voucher in page.vouchers]
    }
    if page.last_id is not None:
        body["nextToken"] = next_token(request, of=LIST, signer=signer, last=page.last_id)
    return Response.ok(body)


handler = http_handler(
    list_vouchers,
    vouchers=VoucherTable.from_environment,
    documents=DocumentBucket.from_environment,
    signer=SecretSigner.from_environment,
)
