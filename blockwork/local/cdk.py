"""The real CDK command line, talking to the emulator and to nobody else."""

from collections.abc import Callable, Mapping, Sequence
from itertools import groupby
from pathlib import Path

from blockwork.local.assembly import Environment
from blockwork.local.aws import ACCOUNT
from blockwork.local.bundling import needed_docker
from blockwork.local.command import run
from blockwork.local.errors import CommandError, LocalStageError
from blockwork.local.launch import REGION
from blockwork.local.places import REPOSITORY
from blockwork.local.ports import HOST
from blockwork.local.toolchain import cdk_program, tool_environment

OnLine = Callable[[str], None]

ANYTHING = "arn:aws:iam::aws:policy/AdministratorAccess"
AT_ONCE = 4  # stacks; more only wait for the emulator, which is one process
QUIET = ["--no-notices", "--no-version-reporting", "--no-color"]


class Cdk:
    """Deploys an app's stage for this machine.

    :param directory: for the assembly, the CDK's own cache and logs.
    :param port: where the emulator answers.
    :param context: what the app is told at synthesis.
    :param stacks: names or patterns of those to deploy. Default: all.
    :param parameters: CloudFormation's, by `Stack:Name` or `Name`. Default: none.
    """

    def __init__(
        self,
        directory: Path,
        port: int,
        context: Mapping[str, str],
        stacks: Sequence[str] = (),
        parameters: Mapping[str, str] | None = None,
    ) -> None:
        self.directory = directory.absolute()
        self.port = port
        self.assembly = self.directory / "cdk.out"
        self._stacks = stacks or ["**"]  # those of nested stages too, which `--all` leaves out
        self._parameters = [
            word for each in (parameters or {}).items() for word in ("--parameters", "=".join(each))
        ]
        self._context = [word for each in context.items() for word in ("-c", "=".join(each))]

    def bootstrap(
        self,
        on_line: OnLine = lambda _line: None,
        *,
        environments: Sequence[Environment] = (Environment(),),
    ) -> None:
        """Make the bucket and the roles that deployments need.

        :param environments: where. Default: in the local stage's account and region.
        """
        for account, theirs in groupby(sorted(environments), key=lambda each: each.account):
            # From a folder without an app: none has to be synthesised for it.
            arguments = ["bootstrap", *map(str, theirs), *QUIET]
            if account != ACCOUNT:  # deployments to it are made from that one, too
                arguments += ["--trust", ACCOUNT, "--cloudformation-execution-policies", ANYTHING]
            doing = f"bootstrap the account {account}"
            key = "test" if account == ACCOUNT else account
            self._run(arguments, doing, self.directory, on_line, AWS_ACCESS_KEY_ID=key)

    def synthesize(self, on_line: OnLine = lambda _line: None) -> None:
        """Make the assembly.

        Nothing is looked up: what is here would be written into the app's `cdk.context.json`.

        :raises LocalStageError: if something is to be built by Docker, and there is none.
        :raises CommandError: if the app cannot be synthesised; with what it says.
        """
        arguments = ["synth", "--quiet", "--no-lookups", *self._context]
        arguments += ["--output", str(self.assembly), *QUIET]
        try:
            self._run(arguments, "synthesise the local stage", REPOSITORY, on_line)
        except CommandError as error:
            why = needed_docker(error.log)
            if why is None:
                raise
            raise LocalStageError(f"{why}\n\nThe whole log: {error.log}") from error

    def deploy(self, on_line: OnLine = lambda _line: None) -> None:
        """Deploy the assembly's stacks."""
        arguments = ["deploy", *self._stacks, *self._parameters, "--app", str(self.assembly)]
        arguments += ["--require-approval", "never"]
        arguments += ["--concurrency", str(AT_ONCE), "--method", "direct", "--progress", "events"]
        self._run([*arguments, *QUIET], "deploy the local stage", REPOSITORY, on_line)

    def _run(
        self, arguments: list[str], doing: str, cwd: Path, on_line: OnLine, **variables: str
    ) -> None:
        run(
            [cdk_program(), *arguments],
            doing=doing,
            log=self.directory / "logs" / f"cdk-{arguments[0]}.log",
            env=self._environment() | variables,
            cwd=cwd,
            on_line=on_line,
        )

    def _environment(self) -> dict[str, str]:
        return {
            **tool_environment(),
            "AWS_ENDPOINT_URL": f"http://{HOST}:{self.port}",
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
            "AWS_REGION": REGION,
            "CDK_HOME": str(self.directory / "cdk-home"),
            # It takes seconds and changes no template; `make test` validates.
            "CDK_VALIDATION": "false",
        }
