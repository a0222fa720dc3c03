"""An AWS account that the emulator plays, and a checkout of ours that is deployed to it."""

import os
import re
import shutil
import subprocess
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from blockwork.local.launch import Emulator
from blockwork.local.toolchain import Toolchain, tool_environment
from tests.aws_clients import client_of
from tests.conftest import free_port

ROOT = Path(__file__).parents[2]
COPIED = ("app.py", "cdk.json", "stages.toml")
LINKED = ("stacks", "blockwork", "constructs_lib", "lambda_src", "tools", ".build")
DOMAIN = "blockwork.test"


class Account:
    """One stage's account, empty at first, with the values of `stages.toml` filled in.

    :param stage: a table of `stages.toml`.
    :param folder: for the emulator's state and the checkout.
    """

    def __init__(self, stage: str, folder: Path) -> None:
        self.stage = stage
        placeholders = tomllib.loads((ROOT / "stages.toml").read_text())[stage]
        self.region = str(placeholders["region"])
        self.id = f"4713829506{placeholders['account'][:2]}"
        self.domain = str(placeholders.get("domain", "")).replace("example.com", DOMAIN)
        self.source = folder / "checkout"
        self.emulator = Emulator(
            folder,
            settings={"MINISTACK_ACCOUNT_ID": self.id, "MINISTACK_REGION": self.region},
        )

    def open(self) -> None:
        """Start it, with the hosted zone that a domain needs, and the checkout that knows it."""
        self.emulator.start(port=free_port(), python=Toolchain().emulator_environment())
        self.source.mkdir()
        for name in COPIED:
            shutil.copy(ROOT / name, self.source)
        (ROOT / ".build").mkdir(exist_ok=True)
        for name in LINKED:
            (self.source / name).symlink_to(ROOT / name)
        page = self.source / "site" / "dist" / "index.html"
        page.parent.mkdir(parents=True)
        page.write_text("<!doctype html><title>Blockwork</title>")
        zone = self.client("route53").create_hosted_zone(Name=DOMAIN, CallerReference="1")
        self.edit(r"(\d)\1{11}", r"4713829506\1\1")
        self.edit(r"example\.com", DOMAIN)
        self.edit(r"Z\w*EXAMPLE", zone["HostedZone"]["Id"].rpartition("/")[2])

    def edit(self, pattern: str, written: str) -> None:
        """Write something else into the checkout's `stages.toml`."""
        file = self.source / "stages.toml"
        file.write_text(re.sub(pattern, written, file.read_text()))

    def client(self, service: Any, region: str = "") -> Any:
        """Return a client of the account's owner."""
        endpoint = f"http://127.0.0.1:{self.emulator.port}"
        return client_of(service, endpoint=endpoint, region=region or self.region)

    def run(
        self,
        *command: str | Path,
        cwd: Path | None = None,
        variables: Mapping[str, str] | None = None,
    ) -> subprocess.CompletedProcess[str]:
        """Run a command in the checkout with the owner's credentials, or those in the variables."""
        inherited = {k: v for k, v in tool_environment().items() if not k.startswith("AWS_")}
        return subprocess.run(
            [str(part) for part in command],
            cwd=cwd or self.source,
            env={
                **inherited,
                "AWS_ENDPOINT_URL": f"http://127.0.0.1:{self.emulator.port}",
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
            capture_output=True,
            text=True,
            check=False,
        )

    def cdk(self, *arguments: str, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
        """Call the CDK's command line."""
        program = ROOT / "node_modules" / ".bin" / "cdk"
        return self.run(program, *arguments, "--no-notices", cwd=cwd)

    def bootstrap(self) -> subprocess.CompletedProcess[str]:
        """Prepare the account's regions, as the README says."""
        regions = [self.region, *(["us-east-1"] if self.domain else [])]
        # Elsewhere than in the checkout the CLI has no app to make first.
        return self.cdk(
            "bootstrap", *(f"aws://{self.id}/{one}" for one in regions), cwd=self.source.parent
        )

    def deploy(self, *, assembly: str | None = None) -> subprocess.CompletedProcess[str]:
        """Deploy the stage from the checkout.

        :param assembly: what was synthesised in the checkout. Default: it is synthesised.
        """
        app = ("--app", assembly) if assembly else ("-c", f"stage={self.stage}")
        arguments = ("deploy", "--all", *app, "--require-approval", "never")
        return self.cdk(*arguments, "--concurrency", "4", "--progress", "events")

    def stacks(self) -> dict[str, dict[str, Any]]:
        """Return the stage's stacks by name, in every region."""
        found = [
            stack
            for region in {self.region, "us-east-1"}
            for stack in self.client("cloudformation", region).describe_stacks()["Stacks"]
        ]
        prefix = f"{self.stage.capitalize()}-"
        return {s["StackName"]: s for s in found if s["StackName"].startswith(prefix)}
