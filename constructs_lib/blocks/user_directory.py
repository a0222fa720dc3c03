"""Who may sign in: a Cognito user pool with the client of one website."""

from collections.abc import Collection, Mapping, Sequence
from typing import cast

from aws_cdk import Duration, RemovalPolicy
from aws_cdk import aws_apigatewayv2_authorizers as authorizers
from aws_cdk import aws_cognito as cognito
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from constructs import Construct

from constructs_lib.acknowledge import acknowledge
from constructs_lib.asked_once import made_in, path_of
from constructs_lib.blocks.app_client import FIFTEEN_MINUTES, REFRESH_VALIDITY, public_client
from constructs_lib.blocks.hosted_sign_in import NEVER_WRITTEN, HostedSignIn, check_domain_prefix
from constructs_lib.blocks.passkeys import (
    BY_PASSKEY,
    Passkeys,
    check_with_second_factor,
    count_for_both_factors,
)
from constructs_lib.blocks.trusted_issuer import TrustedIssuer
from constructs_lib.defaults import Defaults
from constructs_lib.interfaces import AnyFunction, as_function
from constructs_lib.primitives.l2_options import refuse_time_outside
from constructs_lib.telling import tell

LONGEST_TRIGGER = Duration.seconds(5)
UNWATCHED = cognito.StandardThreatProtectionMode.NO_ENFORCEMENT
# "Custom attributes" of the Cognito developer guide: their number, and the length of their names.
MOST_ATTRIBUTES = 50
LONGEST_NAME = 20
STANDARD = (
    *("address", "birthdate", "email", "email_verified", "family_name", "gender", "given_name"),
    *("locale", "middle_name", "name", "nickname", "phone_number", "phone_number_verified"),
    *("picture", "preferred_username", "profile", "updated_at", "website", "zoneinfo"),
)


