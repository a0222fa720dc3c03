"""An AWS account that the emulator plays, and the CDK's command line that deploys to it."""

import os
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from blockwork.companions import FakeService
from blockwork.local.launch import Emulator
from blockwork.local.toolchain import Toolchain, tool_environment
from tests.aws_clients import client_of
from tests.conftest import free_port

ROOT = Path(__file__).parents[1]


class EmptyAccount:
    """An account in which nothing has been deployed yet.

    :param id_: its number.
    :param region: where everything is deployed.
    :param folder: for the emulator's state, and what commands leave behind.
    :param settings: further variables of the emulator's environment. Default: none.
    :param fakes: of outside services, beside it. Default: the mailbox alone.
    """

    def __init__(
        self,
        id_: str,
        region: str,
        folder: Path,
        settings: Mapping[str, str] | None = None,
        *,
        fakes: Sequence[FakeService] = (),
    ) -> None:
        self.id = id_
        self.region = region
        self.source = folder
        itself = {"MINISTACK_ACCOUNT_ID": id_, "MINISTACK_REGION": region}
        self.emulator = Emulator(folder, settings={**itself, **(settings or {})}, fakes=fakes)

    def open(self) -> None:
        """Start it."""
        self.emulator.start(port=free_port(), python=Toolchain().emulator_environment())

    @property
    def endpoint(self) -> str:
        """Where AWS's APIs are."""
        return f"http://127.0.0.1:{self.emulator.port}"

    def client(self, service: Any, region: str = "") -> Any:
        """Return a client of the account's owner."""
        return client_of(service, endpoint=self.endpoint, region=region or self.region)

    def run(
        self,
        *command: str | Path,
        cwd: Path | None = None,
        variables: Mapping[str, str] | None = None,
    ) -> subprocess.CompletedProcess[str]:
        """Run a command with the owner's credentials, or those in the variables."""
        with self.begin(*command, cwd=cwd, variables=variables) as process:
            stdout, stderr = process.communicate()
        return subprocess.CompletedProcess(process.args, process.returncode, stdout, stderr)

    def begin(
        self,
        *command: str | Path,
        cwd: Path | None = None,
        variables: Mapping[str, str] | None = None,
    ) -> subprocess.Popen[str]:
        """Start a command in the same way."""
        inherited = {k: v for k, v in tool_environment().items() if not k.startswith("AWS_")}
        return subprocess.Popen(
            [str(part) for part in command],
            cwd=cwd or self.source,
            env={
                **inherited,
                "AWS_ENDPOINT_URL": self.endpoint,
                "AWS_ACCESS_KEY_ID": "test",
                "AWS_SECRET_ACCESS_KEY": "test",
                "AWS_REGION": self.region,
                "AWS_CONFIG_FILE": os.devnull,
                "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
                "CDK_HOME": str(self.source / "cdk-home"),
                "CDK_DISABLE_CLI_TELEMETRY": "true",
                "NO_PROXY": "127.0.0.1,localhost",
                **(variables or {}),
            },
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def cdk(self, *arguments: str, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
        """Call the CDK's command line."""
        program = ROOT / "node_modules" / ".bin" / "cdk"
        return self.run(program, *arguments, "--no-notices", cwd=cwd)

    def bootstrap(self, *further_regions: str) -> subprocess.CompletedProcess[str]:
        """Prepare the account's regions, as the README says."""
        regions = [self.region, *further_regions]
        # From a folder without an app: the CLI has none to make first.
        return self.cdk(
            "bootstrap",
            *(f"aws://{self.id}/{one}" for one in regions),
            cwd=self.emulator.directory,
        )
