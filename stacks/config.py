"""The stages of the platform: same shape, different values."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from aws_cdk import Duration, RemovalPolicy
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs

from constructs_lib.blocks import IdentityProvider, LocalEndpoints, TrustedIssuer
from constructs_lib.primitives import BuildTarget
from stacks.stages_file import StageValues

OPEN_METEO = "https://api.open-meteo.com"
ONE_MINUTE = Duration.minutes(1)
THREE_MINUTES = Duration.minutes(3)
HALF_AN_HOUR = Duration.minutes(30)
LOCAL_REGION = "eu-west-2"
LOCAL_ACCOUNT = "000000000000"
LOCAL = LocalEndpoints(port=4566)


@dataclass(frozen=True, kw_only=True)
class StageConfig:
    """One stage's values. A field without a default must be decided for every stage.

    :param name: as in `-c stage=NAME`.
    :param account: where it is deployed.
    :param region: where it is deployed; only the website's certificate lives elsewhere.
    :param removal_policy: what becomes of data when its stack, or the resource in it, goes.
    :param log_level: the least severe level that is logged.
    :param log_retention: how long logs are kept.
    :param alarm_email: who is told of alarms.
    :param mail_sender: who the platform's mails come from.
    :param mail_identity: the sender's identity that SES has in the account already, its address or
        its domain. Default: none, it is made.
    :param payment_url: the payment provider's API.
    :param campaign_url: the API of the provider that mails campaigns.
    :param weather_url: of a weather service that speaks Open-Meteo's language. Default: Open-Meteo.
    :param settle_after: how long a payment may be under way before it is looked after.
    :param callback_within: how long the provider of campaigns may say nothing before it is asked.
    :param campaign_retry: how long to wait before a step of a campaign is tried again; further
        pauses are longer.
    :param vouchers_an_hour: how many a user may buy in an hour.
    :param range_takes: how long one invocation may work on a range of an uploaded file; after a
        third of it the rest is handed on.
    :param hidden_times: how many times as long as its function may run a queue of them hides a
        message: six, since Lambda holds messages too while it holds functions back.
    :param domain: the website's host name, with its hosted zone. Default: a generated one.
    :param mails_by_ses: whether SES sends the user pool's mails too. Default: Cognito does, at most
        50 a day.
    :param threat_protection: whether sign-ins are watched. Default: no, since it costs.
    :param passkeys: whether users may sign in by passkeys, of the domain, which is then needed, or
        of this machine. Default: no, since it costs.
    :param blocked_email_domains: whose mail addresses may not sign up. Default: none's.
    :param sign_in_domain: what the host name of Cognito's sign-in pages begins with. Default: there
        are no such pages.
    :param identity_providers: whose accounts may sign in there too. Default: nobody's.
    :param support_issuers: whose tokens support takes besides the stage's own. Default: nobody's.
    :param password_sign_in: whether scripts may sign in with a plain password.
    :param endpoints: where things answer that do not answer at AWS. Default: at AWS.
    :param build_target: what the functions' code is built for. Default: Lambda.
    :param placeholders: what must be edited before a real deployment, see `stages.toml`.
    """

    name: str
    account: str
    region: str
    removal_policy: RemovalPolicy
    log_level: lambda_.ApplicationLogLevel
    log_retention: logs.RetentionDays
    alarm_email: str
    mail_sender: str
    payment_url: str
    campaign_url: str
    mail_identity: str | None = None
    weather_url: str = OPEN_METEO
    settle_after: Duration = ONE_MINUTE
    callback_within: Duration = HALF_AN_HOUR
    campaign_retry: Duration = ONE_MINUTE
    vouchers_an_hour: int = 30
    range_takes: Duration = THREE_MINUTES
    hidden_times: int = 6
    domain: str | None = None
    hosted_zone_id: str | None = None
    mails_by_ses: bool = False
    threat_protection: bool = False
    passkeys: bool = False
    blocked_email_domains: tuple[str, ...] = ()
    sign_in_domain: str | None = None
    identity_providers: tuple[IdentityProvider, ...] = ()
    support_issuers: tuple[TrustedIssuer, ...] = ()
    password_sign_in: bool = False
    endpoints: LocalEndpoints | None = None
    build_target: BuildTarget = field(default_factory=BuildTarget)
    placeholders: tuple[str, ...] = ()

    @property
    def sign_in_pages(self) -> str | None:
        """The host name of Cognito's sign-in pages."""
        prefix = self.sign_in_domain
        return f"{prefix}.auth.{self.region}.amazoncognito.com" if prefix else None


def local_stage(endpoints: LocalEndpoints = LOCAL) -> StageConfig:
    """Return the stage that runs on this machine, and answers there."""
    return StageConfig(
        name="local",
        account=LOCAL_ACCOUNT,
        region=LOCAL_REGION,
        removal_policy=RemovalPolicy.DESTROY,
        log_level=lambda_.ApplicationLogLevel.DEBUG,
        log_retention=logs.RetentionDays.ONE_DAY,
        alarm_email="operations@blockwork.example",
        mail_sender="energy@blockwork.example",
        payment_url=endpoints.beside,
        campaign_url=endpoints.beside,
        weather_url=endpoints.beside,
        settle_after=Duration.seconds(5),
        callback_within=Duration.seconds(5),
        campaign_retry=Duration.seconds(1),
        range_takes=Duration.seconds(30),
        hidden_times=1,  # what is lost comes again soon, and nothing is held back
        passkeys=True,
        password_sign_in=True,
        endpoints=endpoints,
        build_target=BuildTarget.this_machine(),
    )


def all_stages(
    values: Mapping[str, StageValues], local: LocalEndpoints = LOCAL
) -> list[StageConfig]:
    """Return every stage, in the order a change travels through them.

    :param values: of the stages on AWS, by name.
    :param local: where the one on this machine answers.
    :raises KeyError: if a stage has no values.
    """
    dev, staging, prod = values["dev"], values["staging"], values["prod"]
    return [
        local_stage(local),
        StageConfig(
            name="dev",
            removal_policy=RemovalPolicy.DESTROY,
            log_level=lambda_.ApplicationLogLevel.DEBUG,
            log_retention=logs.RetentionDays.ONE_WEEK,
            **vars(dev),
        ),
        StageConfig(
            name="staging",
            removal_policy=RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
            log_level=lambda_.ApplicationLogLevel.INFO,
            log_retention=logs.RetentionDays.ONE_MONTH,
            **vars(staging),
        ),
        StageConfig(
            name="prod",
            removal_policy=RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
            log_level=lambda_.ApplicationLogLevel.INFO,
            log_retention=logs.RetentionDays.THREE_MONTHS,
            **vars(prod),
        ),
    ]
