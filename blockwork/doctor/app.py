"""What an app's templates and assets hold that works in no test and fails on AWS."""

from collections.abc import Iterator
from pathlib import Path

from blockwork.doctor.finding import Finding
from blockwork.doctor.packages import package_findings
from blockwork.doctor.times import FUNCTION, time_findings
from blockwork.doctor.values import value_findings
from blockwork.testing.routes import public_routes_of
from blockwork.testing.settings import Settings
from blockwork.testing.synthesis import read_app
from constructs_lib.checks.assembly import Assembly


def pythons_of(assembly: Path) -> set[str]:
    """Return the minor versions that an app's functions run on."""
    functions = Assembly(assembly).of_type(FUNCTION)
    runtimes = (str(function.properties.get("Runtime", "")) for function in functions)
    return {runtime.removeprefix("python") for runtime in runtimes if runtime.startswith("python")}


def app_findings(assembly: Path, settings: Settings | None = None) -> Iterator[Finding]:
    """Yield what is wrong with an app, and what it lets everybody do.

    :param assembly: the folder that `cdk synth` wrote.
    :param settings: of the test kit, whose opt-outs count. Default: none.
    """
    yield from time_findings(Assembly(assembly))
    app = read_app([assembly], settings or Settings(), assembly)
    yield from package_findings(app)
    yield from value_findings(app, assembly)
    for stack, routes in public_routes_of(app).items():
        yield Finding.note(
            f"everybody may call these of {stack}: {', '.join(routes)}",
            why="no token is asked for, so whoever finds the address uses them, and you pay",
            do="`authorizer=users.authorizer()`, unless it is meant; a test that names public "
            "routes (`public_routes`) finds the next one",
        )
