"""What the website serves: the built web app, and where it finds the platform."""

import json
from collections.abc import Mapping
from pathlib import Path

from aws_cdk import RemovalPolicy
from constructs import Construct

from constructs_lib.acknowledge import acknowledge
from constructs_lib.blocks import SiteRelease, StaticSite, UserDirectory
from stacks.base import PlatformStack
from stacks.config import StageConfig

BUCKET_ARN = "PublishOutputFnGetAttSiteBucket978D4AEBArnD909B246"
"""The output that carries the bucket's ARN over from the site's stack."""


class ReleaseStack(PlatformStack):
    """The web app's files and `/config.json`; deployed last, when every address is known."""

    def __init__(
        self,
        scope: Construct,
        name: str,
        /,
        *,
        config: StageConfig,
        site: StaticSite,
        content: Path,
        apis: Mapping[str, str],
        socket_url: str,
        users: UserDirectory,
    ) -> None:
        super().__init__(
            scope, name, config=config, description="Website: files and runtime configuration"
        )
        optional: dict[str, object] = {}
        if config.endpoints:
            optional["userPoolEndpoint"] = f"{config.endpoints.emulator}/"
        if config.passkeys:
            optional["passkeys"] = True
        if config.sign_in_pages:
            optional["signIn"] = {
                "domain": config.sign_in_pages,
                "providers": [provider.name for provider in config.identity_providers],
            }
        release = SiteRelease(
            self,
            "Release",
            site=site,
            content=content,
            config={
                "stage": config.name,
                "region": config.region,
                "apis": dict(apis),
                "webSocketUrl": socket_url,
                "userPoolId": users.pool.user_pool_id,
                "userPoolClientId": users.client.user_pool_client_id,
                **optional,
            },
            log_removal_policy=RemovalPolicy.DESTROY,  # of no use without the release
        )
        # cdk-nag names a finding by the resource as the template writes it.
        bucket = {
            "Fn::GetStackOutput": {
                "StackName": site.bucket.stack.stack_name,
                "Region": config.region,
                "OutputName": BUCKET_ARN,
            }
        }
        written = json.dumps(bucket, separators=(",", ":"))
        acknowledge(release, **{f"IAM5[Resource::{written}/*]": "files may have any name"})
