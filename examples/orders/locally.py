"""What the shop has had for years, made before the app's first deployment to this machine."""

import json
from pathlib import Path

from blockwork.local.account import Account
from blockwork.local.configured_app import ConfiguredApp


class OrdersHere(ConfiguredApp):
    """The app as `app.py` has it, in an account that is not empty."""

    def prepare(self, account: Account, state: Path) -> None:
        """Make the bus, the queues, the tills' stream and the stock, if they are not there."""
        if account.recall("/shop/stock/stream"):
            return
        account.client("events").create_event_bus(Name="shop")
        sqs = account.client("sqs")
        lost = sqs.create_queue(QueueName="lost-parcels")["QueueUrl"]
        asked = sqs.get_queue_attributes(QueueUrl=lost, AttributeNames=["QueueArn"])
        lost_parcels = {"deadLetterTargetArn": asked["Attributes"]["QueueArn"]}
        moves = json.dumps({**lost_parcels, "maxReceiveCount": 2})
        sqs.create_queue(
            QueueName="returns", Attributes={"RedrivePolicy": moves, "VisibilityTimeout": "60"}
        )
        account.client("kinesis").create_stream(StreamName="tills", ShardCount=1)
        stock = account.client("dynamodb").create_table(
            TableName="stock",
            KeySchema=[{"AttributeName": "article", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "article", "AttributeType": "S"}],
            BillingMode="PAY_PER_REQUEST",
            StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"},
        )
        account.remember("/shop/stock/stream", stock["TableDescription"]["LatestStreamArn"])
