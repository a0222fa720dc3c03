"""What has been done already, so that nothing is done twice."""

from aws_cdk import RemovalPolicy
from constructs import Construct

from constructs_lib.asked_once import path_of
from constructs_lib.interfaces import AnyFunction
from constructs_lib.primitives import Table
from constructs_lib.primitives.service_function import ServiceFunction
from constructs_lib.telling import tell

VARIABLE = "IDEMPOTENCY_TABLE"


class IdempotencyTable(Table):
    """Remembers for a while which events a service has handled (Powertools' idempotency).

    One a service; its functions share it, and none can forget what another one has handled: the
    keys of each begin with its module, such as `orders.handlers.ship.` (Powertools' `key_prefix`)::

        once = IdempotencyTable(self, "Once")
        bus.subscribe(self, "OnOrderPlaced", function=ship, once=once, …)

    :param removal_policy: what becomes of it when it leaves its stack; without it every replayed
        event has its effect again. Default: that of :class:`Defaults`, else it is retained.
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        /,
        *,
        removal_policy: RemovalPolicy | None = None,
    ) -> None:
        super().__init__(
            scope,
            id_,
            partition_key="id",
            time_to_live_attribute="expiration",
            removal_policy=removal_policy,
        )

    def let_remember(self, function: AnyFunction, /) -> None:
        """Tell a function where to remember (`IDEMPOTENCY_TABLE`), and allow it to.

        Remembering is the handler's own work, as that of the runtime kit does it (`consume(…,
        once=…)`): the code that is bundled for it must name the variable.

        :raises ValueError: if its code does not, and so would do everything again; or if it is no
            `PythonFunction` or `NodeFunction`, whose module its keys begin with.
        """
        if not isinstance(function, ServiceFunction):
            raise ValueError(
                "once must be for a PythonFunction or a NodeFunction, whose keys begin with its "
                f"module, got "
                f"{function.node.path}: leave once out, give the function's role what it needs of "
                f"a table, and tell it of the table yourself (at {path_of(self)})"
            )
        if not function.names(VARIABLE):
            raise ValueError(
                f"once must be for a function whose code reads {VARIABLE}, got {function.node.path}"
                f" of {function.module}, whose code does not name it and would do every event again"
                f" that comes twice: let its handler remember, or leave once out (at "
                f"{path_of(self)})"
            )
        tell(function, VARIABLE, self.table_name, at=path_of(self))
        self.grant_partitions(
            function,
            "dynamodb:GetItem",
            "dynamodb:PutItem",
            "dynamodb:UpdateItem",
            "dynamodb:DeleteItem",
            like=f"{function.module}.*",
        )
