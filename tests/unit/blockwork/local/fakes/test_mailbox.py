from email.message import EmailMessage
from pathlib import Path

import pytest

from blockwork.local.fakes.mailbox import Mailbox


@pytest.fixture
def mailbox(tmp_path: Path) -> Mailbox:
    return Mailbox(tmp_path / "mails")


def mail(message_id: str | None = "<1@example>") -> bytes:
    message = EmailMessage()
    message["From"] = "Blockwork <no-reply@blockwork.example>"
    message["To"] = "ann@example.com"
    message["Subject"] = "Your voucher: £25"
    if message_id:
        message["Message-ID"] = message_id
    message.set_content("Here it is.\n")
    message.add_attachment(b"%PDF-1", maintype="application", subtype="pdf", filename="v.pdf")
    return message.as_bytes()


def test_a_mail_is_kept_with_its_attachments(mailbox: Mailbox) -> None:
    mail_id = mailbox.keep(["ann@example.com"], mail())

    assert mailbox.mails() == [
        {
            "id": mail_id,
            "to": ["ann@example.com"],
            "from": "Blockwork <no-reply@blockwork.example>",
            "subject": "Your voucher: £25",
            "listUnsubscribe": None,
            "listUnsubscribePost": None,
            "text": "Here it is.\n",
            "attachments": [{"filename": "v.pdf", "contentType": "application/pdf", "size": 6}],
        }
    ]
    assert mailbox.attachment(mail_id, 0) == ("application/pdf", b"%PDF-1")
    assert mailbox.attachment(mail_id, 1) is None
    assert mailbox.attachment("other", 0) is None


def test_mails_survive_the_process(mailbox: Mailbox, tmp_path: Path) -> None:
    mailbox.keep(["ann@example.com"], mail())

    assert Mailbox(tmp_path / "mails").mails() == mailbox.mails()


def test_a_mail_that_was_kept_and_not_described_is_found(mailbox: Mailbox, tmp_path: Path) -> None:
    mailbox.keep(["ann@example.com"], mail("<1@example>"))
    described = mailbox.mails()
    (tmp_path / "mails.jsonl").write_bytes(b'{"id": "half a l')

    for _ in range(2):
        assert Mailbox(tmp_path / "mails").mails() == described
    Mailbox(tmp_path / "mails").keep(["ann@example.com"], mail("<1@example>"))
    assert Mailbox(tmp_path / "mails").mails() == described


def test_a_mail_that_a_server_repeats_is_one_mail_and_two_equal_ones_are_two(
    mailbox: Mailbox,
) -> None:
    mailbox.keep(["ann@example.com"], mail("<1@example>"))
    mailbox.keep(["ann@example.com"], mail("<1@example>"))
    mailbox.keep(["ann@example.com"], mail("<2@example>"))

    assert len(mailbox.mails()) == 2


def test_a_mail_needs_no_message_id(mailbox: Mailbox) -> None:
    mailbox.keep(["ann@example.com"], mail(None))

    assert len(mailbox.mails()) == 1


def test_mails_are_found_by_address_and_subject(mailbox: Mailbox, tmp_path: Path) -> None:
    ann = mailbox.keep(["ann@example.com"], mail("<1@example>"))
    mailbox.keep(["carol@example.com"], mail("<3@example>").replace(b"Subject: ", b"X: ", 1))
    carols = b"Subject: Only Carol's\r\nMessage-ID: <4@example>\r\n\r\nHi"
    mailbox.keep(["carol@example.com"], carols)
    both = mailbox.keep(["ann@example.com", "bob@example.com"], mail("<2@example>"))

    for box in (mailbox, Mailbox(tmp_path / "mails")):
        assert [one["id"] for one in box.mails(to="ann@example.com")] == [ann, both]
        assert [one["id"] for one in box.mails(to="bob@example.com")] == [both]
        assert [one["id"] for one in box.mails(subject="Your voucher: £25")] == [ann, both]
        assert box.mails(to="bob@example.com", subject="Other") == []
        assert box.mails(to="ann@example.com", subject="Only Carol's") == []
        assert len(box.mails(to="carol@example.com")) == 2
        assert box.mails(to="dan@example.com") == []


def test_a_link_to_unsubscribe_is_shown(mailbox: Mailbox) -> None:
    message = b"Message-ID: <1@example>\r\nList-Unsubscribe: <https://example.com>\r\n\r\nHi"

    mailbox.keep(["ann@example.com"], message)

    assert mailbox.mails()[0]["listUnsubscribe"] == "<https://example.com>"
