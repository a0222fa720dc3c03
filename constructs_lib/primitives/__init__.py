"""What a good function, table, bucket, queue, stream or topic is: one resource, our defaults."""

from constructs_lib.primitives.alarm_topic import AlarmTopic
from constructs_lib.primitives.bucket import Bucket
from constructs_lib.primitives.bucket_emptying import BucketEmptying
from constructs_lib.primitives.build_target import BuildTarget
from constructs_lib.primitives.function_options import FunctionOptions
from constructs_lib.primitives.node_function import NodeFunction
from constructs_lib.primitives.node_service import NodeService
from constructs_lib.primitives.python_function import PythonFunction
from constructs_lib.primitives.python_service import PythonService
from constructs_lib.primitives.queue import Queue
from constructs_lib.primitives.signing_key import SigningKey
from constructs_lib.primitives.storage_options import (
    BucketOptions,
    QueueOptions,
    StreamOptions,
    TableOptions,
    TopicOptions,
)
from constructs_lib.primitives.stream import Stream
from constructs_lib.primitives.table import WHAT_WAS_WRITTEN, Table

__all__ = [
    "WHAT_WAS_WRITTEN",
    "AlarmTopic",
    "Bucket",
    "BucketEmptying",
    "BucketOptions",
    "BuildTarget",
    "FunctionOptions",
    "NodeFunction",
    "NodeService",
    "PythonFunction",
    "PythonService",
    "Queue",
    "QueueOptions",
    "SigningKey",
    "Stream",
    "StreamOptions",
    "Table",
    "TableOptions",
    "TopicOptions",
]
