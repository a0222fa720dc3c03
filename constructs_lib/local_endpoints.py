"""Where an app's resources answer that are deployed to this machine (`blockwork local up`)."""

from dataclasses import dataclass
from typing import Self

from constructs import Construct

CONTEXT = "port"
LIVE = "live"
"""The stage of every :class:`constructs_lib.blocks.PushChannel`."""
SITE, BESIDE, MAIL = 1, 2, 3
"""How far each port is from the one of AWS's APIs."""
HIGHEST = 65_535 - MAIL


@dataclass(frozen=True, kw_only=True)
class LocalEndpoints:
    """Where the local stage answers: AWS's APIs on a port, the website and others on the next ones.

    AWS generates host names, which lead to AWS; on this machine `localhost` takes their place,
    which every client resolves. For an address that goes into a template or a page::

        endpoints = LocalEndpoints.from_context(self)  # None: at AWS
        url = endpoints.api(api.http_api.api_id) if endpoints else api.url

    with `port = "{port}"` in the app's settings `[tool.blockwork.local.context]`.

    :param port: of AWS's APIs, 1024 to 65532.
    :raises ValueError: if the port cannot be listened on, or has no next ones.
    """

    port: int

    def __post_init__(self) -> None:
        """Refuse a port that cannot be listened on, or has no next ones."""
        if not 1024 <= self.port <= HIGHEST:
            raise ValueError(f"port must be between 1024 and {HIGHEST}, got {self.port}")

    @classmethod
    def from_context(cls, scope: Construct, key: str = CONTEXT) -> Self | None:
        """Return them if the app is synthesised for this machine; None: it is for AWS.

        :param scope: any construct of the app.
        :param key: the context's, `-c port=4566`.
        :raises ValueError: if the context has something else than a port.
        """
        value = scope.node.try_get_context(key)
        if value is None:
            return None
        try:
            port = int(value)
        except (TypeError, ValueError) as error:
            raise ValueError(
                f"the context's {key} must be a whole number, got {value!r}"
            ) from error
        return cls(port=port)

    @property
    def emulator(self) -> str:
        """The endpoint of every AWS API."""
        return f"http://localhost:{self.port}"

    @property
    def site(self) -> str:
        """The origin of the website: of what CloudFront serves."""
        return f"http://localhost:{self.port + SITE}"

    @property
    def beside(self) -> str:
        """What runs beside the emulator, as functions reach it."""
        return f"http://127.0.0.1:{self.port + BESIDE}"

    @property
    def mail(self) -> tuple[str, int]:
        """Host and port of the server that takes mails."""
        return "127.0.0.1", self.port + MAIL

    @property
    def sockets(self) -> str:
        """The origin of every WebSocket API."""
        return f"ws://localhost:{self.port}"

    def api(self, api_id: str) -> str:
        """Return the address of an HTTP API."""
        return f"{self.emulator}/_aws/execute-api/{api_id}/$default"

    def rest_api(self, api_id: str, stage: str) -> str:
        """Return the address of a REST API's stage."""
        return f"{self.emulator}/restapis/{api_id}/{stage}/_user_request_"

    def socket(self, api_id: str, stage: str = LIVE) -> str:
        """Return where browsers connect to a WebSocket API."""
        return f"{self.sockets}/_aws/execute-api/{api_id}/{stage}"

    def connections(self, api_id: str, stage: str = LIVE) -> str:
        """Return where functions write to the connections of a WebSocket API."""
        return f"http://127.0.0.1:{self.port}/_aws/execute-api/{api_id}/{stage}"

    def user_pool_keys(self, pool_id: str) -> str:
        """Return where a user pool shows its keys to functions."""
        return f"http://127.0.0.1:{self.port}/{pool_id}/.well-known/jwks.json"
