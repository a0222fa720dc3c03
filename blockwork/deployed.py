"""A deployed stage as its operators see it: clients of its AWS APIs, and what announces itself."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from copy import copy
from pathlib import Path
from typing import Annotated, Any, Self

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

from blockwork.arguments import shortened
from blockwork.command.called import called
from blockwork.command.settings import SettingsError, read_settings, read_stages
from blockwork.local.aws import ACCOUNT, local_client
from blockwork.local.places import LOCAL

THIS_MACHINE = "local"
"""The stage that every app has."""
NO_CREDENTIALS = (
    CredentialRetrievalError,
    NoCredentialsError,
    ProfileNotFound,
    SSOError,
    TokenRetrievalError,
)
EXPIRED = ("ExpiredToken", "ExpiredTokenException", "InvalidClientTokenId", "RequestExpired")


def stage_names() -> list[str]:
    """Return the names of the app's stages, this machine's first."""
    return [THIS_MACHINE, *(name for name in read_stages() if name != THIS_MACHINE)]


def known_stage(name: str) -> str:
    """Refuse what is no stage's name.

    :raises typer.BadParameter: with the names there are.
    """
    names = stage_names()
    if name not in names:
        raise typer.BadParameter(
            f"must be one of {', '.join(names)}, got {shortened(name)}; the app's settings name its"
            " deployed stages: [tool.blockwork.stages.NAME] in pyproject.toml"
        )
    return name


def completed_stages(incomplete: str) -> list[str]:
    """Return the names that a shell may complete."""
    try:
        return [name for name in stage_names() if name.startswith(incomplete)]
    except SettingsError:
        return []


Stage = Annotated[
    str,
    typer.Option(
        callback=known_stage,
        autocompletion=completed_stages,
        metavar="NAME",
        help="`local`, or a stage that the app's settings name.",
    ),
]


class StageError(Exception):
    """A stage cannot be operated as asked; the message says what to do about it."""


class DeployedStage:
    """One stage, reached with the credentials of the shell; the local one needs none.

    :param name: which one: `local`, or one of the app's settings.
    :param directory: where the local stage keeps its state. Default: `.local`.
    :raises StageError: if there is none of the name, or the local stage was never started.
    :raises SettingsError: if the app's settings cannot be read.
    """

    def __init__(self, name: str, directory: Path = LOCAL) -> None:
        self.name = name
        self.is_local = name == THIS_MACHINE
        places = _local(directory) if self.is_local else [{}]
        self._local = places[0]
        self._session = None if self.is_local else _session(name)
        self._everywhere = [self, *(self._in(place) for place in places[1:])]

    def _in(self, place: dict[str, str]) -> Self:
        there = copy(self)
        there._local, there._everywhere = place, [there]
        return there

    def at(self, arn: str) -> "DeployedStage":
        """Return the stage where something of it is.

        On this machine an app's stacks may name several accounts and regions; anywhere else it is
        the stage itself.
        """
        _, _, _, region, account, *_ = f"{arn}:::::".split(":")
        place = {"region": region, "account": account}
        alike = (each for each in self._everywhere if place.items() <= each._local.items())
        return next(alike, self)

    def client(self, service: Any, **settings: Any) -> Any:  # noqa: ANN401 -- made at run time
        """Return a client; `settings` are those of botocore's Config."""
        if self._session is None:
            return local_client(service, **self._local, **settings)
        return self._session.client(service, config=Config(**settings))

    def check_account(self) -> None:
        """Refuse credentials of another account than the stage's, before anything is made there.

        :raises StageError: with both accounts, if the app's settings name the stage's.
        """
        wanted = None if self.is_local else read_stages()[self.name].account
        if wanted is None:
            return
        account = self.client("sts").get_caller_identity()["Account"]
        if account != wanted:
            raise StageError(
                f"Your credentials are those of account {account}, but {self.name} is in {wanted},"
                " as the app's settings say. Nothing was made. Sign in there, for instance with"
                " AWS_PROFILE, or mend the settings"
            )

    def output(self, stack: str, key: str) -> str:
        """Return what a stack of the stage tells.

        :raises StageError: if it is not deployed, or has no such output.
        """
        client = self.client("cloudformation")
        # Not by its name: the API asks for a permission on it, and tells an absent one by a text.
        pages = client.get_paginator("describe_stacks").paginate()
        found = {each["StackName"]: each for page in pages for each in page["Stacks"]}
        told = {o["OutputKey"]: o["OutputValue"] for o in found.get(stack, {}).get("Outputs", [])}
        if key not in told:
            raise StageError(
                f"{self.name} is not deployed in {client.meta.region_name}: there is no stack"
                f" {stack} with an output {key}. {self._remedy()}"
            )
        return str(told[key])

    def announced(self, tag: str) -> dict[str, str]:
        """Return the ARNs of what announces itself by a tag, by what people call it.

        Blocks of the library set it; no name of a stack or an output counts. What has a tag
        `stage` as well, its own or its stack's, is another stage's unless it names this one. Two
        of one name are told apart by their stacks, `orders@Shop-Blue`; where these are of one name
        too, by the region and the account: `orders@Shop@eu-central-1/111111111111`.

        :param tag: its key; its value is the name.
        :raises StageError: if nothing does.
        """
        found: dict[str, list[tuple[str, str]]] = {}
        for resource in (each for place in self._everywhere for each in place._tagged(tag)):
            tags = {each["Key"]: each["Value"] for each in resource["Tags"]}
            if tags.get("stage", self.name) == self.name:
                arn = resource["ResourceARN"]
                stack = tags.get("aws:cloudformation:stack-name", arn.rsplit(":", 1)[-1])
                found.setdefault(tags[tag], []).append((stack, arn))
        if not found:
            raise StageError(
                f"Nothing of the stage {self.name} has the tag {tag!r} here, by which the library's"
                f" blocks are found once they were deployed with it. {self._remedy()}"
            )
        return {
            _told_apart(name, stack, arn, several): arn
            for name, several in sorted(found.items())
            for stack, arn in sorted(several)
        }

    def _tagged(self, tag: str) -> Iterator[dict[str, Any]]:
        client = self.client("resourcegroupstaggingapi")
        pages = client.get_paginator("get_resources").paginate(TagFilters=[{"Key": tag}])
        return (entry for page in pages for entry in page["ResourceTagMappingList"])

    def _remedy(self) -> str:
        if self.is_local:
            return f"Deploy it: {called('local up')}."
        return (
            f"Check the account and the region of your credentials, or deploy the stage {self.name}"
            " there."
        )


