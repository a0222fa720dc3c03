"""A mail address that mail really reaches: the one form of it that every door takes."""

import re
from typing import ClassVar, Self

LONGEST = 254
"""RFC 5321, section 4.5.3.1.3: a path has 256 characters, its angle brackets included."""
LONGEST_LOCAL_PART = 64
ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
# The last label is a name: numbers alone are an IP address (RFC 3696, section 2).
ADDRESS = re.compile(rf"({ATOM}(?:\.{ATOM})*)@(?:{LABEL}\.)+(?!\d+\Z){LABEL}")


class MailAddress(str):
    """One address as `name@example.com`, in ASCII, of at most 254 characters.

    The part before the @ is a dot-atom (RFC 5322, section 3.4.1): no quotes, no comments and no
    spaces, and without `=?`, with which encoded words begin (RFC 2047). The domain is a name with a
    dot, not an IP address; one with other letters is given as the DNS has it, as `xn--…`, since
    IDNA 2003 and 2008 make different domains of some.

    :raises ValueError: for any other text.
    """

    __slots__ = ()
    JSON_SCHEMA: ClassVar[dict[str, object]] = {"format": "email", "maxLength": LONGEST}

    def __new__(cls, text: str) -> Self:
        """Check the text."""
        parts = ADDRESS.fullmatch(text) if len(text) <= LONGEST else None
        if parts is None or len(parts[1]) > LONGEST_LOCAL_PART or "=?" in text:
            shown = text if len(text) <= 40 else f"{text[:40]}…"
            raise ValueError(
                f"must be one e-mail address of at most {LONGEST} characters in ASCII, such as"
                f" name@example.com (a domain with other letters as xn--…), got {shown!a}"
            )
        return super().__new__(cls, text)
