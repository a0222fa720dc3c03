"""The carrier's HTTP API.

`POST /parcels` with `Idempotency-Key` and `{"address"}` answers 201: a parcel is fetched and
brought there, once for each key.
"""

import os
from typing import Protocol, Self

from blockwork.runtime.outside_api import OutsideApi
from blockwork.runtime.parameters import secure_string


class Carrier(Protocol):
    """Who brings parcels: another company in production, a dictionary in unit tests."""

    def bring(self, address: str, *, key: str) -> None:
        """Have a parcel brought to an address, once for each key."""


class CarrierApi:
    """The port `Carrier` over HTTP."""

    def __init__(self, api: OutsideApi) -> None:
        self._api = api

    @classmethod
    def from_environment(cls) -> Self:
        """Ask at CARRIER_URL with the key in the SecureString which CARRIER_KEY_PARAMETER names."""
        key = secure_string(os.environ["CARRIER_KEY_PARAMETER"])
        return cls(OutsideApi("the carrier", os.environ["CARRIER_URL"], key))

    def bring(self, address: str, *, key: str) -> None:
        """Ask once: Lambda asks again, and the failure chain after it."""
        self._api.ask("POST", "/parcels", (201,), tries=1, body={"address": address}, key=key)
