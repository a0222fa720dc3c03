"""How to do one job of a serverless platform: several resources that belong together."""

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
from constructs_lib.blocks.push_channel import PushChannel
from constructs_lib.blocks.queue_consumer import QueueConsumer
from constructs_lib.blocks.scheduled_task import ScheduledTask
from constructs_lib.blocks.site_domain import OtherName, SiteDomain
from constructs_lib.blocks.site_pages import SitePages
from constructs_lib.blocks.site_release import SiteRelease
from constructs_lib.blocks.static_site import StaticSite
from constructs_lib.blocks.stream_consumer import StreamConsumer
from constructs_lib.blocks.token_authorizer import TokenAuthorizer
from constructs_lib.blocks.user_directory import UserDirectory
from constructs_lib.blocks.webhook_keys import WebhookKeys

__all__ = [
    "PUBLIC",
    "AnyBus",
    "ApiDomain",
    "AppClient",
    "BusinessApi",
    "Callbacks",
    "CorsRules",
    "EventBus",
    "EventConsumer",
    "FailureChain",
    "GoogleProvider",
    "HostedSignIn",
    "IdempotencyTable",
    "IdentityProvider",
    "MachineClient",
    "OidcProvider",
    "OtherName",
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
    "UserDirectory",
    "WebhookKeys",
]
