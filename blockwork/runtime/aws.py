"""How long we wait for AWS."""

from botocore.config import Config

# botocore's own minute of patience would outlast a function: three tries fit into 10 seconds.
PATIENCE = Config(
    connect_timeout=1, read_timeout=2, retries={"mode": "standard", "total_max_attempts": 3}
)

# Cognito gives a trigger 5 seconds in all and then calls it again (Developer Guide, "Customizing
# user pool workflows with Lambda triggers"): two tries with the pause between them fit.
TRIGGER_PATIENCE = Config(
    connect_timeout=0.5, read_timeout=1, retries={"mode": "standard", "total_max_attempts": 2}
)
