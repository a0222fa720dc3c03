"""What is counted for alarms: CloudWatch reads it from the log (embedded metric format)."""

import os
import time

import msgspec

NAMESPACE = "Blockwork"
DIMENSION = "FunctionName"


def count(name: str) -> None:
    """Add one to a metric of the function that runs; it needs no permission and no request.

    Its only dimension is the function: an alarm sees a metric only if it names exactly its
    dimensions, and Powertools would add the service's name.
    """
    directive = {
        "Namespace": NAMESPACE,
        "Dimensions": [[DIMENSION]],
        "Metrics": [{"Name": name, "Unit": "Count"}],
    }
    line = {
        "_aws": {"Timestamp": int(time.time() * 1000), "CloudWatchMetrics": [directive]},
        DIMENSION: os.environ.get("AWS_LAMBDA_FUNCTION_NAME", "none"),
        name: 1,
    }
    print(msgspec.json.encode(line).decode())
