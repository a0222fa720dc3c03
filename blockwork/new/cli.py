"""The commands `new app`, `new service`, `new route`, `new event` and `new block`."""

from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

from blockwork.arguments import filled, folder
from blockwork.command.output import FAILED, AsJson, print_json
from blockwork.new.layout import Layout
from blockwork.new.names import NewError
from blockwork.new.outcome import Outcome

app = typer.Typer(
    no_args_is_help=True,
    help="Make an app, or a microservice, route, event or block of one. "
    "No file that is there is overwritten without --force.",
)
Force = Annotated[bool, typer.Option("--force", help="Overwrite files that are there.")]
Synth = Annotated[
    bool,
    typer.Option(
        "--synth/--no-synth",
        help="Synthesise at the end, and write snapshots, pinned ids and schemas of events.",
    ),
]
Service = Annotated[
    str | None,
    typer.Option(
        callback=filled, metavar="NAME", help="Whose it is.", show_default="the app's only one"
    ),
]
Thing = Annotated[
    str | None,
    typer.Option(
        callback=filled,
        metavar="NAME",
        help="What one of the things is called that the service keeps.",
        show_default="its name in the singular",
    ),
]


@app.command("app")
def new_app(
    name: Annotated[
        Path, typer.Argument(parser=folder, metavar="NAME", help="A folder, such as `shop`.")
    ],
    service: Annotated[
        str, typer.Option(callback=filled, metavar="NAME", help="Its first microservice.")
    ] = "orders",
    thing: Thing = None,
    force: Force = False,
    synth: Synth = True,
    as_json: AsJson = False,
) -> None:
    """Make a complete app: stages, stacks, a first microservice, an event, tests, settings.

    Example: blockwork new app shop --service orders
    """
    from blockwork.new import making

    def make() -> Outcome:
        outcome = making.new_app(name, service=service, thing=thing, force=force)
        outcome.next += [
            f"cd {name}",
            "uv venv && uv pip install --group dev && . .venv/bin/activate",
            "blockwork local up",
        ]
        return outcome

    _run(make, synth=synth, as_json=as_json)


@app.command("service")
def new_service(
    name: Annotated[
        str, typer.Argument(callback=filled, metavar="NAME", help="Such as `invoices`.")
    ],
    thing: Thing = None,
    force: Force = False,
    synth: Synth = True,
    as_json: AsJson = False,
) -> None:
    """Add a microservice: a table behind an API, an event, a consumer, tests; wired in app.py.

    Example: blockwork new service invoices
    """
    from blockwork.new import making

    _run(
        lambda: making.new_service(_here(), name, thing=thing, force=force),
        synth=synth,
        as_json=as_json,
    )


@app.command("route")
def new_route(
    key: Annotated[
        str,
        typer.Argument(
            callback=filled, metavar="ROUTE", help="Method and path: `'PUT /orders/{orderId}'`."
        ),
    ],
    service: Service = None,
    name: Annotated[
        str | None,
        typer.Option(
            callback=filled,
            metavar="NAME",
            help="Of the handler's module.",
            show_default="such as create_order",
        ),
    ] = None,
    public: Annotated[
        bool, typer.Option("--public", help="Everybody may call it, not only who is signed in.")
    ] = False,
    force: Force = False,
    synth: Synth = True,
    as_json: AsJson = False,
) -> None:
    """Add a route with its function, handler and test to a microservice.

    Example: blockwork new route 'PUT /orders/{orderId}'
    """
    from blockwork.new import making

    _run(
        lambda: making.new_route(
            _here(), key, service=service, name=name, public=public, force=force
        ),
        synth=synth,
        as_json=as_json,
    )


@app.command("event")
def new_event(
    name: Annotated[
        str,
        typer.Argument(
            callback=filled, metavar="NAME", help="A fact in the past tense: `OrderPlaced`."
        ),
    ],
    service: Service = None,
    synth: Synth = True,
    as_json: AsJson = False,
) -> None:
    """Add an event: its class, with a version, and its JSON Schema.

    Example: blockwork new event OrderShipped --service orders
    """
    from blockwork.new import making

    _run(lambda: making.new_event(_here(), name, service=service), synth=synth, as_json=as_json)


@app.command("block")
def new_block(
    name: Annotated[
        str, typer.Argument(callback=filled, metavar="NAME", help="Such as `OrderArchive`.")
    ],
    force: Force = False,
    as_json: AsJson = False,
) -> None:
    """Add a block of the app's own, and its test.

    Example: blockwork new block OrderArchive
    """
    from blockwork.new import making

    _run(lambda: making.new_block(_here(), name, force=force), synth=False, as_json=as_json)


@app.command("guide")
def new_guide(force: Force = False, as_json: AsJson = False) -> None:
    """Write AGENTS.md as this version has it: rules, blocks and commands for coding assistants.

    Example: blockwork new guide --force
    """
    from blockwork.new import making

    _run(lambda: making.new_guide(_here(), force=force), synth=False, as_json=as_json, next_=False)


def _here() -> Layout:
    return Layout.of(Path.cwd())


def _run(make: Callable[[], Outcome], *, synth: bool, as_json: bool, next_: bool = True) -> None:
    from blockwork.new.accepting import NotAcceptedError, accept

    try:
        outcome = make()
    except NewError as error:
        typer.echo(f"error: {error}", err=True)
        raise typer.Exit(FAILED) from error
    failed = None
    if synth and not outcome.by_hand:
        typer.echo("Synthesising …", err=True)
        try:
            outcome.made += [path for path in accept(outcome.root) if path not in outcome.changed]
        except NotAcceptedError as error:
            failed = error
    elif next_:
        outcome.next.append("pytest --snapshot-update --pin-ids, then read git diff")
    if as_json:
        print_json(outcome.as_json())
    else:
        typer.echo(_text(outcome))
    if failed:
        typer.echo(f"error: all is made, but the app does not pass:\n{failed}", err=True)
        raise typer.Exit(FAILED)


def _text(outcome: Outcome) -> str:
    lines = [f"  + {path}" for path in outcome.made]
    lines += [f"  ~ {path}" for path in outcome.changed]
    for path, why, wanted in outcome.by_hand:
        lines += [f"  ! add this to {path} yourself, because {why}:"]
        lines += [f"      {line}" for line in wanted.strip().splitlines()]
    if not lines:
        lines = ["  all of it is there already"]
    if outcome.next:
        lines += ["", "Next:", *(f"  {line}" for line in outcome.next)]
    return "\n".join([f"{outcome.root}:", *lines])