def only_one(part: str, names: list[str], *, asked: str, of: str) -> str:
    """Return the one name that has the part in it, whatever its case, or is it.

    :param part: empty for the only one that there is.
    :param asked: what it was said by, such as `--bus`.
    :param of: what it is to name.
    :raises StageError: if none has it, or several have.
    """
    alike = [name for name in names if part.lower() in name.lower()]
    found = [part] if part in names else alike
    if len(found) == 1:
        return found[0]
    said = f"is in the names of {', '.join(found)}" if found else "is in no name"
    raise StageError(
        f"{asked} must name {of}, or a part of its name that no other has; {part!r} {said}."
        f" There are: {', '.join(names) or 'none'}"
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
        message = f"{error} Does the stage run? The local one starts with: {called('local up')}"
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


def _local(directory: Path) -> list[dict[str, str]]:
    """Return how to reach each account and region that the app's stacks name, ours first."""
    from blockwork.local.assembly import places

    file = directory / "platform.json"
    try:
        platform = json.loads(file.read_text())
        endpoint, region = platform["emulatorUrl"], platform["region"]
    except (OSError, ValueError, KeyError) as error:
        raise StageError(
            f"The local stage is not there ({file} cannot be read). Start it with"
            f" {called('local up')}, or name its folder with --directory, or another stage with"
            " --stage."
        ) from error
    ours = {"region": region, "account": ACCOUNT}
    named = [vars(each) for each in places(directory / "cdk.out", read_settings().local.stacks)]
    return [
        {"endpoint": endpoint, **place} for place in sorted(named, key=lambda each: each != ours)
    ] or [{"endpoint": endpoint, **ours}]


def _told_apart(name: str, stack: str, arn: str, several: list[tuple[str, str]]) -> str:
    """Return what one of several of a name is called."""
    if len(several) == 1:
        return name
    if [each for each, _ in several].count(stack) == 1:
        return f"{name}@{stack}"
    _, _, _, region, account, *_ = arn.split(":")
    return f"{name}@{stack}@{region}/{account}"


def _session(name: str) -> boto3.Session:
    stages = read_stages()
    if name not in stages:
        raise StageError(f"{shortened(name)} is none of the stages: {', '.join(stage_names())}")
    return boto3.Session(region_name=stages[name].region, profile_name=stages[name].profile)
