"""How long we wait for AWS."""

from botocore.config import Config

# botocore's own minute of patience would outlast a function: three tries fit into 10 seconds.
PATIENCE = Config(
    connect_timeout=1, read_timeout=2, retries={"mode": "standard", "total_max_attempts": 3}
)
