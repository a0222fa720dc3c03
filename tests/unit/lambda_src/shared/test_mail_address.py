"""Which mail addresses are taken, and that mail reaches each of them and nobody else."""

import re
from dataclasses import replace
from email import message_from_bytes, policy
from email.utils import getaddresses

import pytest
from hypothesis import given
from hypothesis import strategies as st
from vouchers.adapters.voucher_mail import compose

from blockwork.runtime.mail_address import MailAddress
from stacks.stages_file import MAIL_ADDRESS
from tests.unit.lambda_src.vouchers.samples import order, voucher

TAKEN = [
    *("a@b.co", "first.last+tag@sub.example.com", "o'neil@xn--bcher-kva.example"),
    *("!#$%&'*+/?=^_`{|}~-@example.com", "a@1.example", "a@b.xn--p1ai", "A.B@EXAMPLE.com"),
    *("x" * 64 + "@example.com", "a@" + "x" * 63 + ".com", "a@" + "x.x." * 62 + "com"),
    "a" * 64 + "@" + "b." * 93 + "com",
]
REFUSED = [
    *("", "a", "a@b", "@example.com", "a@", "a@@example.com", "a@example..com", "a@-x.com"),
    *("a@x-.com", "a@.example.com", "a@example.com.", ".a@example.com", "a.@example.com"),
    *("a..b@example.com", " a@example.com", "a@example.com ", "a b@example.com", "a@exa mple.com"),
    *("a@example.com\n", "a@example.com\nBcc: b@example.com", "a\r\n@example.com", "a\0@x.com"),
    *("a@example.com,b@example.com", "a@example.com;b@example.com", "a@b.com a@c.com"),
    *("Ada <a@example.com>", "<a@example.com>", "a@example.com (Ada)", "a(x)@example.com"),
    *('"a"@example.com', '"a b"@example.com', 'a"b@example.com', r"a\@example.com"),
    *("a@[127.0.0.1]", "a@127.0.0.1", "a@[IPv6:::1]", "a@example.123", "mailto:a@example.com"),
    *("=?utf-8?q?a?=@example.com", "=?utf-8?b?YQ==?=@example.com", "a=?x@example.com"),
    *(
        "é@example.com",
        "a@bücher.example",
        "a@example.c\u03bfm",
        "a@exam\u2024ple.com",
        "a\uff20example.com",
    ),
    *("a\u202eb@example.com", "a\u200b@example.com", "a\ufeff@example.com", "a@exa\xadmple.com"),
    *("undisclosed-recipients:;", "x" * 65 + "@example.com", "a@" + "x" * 64 + ".com"),
    *("a" * 64 + "@" + "b." * 94 + "com", "x" * 5000, "@a.com:b@c.com", "a@b_c.com"),
]


@pytest.mark.parametrize("text", TAKEN)
def test_an_address_stays_as_it_was_given(text: str) -> None:
    assert MailAddress(text) == text


@pytest.mark.parametrize("text", REFUSED)
def test_any_other_text_is_refused_with_what_is_allowed(text: str) -> None:
    with pytest.raises(ValueError, match="must be one e-mail address of at most 254") as error:
        MailAddress(text)

    assert len(str(error.value)) < 400
    assert str(error.value).replace("…", "").isascii()


@pytest.mark.parametrize(
    ("text", "taken"), [(t, True) for t in TAKEN] + [(t, False) for t in REFUSED]
)
def test_the_stages_file_takes_the_same_addresses(text: str, taken: bool) -> None:
    assert (re.fullmatch(MAIL_ADDRESS, text) is not None) is taken


ODD = st.text("aA1.-+=?_!'`{|}~%\"\\<>(),:;@[] \r\n\0é\u202e\u200b\uff20=", min_size=1, max_size=70)
PARTS = st.from_regex(r"\A[!#-'*+\-./0-9=?A-Z^-~]{1,64}\Z")
DOMAINS = st.lists(st.from_regex(r"\A[A-Za-z0-9-]{1,63}\Z"), min_size=2, max_size=4).map(".".join)
SUSPECTS = (
    st.emails()
    | ODD
    | st.builds("{}@{}".format, ODD, ODD)
    | st.builds("{}@{}".format, PARTS, DOMAINS)
    | st.builds("{}@{}".format, st.just("x" * 64), DOMAINS)
)


@given(SUSPECTS)
def test_every_address_that_is_taken_is_the_one_recipient_of_its_mail(text: str) -> None:
    try:
        address = MailAddress(text)
    except ValueError:
        return
    sold = replace(voucher("v1"), order=order(email=address))

    sent = compose(sold, b"%PDF-1.7", sender="energy@example.com").as_bytes()

    headers = sent.partition(b"\r\n\r\n")[0].split(b"\r\n")
    assert f"To: {address}".encode() in headers
    assert sum(line.lower().startswith((b"to:", b"cc:", b"bcc:")) for line in headers) == 1
    modern = message_from_bytes(sent, policy=policy.default)["to"]
    assert [(one.display_name, one.addr_spec) for one in modern.addresses] == [("", address)]
    assert getaddresses([message_from_bytes(sent)["to"]]) == [("", address)]