class UserDirectory(Construct):
    """A user pool with sign-in by e-mail address, one public client, and groups.

    Visitors sign up, and confirm their address by a code; they prove by SRP that they know their
    password, may add an authenticator app, and recover by mail::

        users = UserDirectory(self, "Users", groups=["administrators"])
        users.on(cognito.UserPoolOperation.PRE_SIGN_UP, check_sign_up)
        api.route("POST /orders", place_order, authorizer=users.authorizer())

    What users sign in with (`UsernameAttributes`, `Schema`) can never change on a living pool: pin
    it by a test, for a replaced pool is an empty one. Custom attributes can be added, never taken
    away.

    Further apps are an :class:`AppClient` each, programs a :class:`MachineClient`; both also take a
    pool that exists.

    :param groups: names of groups that exist from the start; they come in `cognito:groups` of
        every token. Default: none.
    :param self_sign_up: whether visitors sign up themselves. Else who administers makes users
        (`AdminCreateUser`), whom Cognito mails a password for the first time, good for three days;
        accounts of outside providers come in all the same. Default: they do.
    :param invitation: subject and text of that mail. Default: Cognito's own.
    :param second_factor: whether users have to have an authenticator app, may, or must not.
        Default: they may. `Mfa.REQUIRED` counts for users who sign in with a password here, from
        their next sign-in on.
    :param custom_attributes: what else is known of a user, by its name without `custom:`, such as
        `{"tenant": cognito.StringAttribute(mutable=True)}`. The website is shown it, also in ID
        tokens. Default: nothing.
    :param writable_attributes: attributes that users change themselves besides the mail address,
        such as `name` or `custom:team`; never what says who may do what. Default: none.
    :param domain_prefix: what the host name begins with where machines get tokens, unique in its
        region; `hosted` brings one. Default: none.
    :param password_sign_in: whether a client may also send the password itself instead of proving
        by SRP that it knows it; for stages that are driven by scripts. Default: no.
    :param token_validity: how long ID and access tokens are good, 5 minutes to 1 day: also how long
        a right that is taken away, or a user who is disabled, may linger. Default: 15 minutes; the
        refresh token, good for 30 days, brings new ones.
    :param threat_protection: whether Cognito watches sign-ins for stolen passwords and odd places;
        it is paid per active user (feature plan Plus). Default: no.
    :param passkeys: that users may sign in by passkeys, and of which site; they bring the feature
        plan Essentials, which is paid per active user. Default: they may not.
    :param hosted: Cognito's sign-in pages, and the outside providers behind them. Default: none.
    :param email: who sends the pool's mails. Default: Cognito itself, at most 50 a day.
    :param removal_policy: what becomes of the users when the pool leaves its stack. Default: that
        of :class:`Defaults`, else they are retained, and the pool is protected from deletion.
    :raises ValueError: if the tokens' validity or an attribute is not one that Cognito takes, users
        could write what there is not, there are two domains, or passkeys would be one factor where
        two are required.
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        /,
        *,
        groups: Sequence[str] = (),
        self_sign_up: bool = True,
        invitation: cognito.UserInvitationConfig | None = None,
        second_factor: cognito.Mfa = cognito.Mfa.OPTIONAL,
        custom_attributes: Mapping[str, cognito.ICustomAttribute] | None = None,
        writable_attributes: Collection[str] = (),
        domain_prefix: str | None = None,
        password_sign_in: bool = False,
        token_validity: Duration = FIFTEEN_MINUTES,
        threat_protection: cognito.StandardThreatProtectionMode = UNWATCHED,
        passkeys: Passkeys | None = None,
        hosted: HostedSignIn | None = None,
        email: cognito.UserPoolEmail | None = None,
        removal_policy: RemovalPolicy | None = None,
    ) -> None:
        super().__init__(scope, id_)
        made_in(scope, id_, self)
        refuse_time_outside("token_validity", token_validity, 300, 86_400, path_of(self))
        custom = _custom_names(custom_attributes or {}, at=path_of(self))
        _check_writable(writable_attributes, custom, at=path_of(self))
        check_with_second_factor(passkeys, second_factor, at=path_of(self))
        if hosted and domain_prefix:
            raise ValueError(
                f"domain_prefix must be left out with hosted, whose domain is "
                f"{hosted.domain_prefix!r}, got {domain_prefix!r} (at {path_of(self)})"
            )
        if domain_prefix:
            check_domain_prefix(domain_prefix, at=path_of(self))
        kept = Defaults.of(self).removal_policy(removal_policy)
        self.pool = cognito.UserPool(
            self,
            "Pool",
            self_sign_up_enabled=self_sign_up,
            user_invitation=invitation,
            custom_attributes=custom_attributes,
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
            mfa=second_factor,
            mfa_second_factor=cognito.MfaSecondFactor(otp=True, sms=False),
            account_recovery=cognito.AccountRecovery.EMAIL_ONLY,
            feature_plan=_plan(passkeys, threat_protection),
            sign_in_policy=BY_PASSKEY if passkeys else None,
            passkey_relying_party_id=passkeys.owner if passkeys else None,
            passkey_user_verification=passkeys.user_verification if passkeys else None,
            standard_threat_protection_mode=threat_protection,
            deletion_protection=kept is not RemovalPolicy.DESTROY,
            removal_policy=kept,
        )
        if passkeys and passkeys.verifies:
            count_for_both_factors(self.pool)
        acknowledge(
            self.pool,
            COG8="threat protection of the plus plan is paid per user; a stage may choose it",
        )
        if second_factor is not cognito.Mfa.REQUIRED:
            acknowledge(
                self.pool, COG2="who builds the stack says whether a second factor is needed"
            )
        mapped = hosted.add_providers_to(self, self.pool) if hosted else frozenset()
        self.client = public_client(
            self.pool,
            "Website",
            pool=self.pool,
            return_urls=hosted.return_urls if hosted else (),
            password_sign_in=password_sign_in,
            passkey_sign_in=passkeys is not None,
            token_validity=token_validity,
            refresh_validity=REFRESH_VALIDITY,
            writes={"email", *mapped, *writable_attributes},
            reads=[*STANDARD, *custom] if custom else (),
        )
        prefix = hosted.domain_prefix if hosted else domain_prefix
        self.domain = (
            self.pool.add_domain(
                "Domain", cognito_domain=cognito.CognitoDomainOptions(domain_prefix=prefix)
            )
            if prefix
            else None
        )
        for name in groups:
            self.pool.add_group(name.capitalize(), group_name=name)

    def authorizer(self, *others: cognito.IUserPoolClient) -> authorizers.HttpUserPoolAuthorizer:
        """Return a JWT authorizer for routes of one API: make one for each API.

        :param others: further clients of the pool, whose tokens count as the website's.
        """
        return authorizers.HttpUserPoolAuthorizer(
            "Users", self.pool, user_pool_clients=[self.client, *others]
        )

    def trusted_issuer(
        self, *others: cognito.IUserPoolClient, jwks_url: str | None = None
    ) -> TrustedIssuer:
        """Return the pool as one of several issuers of a :class:`TokenAuthorizer`: its ID tokens.

        :param others: further clients of the pool, whose tokens count as the website's.
        :param jwks_url: where the pool's keys are. Default: at Cognito.
        """
        return TrustedIssuer(
            issuer=f"https://{self.pool.user_pool_provider_name}",
            audience=[each.user_pool_client_id for each in (self.client, *others)],
            jwks_url=jwks_url,
            requires={"token_use": "id"},
        )

    def on(self, operation: cognito.UserPoolOperation, function: AnyFunction) -> None:
        """Call a function at a point of sign-up or sign-in.

        :param operation: when; the function answers with the event it got.
        :param function: what is called; Cognito waits for it.
        :raises ValueError: if the function may take longer than the 5 seconds that Cognito waits
            ("Customizing user pool workflows with Lambda triggers", Cognito developer guide), as
            far as this app can see.
        """
        timeout = function.timeout if isinstance(function, lambda_.Function) else None
        if timeout and timeout.to_seconds() > LONGEST_TRIGGER.to_seconds():
            raise ValueError(
                "the timeout of a trigger must be at most 5 seconds, got "
                f"{timeout.to_human_string()} (at {function.node.path})"
            )
        self.pool.add_trigger(operation, as_function(function))

    def let_manage(self, function: AnyFunction, /, *actions: str) -> iam.Grant:
        """Tell a function the pool's id (`USER_POOL_ID`), and allow it to do something with it.

        :param actions: such as `cognito-idp:ListUsers`.
        :raises ValueError: if the function cannot be told.
        """
        tell(function, "USER_POOL_ID", self.pool.user_pool_id, at=path_of(self))
        return self.pool.grant(function, *actions)

    def grant_to_trigger(self, function: AnyFunction, *actions: str) -> None:
        """Allow a function that the pool calls to do something with the pool.

        As a policy of its own: were it in the role's first one, the pool would wait for the
        function, the function for the policy, and the policy for the pool.

        :param actions: such as `cognito-idp:AdminAddUserToGroup`. The function finds the pool's id
            in its event, for the same reason.
        :raises ValueError: if the function was imported without its role.
        """
        if function.role is None:
            raise ValueError(
                "function must be imported with its role: lambda_.Function.from_function_attributes"
                f"(…, role=…), got {function.node.path} without (at {path_of(self)})"
            )
        statement = iam.PolicyStatement(actions=list(actions), resources=[self.pool.user_pool_arn])
        iam.Policy(
            cast(Construct, function), "UserPool", statements=[statement], roles=[function.role]
        )


def _plan(
    passkeys: Passkeys | None, watched: cognito.StandardThreatProtectionMode
) -> cognito.FeaturePlan:
    """Return the cheapest plan that has what is asked for."""
    if watched is not UNWATCHED:
        return cognito.FeaturePlan.PLUS
    return cognito.FeaturePlan.ESSENTIALS if passkeys else cognito.FeaturePlan.LITE


def _custom_names(attributes: Mapping[str, cognito.ICustomAttribute], *, at: str) -> list[str]:
    """Return what clients call these attributes."""
    if len(attributes) > MOST_ATTRIBUTES:
        raise ValueError(
            f"custom_attributes must be at most {MOST_ATTRIBUTES}, got {len(attributes)} (at {at})"
        )
    for name in attributes:
        if ":" in name or not 1 <= len(name) <= LONGEST_NAME:
            raise ValueError(
                f"a custom attribute's name must have 1 to {LONGEST_NAME} characters and stand "
                f"without 'custom:', such as 'tenant', got {name!r} (at {at})"
            )
    return [f"custom:{name}" for name in attributes]


def _check_writable(names: Collection[str], custom: Collection[str], *, at: str) -> None:
    known = {*STANDARD, *custom} - NEVER_WRITTEN
    if unknown := sorted({*names} - known):
        raise ValueError(
            f"writable_attributes must be some of {', '.join(sorted(known))}, got {unknown} "
            f"(at {at})"
        )
