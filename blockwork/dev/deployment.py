"""Bring what has changed in an assembly to the stacks that are deployed, and nothing else."""

import hashlib
import json
import time
import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from blockwork.dev.assembly import AssemblyStack, read_stacks
from blockwork.dev.changes import Failure, StackChange, stuck_change
from blockwork.dev.publishing import CannotPublishError, Publisher, placeholders
from blockwork.local.account import is_stuck
from blockwork.local.errors import CommandError

BOOTSTRAP = "CDKToolkit"
CAPABILITIES = ["CAPABILITY_IAM", "CAPABILITY_NAMED_IAM", "CAPABILITY_AUTO_EXPAND"]
NEVER_CREATED = ("REVIEW_IN_PROGRESS", "ROLLBACK_COMPLETE")
NOTHING_TO_DO = "No updates are to be performed"
FIRST_LOOK_SECONDS = 0.05
LONGEST_PAUSE_SECONDS = 1.0
CANCELLED = "cancelled"
"""What CloudFormation says of resources that came to nothing because another one failed."""

Place = Callable[[str], tuple[Path, int] | None]


@dataclass(kw_only=True)
class _Update:
    stack: AssemblyStack
    token: str
    started: float
    look_at: float
    outputs: Mapping[str, str]
    pause: float = FIRST_LOOK_SECONDS


