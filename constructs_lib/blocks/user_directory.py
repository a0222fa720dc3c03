"""Who may sign in: a Cognito user pool with the client of one website."""

from collections.abc import Sequence

from aws_cdk import Duration, RemovalPolicy
from aws_cdk import aws_apigatewayv2_authorizers as authorizers
from aws_cdk import aws_cognito as cognito
from constructs import Construct

from constructs_lib.acknowledge import acknowledge

TOKEN_VALIDITY = Duration.hours(1)
REFRESH_VALIDITY = Duration.days(30)


class UserDirectory(Construct):
    """A user pool with sign-in by e-mail address, one public client, and groups.

    ::

        users = UserDirectory(self, "Users", groups=["administrators"])
        api.route("POST /orders", place_order, authorizer=users.authorizer())

    :param groups: names of groups that exist from the start; they come in `cognito:groups` of
        every token. Default: none.
    :param password_sign_in: whether a client may also send the password itself instead of proving
        by SRP that it knows it; for stages that are driven by scripts. Default: no.
    :param removal_policy: what becomes of the users when the pool leaves its stack. Default: they
        are retained, and the pool is protected from deletion.
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        /,
        *,
        groups: Sequence[str] = (),
        password_sign_in: bool = False,
        removal_policy: RemovalPolicy = RemovalPolicy.RETAIN,
    ) -> None:
        super().__init__(scope, id_)
        self.pool = cognito.UserPool(
            self,
            "Pool",
            self_sign_up_enabled=True,
            sign_in_aliases=cognito.SignInAliases(email=True),
            sign_in_case_sensitive=False,
            auto_verify=cognito.AutoVerifiedAttrs(email=True),
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
            deletion_protection=removal_policy is not RemovalPolicy.DESTROY,
            removal_policy=removal_policy,
        )
        acknowledge(
            self.pool,
            COG2="a second factor is offered; customers who read tariffs are not made to have one",
            COG8="threat protection of the plus plan is paid per user; a stage may choose it",
        )
        self.client = self.pool.add_client(
            "Website",
            auth_flows=cognito.AuthFlow(
                user_srp=True, user_password=password_sign_in, admin_user_password=password_sign_in
            ),
            disable_o_auth=True,
            generate_secret=False,
            prevent_user_existence_errors=True,
            enable_token_revocation=True,
            id_token_validity=TOKEN_VALIDITY,
            access_token_validity=TOKEN_VALIDITY,
            refresh_token_validity=REFRESH_VALIDITY,
        )
        for name in groups:
            self.pool.add_group(name.capitalize(), group_name=name)

    def authorizer(self) -> authorizers.HttpUserPoolAuthorizer:
        """Return a JWT authorizer for routes of one API: make one for each API."""
        return authorizers.HttpUserPoolAuthorizer(
            "Users", self.pool, user_pool_clients=[self.client]
        )
