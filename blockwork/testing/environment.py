"""The contract between handlers and templates: the names of environment variables."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

from blockwork.testing.bundles import Files, code_of, language_of, top_of, unpacked
from blockwork.testing.judging import Finding, Judged, rule
from blockwork.testing.node_variables import variables_of
from blockwork.testing.synthesis import SynthesisedApp, SynthesisedResource
from blockwork.testing.variables import Variables, variables_in
from constructs_lib.import_graph import modules_behind

READ_BY_OTHERS = ("AWS_", "NODE_", "OTEL_", "POWERTOOLS_", "PYTHON", "TZ")
"""What names begin with that the languages, the SDK, Powertools and OpenTelemetry read."""
NOT_READ = "neither Python nor Node.js"
SET_BY_LAMBDA = {
    "LAMBDA_RUNTIME_DIR",
    "LAMBDA_TASK_ROOT",
    "LANG",
    "LD_LIBRARY_PATH",
    "PATH",
    "PYTHONPATH",
    "TZ",
    "_HANDLER",
    "_X_AMZN_TRACE_ID",
}
"""Lambda, defined runtime environment variables; the others begin with `AWS_`."""


@dataclass(frozen=True, kw_only=True)
class Handler:
    """A function with what its code reads of the environment.

    :param function: as its template has it.
    :param needed: what it cannot do without.
    :param asked: what it looks for.
    :param unclear: where names are made at run time, so that nothing can be said of what is unused.
    """

    function: SynthesisedResource
    needed: frozenset[str]
    asked: frozenset[str]
    unclear: tuple[str, ...]

    @property
    def given(self) -> frozenset[str]:
        """The names that the template gives."""
        return frozenset(self.function.properties.get("Environment", {}).get("Variables", {}))

    @property
    def missing(self) -> list[str]:
        """What is read and not given."""
        of_lambda = {name for name in self.needed if name.startswith("AWS_")} | SET_BY_LAMBDA
        return sorted(self.needed - self.given - of_lambda)

    @property
    def unused(self) -> list[str]:
        """What is given and not read; nothing where names are made at run time."""
        if self.unclear:
            return []
        others = {name for name in self.given if name.startswith(READ_BY_OTHERS)}
        return sorted(self.given - self.needed - self.asked - others)


@rule(
    why="the names of variables are the one contract between a template and its handlers, and "
    "neither type checker nor CloudFormation compares the two sides",
)
def environment(app: SynthesisedApp) -> Iterator[Finding]:
    """Give handlers the variables that they read, and no others."""
    for handler in _handlers(app):
        for name in handler.missing:
            yield Finding(
                at=f"{handler.function} {name}",
                says=f"{handler.function.properties['Handler']} reads {name}, and the template "
                f"gives {', '.join(sorted(handler.given)) or 'nothing'}: add it to "
                "`environment=…`",
            )
        for name in handler.unused:
            yield Finding(
                at=f"{handler.function} {name}",
                says=f"is given {name}, and {handler.function.properties['Handler']} does not read "
                "it: leave it out of `environment=…`",
            )


class EnvironmentContract(Judged):
    """What handlers read of the environment, held against what their templates give them.

    It reads the bundles as they are deployed, those in Python by the import graph, those in Node.js
    as they are written; `check` fails with every name that is missing or unused. What packages read
    is theirs to document.
    """

    def __init__(self, app: SynthesisedApp) -> None:
        super().__init__(environment, app)

    @property
    def left_to_defaults(self) -> list[str]:
        """Variables that a handler asks for (`os.environ.get`) and is not given, by function."""
        return [
            f"{handler.function}: {name}"
            for handler in _handlers(self.app)
            for name in sorted(handler.asked - handler.given)
            if not name.startswith("AWS_") and name not in SET_BY_LAMBDA
        ]

    @cached_property
    def unread(self) -> list[str]:
        """Functions of which nothing, or not all, is known, each with the reason.

        Other languages, container images, code of other stacks, and variables whose names are made
        at run time.
        """
        read = {handler.function: handler for handler in _handlers(self.app)}
        return [
            f"{function}: {'; '.join(read[function].unclear) if function in read else NOT_READ}"
            for function in self.app.of_type("AWS::Lambda::Function")
            if function not in read or read[function].unclear
        ]


def _handlers(app: SynthesisedApp) -> Iterator[Handler]:
    for function in app.of_type("AWS::Lambda::Function"):
        code = code_of(function)
        if code is not None:
            if language_of(function) == "nodejs":
                read = _read_node(code)
            else:
                module = str(function.properties["Handler"]).rpartition(".")[0].replace("/", ".")
                read = _read(code, module, app.scratch)
            yield Handler(
                function=function,
                needed=frozenset().union(*(one.needed for _, one in read)),
                asked=frozenset().union(*(one.asked for _, one in read)),
                unclear=tuple(
                    f"{name}:{line}" for name, one in read for line in sorted(one.unclear)
                ),
            )


@cache
def _read_node(code: Files) -> tuple[tuple[str, Variables], ...]:
    return tuple(variables_of(code))


@cache
def _read(code: Files, module: str, scratch: Path) -> tuple[tuple[str, Variables], ...]:
    folder = unpacked(code, scratch / "bundles")
    own = {folder / name for name in code.own if name.endswith(".py")}
    # Of the folder's, not of the bundle's alone: what is tried and not there is no fault.
    files = modules_behind(module, {top_of(file.name): folder for file in folder.iterdir()})
    if files is not None:  # else modules by names made at run time: any of them
        own &= {*files.values()}
    return tuple((file.relative_to(folder).as_posix(), variables_in(file)) for file in sorted(own))
