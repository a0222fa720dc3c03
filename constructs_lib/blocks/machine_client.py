"""A program that calls APIs in its own name, with tokens of a user pool."""

from collections.abc import Sequence

from aws_cdk import Duration, RemovalPolicy, SecretValue, Token
from aws_cdk import aws_apigatewayv2_authorizers as authorizers
from aws_cdk import aws_cognito as cognito
from aws_cdk import aws_secretsmanager as secretsmanager
from constructs import Construct

from constructs_lib.acknowledge import acknowledge
from constructs_lib.asked_once import made_in, path_of
from constructs_lib.interfaces import AnyKey, as_key
from constructs_lib.primitives.l2_options import refuse_time_outside

ONE_HOUR = Duration.hours(1)


class MachineClient(Construct):
    """A confidential client of a user pool (OAuth 2.0 client credentials, RFC 6749, section 4.4).

    It gets tokens for the scopes it is given, and no user's; a route asks for them::

        write = cognito.ResourceServerScope(scope_name="write", scope_description="place orders")
        server = users.pool.add_resource_server("Orders", identifier="orders", scopes=[write])
        partner = MachineClient(
            self, "Partner", pool=users.pool,
            scopes=[cognito.OAuthScope.resource_server(server, write)],
        )
        api.route(
            "POST /orders", place_order,
            authorizer=users.authorizer(partner.client), scopes=["orders/write"],
        )

    A route with such an authorizer and without scopes lets every machine in. Tokens come from
    `/oauth2/token` of the pool's domain, each request for one is paid ("Amazon Cognito pricing"):
    a program keeps its token until it ends. Cognito makes the secret, no template has it; who may
    see it asks for it (`aws cognito-idp describe-user-pool-client`), programs of ours find it where
    :meth:`keep_secret` puts it.

    :param pool: whose tokens, with a domain: `domain_prefix` of :class:`UserDirectory`, or
        `pool.add_domain(…)` before.
    :param scopes: what the program may do, of resource servers of the pool.
    :param token_validity: how long tokens are good, 5 minutes to 1 day. Default: 1 hour.
    :raises ValueError: if there is no scope, or one of users; if the validity is not one that
        Cognito takes; or if nobody could get a token, because the pool has no domain.
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        /,
        *,
        pool: cognito.IUserPool,
        scopes: Sequence[cognito.OAuthScope],
        token_validity: Duration = ONE_HOUR,
    ) -> None:
        super().__init__(scope, id_)
        made_in(scope, id_, self)
        _check_scopes([one.scope_name for one in scopes], at=path_of(self))
        _check_domain(pool, at=path_of(self))
        refuse_time_outside("token_validity", token_validity, 300, 86_400, path_of(self))
        self._pool = pool
        self.client = cognito.UserPoolClient(
            self,
            "Client",
            user_pool=pool,
            generate_secret=True,
            # Where none is named, users might sign in by SRP (API reference, CreateUserPoolClient).
            auth_flows=cognito.AuthFlow(user_srp=False),
            o_auth=cognito.OAuthSettings(
                flows=cognito.OAuthFlows(client_credentials=True), scopes=list(scopes)
            ),
            supported_identity_providers=[],
            prevent_user_existence_errors=True,
            enable_token_revocation=True,
            access_token_validity=token_validity,
        )

    def authorizer(self, *others: cognito.IUserPoolClient) -> authorizers.HttpUserPoolAuthorizer:
        """Return a JWT authorizer for routes of one API: make one for each API.

        :param others: further clients of the pool, whose tokens count too.
        """
        return authorizers.HttpUserPoolAuthorizer(
            self.node.id, self._pool, user_pool_clients=[self.client, *others]
        )

    def keep_secret(
        self,
        *,
        encryption_key: AnyKey | None = None,
        removal_policy: RemovalPolicy = RemovalPolicy.DESTROY,
    ) -> secretsmanager.Secret:
        """Keep id and secret in Secrets Manager too (`clientId`, `clientSecret`), once.

        The template refers to the secret, CloudFormation copies it. It costs 0.40 $ a month.

        :param encryption_key: what it is encrypted by. Default: Secrets Manager's own key, which
            is of this account alone.
        :param removal_policy: what becomes of it with its stack. Default: it goes, as the client.
        """
        client = self.client.node.default_child
        assert isinstance(client, cognito.CfnUserPoolClient)
        secret = secretsmanager.Secret(
            self,
            "Secret",
            encryption_key=as_key(encryption_key),
            removal_policy=removal_policy,
            secret_object_value={
                "clientId": SecretValue.unsafe_plain_text(self.client.user_pool_client_id),
                "clientSecret": SecretValue.resource_attribute(client.attr_client_secret),
            },
        )
        acknowledge(secret, SMG4="Cognito's secret is as long good as its client")
        return secret


def _check_scopes(scopes: Sequence[str], *, at: str) -> None:
    of_users = [one for one in scopes if "/" not in one and not Token.is_unresolved(one)]
    if not scopes or of_users:
        raise ValueError(
            "scopes must be some of a resource server, such as OAuthScope.resource_server(server, "
            "ResourceServerScope(scope_name='write', …)): a program gets none of users, got "
            f"{of_users or list(scopes)} (at {at})"
        )


def _check_domain(pool: cognito.IUserPool, *, at: str) -> None:
    """Refuse a pool of this app that shows nobody where tokens are."""
    made = isinstance(pool, cognito.UserPool)
    if made and not any(isinstance(part, cognito.UserPoolDomain) for part in pool.node.find_all()):
        raise ValueError(
            f"pool must have a domain, where programs get tokens, got {pool.node.path} without: "
            "give UserDirectory a domain_prefix, or call pool.add_domain(…) before "
            f"(at {at})"
        )
