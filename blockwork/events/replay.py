"""Replays: events of an archive, once more."""

import json
import secrets
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from botocore.exceptions import ClientError

from blockwork.deployed import DeployedStage, StageError, only_one
from blockwork.events.pattern import EVERY_EVENT, Pattern
from blockwork.events.tap import Tap

ENDED = ("COMPLETED", "FAILED", "CANCELLED")
LOOK_EVERY_SECONDS = 1.0
SETTLE_SECONDS = 3.0
"""How long a queue must stay empty after a replay until all of its events are believed seen."""
LONGEST_TAP_SECONDS = 24 * 60 * 60
TRANSFORMS = ("Input", "InputPath", "InputTransformer")
BUS = "blockwork:event-bus"
"""The tag by which the block `EventBus` announces its bus."""
OnProgress = Callable[[str], None]


@dataclass(frozen=True, kw_only=True)
class Rule:
    """A rule of the bus, with the ARNs of its targets."""

    name: str
    arn: str
    pattern: str
    targets: tuple[str, ...]


class Replays:
    """Replays from the archive of a bus.

    :param stage: which stage.
    :param bus: the bus's ARN.
    :param archive: its archive's name, or a part of it. Default: it has but one.
    :raises StageError: if the bus has no such archive.
    """

    def __init__(self, stage: DeployedStage, bus: str, archive: str | None = None) -> None:
        self._stage = stage
        self._events = stage.client("events")
        self._bus_arn = bus
        self._bus = name_of(bus)
        self._archive_arn = self._archive(archive)

    def rules(self, wanted: list[str]) -> list[Rule]:
        """Return the enabled rules of the bus that have names with the given parts; all, if none.

        :raises StageError: if a part is in no rule's name, or in several.
        """
        pages = self._events.get_paginator("list_rules").paginate(EventBusName=self._bus)
        found = [rule for page in pages for rule in page["Rules"] if _is_replayed_to(rule)]
        by_name = {rule["Name"]: rule for rule in found}
        names = [
            only_one(part, sorted(by_name), asked="--to-rule", of="a rule of the bus")
            for part in wanted
        ] or sorted(by_name)
        return [
            Rule(
                name=name,
                arn=by_name[name]["Arn"],
                pattern=by_name[name]["EventPattern"],
                targets=tuple(self._targets(name)),
            )
            for name in dict.fromkeys(names)
        ]

    def replay(
        self, start: datetime, end: datetime, rules: list[Rule], on_progress: OnProgress
    ) -> str:
        """Let EventBridge replay everything to the rules, and return the replay's name.

        :raises StageError: if the replay ends in another way than complete.
        """
        name = new_name()
        self._start(name, start, end, [rule.arn for rule in rules])
        self._wait(name, on_progress)
        return name

    def replay_some(
        self,
        start: datetime,
        end: datetime,
        *,
        pattern: Pattern | None,
        rules: list[Rule],
        dry_run: bool,
        on_progress: OnProgress,
    ) -> Counter[str]:
        """Replay what matches a pattern, and return how many events of each type that was.

        EventBridge itself cannot: a rule gets everything that matches it. So the events go to a
        temporary queue, and from there to the targets of the rules they match, as EventBridge
        hands them over: functions are invoked asynchronously.

        :param dry_run: count them only.
        :raises StageError: if a rule has a target that events cannot be given to from here.
        """
        name = new_name()
        # The rule of the tap sees live events too; those are none of a replay's business.
        wanted = {**(pattern or EVERY_EVENT), "replay-name": [name]}
        counted: Counter[str] = Counter()
        with Tap(self._stage, self._bus, wanted, seconds=LONGEST_TAP_SECONDS) as tap:
            self._start(name, start, end, [tap.rule_arn])
            with self._cancelled_if_cut_off(name):
                for event in self._all_of(name, tap):
                    if not dry_run:
                        self._hand_over(event, rules)
                    counted[event["detail-type"]] += 1
                    on_progress(f"{counted.total()} events")
        return counted

    def _archive(self, wanted: str | None) -> str:
        found = self._events.list_archives(EventSourceArn=self._bus_arn)["Archives"]
        names = sorted(archive["ArchiveName"] for archive in found)
        if not names:
            raise StageError(
                f"The bus {self._bus} has no archive, so there is nothing to replay: give it one"
                " (the block EventBus has), for what comes from now on"
            )
        name = only_one(wanted or "", names, asked="--archive", of="an archive of the bus")
        return str(self._events.describe_archive(ArchiveName=name)["ArchiveArn"])

    def _targets(self, rule: str) -> Iterator[str]:
        found = self._events.list_targets_by_rule(Rule=rule, EventBusName=self._bus)["Targets"]
        for target in found:
            is_plain = not any(key in target for key in TRANSFORMS)
            yield target["Arn"] if is_plain else f"{target['Arn']} (with a transformed input)"

    def _start(self, name: str, start: datetime, end: datetime, rule_arns: list[str]) -> None:
        self._events.start_replay(
            ReplayName=name,
            EventSourceArn=self._archive_arn,
            EventStartTime=start,
            EventEndTime=end,
            Destination={"Arn": self._bus_arn, **({"FilterArns": rule_arns} if rule_arns else {})},
        )

    def _has_ended(self, name: str, on_progress: OnProgress) -> bool:
        replay = self._events.describe_replay(ReplayName=name)
        state = replay["State"]
        if state in ENDED and state != "COMPLETED":
            reason = replay.get("StateReason", "EventBridge gives no reason")
            raise StageError(f"The replay {name} ended as {state}: {reason}")
        seen = replay.get("EventLastReplayedTime")
        on_progress(f"{state.lower()}{f', at {seen:%Y-%m-%d %H:%M:%S}' if seen else ''}")
        return bool(state == "COMPLETED")

    def _wait(self, name: str, on_progress: OnProgress) -> None:
        with self._cancelled_if_cut_off(name):
            while not self._has_ended(name, on_progress):
                time.sleep(LOOK_EVERY_SECONDS)

    @contextmanager
    def _cancelled_if_cut_off(self, name: str) -> Iterator[None]:
        try:
            yield
        except (KeyboardInterrupt, SystemExit):
            with suppress(ClientError):  # it may have ended meanwhile
                self._events.cancel_replay(ReplayName=name)
            raise

    def _all_of(self, name: str, tap: Tap) -> Iterator[dict[str, Any]]:
        ended = False
        while True:
            came = False
            for event in tap.events(SETTLE_SECONDS if ended else LOOK_EVERY_SECONDS):
                came = True
                yield event
            if ended and not came:
                return
            ended = ended or self._has_ended(name, lambda _state: None)

    def _hand_over(self, event: dict[str, Any], rules: list[Rule]) -> None:
        text = json.dumps(event)
        for rule in rules:
            matches = self._events.test_event_pattern(EventPattern=rule.pattern, Event=text)
            for target in rule.targets if matches["Result"] else ():
                self._stage.client("lambda").invoke(
                    FunctionName=target, InvocationType="Event", Payload=text.encode()
                )


