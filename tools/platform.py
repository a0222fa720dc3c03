"""This platform, as the local stage runs it."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from blockwork.command.called import called
from blockwork.command.settings import DEFAULT_PORT, read_settings
from blockwork.local.account import Account
from blockwork.local.app import OnLine
from blockwork.local.configured_app import ConfiguredApp
from blockwork.local.early_synthesis import begin_synthesis
from blockwork.local.places import LOCAL, REPOSITORY
from blockwork.local.stage import LocalStage
from blockwork.local.toolchain import Toolchain
from tools.seed import Platform, as_json

CODE = (
    "app.py",
    "cdk.json",
    "stages.toml",
    "stacks",
    "blockwork/runtime",
    "blockwork/node",
    "constructs_lib",
)
CONTENT = ("lambda_src", "site", "docs/openapi", "requirements.txt", "package-lock.json")
SITE = REPOSITORY / "site"
CONTRACTS = REPOSITORY / "docs" / "openapi"
"""Are served beside it."""


class PlatformApp(ConfiguredApp):
    """The app that `pyproject.toml` tells of, with its web app and first content."""

    def __init__(self) -> None:
        super().__init__(read_settings(REPOSITORY).local)

    @property
    def inputs(self) -> list[Path]:
        """Return what is ours; what is installed is known by its lock."""
        return [REPOSITORY / name for name in (*CODE, *CONTENT)]

    def begin(self) -> None:
        """Synthesise what can be synthesised yet."""
        begin_synthesis(self.context(DEFAULT_PORT))

    def build(self, on_line: OnLine) -> None:
        """Build the web app into site/dist."""
        inputs = [
            SITE,
            CONTRACTS,
            REPOSITORY / "tools" / "texts.ts",
            REPOSITORY / "package-lock.json",
        ]
        Toolchain().npm_build("web app", inputs, SITE / "dist" / "index.html", on_line)

    def is_serving(self, account: Account) -> bool:
        """Ask the website."""
        return Platform(account).is_serving()

    def seed(
        self,
        account: Account,
        known: Mapping[str, Any],
        keep: Callable[[dict[str, Any]], None],
        on_line: OnLine,
    ) -> dict[str, Any]:
        """Let an administrator and a customer in, offer some tariffs, and know the weather."""
        platform = Platform(account)
        passwords = {user["email"]: user["password"] for user in known.get("users", [])}
        users = platform.seed_users(passwords)
        content = as_json(account, users)
        keep(content)  # first: whatever fails next, nobody is locked out
        platform.seed_content(users[0], users[1], on_line)
        return content

    def summary(self, content: Mapping[str, Any]) -> list[str]:
        """Say where the platform is and who may sign in."""
        users = (
            f"  Sign in as  {user['email']}  {user['password']}  ({', '.join(user['groups'])})"
            for user in content["users"]
        )
        return [
            f"  Website  {content['siteUrl']}",
            f"  AWS API  {content['emulatorUrl']}  (region {content['region']})",
            f"  Outside  {content['providersUrl']}/mails  (every mail that was sent)",
            "",
            *users,
            "",
            f"  Stop with {called('local down')}; forget everything with {called('local clean')}.",
        ]


def platform_stage(directory: Path = LOCAL, port: int | None = None) -> LocalStage:
    """Return the platform's local stage; see :class:`LocalStage`."""
    return LocalStage(PlatformApp(), directory, port)
