"""API Gateway's side of the connections."""

import os
from typing import TYPE_CHECKING, Self

import boto3

from .patience import FOR_CONNECTIONS

if TYPE_CHECKING:
    from mypy_boto3_apigatewaymanagementapi import ApiGatewayManagementApiClient


class GoneError(Exception):
    """Nobody is at the other end of a connection: not any more, or not yet."""


class TooLargeError(Exception):
    """API Gateway takes no message of that size."""


class Sockets:
    """Open connections, by their ids.

    :param client: a client of the management API of one WebSocket API.
    """

    def __init__(self, client: "ApiGatewayManagementApiClient") -> None:
        self._client = client

    @classmethod
    def from_environment(cls) -> Self:
        """Connect to the API whose stage is at CONNECTIONS_URL."""
        url = os.environ["CONNECTIONS_URL"]
        return cls(
            boto3.client("apigatewaymanagementapi", endpoint_url=url, config=FOR_CONNECTIONS)
        )

    def post(self, connection_id: str, text: str) -> None:
        """Send a message.

        :raises GoneError: if the connection is not open.
        :raises TooLargeError: if the message is too large.
        :raises ClientError: if API Gateway cannot take it now.
        """
        exceptions = self._client.exceptions
        try:
            self._client.post_to_connection(ConnectionId=connection_id, Data=text.encode())
        except exceptions.GoneException as error:
            raise GoneError(connection_id) from error
        except exceptions.PayloadTooLargeException as error:
            raise TooLargeError(connection_id) from error
