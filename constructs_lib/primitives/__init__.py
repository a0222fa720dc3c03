"""What a good function, table, bucket or queue is: one AWS resource, with our defaults."""

from constructs_lib.primitives.bucket import Bucket
from constructs_lib.primitives.build_target import BuildTarget
from constructs_lib.primitives.python_function import PythonFunction
from constructs_lib.primitives.python_service import PythonService
from constructs_lib.primitives.queue import Queue
from constructs_lib.primitives.table import Table

__all__ = ["Bucket", "BuildTarget", "PythonFunction", "PythonService", "Queue", "Table"]
