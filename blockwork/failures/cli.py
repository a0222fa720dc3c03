"""`blockwork failures list | show | redrive | drop`."""

import sys
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Annotated

import typer
from rich.console import Console

from blockwork.arguments import Directory, filled
from blockwork.command.output import FAILED, INTERRUPTED, AsJson, print_json
from blockwork.deployed import (
    THIS_MACHINE,
    DeployedStage,
    Stage,
    StageError,
    only_one,
    readable_errors,
)
from blockwork.failures import messages
from blockwork.failures.at_work import progress_bar, stopping_on_signals
from blockwork.failures.audit import log_group, record_drop
from blockwork.failures.hand import HIDDEN_SECONDS, Hand
from blockwork.failures.messages import Failure, recognise
from blockwork.failures.redrive import Result
from blockwork.failures.redrive import redrive as run_redrive
from blockwork.failures.report import (
    counted,
    details,
    ended,
    line,
    overview,
    possible_of,
    shortened,
)
from blockwork.failures.sqs_queue import SqsQueue
from blockwork.failures.targets import Targets
from blockwork.local.places import LOCAL

CHAIN = "blockwork:failure-chain"
"""The tag by which `FailureChain` announces its queue."""

Service = Annotated[
    str | None,
    typer.Argument(
        callback=filled, help="One service, such as orders.", show_default="every service"
    ),
]
OneService = Annotated[
    str, typer.Argument(callback=filled, help="The service whose chain has the message.")
]
Id = Annotated[
    str | None,
    typer.Option(
        "--id", callback=filled, help="One message, by its id.", show_default="every message"
    ),
]
OneId = Annotated[str, typer.Option("--id", callback=filled, help="The message, by its id.")]
Reason = Annotated[str, typer.Option(help="Why nobody will need the event again, for the record.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Say what would be run, run nothing.")]

app = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode="markdown",
    help="What failed for good, and the way back.",
)
WIDE = 250  # columns for a table that a program reads
console = Console(highlight=False, soft_wrap=True, width=None if sys.stdout.isatty() else WIDE)


@app.command("list")
def list_(
    stage: Stage = THIS_MACHINE, directory: Directory = LOCAL, as_json: AsJson = False
) -> None:
    """Say what waits in every service's failure chain; takes nothing out.

    Example: blockwork failures list --stage prod
    """
    with readable_errors():
        queues = chains(DeployedStage(stage, directory))
        with ThreadPoolExecutor(len(queues)) as pool:
            hidden = [queue.depth().hidden for queue in queues.values()]
            waiting = dict(zip(queues, pool.map(everything, queues.values()), strict=True))
    if as_json:
        print_json(counted(waiting, dict(zip(queues, hidden, strict=True))))
        return
    console.print(overview(waiting, datetime.now(UTC)))
    for service, count in zip(queues, hidden, strict=True):
        say_what_is_hidden(service, count)


@app.command()
def show(
    service: Service = None,
    id_: Id = None,
    stage: Stage = THIS_MACHINE,
    directory: Directory = LOCAL,
    as_json: AsJson = False,
) -> None:
    """Show messages whole: where each came from, function, error, time, attempts, event.

    Example: blockwork failures show orders
    """
    with readable_errors():
        queues = chains(DeployedStage(stage, directory), service)
        shown = [
            (name, failure)
            for name, queue in queues.items()
            for failure in everything(queue)
            if id_ in (None, failure.message.id)
        ]
        if id_ and not shown:
            raise not_there(id_, queues)
    if as_json:
        print_json([{"service": name, **messages.as_json(failure)} for name, failure in shown])
        return
    for name, failure in shown:
        console.print(details(name, failure), markup=False)
    if not shown:
        console.print("Nothing has failed.")


@app.command()
def redrive(
    service: Service = None,
    id_: Id = None,
    dry_run: DryRun = False,
    stage: Stage = THIS_MACHINE,
    directory: Directory = LOCAL,
    as_json: AsJson = False,
) -> None:
    """Run failed events again, and delete each only after it went well.

    Ctrl-C finishes what has begun and leaves the rest in the chain. To run it again is safe at any
    time, even after the command was killed: what it had in hand is there again within 30 seconds,
    for which the next redrive waits.
    Exit code 1: some failed again and stay in the chain.

    Example: blockwork failures redrive orders --dry-run
    """
    with readable_errors():
        deployed = DeployedStage(stage, directory)
        queues = chains(deployed, service)
        if dry_run:
            dry_redrive(queues, id_, as_json)
            return
        total = Result()
        say = Console(stderr=True, highlight=False, soft_wrap=True) if as_json else console
        with stopping_on_signals() as stop:
            targets = {
                place: Targets(place, stop)
                for place in {deployed.at(queue.arn) for queue in queues.values()}
            }
            for name, queue in queues.items():
                there = targets[deployed.at(queue.arn)]
                if stop.is_set():
                    total.expected += queue.depth().visible
                    continue
                say_what_is_hidden(name, queue.depth().hidden)
                with progress_bar(name, queue) as show_result:
                    result = run_redrive(queue, there, only=id_, stop=stop, on_change=show_result)
                for failure, reason in result.failed:
                    say.print(f"{line(failure)}: {shortened(reason)}", markup=False)
                if len(queues) > 1 and (result.expected or result.redriven or result.left):
                    say.print(f"{name}: {result}")
                total.add(result)
        if id_ and not (total.redriven or total.failed or stop.is_set()):
            raise not_there(id_, queues)
    say.print(str(total))
    if as_json:
        print_json({**ended(total), "interrupted": stop.is_set()})
    if stop.is_set():
        say.print("Interrupted. What is left waits in the chain: run the command again.")
        raise typer.Exit(INTERRUPTED)
    if total.failed:
        raise typer.Exit(FAILED)


