"""A deployed stage as its operators see it: clients of its AWS APIs, and what announces itself."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
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

from blockwork.arguments import shortened
from blockwork.command.called import called
from blockwork.command.settings import SettingsError, read_settings, read_stages
from blockwork.local.aws import local_client
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
        self._local = _local(directory) if self.is_local else {}
        self._session = None if self.is_local else _session(name)

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
        of one name are told apart by their stacks: `orders@Shop-Blue`.

        :param tag: its key; its value is the name.
        :raises StageError: if nothing does.
        """
        client = self.client("resourcegroupstaggingapi")
        pages = client.get_paginator("get_resources").paginate(TagFilters=[{"Key": tag}])
        found: dict[str, list[tuple[str, str]]] = {}
        for resource in (entry for page in pages for entry in page["ResourceTagMappingList"]):
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
            name if len(several) == 1 else f"{name}@{stack}": arn
            for name, several in sorted(found.items())
            for stack, arn in sorted(several)
        }

    def _remedy(self) -> str:
        if self.is_local:
            return (
                f"Deploy it: {called('local up')}. Where its stacks name several accounts or"
                " regions, only 000000000000 in eu-west-2 is looked at."
            )
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


def _local(directory: Path) -> dict[str, Any]:
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
    return {"endpoint": endpoint, "region": region, **_place(directory)}


def _place(directory: Path) -> dict[str, str]:
    """Return the account and the region that all stacks name which were deployed here."""
    from blockwork.local.assembly import ACCOUNT, chosen, environments, read_stacks

    try:
        stacks = read_stacks(directory / "cdk.out")
    except (OSError, ValueError, KeyError):
        return {}
    places = environments(chosen(stacks, read_settings().local.stacks))
    if len(places) != 1:
        return {}
    [place] = places
    return {"region": place.region, **({} if place.account == ACCOUNT else vars(place))}


def _session(name: str) -> boto3.Session:
    stages = read_stages()
    if name not in stages:
        raise StageError(f"{shortened(name)} is none of the stages: {', '.join(stage_names())}")
    return boto3.Session(region_name=stages[name].region, profile_name=stages[name].profile)
