from email import message_from_bytes, policy
from email.message import EmailMessage

from vouchers.adapters.voucher_mail import compose

from tests.unit.lambda_src.vouchers.samples import CODE, voucher

PDF = b"%PDF-1.7 \x00\xff\r\n" * 300


def test_a_mail_carries_the_document_as_it_is() -> None:
    sent = compose(voucher("v1"), PDF, sender="energy@example.com").as_bytes(policy=policy.SMTP)

    mail = message_from_bytes(sent, policy=policy.default)
    assert isinstance(mail, EmailMessage)
    assert (mail["from"], mail["to"]) == ("energy@example.com", "friend@example.com")
    assert mail["subject"] == "Your energy voucher of £25.00"
    (attachment,) = mail.iter_attachments()
    assert attachment.get_content_type() == "application/pdf"
    assert attachment.get_filename() == "voucher.pdf"
    assert attachment.get_payload(decode=True) == PDF
    assert max(map(len, sent.splitlines())) < 998


def test_the_text_says_what_it_is_and_keeps_the_code_for_the_document() -> None:
    body = compose(voucher("v1"), PDF, sender="energy@example.com").get_body()

    assert body is not None
    assert "a voucher of £25.00 for Blockwork Energy" in body.get_content()
    assert CODE not in body.get_content()
