"""`blockwork events tail | replay`."""

import json
import signal
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from types import FrameType
from typing import Annotated, Any

import typer
from rich.console import Console

from blockwork.arguments import Directory, all_filled, filled, whole_number
from blockwork.command.output import AsJson, print_json
from blockwork.deployed import THIS_MACHINE, DeployedStage, Stage, StageError, readable_errors
from blockwork.events.pattern import EVERY_EVENT, PatternError, line, make_pattern
from blockwork.events.replay import Replays, check_targets, event_bus, name_of
from blockwork.events.tap import Tap
from blockwork.events.times import TimeError, as_text, parse_time
from blockwork.local.places import LOCAL

ARCHIVE_DELAY = timedelta(minutes=10)  # AWS's word on how late an event may be in its archive
LONGEST_TAIL_MINUTES = 24 * 60
POLL_SECONDS = 5.0

PatternText = Annotated[
    str | None,
    typer.Option(
        "--pattern", callback=filled, help="Only events that match this EventBridge pattern."
    ),
]
Type = Annotated[
    str | None,
    typer.Option("--type", callback=filled, help="Only events of this type, such as VoucherPaid."),
]
From = Annotated[
    str,
    typer.Option(
        "--from", help="2030-01-31T12:00:00Z, '90s ago', '30m ago', '1h ago', '2 days ago' or now."
    ),
]
To = Annotated[str, typer.Option("--to", help="The same.")]
ToRule = Annotated[
    list[str] | None,
    typer.Option(
        callback=all_filled, help="Only to this rule, by a part of its name; may be repeated."
    ),
]
BusName = Annotated[
    str | None,
    typer.Option(
        "--bus",
        callback=filled,
        help="Which bus, by a part of what it is known as.",
        show_default="the only one",
    ),
]
ArchiveName = Annotated[
    str | None,
    typer.Option(
        "--archive",
        callback=filled,
        help="Which of the bus's archives, by a part of its name.",
        show_default="the only one",
    ),
]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Count the events, hand none over.")]
Lines = Annotated[bool, typer.Option("--json", help="Whole events, one a line.")]
Minutes = Annotated[
    int,
    typer.Option(
        parser=whole_number(1, LONGEST_TAIL_MINUTES),
        metavar="MINUTES",
        help="Ends by itself after so long.",
    ),
]

app = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode="markdown",
    help="What passes on the bus, and what passed before.",
)
console = Console(highlight=False, soft_wrap=True)


@app.command()
def tail(
    pattern: PatternText = None,
    type_: Type = None,
    as_json: Lines = False,
    minutes: Minutes = 60,
    bus: BusName = None,
    stage: Stage = THIS_MACHINE,
    directory: Directory = LOCAL,
) -> None:
    """Show events as they pass, until Ctrl-C.

    Makes a temporary rule and queue, and removes them at the end.

    Example: blockwork events tail --type VoucherPaid
    """
    with readable_errors(), usage_errors():
        wanted = make_pattern(pattern, type_) or EVERY_EVENT
        deployed = DeployedStage(stage, directory)
        arn = event_bus(deployed, bus)
        name = name_of(arn)
        deadline = time.monotonic() + minutes * 60
        with ended_by_signals(), Tap(deployed.at(arn), name, wanted, seconds=minutes * 60) as tap:
            typer.echo(f"Listening to {name}; Ctrl-C ends.", err=True)
            while (left := deadline - time.monotonic()) > 0:
                for event in tap.events(min(POLL_SECONDS, left)):
                    print(json.dumps(event) if as_json else line(event), flush=True)


@app.command()
def replay(
    from_: From,
    to: To = "now",
    pattern: PatternText = None,
    type_: Type = None,
    to_rule: ToRule = None,
    dry_run: DryRun = False,
    bus: BusName = None,
    archive: ArchiveName = None,
    stage: Stage = THIS_MACHINE,
    directory: Directory = LOCAL,
    as_json: AsJson = False,
) -> None:
    """Hand archived events to their consumers once more, and wait until that is done.

    Replayed events carry 'replay-name'. Consumers remember what they have done for 40 days, so only
    what was never done happens.

    EventBridge replays everything a rule matches. With --pattern or --type the command itself picks
    the events and invokes the functions of the rules they match, as EventBridge would.

    Example: blockwork events replay --from '2h ago' --to '1h ago' --type VoucherPaid
    """
    with readable_errors(), usage_errors():
        now = datetime.now(UTC)
        start = parse_time(from_, now, name="--from")
        end = parse_time(to, now, name="--to")
        if not start < end <= now:
            raise StageError(
                f"--from must be before --to, and --to not in the future; got {as_text(start)} and"
                f" {as_text(end)}, now is {as_text(now)}"
            )
        wanted = make_pattern(pattern, type_)
        deployed = DeployedStage(stage, directory)
        arn = event_bus(deployed, bus)
        replays = Replays(deployed.at(arn), arn, archive)
        rules = replays.rules(to_rule or []) if to_rule or wanted else []
        if stage != THIS_MACHINE and end > now - ARCHIVE_DELAY:
            typer.echo("Events of the last 10 minutes may not be in the archive yet.", err=True)
        span = f"{as_text(start)} to {as_text(end)}"
        status = Console(stderr=True).status(f"Replaying {span}")
        name, counted = "", Counter[str]()
        with ended_by_signals(), status:
            if wanted or dry_run:
                if not dry_run:
                    check_targets(rules)
                counted = replays.replay_some(
                    start,
                    end,
                    pattern=wanted,
                    rules=rules,
                    dry_run=dry_run,
                    on_progress=lambda done: status.update(f"Replaying {span}: {done}"),
                )
            else:
                name = replays.replay(
                    start, end, rules, lambda done: status.update(f"Replaying {span}: {done}")
                )
    if as_json:
        span_told = {"from": as_text(start), "to": as_text(end)}
        names = [rule.name for rule in rules] if to_rule else None
        print_json({**span_told, **replayed(name, names, counted, dry_run)})
        return
    receivers = ", ".join(rule.name for rule in rules) if to_rule else "every rule"
    if name:
        console.print(f"The replay {name} is complete: {span}, to {receivers}.", markup=False)
        return
    for kind, count in sorted(counted.items()):
        console.print(f"{count:6}  {kind}", markup=False)
    done = "would be replayed" if dry_run else "replayed"
    console.print(f"{counted.total()} events of {span} {done} to {receivers}.", markup=False)


def replayed(
    name: str, rules: list[str] | None, counted: Counter[str], dry_run: bool
) -> dict[str, Any]:
    """Return what a replay was, for a machine; a name has one that EventBridge itself has done."""
    events = None if name else dict(sorted(counted.items()))
    return {"replay": name or None, "rules": rules, "events": events, "dryRun": dry_run}


@contextmanager
def usage_errors() -> Iterator[None]:
    """Turn a pattern or a time that is none into an error to read."""
    try:
        yield
    except (PatternError, TimeError) as error:
        raise StageError(str(error)) from error


@contextmanager
def ended_by_signals() -> Iterator[None]:
    """End the block by Ctrl-C, a polite kill or a closed terminal so that it can tidy up."""

    def end(number: int, _frame: FrameType | None) -> None:
        for each in caught:
            signal.signal(each, signal.SIG_IGN)  # tidying up takes a moment
        sys.exit(128 + number)

    caught = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    previous = {number: signal.signal(number, end) for number in caught}
    try:
        yield
    finally:
        for number, handler in previous.items():
            signal.signal(number, handler)
