"""Who may sign in."""

from constructs import Construct

from constructs_lib.blocks import UserDirectory
from stacks.base import PlatformStack
from stacks.config import StageConfig


class IdentityStack(PlatformStack):
    """The user pool with its groups, and the website's client."""

    def __init__(self, scope: Construct, name: str, /, *, config: StageConfig) -> None:
        super().__init__(scope, name, config=config, description="User pool, its groups and client")
        self.users = UserDirectory(
            self,
            "Users",
            groups=["administrators", "customers"],
            password_sign_in=config.password_sign_in,
            removal_policy=config.removal_policy,
        )
