"""How long the functions wait for AWS."""

from botocore.config import Config

# botocore's own minute would outlast a function: two tries fit into 10 seconds.
FOR_TABLES = Config(
    connect_timeout=1, read_timeout=4, retries={"mode": "standard", "total_max_attempts": 2}
)

# Users wait while one connection does not answer: it is left for later, and has its turn again.
FOR_CONNECTIONS = Config(
    connect_timeout=1,
    read_timeout=2,
    max_pool_connections=16,
    retries={"mode": "standard", "total_max_attempts": 2},
)
