"""Who may sign up, and with which addresses."""

import unicodedata
from collections.abc import Iterable
from contextlib import suppress

from blockwork.runtime.mail_address import LONGEST, MailAddress


class SignUpRefusedError(Exception):
    """Somebody may not sign up with an address, or change theirs to it.

    The text is shown to them, and holds nothing about them.
    """


def check_sign_up(email: str, *, blocked_domains: Iterable[str]) -> None:
    """Make sure that somebody may sign up with an address, or change theirs to it.

    :param blocked_domains: see `check_blocked`.
    :raises SignUpRefusedError: with what to do instead.
    """
    try:
        MailAddress(email)
    except ValueError:
        # Without what was entered: Cognito logs the text.
        raise SignUpRefusedError(
            f"please enter one e-mail address of at most {LONGEST} characters,"
            " such as name@example.com"
        ) from None
    check_blocked(email, blocked_domains=blocked_domains)


def check_blocked(email: str, *, blocked_domains: Iterable[str]) -> None:
    """Make sure that an address is of no blocked domain.

    :param blocked_domains: in any case; their subdomains are blocked, too, and all the ways in
        which the DNS may write a name that is not ASCII.
    :raises SignUpRefusedError: with what to do instead.
    """
    parents: set[str] = set()
    for form in _forms(email.rpartition("@")[2]):
        labels = form.split(".")
        parents.update(".".join(labels[n:]) for n in range(len(labels)))
    if any(not parents.isdisjoint(_forms(domain)) for domain in blocked_domains):
        raise SignUpRefusedError(
            "addresses of this e-mail provider are not accepted here; please use another one"
        )


def _forms(domain: str) -> set[str]:
    """Return how a domain may be written: as it is, by IDNA 2008 and by IDNA 2003."""
    name = unicodedata.normalize("NFKC", domain.strip()).strip(".").lower()
    labels = [
        label if label.isascii() else f"xn--{label.encode('punycode').decode()}"
        for label in name.split(".")
    ]
    forms = {name, ".".join(labels)}
    with suppress(UnicodeError):  # a label is too long, or empty
        forms.add(name.encode("idna").decode())
    return forms - {""}