def check_targets(rules: list[Rule]) -> None:
    """Refuse rules with targets that events can only be given to by EventBridge.

    :raises StageError: with the target.
    """
    for rule in rules:
        for target in rule.targets:
            if ":lambda:" not in target or " " in target:
                raise StageError(
                    f"The rule {rule.name} has the target {target}, which only EventBridge itself"
                    " can give events to: leave out --pattern and --type, or choose other rules"
                    " with --to-rule"
                )


def event_bus(stage: DeployedStage, wanted: str | None = None) -> str:
    """Return the ARN of the bus that announces itself in a stage.

    :param wanted: its name there, or a part of it. Default: there is but one.
    :raises StageError: if there is none, or are several.
    """
    found = stage.announced(BUS)
    return found[only_one(wanted or "", sorted(found), asked="--bus", of="an event bus here")]


def name_of(bus_arn: str) -> str:
    """Return the name of a bus."""
    return bus_arn.rsplit("/", 1)[-1]


def new_name() -> str:
    """Return a name for a replay that tells when it was started."""
    return f"blockwork-{datetime.now(UTC):%Y%m%dT%H%M%SZ}-{secrets.token_hex(2)}"


def _is_replayed_to(rule: dict[str, Any]) -> bool:
    """Tell whether a rule gets events of replays: an archive's own rule and taps do not."""
    is_ours = not rule.get("ManagedBy") and not rule["Name"].startswith("blockwork-tap-")
    return is_ours and rule["State"] == "ENABLED" and "EventPattern" in rule
