"""A DynamoDB table that is paid by use and hard to lose."""

from aws_cdk import RemovalPolicy
from aws_cdk import aws_dynamodb as dynamodb
from constructs import Construct


class Table(dynamodb.TableV2):
    """A table with on-demand capacity, point-in-time recovery and deletion protection.

    Keys are strings: ids are opaque and times are ISO 8601, which sort as text::

        orders = Table(self, "Orders", partition_key="customerId", sort_key="orderId")

    :param partition_key: attribute that says in which partition an item lives.
    :param sort_key: attribute that orders the items of a partition. Default: none, one item a key.
    :param time_to_live_attribute: attribute with the epoch second after which an item goes.
        Default: items stay.
    :param stream: which images of a changed item its stream carries. Default: no stream.
    :param removal_policy: what becomes of the data when the table leaves its stack. Default: it is
        retained, and the table is protected from deletion.
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        /,
        *,
        partition_key: str,
        sort_key: str | None = None,
        time_to_live_attribute: str | None = None,
        stream: dynamodb.StreamViewType | None = None,
        removal_policy: RemovalPolicy = RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
    ) -> None:
        super().__init__(
            scope,
            id_,
            partition_key=_string_key(partition_key),
            sort_key=_string_key(sort_key) if sort_key else None,
            billing=dynamodb.Billing.on_demand(),
            point_in_time_recovery_specification=dynamodb.PointInTimeRecoverySpecification(
                point_in_time_recovery_enabled=True
            ),
            time_to_live_attribute=time_to_live_attribute,
            dynamo_stream=stream,
            deletion_protection=removal_policy is not RemovalPolicy.DESTROY,
            removal_policy=removal_policy,
        )


def _string_key(name: str) -> dynamodb.Attribute:
    return dynamodb.Attribute(name=name, type=dynamodb.AttributeType.STRING)
