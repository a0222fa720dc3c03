"""The mail of an order, as far as it can be written before the order is paid for."""

from email.message import EmailMessage
from email.policy import SMTP

from vouchers.domain.voucher import Order
from vouchers.domain.vouchers import UndeliverableError

# Lines as long as mail may have them (RFC 5322, section 2.1.1), so that no address is folded.
UNFOLDED = SMTP.clone(max_line_length=998)


class UnmailableError(UndeliverableError):
    """No mail to a recipient can be written, so nothing may be sold that is sent to them."""


def addressed(order: Order) -> EmailMessage:
    """Return the mail's first headers: to whom it goes, and what it is about.

    :raises UnmailableError: if mail programs would read anybody else, or more than one, as the
        recipient.
    """
    message = EmailMessage(policy=UNFOLDED)
    try:
        message["To"] = order.recipient_email
        read = [address.addr_spec for address in message["To"].addresses]
    except (ValueError, IndexError) as error:  # what the `email` package says of what it cannot
        raise UnmailableError from error
    if read != [order.recipient_email] or message["To"] != order.recipient_email:
        raise UnmailableError
    message["Subject"] = f"Your energy voucher of {order.price}"
    return message
