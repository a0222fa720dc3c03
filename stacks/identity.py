"""Who may sign in, and what they may do."""

from collections.abc import Mapping, Sequence
from urllib.parse import urlsplit

import aws_cdk as cdk
from aws_cdk import Duration
from aws_cdk import aws_cognito as cognito
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_scheduler as scheduler
from constructs import Construct

from constructs_lib.acknowledge import acknowledge
from constructs_lib.blocks import (
    PUBLIC,
    BusinessApi,
    EventBus,
    FailureChain,
    HostedSignIn,
    Passkeys,
    PushChannel,
    ScheduledTask,
    StreamConsumer,
    UserDirectory,
)
from constructs_lib.primitives import (
    WHAT_WAS_WRITTEN,
    AlarmTopic,
    PythonFunction,
    PythonService,
    SigningKey,
    Table,
)
from stacks.base import OF_PAGES, PlatformStack, event_source
from stacks.config import StageConfig
from stacks.subscribers import INDEX, INDEX_KEY, Subscribers

TEN_SECONDS = Duration.seconds(10)
FIVE_SECONDS = Duration.seconds(5)
WATCHED = cognito.StandardThreatProtectionMode.FULL_FUNCTION
UNWATCHED = cognito.StandardThreatProtectionMode.NO_ENFORCEMENT
PROFILE = (
    "displayName",
    "phone",
    "newsletter",
    INDEX_KEY,
    "newsletterSince",
    "email",
    "createdAt",
    "updatedAt",
    "correlationId",
    "version",
)
OF_SUBSCRIBERS = dynamodb.GlobalSecondaryIndexPropsV2(
    index_name=INDEX,
    partition_key=dynamodb.Attribute(name=INDEX_KEY, type=dynamodb.AttributeType.STRING),
    sort_key=dynamodb.Attribute(name="userId", type=dynamodb.AttributeType.STRING),
    projection_type=dynamodb.ProjectionType.KEYS_ONLY,
)
"""A table changes one index a deployment (CloudFormation, AWS::DynamoDB::GlobalTable)."""
PERMISSIONS = ("permissions", "grantedBy", "grantedAt", "correlationId", "version")
WHOLE_ITEMS = {"replace_profile": ["ALL_NEW"]}
"""Who answers with more than it has written: with when the profile was made."""
READ, WRITE = "dynamodb:GetItem", "dynamodb:UpdateItem"
FIND = "cognito-idp:ListUsers"
Route = tuple[str, str, tuple[str, Sequence[str]] | None, Sequence[str]]
ROUTES: tuple[Route, ...] = (
    ("GET /me", "get_profile", (READ, PROFILE), []),
    ("PUT /me", "replace_profile", (WRITE, PROFILE), []),
    ("DELETE /me", "delete_account", None, ["cognito-idp:AdminDeleteUser"]),
    ("GET /users", "list_users", None, [FIND, "cognito-idp:AdminListGroupsForUser"]),
    ("GET /users/{userId}/permissions", "get_permissions", (READ, PERMISSIONS), [FIND]),
    ("PUT /users/{userId}/permissions", "replace_permissions", (WRITE, PERMISSIONS), [FIND]),
)
"""Each route for the signed in: the module that answers, what it may do to which attributes of the
table, and to the pool."""


