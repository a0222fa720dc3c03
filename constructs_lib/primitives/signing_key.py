"""A secret that functions sign with, which nobody has ever seen."""

from aws_cdk import RemovalPolicy
from aws_cdk import aws_secretsmanager as secretsmanager
from constructs import Construct

from constructs_lib.acknowledge import acknowledge
from constructs_lib.grants import let_read_secret
from constructs_lib.interfaces import AnyFunction, Secret

LENGTH = 64
"""Letters and digits: 381 bits, more than a key of HMAC-SHA256 needs (RFC 2104, section 3)."""


class SigningKey(Secret):
    """A key that Secrets Manager makes, so that it stands in no template, and may be rotated.

    What is signed with it must be worth less than the key lives, which goes with its stack::

        tokens = SigningKey(self, "Tokens", signs="tokens of the next page")
        tokens.let_sign(list_orders)

    To rotate it, write another text as its value (`aws secretsmanager put-secret-value`); who
    checks signatures should let those by the version before (`AWSPREVIOUS`) count.

    :param signs: what it is for, in a few words.
    :param removal_policy: what becomes of it when it leaves its stack; what it has signed is worth
        nothing without it. Default: it goes, whatever :class:`Defaults`
        say of data.
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        /,
        *,
        signs: str,
        removal_policy: RemovalPolicy | None = None,
    ) -> None:
        super().__init__(
            scope,
            id_,
            description=f"Signs {signs}",
            generate_secret_string=secretsmanager.SecretStringGenerator(
                password_length=LENGTH, exclude_punctuation=True
            ),
            removal_policy=removal_policy or RemovalPolicy.DESTROY,
        )
        acknowledge(self, SMG4="nobody knows it, so it is rotated when that is in doubt")

    def let_sign(self, function: AnyFunction, /) -> None:
        """Let a function sign and check signatures, which needs the key itself.

        It finds the key's ARN in its variable SIGNING_KEY_ARN.

        :raises ValueError: if the function cannot be told.
        """
        let_read_secret(self, function, variable="SIGNING_KEY_ARN")
