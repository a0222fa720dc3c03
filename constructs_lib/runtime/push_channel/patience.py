"""How long the functions wait for AWS."""

from botocore.config import Config

# botocore's own minute would outlast a function: two tries fit into 10 seconds.
FOR_TABLES = Config(
    connect_timeout=1, read_timeout=4, retries={"mode": "standard", "total_max_attempts": 2}
)

# A message whose answer is lost is sent again: better wait for it, delivery has a minute.
FOR_CONNECTIONS = Config(
    connect_timeout=1,
    read_timeout=10,
    max_pool_connections=16,
    retries={"mode": "standard", "total_max_attempts": 2},
)
