"""What a link to unsubscribe says: whose it is, signed, and good for this alone.

It does not expire, as a mail may be opened years later, and lasts until its key has been rotated
twice.
"""

from blockwork.runtime.sealing import for_purpose, seal, unseal
from blockwork.runtime.signing import Signer
from identity.domain.newsletter import PURPOSE, InvalidLinkError

BOUND = for_purpose(PURPOSE)


def token_of(user_id: str, *, signer: Signer) -> str:
    """Return the token of a user."""
    return seal(user_id, signer=signer, bound=BOUND)


def user_of(token: str | None, *, signer: Signer) -> str:
    """Return whose token it is.

    :raises InvalidLinkError: if it is nobody's.
    """
    try:
        return unseal(token or "", signer=signer, bound=BOUND)
    except ValueError as error:
        raise InvalidLinkError from error
