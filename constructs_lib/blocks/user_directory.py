"""Who may sign in: a Cognito user pool with the client of one website."""

from collections.abc import Sequence
from typing import cast

from aws_cdk import Duration, RemovalPolicy
from aws_cdk import aws_apigatewayv2_authorizers as authorizers
from aws_cdk import aws_cognito as cognito
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from constructs import Construct

from constructs_lib.acknowledge import acknowledge
from constructs_lib.blocks.hosted_sign_in import HostedSignIn
from constructs_lib.primitives import PythonFunction
from constructs_lib.primitives.l2_options import refuse_time_outside
from constructs_lib.telling import tell

FIFTEEN_MINUTES = Duration.minutes(15)
REFRESH_VALIDITY = Duration.days(30)
LONGEST_TRIGGER = Duration.seconds(5)
UNWATCHED = cognito.StandardThreatProtectionMode.NO_ENFORCEMENT


class UserDirectory(Construct):
    """A user pool with sign-in by e-mail address, one public client, and groups.

    Visitors sign up, and confirm their address by a code; they prove by SRP that they know their
    password, may add an authenticator app, and recover by mail::

        users = UserDirectory(self, "Users", groups=["administrators"])
        users.on(cognito.UserPoolOperation.PRE_SIGN_UP, check_sign_up)
        api.route("POST /orders", place_order, authorizer=users.authorizer())

    What users sign in with (`UsernameAttributes`, `Schema`) can never change on a living pool: pin
    it by a test, for a replaced pool is an empty one.

    :param groups: names of groups that exist from the start; they come in `cognito:groups` of
        every token. Default: none.
    :param password_sign_in: whether a client may also send the password itself instead of proving
        by SRP that it knows it; for stages that are driven by scripts. Default: no.
    :param token_validity: how long ID and access tokens are good, 5 minutes to 1 day: also how long
        a right that is taken away, or a user who is disabled, may linger. Default: 15 minutes; the
        refresh token, good for 30 days, brings new ones.
    :param threat_protection: whether Cognito watches sign-ins for stolen passwords and odd places;
        it is paid per active user (feature plan Plus). Default: no.
    :param hosted: Cognito's sign-in pages, and the outside providers behind them. Default: none.
    :param email: who sends the pool's mails. Default: Cognito itself, at most 50 a day.
    :param removal_policy: what becomes of the users when the pool leaves its stack. Default: they
        are retained, and the pool is protected from deletion.
    :raises ValueError: if the tokens' validity is not one that Cognito takes.
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        /,
        *,
        groups: Sequence[str] = (),
        password_sign_in: bool = False,
        token_validity: Duration = FIFTEEN_MINUTES,
        threat_protection: cognito.StandardThreatProtectionMode = UNWATCHED,
        hosted: HostedSignIn | None = None,
        email: cognito.UserPoolEmail | None = None,
        removal_policy: RemovalPolicy = RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
    ) -> None:
        super().__init__(scope, id_)
        refuse_time_outside("token_validity", token_validity, 300, 86_400, self.node.path)
        self.pool = cognito.UserPool(
            self,
            "Pool",
            self_sign_up_enabled=True,
            sign_in_aliases=cognito.SignInAliases(email=True),
            sign_in_case_sensitive=False,
            auto_verify=cognito.AutoVerifiedAttrs(email=True),
            email=email,
            keep_original=cognito.KeepOriginalAttrs(email=True),
            standard_attributes=cognito.StandardAttributes(
                email=cognito.StandardAttribute(required=True, mutable=True)
            ),
            password_policy=cognito.PasswordPolicy(
                min_length=12,
                require_lowercase=True,
                require_uppercase=True,
                require_digits=True,
                require_symbols=True,
                temp_password_validity=Duration.days(3),
            ),
            mfa=cognito.Mfa.OPTIONAL,
            mfa_second_factor=cognito.MfaSecondFactor(otp=True, sms=False),
            account_recovery=cognito.AccountRecovery.EMAIL_ONLY,
            feature_plan=(
                cognito.FeaturePlan.LITE
                if threat_protection is UNWATCHED
                else cognito.FeaturePlan.PLUS
            ),
            standard_threat_protection_mode=threat_protection,
            deletion_protection=removal_policy is not RemovalPolicy.DESTROY,
            removal_policy=removal_policy,
        )
        acknowledge(
            self.pool,
            COG2="a second factor is offered to everybody, and nobody is made to have one",
            COG8="threat protection of the plus plan is paid per user; a stage may choose it",
        )
        mapped = hosted.add_providers_to(self, self.pool) if hosted else frozenset()
        self.client = self.pool.add_client(
            "Website",
            auth_flows=cognito.AuthFlow(
                user_srp=True, user_password=password_sign_in, admin_user_password=password_sign_in
            ),
            disable_o_auth=hosted is None,
            o_auth=_code_grant(hosted.return_urls) if hosted else None,
            generate_secret=False,
            prevent_user_existence_errors=True,
            enable_token_revocation=True,
            id_token_validity=token_validity,
            access_token_validity=token_validity,
            refresh_token_validity=REFRESH_VALIDITY,
        )
        cfn_client = cast(cognito.CfnUserPoolClient, self.client.node.default_child)
        cfn_client.write_attributes = sorted({"email"} | mapped)
        self.domain = (
            self.pool.add_domain(
                "Domain",
                cognito_domain=cognito.CognitoDomainOptions(domain_prefix=hosted.domain_prefix),
            )
            if hosted
            else None
        )
        for name in groups:
            self.pool.add_group(name.capitalize(), group_name=name)

    def authorizer(self) -> authorizers.HttpUserPoolAuthorizer:
        """Return a JWT authorizer for routes of one API: make one for each API."""
        return authorizers.HttpUserPoolAuthorizer(
            "Users", self.pool, user_pool_clients=[self.client]
        )

    def on(self, operation: cognito.UserPoolOperation, function: PythonFunction) -> None:
        """Call a function at a point of sign-up or sign-in.

        :param operation: when; the function answers with the event it got.
        :param function: what is called; Cognito waits for it.
        :raises ValueError: if the function may take longer than the 5 seconds that Cognito waits
            ("Customizing user pool workflows with Lambda triggers", Cognito developer guide).
        """
        timeout = function.timeout
        if timeout is None or timeout.to_seconds() > LONGEST_TRIGGER.to_seconds():
            shown = timeout.to_human_string() if timeout else "none"
            raise ValueError(
                f"the timeout of a trigger must be at most 5 seconds, got {shown} "
                f"(at {function.node.path})"
            )
        self.pool.add_trigger(operation, function)

    def let_manage(self, function: lambda_.IFunction, /, *actions: str) -> iam.Grant:
        """Tell a function the pool's id (`USER_POOL_ID`), and allow it to do something with it.

        :param actions: such as `cognito-idp:ListUsers`.
        :raises ValueError: if the function cannot be told.
        """
        tell(function, "USER_POOL_ID", self.pool.user_pool_id, at=self.node.path)
        return self.pool.grant(function, *actions)

    def grant_to_trigger(self, function: PythonFunction, *actions: str) -> None:
        """Allow a function that the pool calls to do something with the pool.

        As a policy of its own: were it in the role's first one, the pool would wait for the
        function, the function for the policy, and the policy for the pool.

        :param actions: such as `cognito-idp:AdminAddUserToGroup`. The function finds the pool's id
            in its event, for the same reason.
        """
        statement = iam.PolicyStatement(actions=list(actions), resources=[self.pool.user_pool_arn])
        iam.Policy(
            function, "UserPool", statements=[statement], roles=[cast(iam.IRole, function.role)]
        )


def _code_grant(return_urls: Sequence[str]) -> cognito.OAuthSettings:
    return cognito.OAuthSettings(
        flows=cognito.OAuthFlows(authorization_code_grant=True),
        scopes=[cognito.OAuthScope.OPENID, cognito.OAuthScope.EMAIL],
        callback_urls=list(return_urls),
        logout_urls=list(return_urls),
    )
