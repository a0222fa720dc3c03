"""Links by which somebody unsubscribes who need not sign in, as mails have them."""

import os
from typing import Self

from blockwork.runtime.signing import SecretSigner, Signer
from identity.adapters.unsubscribe_tokens import token_of


class UnsubscribeLinks:
    """Makes links; the key is kept, so that none of them takes a call.

    :param url: of the route that unsubscribes.
    """

    def __init__(self, signer: Signer, url: str) -> None:
        self._signer = signer
        self._url = url

    @classmethod
    def from_environment(cls) -> Self:
        """Lead to the route whose address is in the variable UNSUBSCRIBE_URL."""
        return cls(SecretSigner.from_environment(), os.environ["UNSUBSCRIBE_URL"])

    def of(self, user_id: str) -> str:
        """Return the link of a user."""
        return f"{self._url}?token={token_of(user_id, signer=self._signer)}"