@app.command()
def drop(
    service: OneService,
    id_: OneId,
    reason: Reason,
    stage: Stage = THIS_MACHINE,
    directory: Directory = LOCAL,
) -> None:
    """Delete one message that nobody needs, and keep a record of it.

    The record (who, when, why, the whole message) is written first, to the stage's log group
    /blockwork/STAGE/dropped-failures, and printed as a line of JSON.

    Example: blockwork failures drop orders --id 0d2b… --reason "test data"
    """
    with readable_errors():
        if not reason.strip():
            raise StageError("--reason must say why the event is not needed, got nothing")
        deployed = DeployedStage(stage, directory)
        queues = chains(deployed, service)
        ((service, queue),) = queues.items()
        with Hand(queue) as hand:
            for message in hand.take(at_least=queue.depth().visible):
                if message.id == id_:
                    record = record_drop(
                        deployed.at(queue.arn), service, recognise(message), reason
                    )
                    hand.delete(message)
                    break
            else:
                raise not_there(id_, queues)
    console.print(record, markup=False)
    typer.echo(f"Dropped; the record is in the log group {log_group(deployed)}.", err=True)


def chains(stage: DeployedStage, service: str | None = None) -> dict[str, SqsQueue]:
    """Return the failure chains of a stage by name, or the one that has `service` in its name.

    :raises StageError: if none has it, or several have.
    """
    found = stage.announced(CHAIN)
    names = sorted(found) if service is None else [pick(service, found)]
    places = {stage.at(found[name]) for name in names}
    clients = {each: each.client("sqs", max_pool_connections=len(names) + 20) for each in places}
    queues = {name: SqsQueue.of(clients[stage.at(arn := found[name])], arn) for name in names}
    # What is deleted keeps its tags for a while.
    there = {name: queue for name, queue in queues.items() if queue}
    if not there:
        raise StageError(f"What announced itself as {', '.join(names)} has been deleted.")
    return there


def pick(service: str, found: Iterable[str]) -> str:
    """Return the name of the chain that has `service` in it."""
    return only_one(service, sorted(found), asked="the service", of="a failure chain")


def everything(queue: SqsQueue) -> list[Failure]:
    """Return all that is in a chain, oldest first; it stays there."""
    with Hand(queue) as hand:
        failures = [recognise(m) for m in hand.take(at_least=queue.depth().visible)]
    return sorted(failures, key=lambda failure: failure.failed_at)


def dry_redrive(queues: dict[str, SqsQueue], id_: str | None, as_json: bool) -> None:
    """Say what a redrive would run."""
    wanted = [f for q in queues.values() for f in everything(q) if id_ in (None, f.message.id)]
    if id_ and not wanted:
        raise not_there(id_, queues)
    if as_json:
        print_json(possible_of(wanted))
        return
    for failure in wanted:
        obstacle = f": cannot, {failure.obstacle}" if failure.obstacle else ""
        console.print(f"{line(failure)}{obstacle}", markup=False)
    possible = sum(failure.obstacle is None for failure in wanted)
    console.print(f"{possible} would be redriven, {len(wanted) - possible} cannot be")


def not_there(id_: str, queues: dict[str, SqsQueue]) -> StageError:
    """Return the error that says that no chain shows a message."""
    hidden = sum(queue.depth().hidden for queue in queues.values())
    hint = f" About {hidden} are hidden: look again in {HIDDEN_SECONDS} seconds." if hidden else ""
    return StageError(f"No message {id_} waits in {', '.join(queues)}.{hint}")


def say_what_is_hidden(service: str, count: int) -> None:
    """Warn of messages that another command has in hand, or one that was killed."""
    if count:
        typer.echo(
            f"{service}: about {count} more are in the hands of another command, or of one that"
            f" was killed; those are back within {HIDDEN_SECONDS} seconds",
            err=True,
        )
