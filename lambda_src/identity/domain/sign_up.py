"""Who may sign up."""

import re
from collections.abc import Collection
from typing import Protocol

NEWCOMERS = "customers"
"""The group of everybody who signs up by themselves."""

LONGEST_EMAIL = 254
# What HTML calls a valid e-mail address, with at least one dot in the domain, as mail needs it.
LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
EMAIL = re.compile(rf"[A-Za-z0-9.!#$%&'*+/=?^_`{{|}}~-]{{1,64}}@((?:{LABEL}\.)+{LABEL})")


class SignUpRefusedError(Exception):
    """Somebody may not sign up. The text is shown to them, and holds nothing about them."""


class Groups(Protocol):
    """Who is in which group: the user pool in production, a set in unit tests."""

    def join(self, group: str, *, pool_id: str, username: str) -> None:
        """Put a user of a pool into a group; who is in it already stays in it."""


def check_sign_up(email: str, *, blocked_domains: Collection[str]) -> None:
    """Make sure that somebody may sign up with an address.

    :param blocked_domains: in lower case; their subdomains are blocked, too.
    :raises SignUpRefusedError: with what to do instead.
    """
    address = EMAIL.fullmatch(email)
    if address is None or len(email) > LONGEST_EMAIL:
        raise SignUpRefusedError(
            f"please enter one e-mail address of at most {LONGEST_EMAIL} characters,"
            " such as name@example.com"
        )
    domain = address[1].lower()
    if any(domain == blocked or domain.endswith(f".{blocked}") for blocked in blocked_domains):
        raise SignUpRefusedError(
            "addresses of this e-mail provider are not accepted here; please use another one"
        )
