"""A function on the local stage speaks to the fake of an outside service, wherever it is told to.

On AWS the template says where a service is, and on this machine the same template must not lead
there. Stock hands a function's variables to its process as they are. Closed where the process
starts: a variable that OUTSIDE_ADDRESSES names holds the local address, if the function has it at
all. What the function is told by AWS's APIs stays what was deployed.
"""

import json
import os
from typing import Any

from ministack.core.lambda_runtime import Worker


def close() -> None:
    """Replace addresses as a process starts."""
    addresses: dict[str, str] = json.loads(os.environ.get("OUTSIDE_ADDRESSES", "{}"))
    if not addresses:
        return
    stock = Worker._spawn

    def spawn(worker: Any) -> None:
        config = worker.config
        variables = (config.get("Environment") or {}).get("Variables") or {}
        local = {name: addresses.get(name, value) for name, value in variables.items()}
        worker.config = {**config, "Environment": {"Variables": local}}
        try:
            stock(worker)
        finally:
            worker.config = config

    Worker._spawn = spawn
