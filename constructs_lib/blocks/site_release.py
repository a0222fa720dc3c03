"""Bring a built web app and its runtime configuration onto a site."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from aws_cdk import CustomResource, Duration, RemovalPolicy, Stack
from aws_cdk import aws_iam as iam
from aws_cdk import aws_logs as logs
from aws_cdk import aws_s3_assets as assets
from constructs import Construct

from constructs_lib.asked_once import made_in, path_of
from constructs_lib.blocks.static_site import StaticSite
from constructs_lib.primitives import PythonFunction, PythonService

RUNTIME = Path(__file__).parent.parent / "runtime"
FIVE_MINUTES = Duration.minutes(5)


class SiteRelease(Construct):
    """The files of a web app, and the `config.json` that tells it where its back end is.

    Put it into a stack of its own, deployed last: APIs need the site's address for CORS, the
    configuration needs the APIs' addresses, and one stack cannot wait for both::

        SiteRelease(
            self, "Release", site=site, content=Path("site/dist"),
            config={"apis": {"orders": orders_api.url}},
        )

    A small function copies the files: no AWS CLI in a layer, no leave to delete what it replaces,
    and pages last. Browsers keep what lies under `assets/`, where names hold their content's
    hash, for ever; they ask for other files anew at each visit and never store `config.json`. Files
    of earlier releases stay, because open tabs still ask for them.

    :param site: where the files go.
    :param content: the folder the website was built into; `index.html` lies directly in it, or in
        that of each language.
    :param config: what `/config.json` holds; values may be known only at deployment.
    :param log_retention: how long the function's logs are kept. Default: that of :class:`Defaults`,
        else three months.
    :param log_removal_policy: what becomes of the logs with the release. Default: that of
        :class:`Defaults`, else they are kept.
    :raises ValueError: if `content` lacks a page that the site needs.
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        /,
        *,
        site: StaticSite,
        content: Path,
        config: Mapping[str, Any],
        log_retention: logs.RetentionDays | None = None,
        log_removal_policy: RemovalPolicy | None = None,
    ) -> None:
        super().__init__(scope, id_)
        made_in(scope, id_, self)
        for page in site.pages.needed:
            if not (content / page).is_file():
                article = "an" if page == "index.html" else "the file"
                raise ValueError(
                    f"content must be a folder with {article} {page}, got {content} "
                    f"(at {path_of(self)})"
                )
        self.function = PythonFunction(
            self,
            "Publish",
            service=PythonService(
                name="custom_resources",
                source=RUNTIME,
                log_retention=log_retention,
                log_removal_policy=log_removal_policy,
            ),
            entry="publish",
            timeout=FIVE_MINUTES,
            memory_size=1024,
        )
        files = assets.Asset(self, "Files", path=str(content))
        self._allow("s3:GetObject", files.bucket.arn_for_objects(files.s3_object_key))
        site.bucket.grant_objects(self.function, "s3:PutObject")
        self.resource = CustomResource(
            self,
            "Release",
            resource_type="Custom::SiteRelease",
            service_token=self.function.function_arn,
            service_timeout=FIVE_MINUTES,
            properties={
                "SourceBucket": files.s3_bucket_name,
                "SourceKey": files.s3_object_key,
                "DestinationBucket": site.bucket.bucket_name,
                "Config": Stack.of(self).to_json_string(dict(config)),
            },
        )
        self.resource.node.add_dependency(self.function)

    def _allow(self, action: str, resource: str) -> None:
        """Allow one action; the grants of a bucket also allow tagging, retention and more."""
        self.function.add_to_role_policy(
            iam.PolicyStatement(actions=[action], resources=[resource])
        )