class DirectDeployment:
    """Updates deployed stacks whose template, parameters or tags have changed, by CloudFormation.

    What it does not do itself, the CDK's command line does: a stack that is new, one that failed as
    it was created, container images, and whatever CloudFormation refuses. It never changes a
    resource behind CloudFormation's back, and never deletes a stack.

    :param client: makes a client of an AWS API, such as `Account.client`.
    :param deploy: deploys the whole assembly, such as `Cdk.deploy`.
    :param place: which line of the app makes a construct. Default: nobody knows.
    :param say: told of what only a person can decide. Default: nobody.
    """

    def __init__(
        self,
        client: Callable[[str], Any],
        deploy: Callable[[], None],
        *,
        place: Place = lambda _path: None,
        say: Callable[[str], None] = lambda _line: None,
    ) -> None:
        self._cloudformation = client("cloudformation")
        self._deploy = deploy
        self._place = place
        self._say = say
        self._filled = placeholders(client)
        self._publisher = Publisher(client, self._fill)
        self._deployed: dict[str, tuple[object, str]] = {}
        """The digest that a stack had after its last change, as CloudFormation dates that."""
        self._said: set[str] = set()

    def update(self, assembly: Path) -> list[StackChange]:
        """Bring the deployed stacks to what an assembly says.

        :return: each stack that something was done about, or that something stands in the way of;
            none where everything is as it should be.
        """
        stacks = read_stacks(assembly)
        described = self._describe()
        self._say_what_is_left({stack.name for stack in stacks}, described)
        stuck = [stack for stack in stacks if is_stuck(_status(described, stack.name))]
        if stuck:
            return [stuck_change(stack.name, _status(described, stack.name)) for stack in stuck]
        changed = [stack for stack in stacks if self._differs(stack, described.get(stack.name))]
        if not changed:
            return []
        if any(_status(described, stack.name) in ("", *NEVER_CREATED) for stack in changed):
            return self._by_cdk(changed)
        try:
            self._publisher.publish(file for stack in changed for file in stack.asset_manifests)
            return list(self._update(changed, stacks, described))
        except (ClientError, BotoCoreError, CannotPublishError) as error:
            self._say(f"CloudFormation is left to the CDK: {error}")
            self._publisher.forget()
            return self._by_cdk(changed)

    def _update(
        self,
        changed: Sequence[AssemblyStack],
        all_: Sequence[AssemblyStack],
        described: Mapping[str, Any],
    ) -> Iterator[StackChange]:
        """Update each stack as soon as those it needs are done."""
        waiting = {stack.id: stack for stack in changed}
        running: dict[str, _Update] = {}
        failed: set[str] = set()
        while waiting or running:
            for stack in list(waiting.values()):
                if stack.needs & failed:
                    failed.add(waiting.pop(stack.id).id)
                    why = f"waits for {', '.join(sorted(stack.needs & failed))}"
                    yield StackChange(stack=stack.name, failures=(Failure(reason=why),))
                elif not stack.needs & (waiting.keys() | running.keys()):
                    del waiting[stack.id]
                    if update := self._begin(stack, described[stack.name]):
                        running[stack.id] = update
            for update in list(running.values()):
                if update.look_at > time.monotonic():
                    continue
                change, outputs = self._look(update)
                if not change:
                    continue
                del running[update.stack.id]
                if change.failures:
                    failed.add(update.stack.id)
                else:
                    # Its readers' templates may be the same, what they read is not.
                    told = {key for key, _ in outputs.items() ^ update.outputs.items()}
                    for reader in all_:
                        if reader.reads_of(update.stack.name, told) and reader.id not in running:
                            waiting.setdefault(reader.id, reader)
                yield change
            if running:
                time.sleep(max(0.0, min(u.look_at for u in running.values()) - time.monotonic()))

    def _begin(self, stack: AssemblyStack, described: Mapping[str, Any]) -> _Update | None:
        url = str(stack.said.get("stackTemplateAssetObjectUrl", ""))
        bucket, _, key = self._fill(url.removeprefix("s3://")).partition("/")
        region = self._filled["${AWS::Region}"]
        known = {item["ParameterKey"] for item in described.get("Parameters", [])}
        said = stack.parameters
        parameters = [
            {"ParameterKey": name, "ParameterValue": said[name]}
            if name in said
            else {"ParameterKey": name, "UsePreviousValue": True}
            for name in stack.template.get("Parameters", {})
            if name in said or name in known
        ]
        request: dict[str, Any] = {
            "StackName": stack.name,
            "Capabilities": CAPABILITIES,
            "Parameters": parameters,
            "Tags": [{"Key": key, "Value": value} for key, value in stack.tags.items()],
            "ClientRequestToken": f"blockwork-{uuid.uuid4()}",
        }
        if key:
            request["TemplateURL"] = f"https://s3.{region}.amazonaws.com/{bucket}/{key}"
        else:  # an app whose synthesizer knows no bucket
            request["TemplateBody"] = stack.file.read_text()
        if role := stack.said.get("cloudFormationExecutionRoleArn"):
            request["RoleARN"] = self._fill(role)
        now = time.monotonic()
        try:
            self._cloudformation.update_stack(**request)
        except ClientError as error:
            if NOTHING_TO_DO not in str(error):
                raise
            self._deployed[stack.name] = (_dated(described), digest(stack))
            return None
        return _Update(
            stack=stack,
            token=request["ClientRequestToken"],
            started=now,
            look_at=now + FIRST_LOOK_SECONDS,
            outputs=_outputs(described),
        )

    def _look(self, update: _Update) -> tuple[StackChange | None, Mapping[str, str]]:
        name = update.stack.name
        (described,) = self._cloudformation.describe_stacks(StackName=name)["Stacks"]
        status = described["StackStatus"]
        now = time.monotonic()
        if status.endswith("_IN_PROGRESS"):
            update.pause = min(update.pause * 1.5, LONGEST_PAUSE_SECONDS)
            update.look_at = now + update.pause
            return None, {}
        change = StackChange(stack=name, seconds=now - update.started)
        if status == "UPDATE_COMPLETE":
            self._deployed[name] = (_dated(described), digest(update.stack))
            return change, _outputs(described)
        self._deployed.pop(name, None)
        failures = tuple(self._failures(update, status, described.get("StackStatusReason", "")))
        return replace(change, failures=failures), {}

    def _failures(self, update: _Update, status: str, why: str) -> Iterator[Failure]:
        """Yield what CloudFormation blames, first things first."""
        name = update.stack.name
        events = self._cloudformation.describe_stack_events(StackName=name)["StackEvents"]
        ours = [event for event in events if event.get("ClientRequestToken") == update.token]
        failed = [
            event
            for event in reversed(ours or events)
            if event["ResourceStatus"].endswith("_FAILED")
            and event["LogicalResourceId"] != name
            and CANCELLED not in event.get("ResourceStatusReason", "")
        ]
        for event in failed:
            id_ = event["LogicalResourceId"]
            path = update.stack.path_of(id_) or ""
            yield Failure(
                reason=event.get("ResourceStatusReason", event["ResourceStatus"]),
                logical_id=id_,
                path=path,
                place=self._place(path) if path else None,
            )
        if not failed:
            yield Failure(reason=f"{status}: {why}" if why else status)
        if is_stuck(status):
            yield from stuck_change(name, status).failures

    def _by_cdk(self, changed: Iterable[AssemblyStack]) -> list[StackChange]:
        self._deployed.clear()
        started = time.monotonic()
        failures: tuple[Failure, ...] = ()
        try:
            self._deploy()
        except CommandError as error:
            failures = (Failure(reason=str(error)),)
        took = time.monotonic() - started
        return [
            StackChange(stack=stack.name, seconds=took, by_cdk=True, failures=failures)
            for stack in changed
        ]

    def _differs(self, stack: AssemblyStack, described: Mapping[str, Any] | None) -> bool:
        if described is None:
            return True
        known = self._deployed.get(stack.name)
        if known and known[0] == _dated(described):
            return known[1] != digest(stack)
        tags = {item["Key"]: item["Value"] for item in described.get("Tags", [])}
        values = {
            item["ParameterKey"]: item.get("ParameterValue")
            for item in described.get("Parameters", [])
        }
        body = self._cloudformation.get_template(StackName=stack.name)["TemplateBody"]
        deployed = json.loads(body) if isinstance(body, str) else body
        same = (
            deployed == stack.template
            and tags == stack.tags
            and all(values.get(name) == value for name, value in stack.parameters.items())
        )
        if same:
            self._deployed[stack.name] = (_dated(described), digest(stack))
        return not same

    def _describe(self) -> dict[str, Any]:
        pages = self._cloudformation.get_paginator("describe_stacks").paginate()
        return {
            stack["StackName"]: stack
            for page in pages
            for stack in page["Stacks"]
            if stack["StackStatus"] != "DELETE_COMPLETE"
        }

    def _say_what_is_left(self, wanted: set[str], described: Mapping[str, Any]) -> None:
        for name, stack in described.items():
            if name not in {*wanted, *self._said, BOOTSTRAP} and not stack.get("ParentId"):
                self._said.add(name)
                self._say(f"{name} is no stack of the app: it stays until you delete it")

    def _fill(self, text: str) -> str:
        for name, value in self._filled.items():
            text = text.replace(name, value)
        return text


def digest(stack: AssemblyStack) -> str:
    """Return a short name for what a stack is to be."""
    told = json.dumps([stack.tags, stack.parameters], sort_keys=True).encode()
    return hashlib.sha256(stack.file.read_bytes() + told).hexdigest()


def _status(described: Mapping[str, Any], name: str) -> str:
    return str(described.get(name, {}).get("StackStatus", ""))


def _dated(described: Mapping[str, Any]) -> object:
    return described["StackId"], described.get("LastUpdatedTime") or described.get("CreationTime")


def _outputs(described: Mapping[str, Any]) -> dict[str, str]:
    return {item["OutputKey"]: item["OutputValue"] for item in described.get("Outputs", [])}
