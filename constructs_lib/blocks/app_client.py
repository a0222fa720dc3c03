"""A website or an app whose users sign in with a user pool, of this stack or of elsewhere."""

from collections.abc import Collection, Sequence
from typing import cast

from aws_cdk import Duration
from aws_cdk import aws_apigatewayv2_authorizers as authorizers
from aws_cdk import aws_cognito as cognito
from constructs import Construct

from constructs_lib.asked_once import made_in, path_of
from constructs_lib.primitives.l2_options import refuse_time_outside

FIFTEEN_MINUTES = Duration.minutes(15)
REFRESH_VALIDITY = Duration.days(30)


class AppClient(Construct):
    """A public client of a user pool: it has no secret, because everybody could read it.

    For a second app of a :class:`UserDirectory`, or the first one of a pool that exists::

        pool = cognito.UserPool.from_user_pool_id(self, "Pool", "eu-west-2_aBcDeF")
        shop = AppClient(self, "Shop", pool=pool)
        api.route("POST /orders", place_order, authorizer=shop.authorizer())

    :param pool: whose users sign in.
    :param return_urls: where Cognito's sign-in pages may send a browser or an app after signing in
        or out, such as `https://shop.example.org/` or `shop://signed-in`; the pool needs a domain.
        Default: the app signs in without those pages.
    :param password_sign_in: whether it may also send the password itself instead of proving by SRP
        that it knows it. Default: no.
    :param passkey_sign_in: whether its users may sign in by a passkey, in a pool that takes some
        (`passkeys` of `UserDirectory`). Default: no.
    :param token_validity: how long ID and access tokens are good, 5 minutes to 1 day: also how long
        a right that is taken away may linger. Default: 15 minutes.
    :param refresh_validity: how long a sign-in brings new ones, an hour to ten years. Default: 30
        days.
    :param writes: attributes that its users may change of themselves; all that the pool requires
        must be among them. Default: the mail address.
    :param reads: attributes it is shown, also in ID tokens; custom ones are none of those unless
        they are named, as `custom:tenant`. Default: all standard ones.
    :raises ValueError: if a validity is not one that Cognito takes.
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        /,
        *,
        pool: cognito.IUserPool,
        return_urls: Sequence[str] = (),
        password_sign_in: bool = False,
        passkey_sign_in: bool = False,
        token_validity: Duration = FIFTEEN_MINUTES,
        refresh_validity: Duration = REFRESH_VALIDITY,
        writes: Collection[str] = ("email",),
        reads: Collection[str] = (),
    ) -> None:
        super().__init__(scope, id_)
        made_in(scope, id_, self)
        refuse_time_outside("token_validity", token_validity, 300, 86_400, path_of(self))
        refuse_time_outside("refresh_validity", refresh_validity, 3_600, 315_360_000, path_of(self))
        self._pool = pool
        self.client = public_client(
            self,
            "Client",
            pool=pool,
            return_urls=return_urls,
            password_sign_in=password_sign_in,
            passkey_sign_in=passkey_sign_in,
            token_validity=token_validity,
            refresh_validity=refresh_validity,
            writes=writes,
            reads=reads,
        )

    def authorizer(self, *others: cognito.IUserPoolClient) -> authorizers.HttpUserPoolAuthorizer:
        """Return a JWT authorizer for routes of one API: make one for each API.

        :param others: further clients of the pool, whose tokens count too.
        """
        return authorizers.HttpUserPoolAuthorizer(
            self.node.id, self._pool, user_pool_clients=[self.client, *others]
        )


def public_client(
    scope: Construct,
    id_: str,
    *,
    pool: cognito.IUserPool,
    return_urls: Sequence[str],
    password_sign_in: bool,
    passkey_sign_in: bool,
    token_validity: Duration,
    refresh_validity: Duration,
    writes: Collection[str],
    reads: Collection[str],
) -> cognito.UserPoolClient:
    """Make a client without a secret; see :class:`AppClient`."""
    client = cognito.UserPoolClient(
        scope,
        id_,
        user_pool=pool,
        auth_flows=cognito.AuthFlow(
            user_srp=True,
            user=passkey_sign_in,
            user_password=password_sign_in,
            admin_user_password=password_sign_in,
        ),
        disable_o_auth=not return_urls,
        o_auth=_code_grant(return_urls) if return_urls else None,
        generate_secret=False,
        prevent_user_existence_errors=True,
        enable_token_revocation=True,
        id_token_validity=token_validity,
        access_token_validity=token_validity,
        refresh_token_validity=refresh_validity,
    )
    cfn_client = cast(cognito.CfnUserPoolClient, client.node.default_child)
    cfn_client.write_attributes = sorted(writes)
    if reads:
        cfn_client.read_attributes = sorted(reads)
    return client


def _code_grant(return_urls: Sequence[str]) -> cognito.OAuthSettings:
    return cognito.OAuthSettings(
        flows=cognito.OAuthFlows(authorization_code_grant=True),
        scopes=[cognito.OAuthScope.OPENID, cognito.OAuthScope.EMAIL],
        callback_urls=list(return_urls),
        logout_urls=list(return_urls),
    )
