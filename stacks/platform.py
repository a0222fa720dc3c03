"""One stage of the platform: every stack, and who needs what of whom."""

from pathlib import Path

from constructs import Construct

from constructs_lib.primitives import NodeService, PythonService
from stacks.campaigns import CampaignsStack
from stacks.catalog import CatalogStack
from stacks.config import StageConfig
from stacks.domain import DomainStack
from stacks.forecast import ForecastStack
from stacks.foundation import FoundationStack
from stacks.identity import IdentityStack
from stacks.notifications import NotificationsStack
from stacks.readings import ReadingsStack
from stacks.release import ReleaseStack
from stacks.site import SiteStack
from stacks.support import SupportStack
from stacks.vouchers import VouchersStack

LAMBDA_SRC = Path(__file__).parent.parent / "lambda_src"


def add_platform(scope: Construct, /, *, config: StageConfig, site_content: Path) -> None:
    """Add all microservices of one stage to an app.

    :param config: what makes this stage differ from the others.
    :param site_content: the folder the web app was built into.
    """
    foundation = FoundationStack(scope, "Foundation", config=config)
    domain = DomainStack(scope, "Domain", config=config).site_domain if config.domain else None
    site = SiteStack(scope, "Site", config=config, domain=domain)
    notifications = NotificationsStack(
        scope,
        "Notifications",
        config=config,
        service=_service("notifications", config),
        bus=foundation.bus,
        sender=foundation.sender,
        alarms=foundation.alarms,
    )
    identity = IdentityStack(
        scope,
        "Identity",
        config=config,
        service=_service("identity", config),
        site_origin=site.origin,
        bus=foundation.bus,
        push=notifications.push,
        alarms=foundation.alarms,
    )
    catalog = CatalogStack(
        scope,
        "Catalog",
        config=config,
        service=_service("catalog", config),
        users=identity.users,
        site_origin=site.origin,
        alarms=foundation.alarms,
    )
    vouchers = VouchersStack(
        scope,
        "Vouchers",
        config=config,
        service=_service("vouchers", config),
        users=identity.users,
        site_origin=site.origin,
        bus=foundation.bus,
        sender=foundation.sender,
        alarms=foundation.alarms,
    )
    readings = ReadingsStack(
        scope,
        "Readings",
        config=config,
        service=_service("readings", config),
        users=identity.users,
        site_origin=site.origin,
        bus=foundation.bus,
        alarms=foundation.alarms,
    )
    forecast = ForecastStack(
        scope,
        "Forecast",
        config=config,
        service=_service("forecast", config),
        site_origin=site.origin,
        bus=foundation.bus,
        alarms=foundation.alarms,
    )
    support = SupportStack(
        scope,
        "Support",
        config=config,
        service=NodeService(name="support", source=LAMBDA_SRC, log_level=config.log_level),
        users=identity.users,
        site_origin=site.origin,
        bus=foundation.bus,
        alarms=foundation.alarms,
    )
    campaigns = CampaignsStack(
        scope,
        "Campaigns",
        config=config,
        service=_service("campaigns", config),
        users=identity.users,
        subscribers=identity.subscribers,
        site_origin=site.origin,
        bus=foundation.bus,
        alarms=foundation.alarms,
    )
    ReleaseStack(
        scope,
        "Release",
        config=config,
        site=site.site,
        content=site_content,
        apis={
            "identity": identity.url,
            "catalog": catalog.url,
            "vouchers": vouchers.url,
            "readings": readings.url,
            "forecast": forecast.url,
            "support": support.url,
            "campaigns": campaigns.url,
        },
        socket_url=notifications.socket_url,
        users=identity.users,
    )


def _service(name: str, config: StageConfig) -> PythonService:
    return PythonService(
        name=name,
        source=LAMBDA_SRC,
        requirements=LAMBDA_SRC / "requirements.txt",
        target=config.build_target,
        log_level=config.log_level,
    )
