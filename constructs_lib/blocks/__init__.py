"""How to do one job of a serverless platform: several resources that belong together."""

from constructs_lib.blocks.business_api import BusinessApi
from constructs_lib.blocks.event_bus import EventBus
from constructs_lib.blocks.failure_chain import FailureChain
from constructs_lib.blocks.site_release import SiteRelease
from constructs_lib.blocks.static_site import SiteDomain, StaticSite
from constructs_lib.blocks.user_directory import UserDirectory

__all__ = [
    "BusinessApi",
    "EventBus",
    "FailureChain",
    "SiteDomain",
    "SiteRelease",
    "StaticSite",
    "UserDirectory",
]
