"""By which keys callers of webhooks sign, and what was signed already."""

from aws_cdk import RemovalPolicy
from aws_cdk import aws_ssm as ssm
from constructs import Construct

from constructs_lib.asked_once import made_in, path_of
from constructs_lib.grants import let_read_parameter
from constructs_lib.interfaces import AnyFunction, AnyKey
from constructs_lib.primitives import Table
from constructs_lib.telling import tell


class WebhookKeys(Construct):
    """Lets functions take webhooks whose signature is right, of now, and new.

    The keys stand in a SecureString, which no template can make. `WebhookVerifier` of
    `blockwork.runtime.webhooks` refuses the others::

        keys = ssm.StringParameter.from_secure_string_parameter_attributes(
            self, "Keys", parameter_name="/shop/webhook-keys"
        )
        WebhookKeys(self, "Webhooks", parameter=keys).let_verify(take_payment_status)

    To rotate: write both keys into the parameter, separated by a space; a minute later let the
    caller sign by the new one; then write the new one alone.

    :param parameter: holds one key or two, of 16 characters at least.
    :param encryption_key: the customer's key that encrypts the parameter. Default: AWS's own for
        SSM, which takes no permission.
    :param removal_policy: what becomes of the table of accepted signatures when it leaves its
        stack. Default: that of :class:`Defaults`, else it is retained.
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        /,
        *,
        parameter: ssm.IParameter,
        encryption_key: AnyKey | None = None,
        removal_policy: RemovalPolicy | None = None,
    ) -> None:
        super().__init__(scope, id_)
        made_in(scope, id_, self)
        self._parameter = parameter
        self._key = encryption_key
        self.replays = Table(
            self,
            "Replays",
            partition_key="signature",
            time_to_live_attribute="expiresAt",
            removal_policy=removal_policy,
        )

    def let_verify(self, function: AnyFunction, /) -> None:
        """Let a function check signatures.

        It finds the parameter in WEBHOOK_KEYS_PARAMETER, the table in REPLAYS_TABLE.

        :raises ValueError: if the function cannot be told.
        """
        tell(function, "REPLAYS_TABLE", self.replays.table_name, at=path_of(self))
        let_read_parameter(self._parameter, function, variable="WEBHOOK_KEYS_PARAMETER")
        if self._key is not None:
            self._key.grant_decrypt(function)
        self.replays.grant_attributes(
            function,
            "dynamodb:PutItem",
            "dynamodb:DeleteItem",
            attributes=["caller", "expiresAt"],
        )
