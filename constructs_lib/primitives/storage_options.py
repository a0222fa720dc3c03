"""What the primitives that keep something take of the options of L2s, beside their own."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypedDict

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aws_cdk import CfnTag, Duration, RemovalPolicy
    from aws_cdk import aws_dynamodb as dynamodb
    from aws_cdk import aws_iam as iam
    from aws_cdk import aws_kinesis as kinesis
    from aws_cdk import aws_kms as kms
    from aws_cdk import aws_s3 as s3
    from aws_cdk import aws_sns as sns
    from aws_cdk import aws_sqs as sqs

_BY_TLS = "nothing of it travels in the clear"


class QueueOptions(TypedDict, total=False):
    """Options of `aws_sqs.Queue`; each means what it means there."""

    content_based_deduplication: bool
    data_key_reuse: Duration
    deduplication_scope: sqs.DeduplicationScope
    delivery_delay: Duration
    fifo: bool
    fifo_throughput_limit: sqs.FifoThroughputLimit
    max_message_size_bytes: int
    queue_name: str
    receive_message_wait_time: Duration
    redrive_allow_policy: sqs.RedriveAllowPolicy
    removal_policy: RemovalPolicy


NOT_FOR_QUEUES = {
    "encryption": "SQS encrypts with its own key, or with `encryption_key`",
    "encryption_master_key": "it is called `encryption_key` here",
    "enforce_ssl": _BY_TLS,
    "retention_period": "it is called `retention` here",
}


class StreamOptions(TypedDict, total=False):
    """Options of `aws_kinesis.Stream`; each means what it means there."""

    shard_level_metrics: Sequence[kinesis.ShardLevelMetrics]
    stream_name: str


_ON_DEMAND = "shards follow what comes: there are none to count"
NOT_FOR_STREAMS = {
    "encryption": "Kinesis encrypts with AWS's key, or with `encryption_key`",
    "retention_period": "it is called `retention` here",
    "shard_count": _ON_DEMAND,
    "stream_mode": _ON_DEMAND,
}


class TableOptions(TypedDict, total=False):
    """Options of `aws_dynamodb.TableV2`; each means what it means there."""

    billing: dynamodb.Billing
    contributor_insights_specification: dynamodb.ContributorInsightsSpecification
    deletion_protection: bool
    encryption: dynamodb.TableEncryptionV2
    global_secondary_indexes: Sequence[dynamodb.GlobalSecondaryIndexPropsV2]
    global_table_settings_replication_mode: dynamodb.GlobalTableSettingsReplicationMode
    kinesis_stream: kinesis.IStream
    local_secondary_indexes: Sequence[dynamodb.LocalSecondaryIndexProps]
    multi_region_consistency: dynamodb.MultiRegionConsistency
    point_in_time_recovery_specification: dynamodb.PointInTimeRecoverySpecification
    replicas: Sequence[dynamodb.ReplicaTableProps]
    resource_policy: iam.PolicyDocument
    stream_resource_policy: iam.PolicyDocument
    table_class: dynamodb.TableClass
    table_name: str
    tags: Sequence[CfnTag]
    warm_throughput: dynamodb.WarmThroughput
    witness_region: str


NOT_FOR_TABLES = {
    "contributor_insights": "the CDK has given it up for `contributor_insights_specification`",
    "dynamo_stream": "it is called `stream` here",
    "point_in_time_recovery": "the CDK has given it up for `point_in_time_recovery_specification`",
}


class BucketOptions(TypedDict, total=False):
    """Options of `aws_s3.Bucket`; each means what it means there."""

    abac_status: bool
    blocked_encryption_types: Sequence[s3.BlockedEncryptionType]
    bucket_key_enabled: bool
    bucket_name: str
    bucket_name_prefix: str
    bucket_namespace: s3.BucketNamespace
    cors: Sequence[s3.CorsRule]
    encryption: s3.BucketEncryption
    encryption_key: kms.IKey
    intelligent_tiering_configurations: Sequence[s3.IntelligentTieringConfiguration]
    inventories: Sequence[s3.Inventory]
    metrics: Sequence[s3.BucketMetrics]
    minimum_tls_version: float
    notifications_handler_role: iam.IRole
    notifications_skip_destination_validation: bool
    object_lock_default_retention: s3.ObjectLockRetention
    object_lock_enabled: bool
    object_ownership: s3.ObjectOwnership
    replication_role: iam.IRole
    replication_rules: Sequence[s3.ReplicationRule]
    server_access_logs_bucket: s3.IBucket
    server_access_logs_prefix: str
    target_object_key_format: s3.TargetObjectKeyFormat
    transfer_acceleration: bool
    transition_default_minimum_object_size: s3.TransitionDefaultMinimumObjectSize


_PRIVATE = "nobody reads it by accident: say with grants who may"
_NO_WEBSITE = "a website of S3 is public and has no TLS: put a CloudFront distribution before it"
NOT_FOR_BUCKETS = {
    "access_control": _PRIVATE,
    "auto_delete_objects": "`removal_policy=RemovalPolicy.DESTROY` empties it",
    "block_public_access": _PRIVATE,
    "enforce_ssl": _BY_TLS,
    "event_bridge_enabled": "it is called `notifies_event_bus` here",
    "public_read_access": _PRIVATE,
    "website_error_document": _NO_WEBSITE,
    "website_index_document": _NO_WEBSITE,
    "website_redirect": _NO_WEBSITE,
    "website_routing_rules": _NO_WEBSITE,
}


class TopicOptions(TypedDict, total=False):
    """Options of `aws_sns.Topic`; each means what it means there."""

    display_name: str
    logging_configs: Sequence[sns.LoggingConfig]
    signature_version: str
    topic_name: str
    tracing_config: sns.TracingConfig


_NO_MAIL = "a FIFO topic sends no mail (Amazon SNS, FIFO topics)"
NOT_FOR_ALARM_TOPICS = {
    "content_based_deduplication": _NO_MAIL,
    "enforce_ssl": _BY_TLS,
    "fifo": _NO_MAIL,
    "fifo_throughput_scope": _NO_MAIL,
    "master_key": "it is called `encryption_key` here",
    "message_retention_period_in_days": _NO_MAIL,
}
