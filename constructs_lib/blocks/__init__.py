"""How to do one job of a serverless platform: several resources that belong together."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from constructs_lib.blocks.api_domain import ApiDomain
from constructs_lib.blocks.app_client import AppClient
from constructs_lib.blocks.business_api import PUBLIC, BusinessApi
from constructs_lib.blocks.callbacks import Callbacks
from constructs_lib.blocks.cors_rules import CorsRules
from constructs_lib.blocks.event_bus import AnyBus, EventBus
from constructs_lib.blocks.event_consumer import EventConsumer
from constructs_lib.blocks.failure_chain import FailureChain
from constructs_lib.blocks.hosted_sign_in import (
    GoogleProvider,
    HostedSignIn,
    IdentityProvider,
    OidcProvider,
    SamlProvider,
)
from constructs_lib.blocks.idempotency_table import IdempotencyTable
from constructs_lib.blocks.machine_client import MachineClient
from constructs_lib.blocks.passkeys import Passkeys
from constructs_lib.blocks.push_channel import PushChannel
from constructs_lib.blocks.queue_consumer import QueueConsumer
from constructs_lib.blocks.scheduled_task import ScheduledTask
from constructs_lib.blocks.site_domain import OtherName, SiteDomain
from constructs_lib.blocks.site_pages import SitePages
from constructs_lib.blocks.site_release import SiteRelease
from constructs_lib.blocks.static_site import StaticSite
from constructs_lib.blocks.stream_consumer import StreamConsumer
from constructs_lib.blocks.token_authorizer import TokenAuthorizer
from constructs_lib.blocks.trusted_issuer import TrustedIssuer
from constructs_lib.blocks.upload_bucket import GUARD_DUTY, ObjectScan, UploadBucket
from constructs_lib.blocks.user_directory import UserDirectory
from constructs_lib.blocks.webhook_keys import WebhookKeys
from constructs_lib.local_endpoints import LocalEndpoints

if TYPE_CHECKING:
    from constructs_lib.blocks.callback_task import CallbackTask
    from constructs_lib.blocks.function_task import FunctionTask
    from constructs_lib.blocks.workflow import Workflow

__all__ = [
    "GUARD_DUTY",
    "PUBLIC",
    "AnyBus",
    "ApiDomain",
    "AppClient",
    "BusinessApi",
    "CallbackTask",
    "Callbacks",
    "CorsRules",
    "EventBus",
    "EventConsumer",
    "FailureChain",
    "FunctionTask",
    "GoogleProvider",
    "HostedSignIn",
    "IdempotencyTable",
    "IdentityProvider",
    "LocalEndpoints",
    "MachineClient",
    "ObjectScan",
    "OidcProvider",
    "OtherName",
    "Passkeys",
    "PushChannel",
    "QueueConsumer",
    "SamlProvider",
    "ScheduledTask",
    "SiteDomain",
    "SitePages",
    "SiteRelease",
    "StaticSite",
    "StreamConsumer",
    "TokenAuthorizer",
    "TrustedIssuer",
    "UploadBucket",
    "UserDirectory",
    "WebhookKeys",
    "Workflow",
]

_AT_FIRST_USE = {
    "CallbackTask": "constructs_lib.blocks.callback_task",
    "FunctionTask": "constructs_lib.blocks.function_task",
    "Workflow": "constructs_lib.blocks.workflow",
}
"""What loads the CDK's modules of Step Functions, which take their time in every synthesis."""


def __getattr__(name: str) -> Any:  # noqa: ANN401 -- one of these classes
    if name not in _AT_FIRST_USE:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    globals()[name] = getattr(import_module(_AT_FIRST_USE[name]), name)
    return globals()[name]
