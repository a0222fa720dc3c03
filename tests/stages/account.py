"""An AWS account with one stage of ours: a checkout that is deployed to it."""

import re
import shutil
import subprocess
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.account import ROOT, EmptyAccount
from tests.stages.aws_names import NamesOfAws

COPIED = ("app.py", "cdk.json", "stages.toml")
LINKED = (
    *("stacks", "blockwork", "constructs_lib", "lambda_src", "tools", ".build"),
    *("tests", "pyproject.toml"),  # for `python -m tools.verify_stage`
)
PAGE = '<!doctype html><title>Blockwork</title><script src="/assets/app-1.js"></script>'
DOMAIN = "blockwork.test"


class Account(EmptyAccount):
    """One stage's account, empty at first, with the values of `stages.toml` filled in.

    :param stage: a table of `stages.toml`.
    :param folder: for the emulator's state and the checkout.
    """

    def __init__(self, stage: str, folder: Path) -> None:
        self.stage = stage
        placeholders = tomllib.loads((ROOT / "stages.toml").read_text())[stage]
        self.domain = str(placeholders.get("domain", "")).replace("example.com", DOMAIN)
        id_ = f"4713829506{placeholders['account'][:2]}"
        region = str(placeholders["region"])
        self.names = NamesOfAws(region, folder)
        super().__init__(id_, region, folder)
        self.source = folder / "checkout"

    def open(self) -> None:
        """Start it, with the hosted zone that a domain needs, and the checkout that knows it."""
        self.names.__enter__()
        self.emulator.settings = {**self.emulator.settings, **self.names.variables}
        super().open()
        port = self.emulator.port or 0
        self.names.lead_to(port, port + 1)
        self.source.mkdir()
        for name in COPIED:
            shutil.copy(ROOT / name, self.source)
        (ROOT / ".build").mkdir(exist_ok=True)
        for name in LINKED:
            (self.source / name).symlink_to(ROOT / name)
        page = self.source / "site" / "dist" / "index.html"
        page.parent.mkdir(parents=True)
        page.write_text(PAGE)
        (page.parent / "assets").mkdir()
        (page.parent / "assets" / "app-1.js").touch()
        zone = self.client("route53").create_hosted_zone(Name=DOMAIN, CallerReference="1")
        self.edit(r"(\d)\1{11}", r"4713829506\1\1")
        self.edit(r"example\.com", DOMAIN)
        self.edit(r"Z\w*EXAMPLE", zone["HostedZone"]["Id"].rpartition("/")[2])

    def close(self) -> None:
        """Stop it, with the names that lead to it."""
        self.emulator.stop()
        self.names.__exit__()

    def edit(self, pattern: str, written: str) -> None:
        """Write something else into the checkout's `stages.toml`."""
        file = self.source / "stages.toml"
        file.write_text(re.sub(pattern, written, file.read_text()))

    def bootstrap(self, *further_regions: str) -> subprocess.CompletedProcess[str]:
        """Prepare the account's regions; CloudFront takes certificates from one of its own."""
        return super().bootstrap(*further_regions, *(["us-east-1"] if self.domain else []))

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


@contextmanager
def deployed(stage: str, folder: Path) -> Iterator[Account]:
    """Give an account to which a stage has been deployed."""
    account = Account(stage, folder)
    account.open()
    try:
        for step in (account.bootstrap, account.deploy):
            done = step()
            assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-4000:]
        yield account
    finally:
        account.close()
