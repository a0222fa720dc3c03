"""Texts that callers carry to and fro: signed, in one word that a URL may hold.

Whoever has such a word can read it, and cannot change it; what it is bound to says what it is good
for.
"""

import base64
import json
import re
from collections.abc import Callable

from blockwork.runtime.signing import DIGEST_SIZE, Signer

# API Gateway takes 10,240 bytes of request line and headers in all (quotas of HTTP APIs), of which
# the largest token of a user may be 7,200 and a browser's other headers 1,200. A token of Cognito
# that is wrapped into ours has some hundred characters.
WORD = re.compile(r"[A-Za-z0-9_-]{1,1536}")
FORMAT = b"\x01"
"""What a word begins with: raise it when its content changes, so that older ones are refused."""

Bound = Callable[[str], bytes]


def for_purpose(purpose: str) -> Bound:
    """Return what binds a text to what it is for, so that it is good for nothing else.

    :param purpose: a name that no other words have which are signed by the same key.
    """
    return lambda content: FORMAT + json.dumps([purpose, content]).encode()


def seal(content: str, *, signer: Signer, bound: Bound) -> str:
    """Return a text as a word of letters, digits, `-` and `_`.

    :param bound: returns what is signed, by the text; `unseal` needs the same.
    """
    signature = signer.sign(bound(content))
    return base64.urlsafe_b64encode(FORMAT + signature + content.encode()).decode().rstrip("=")


def unseal(word: str, *, signer: Signer, bound: Bound) -> str:
    """Return the text of a word.

    :raises ValueError: if `seal` did not return it for the same purpose; the message says why.
    """
    # Checked first, since base64 skips characters outside its alphabet.
    if not WORD.fullmatch(word):
        raise ValueError("not base64url")
    sealed = base64.urlsafe_b64decode(word + "=" * (-len(word) % 4))
    if base64.urlsafe_b64encode(sealed).decode().rstrip("=") != word:
        raise ValueError("its last character has bits that say nothing")
    begin = len(FORMAT) + DIGEST_SIZE
    signature, content = sealed[len(FORMAT) : begin], sealed[begin:].decode()
    if not sealed.startswith(FORMAT) or not content:
        raise ValueError("of another format")
    if not signer.is_signed(bound(content), signature):
        raise ValueError("not ours, or for another purpose")
    return content
