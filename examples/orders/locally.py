"""What the shop has had for years, made before the app's first deployment to this machine."""

from pathlib import Path

from blockwork.local.account import Account
from blockwork.local.configured_app import ConfiguredApp


class OrdersHere(ConfiguredApp):
    """The app as `app.py` has it, in an account that is not empty."""

    def prepare(self, account: Account, state: Path) -> None:
        """Make the bus, the queue, the tills' stream and the stock, if they are not there."""
        if account.recall("/shop/stock/stream"):
            return
        account.client("events").create_event_bus(Name="shop")
        account.client("sqs").create_queue(QueueName="returns")
        account.client("kinesis").create_stream(StreamName="tills", ShardCount=1)
        stock = account.client("dynamodb").create_table(
            TableName="stock",
            KeySchema=[{"AttributeName": "article", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "article", "AttributeType": "S"}],
            BillingMode="PAY_PER_REQUEST",
            StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"},
        )
        account.remember("/shop/stock/stream", stock["TableDescription"]["LatestStreamArn"])
