"""API Gateway's side of the connections."""

import os
from typing import TYPE_CHECKING, Self

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from .patience import FOR_CONNECTIONS

if TYPE_CHECKING:
    from mypy_boto3_apigatewaymanagementapi import ApiGatewayManagementApiClient


class GoneError(Exception):
    """Nobody is at the other end of a connection: not any more, or not yet."""


class TooLargeError(Exception):
    """API Gateway takes no message of that size."""


class UnreachableError(Exception):
    """API Gateway, or who is at the other end of a connection, does not take anything now."""


class Sockets:
    """Open connections, by their ids.

    :param client: a client of the management API of one WebSocket API.
    """

    def __init__(self, client: "ApiGatewayManagementApiClient") -> None:
        self._client = client
        # Here, since botocore makes other classes for each of several threads that ask first.
        self._exceptions = client.exceptions

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
        :raises UnreachableError: if it is not taken in time.
        """
        try:
            self._client.post_to_connection(ConnectionId=connection_id, Data=text.encode())
        except self._exceptions.GoneException as error:
            raise GoneError(connection_id) from error
        except self._exceptions.PayloadTooLargeException as error:
            raise TooLargeError(connection_id) from error
        except (BotoCoreError, ClientError) as error:
            raise UnreachableError(f"{type(error).__name__}: {error}") from error

    def end(self, connection_id: str) -> None:
        """End a connection.

        :raises GoneError: if it is not open.
        :raises UnreachableError: if API Gateway cannot do it now.
        """
        try:
            self._client.delete_connection(ConnectionId=connection_id)
        except self._exceptions.GoneException as error:
            raise GoneError(connection_id) from error
        except (BotoCoreError, ClientError) as error:
            raise UnreachableError(f"{type(error).__name__}: {error}") from error
