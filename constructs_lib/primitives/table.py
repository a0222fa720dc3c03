"""A DynamoDB table that is paid by use and hard to lose."""

from collections.abc import Collection
from typing import Unpack

from aws_cdk import RemovalPolicy
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_iam as iam
from constructs import Construct

from constructs_lib.asked_once import made_in, path_of
from constructs_lib.defaults import Defaults
from constructs_lib.interfaces import AnyFunction
from constructs_lib.primitives.l2_options import refuse_options
from constructs_lib.primitives.storage_options import NOT_FOR_TABLES, TableOptions
from constructs_lib.telling import tell

READS = frozenset(f"dynamodb:{name}" for name in ("BatchGetItem", "GetItem", "Query", "Scan"))
WRITES = frozenset(f"dynamodb:{name}" for name in ("DeleteItem", "PutItem", "UpdateItem"))
"""Batches and transactions are allowed by what each of their items asks for: they are none."""
SELECTING = {"StringEquals": {"dynamodb:Select": "SPECIFIC_ATTRIBUTES"}}
WHAT_WAS_WRITTEN = ("NONE", "UPDATED_NEW", "UPDATED_OLD")
"""`ReturnValues` of a write that answers with nothing it has not written itself."""


class Table(dynamodb.TableV2):
    """A table with on-demand capacity, point-in-time recovery and deletion protection.

    Keys that are but named are strings: ids are opaque and times are ISO 8601, which sort as text::

        orders = Table(self, "Orders", partition_key="customerId", sort_key="orderId")
        orders.let_use(
            ship, "dynamodb:UpdateItem", variable="ORDERS_TABLE", attributes=["shippedAt"]
        )

    :param partition_key: attribute that says in which partition an item lives.
    :param sort_key: attribute that orders the items of a partition. Default: none, one item a key.
    :param time_to_live_attribute: attribute with the epoch second after which an item goes.
        Default: items stay.
    :param stream: which images of a changed item its stream carries. Default: no stream.
    :param removal_policy: what becomes of the data when the table leaves its stack. Default: that
        of :class:`Defaults`, else it is retained, and the table is protected from deletion.
    :param options: any other of `aws_dynamodb.TableV2`, such as `encryption` or
        `global_secondary_indexes`, see :class:`TableOptions`.
    :raises ValueError: if an option contradicts what a table promises.
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        /,
        *,
        partition_key: str | dynamodb.Attribute,
        sort_key: str | dynamodb.Attribute | None = None,
        time_to_live_attribute: str | None = None,
        stream: dynamodb.StreamViewType | None = None,
        removal_policy: RemovalPolicy | None = None,
        **options: Unpack[TableOptions],
    ) -> None:
        refuse_options(options, NOT_FOR_TABLES, f"{path_of(scope)}/{id_}")
        keys = [_key(key) for key in (partition_key, sort_key) if key]
        policy = Defaults.of(scope).removal_policy(removal_policy)
        settings: TableOptions = {
            "billing": dynamodb.Billing.on_demand(),
            "point_in_time_recovery_specification": dynamodb.PointInTimeRecoverySpecification(
                point_in_time_recovery_enabled=True
            ),
            "deletion_protection": policy is not RemovalPolicy.DESTROY,
            **options,
        }
        super().__init__(
            scope,
            id_,
            partition_key=keys[0],
            sort_key=keys[1] if sort_key else None,
            time_to_live_attribute=time_to_live_attribute,
            dynamo_stream=stream,
            removal_policy=policy,
            **settings,
        )
        made_in(scope, id_, self)
        self._keys = [key.name for key in keys]
        # Asked for once: each answer takes time.
        self._name, self._arn, self._key = self.table_name, self.table_arn, self.encryption_key
        self._indexes = {
            index.index_name: [key.name for key in (index.partition_key, index.sort_key) if key]
            for index in options.get("global_secondary_indexes", ())
        }

    def let_use(
        self,
        function: AnyFunction,
        /,
        *actions: str,
        variable: str,
        attributes: Collection[str],
        return_values: Collection[str] = WHAT_WAS_WRITTEN,
    ) -> iam.Grant:
        """Tell a function the table's name, and allow it what `grant_attributes` does.

        :param variable: what the function finds the name in, such as `ORDERS_TABLE`.
        :raises ValueError: as `grant_attributes`, or if the function cannot be told.
        """
        tell(function, variable, self._name, at=path_of(self))
        return self.grant_attributes(
            function, *actions, attributes=attributes, return_values=return_values
        )

    def grant_attributes(
        self,
        grantee: iam.IGrantable,
        /,
        *actions: str,
        attributes: Collection[str],
        return_values: Collection[str] = WHAT_WAS_WRITTEN,
    ) -> iam.Grant:
        """Allow requests that name no attributes but these and the keys (`dynamodb:Attributes`).

        Names in conditions and filters count too. A reader has to name what it wants by a
        projection, which may hold nothing else; without one DynamoDB would return whole items, and
        refuses. `PutItem` and `DeleteItem` replace and remove whole items whatever these hold: in a
        table with items of several kinds let functions write by `UpdateItem`, which also makes new
        ones. A write whose condition fails may still ask for the item that was there
        (`ReturnValuesOnConditionCheckFailure`), for which DynamoDB documents no key: keep what a
        writer must not see in a table of its own. Indexes are not granted. (DynamoDB, "Using IAM
        policy conditions for fine-grained access control".)

        :param actions: reads, such as `dynamodb:GetItem`, or writes, such as `dynamodb:UpdateItem`;
            what a transaction does to an item is allowed by the same names.
        :param attributes: names, without those of the table's own keys.
        :param return_values: what a write may ask to be answered with, such as `ALL_NEW`. Default:
            nothing but what it has written.
        :raises ValueError: if the actions are none of these, or some of both; or if `attributes`
            is a text or holds a wildcard.
        """
        at = f"(at {path_of(self)})"
        if not actions or not (READS.issuperset(actions) or WRITES.issuperset(actions)):
            raise ValueError(
                f"actions must be some of {', '.join(sorted(READS))}, or some of"
                f" {', '.join(sorted(WRITES))}: grant reads and writes one by one,"
                f" got {', '.join(actions) or 'none'} {at}"
            )
        if isinstance(attributes, str) or any("*" in name or not name for name in attributes):
            raise ValueError(f"attributes must be a list of whole names, got {attributes!r} {at}")
        writes = {"StringEqualsIfExists": {"dynamodb:ReturnValues": sorted(return_values)}}
        self._grant_key(grantee, actions)
        return iam.Grant.add_to_principal(
            grantee=grantee,
            actions=sorted(actions),
            resource_arns=[self._arn],
            conditions={
                **_naming([*self._keys, *sorted(set(attributes) - {*self._keys})]),
                **(SELECTING if READS.issuperset(actions) else writes),
            },
        )

    def let_query(self, function: AnyFunction, /, index: str, *, variable: str) -> iam.Grant:
        """Tell a function the table's name, and allow it what `grant_query` does.

        :param variable: what the function finds the name in, such as `ORDERS_TABLE`.
        :raises ValueError: as `grant_query`, or if the function cannot be told.
        """
        tell(function, variable, self._name, at=path_of(self))
        return self.grant_query(function, index)

    def grant_query(self, grantee: iam.IGrantable, /, index: str) -> iam.Grant:
        """Allow to query one global index for its keys and the table's, and to read nothing else.

        A query names the keys that it wants by a projection, as in `grant_attributes`.

        :param index: its name.
        :raises ValueError: if the table has no global index of this name.
        """
        if index not in self._indexes:
            raise ValueError(
                f"index must be a global index of the table, which has"
                f" {', '.join(self._indexes) or 'none'}, got {index!r} (at {path_of(self)})"
            )
        self._grant_key(grantee, ["dynamodb:Query"])
        keys = dict.fromkeys([*self._keys, *self._indexes[index]])
        return iam.Grant.add_to_principal(
            grantee=grantee,
            actions=["dynamodb:Query"],
            resource_arns=[f"{self._arn}/index/{index}"],
            conditions={**_naming([*keys]), **SELECTING},
        )

    def grant_partitions(self, grantee: iam.IGrantable, /, *actions: str, like: str) -> iam.Grant:
        """Allow actions on items whose partition key is `like` this (`dynamodb:LeadingKeys`).

        :param actions: such as `dynamodb:PutItem`; a scan asks for no key, so none can be limited.
        :param like: a partition key, in which `*` stands for any characters.
        :raises ValueError: if the actions are not of that kind, or `like` is every key.
        """
        allowed = (READS | WRITES) - {"dynamodb:Scan"}
        at = f"(at {path_of(self)})"
        if not actions or not allowed.issuperset(actions):
            raise ValueError(
                f"actions must be some of {', '.join(sorted(allowed))},"
                f" got {', '.join(actions) or 'none'} {at}"
            )
        if not like.strip("*"):
            raise ValueError(f"like must say which partition keys, got {like!r} {at}")
        self._grant_key(grantee, actions)
        return iam.Grant.add_to_principal(
            grantee=grantee,
            actions=sorted(actions),
            resource_arns=[self._arn],
            conditions={
                "ForAllValues:StringLike": {"dynamodb:LeadingKeys": like},
                "Null": {"dynamodb:LeadingKeys": "false"},
            },
        )

    def _grant_key(self, grantee: iam.IGrantable, actions: Collection[str]) -> None:
        """Allow what DynamoDB does with a customer's key in the name of who asks."""
        key = self._key
        if key and READS.issuperset(actions):
            key.grant_decrypt(grantee)
        elif key:
            key.grant_encrypt_decrypt(grantee)


def _naming(attributes: list[str]) -> dict[str, dict[str, list[str]]]:
    return {"ForAllValues:StringEquals": {"dynamodb:Attributes": attributes}}


def _key(key: str | dynamodb.Attribute) -> dynamodb.Attribute:
    if isinstance(key, str):
        return dynamodb.Attribute(name=key, type=dynamodb.AttributeType.STRING)
    return key
