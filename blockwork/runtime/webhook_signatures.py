"""Signatures of webhooks, for who calls and who is called; nothing but Python is needed.

The header `X-Webhook-Signature: t=1767225600,v1=5257a8…` holds the Unix second of the signature,
and in lower-case hexadecimals HMAC-SHA256 (RFC 2104) of the text `1767225600.` and the body's
bytes.
"""

import hmac

HEADER = "X-Webhook-Signature"


def sign(key: str, body: bytes, *, at: float) -> str:
    """Return the header's value for who calls a webhook; each attempt is to be signed anew.

    :param key: what both sides know.
    :param at: epoch seconds of now; fractions do not count.
    """
    return f"t={int(at)},v1={digest(key, str(int(at)), body)}"


def digest(key: str, second: str, body: bytes) -> str:
    """Return the digest of a body and a Unix second, in hexadecimals."""
    return hmac.digest(key.encode(), f"{second}.".encode() + body, "sha256").hex()
