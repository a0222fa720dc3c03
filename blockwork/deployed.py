"""A deployed stage as its operators see it: clients of its AWS APIs, and what its stacks say."""

import json
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import boto3
import typer
from botocore.config import Config
from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    CredentialRetrievalError,
    EndpointConnectionError,
    NoCredentialsError,
    ProfileNotFound,
    SSOError,
    TokenRetrievalError,
)

from blockwork.local.aws import local_client
from blockwork.local.places import LOCAL, REPOSITORY

STAGES_FILE = REPOSITORY / "stages.toml"
NO_CREDENTIALS = (
    CredentialRetrievalError,
    NoCredentialsError,
    ProfileNotFound,
    SSOError,
    TokenRetrievalError,
)
EXPIRED = ("ExpiredToken", "ExpiredTokenException", "InvalidClientTokenId", "RequestExpired")


class StageName(StrEnum):
    """The stages there are."""

    LOCAL = "local"
    DEV = "dev"
    STAGING = "staging"
    PROD = "prod"


Stage = Annotated[StageName, typer.Option(help="Which stage to operate.")]


class StageError(Exception):
    """A stage cannot be operated as asked; the message says what to do about it."""


class DeployedStage:
    """One stage, reached with the credentials of the shell; the local one needs none.

    :param name: which one.
    :param directory: where the local stage keeps its state. Default: `.local`.
    :raises StageError: if the local stage was never started.
    """

    def __init__(self, name: StageName, directory: Path = LOCAL) -> None:
        self.name = name
        self._settings = _local(directory) if name is StageName.LOCAL else _on_aws(name)

    def client(self, service: Any, **settings: Any) -> Any:  # noqa: ANN401 -- made at run time
        """Return a client; `settings` are those of botocore's Config."""
        if self.name is StageName.LOCAL:
            return local_client(service, **self._settings, **settings)
        return boto3.client(service, **self._settings, config=Config(**settings))

    def outputs(self, name: str) -> dict[str, str]:
        """Return the output `name` of every stack that has it, by service."""
        prefix = f"{self.name.capitalize()}-"
        pages = self.client("cloudformation").get_paginator("describe_stacks").paginate()
        stacks = [stack for page in pages for stack in page["Stacks"]]
        stacks = [stack for stack in stacks if stack["StackName"].startswith(prefix)]
        if not stacks:
            raise StageError(
                f"Nothing of the stage {self.name} is deployed here: no stack's name begins with"
                f" {prefix!r}. {self._remedy()}"
            )
        return {
            stack["StackName"].removeprefix(prefix).lower(): output["OutputValue"]
            for stack in stacks
            for output in stack.get("Outputs", [])
            if output["OutputKey"] == name
        }

    def output(self, name: str) -> str:
        """Return the output `name` of the one stack that has it.

        :raises StageError: if there is none.
        """
        values = list(self.outputs(name).values())
        if not values:
            raise StageError(
                f"No stack of the stage {self.name} has the output {name!r}. {self._remedy()}"
            )
        return values[0]

    def _remedy(self) -> str:
        if self.name is StageName.LOCAL:
            return "Deploy it: make up"
        return (
            f"Check the account and the region of your credentials, or deploy it:"
            f" make deploy STAGE={self.name}"
        )


@contextmanager
def readable_errors() -> Iterator[None]:
    """Turn what stands in the way into one message and exit code 1."""
    try:
        yield
    except StageError as error:
        message = str(error)
    except NO_CREDENTIALS as error:
        message = (
            f"There are no usable AWS credentials ({error}). Sign in, for instance with"
            " 'aws sso login', or set AWS_PROFILE."
        )
    except EndpointConnectionError as error:
        message = f"{error} Does the stage run? The local one starts with: make up"
    except ClientError as error:
        code = error.response["Error"]["Code"]
        message = str(error)
        if code in EXPIRED:
            message += " Your AWS credentials have expired or are another account's: sign in again."
    except BotoCoreError as error:
        message = str(error)
    else:
        return
    typer.echo(f"error: {message}", err=True)
    raise typer.Exit(1)


def _local(directory: Path) -> dict[str, Any]:
    file = directory / "platform.json"
    try:
        platform = json.loads(file.read_text())
        endpoint, region = platform["emulatorUrl"], platform["region"]
    except (OSError, ValueError, KeyError) as error:
        raise StageError(
            f"The local stage is not there ({file} cannot be read). Start it with make up, or name"
            " its folder with --directory, or another stage with --stage."
        ) from error
    return {"endpoint": endpoint, "region": region}


def _on_aws(name: StageName) -> dict[str, Any]:
    return {"region_name": tomllib.loads(STAGES_FILE.read_text())[name]["region"]}