class IdentityStack(PlatformStack):
    """The user pool calls functions on the way in; a table knows what it should not hold."""

    def __init__(
        self,
        scope: Construct,
        name: str,
        /,
        *,
        config: StageConfig,
        service: PythonService,
        site_origin: str,
        bus: EventBus,
        push: PushChannel,
        alarms: AlarmTopic,
    ) -> None:
        super().__init__(
            scope, name, config=config, description="Users, profiles, permissions", alarms=alarms
        )
        self._service = service
        self.users = UserDirectory(
            self,
            "Users",
            groups=["administrators", "customers"],
            password_sign_in=config.password_sign_in,
            threat_protection=WATCHED if config.threat_protection else UNWATCHED,
            passkeys=_passkeys(config, site_origin),
            hosted=_sign_in_pages(config, site_origin),
            email=_mails(config),
        )
        self._table = Table(
            self,
            "Profiles",
            partition_key="userId",
            sort_key="itemId",
            stream=dynamodb.StreamViewType.NEW_AND_OLD_IMAGES,
            global_secondary_indexes=[OF_SUBSCRIBERS],
        )
        self._let_in(config)
        api = BusinessApi(
            self,
            "Api",
            allow_origins=[site_origin],
        )
        self._answer(api, push, bus)
        failures = FailureChain(
            self,
            "Failures",
            known_as=name.lower(),
        )
        self._tell(bus, failures)
        self._forget(bus, failures)
        self.url = config.endpoints.api(api.http_api.api_id) if config.endpoints else api.url
        self.subscribers = Subscribers(
            self,
            "Newsletter",
            service=service,
            table=self._table,
            api=api,
            url=self.url,
            site_url=site_origin,
            failures=failures,
        )
        cdk.CfnOutput(self, "ApiUrl", value=self.url)
        cdk.CfnOutput(self, "FailureQueueUrl", value=failures.queue.queue_url)

    def _let_in(self, config: StageConfig) -> None:
        """Check who signs up, remember who did, and say in each token what its owner may do."""
        blocked = {"BLOCKED_EMAIL_DOMAINS": ",".join(config.blocked_email_domains)}
        check = self._function("pre_sign_up", blocked, timeout=FIVE_SECONDS)
        self.users.on(cognito.UserPoolOperation.PRE_SIGN_UP, check)
        # No trigger is for addresses that change, but each has a code mailed to it before.
        self.users.on(cognito.UserPoolOperation.CUSTOM_MESSAGE, check)

        welcome = self._function("post_confirmation", timeout=FIVE_SECONDS)
        self._let_use_table(welcome, WRITE, PROFILE)
        self.users.on(cognito.UserPoolOperation.POST_CONFIRMATION, welcome)

        grant = self._function("pre_token_generation", blocked, timeout=FIVE_SECONDS)
        self._let_use_table(grant, "dynamodb:Query", ["email", "permissions"])
        self._let_use_table(grant, WRITE, PROFILE)
        self.users.on(cognito.UserPoolOperation.PRE_TOKEN_GENERATION, grant)

    def _answer(self, api: BusinessApi, push: PushChannel, bus: EventBus) -> None:
        """Answer everybody about themselves, and administrators about others."""
        signed_in = self.users.authorizer()
        pages = SigningKey(self, "Pages", signs=OF_PAGES)
        for key, entry, to_table, pool_actions in ROUTES:
            function = self._function(entry)
            if to_table:
                self._let_use_table(
                    function, *to_table, answered_with=WHOLE_ITEMS.get(entry, WHAT_WAS_WRITTEN)
                )
            if pool_actions:
                self.users.let_manage(function, *pool_actions)
            if entry == "list_users":
                pages.let_sign(function)
            if entry == "delete_account":
                bus.let_publish(function, source=event_source("identity"))
            api.route(key, function, authorizer=signed_in)

        ticket = self._function("create_ticket")
        push.let_issue_tickets(ticket)
        api.route("POST /tickets", ticket, authorizer=signed_in)

        client = {"USER_POOL_CLIENT_ID": self.users.client.user_pool_client_id}
        refresh = api.route(
            "POST /tokens/refresh", self._function("refresh_tokens", client), authorizer=PUBLIC
        )
        acknowledge(refresh, APIG4="who comes here has a refresh token in place of one")

    def _tell(self, bus: EventBus, failures: FailureChain) -> None:
        """Publish who signed up and whose permissions changed."""
        publish = self._function("publish_changes")
        bus.let_publish(publish, source=event_source("identity"))
        StreamConsumer(
            self,
            "Publishing",
            source=self._table,
            function=publish,
            failures=failures,
            parks_after=Duration.minutes(5),
        )

    def _forget(self, bus: EventBus, failures: FailureChain) -> None:
        """Find out each night who is gone, and forget them: no trigger of Cognito says so."""
        find = self._function("find_gone_users", timeout=Duration.minutes(15))
        self._let_use_table(find, "dynamodb:Scan", ())
        self.users.let_manage(find, FIND, "cognito-idp:AdminGetUser")
        bus.let_publish(find, source=event_source("identity"))
        ScheduledTask(
            self,
            "Nightly",
            function=find,
            failures=failures,
            at=scheduler.ScheduleExpression.cron(
                hour="3", minute="0", time_zone=cdk.TimeZone.of("Europe/London")
            ),
        )
        forget = self._function("forget_user", timeout=Duration.minutes(1))
        for action in (READ, WRITE):
            self._let_use_table(forget, action, ["deletedAt"])
        self._let_use_table(forget, "dynamodb:DeleteItem", ())
        bus.subscribe(
            self,
            "OnUserDeleted",
            source=event_source("identity"),
            detail_types=["UserDeleted"],
            function=forget,
            failures=failures,
        )

    def _let_use_table(
        self,
        function: PythonFunction,
        action: str,
        attributes: Sequence[str],
        *,
        answered_with: Sequence[str] = WHAT_WAS_WRITTEN,
    ) -> None:
        self._table.let_use(
            function,
            action,
            variable="USERS_TABLE",
            attributes=attributes,
            return_values=answered_with,
        )

    def _function(
        self,
        entry: str,
        environment: Mapping[str, str] | None = None,
        *,
        timeout: Duration = TEN_SECONDS,
    ) -> PythonFunction:
        return PythonFunction(
            self,
            entry.title().replace("_", ""),
            service=self._service,
            entry=f"handlers.{entry}",
            environment=environment,
            timeout=timeout,
        )


def _mails(config: StageConfig) -> cognito.UserPoolEmail | None:
    """Return how the pool's mails are sent by SES, or None where Cognito sends them itself."""
    if not config.mails_by_ses:
        return None
    identity = config.mail_identity
    return cognito.UserPoolEmail.with_ses(
        from_email=config.mail_sender,
        ses_verified_domain=None if identity == config.mail_sender else identity,
    )


def _passkeys(config: StageConfig, site_origin: str) -> Passkeys | None:
    """Return whose passkeys count: those of the website's host name, which is known at synth."""
    return Passkeys(site=urlsplit(site_origin).hostname or "") if config.passkeys else None


def _sign_in_pages(config: StageConfig, site_origin: str) -> HostedSignIn | None:
    if config.sign_in_domain is None:
        return None
    return HostedSignIn(
        domain_prefix=config.sign_in_domain,
        return_urls=[f"{site_origin}/"],
        providers=config.identity_providers,
    )
