"""Orders of a shop, beside what it has had for years: bus, stock, returns, tills and a carrier."""

from pathlib import Path

import aws_cdk as cdk
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_events as events
from aws_cdk import aws_kinesis as kinesis
from aws_cdk import aws_sqs as sqs
from aws_cdk import aws_ssm as ssm

from constructs_lib.blocks import (
    PUBLIC,
    BusinessApi,
    EventBus,
    FailureChain,
    IdempotencyTable,
    QueueConsumer,
    StreamConsumer,
)
from constructs_lib.grants import let_read_parameter
from constructs_lib.primitives import AlarmTopic, PythonFunction, PythonService, Table

SOURCE = Path(__file__).parent / "src"

app = cdk.App()
stack = cdk.Stack(app, "Orders")

# What is there already. A stream's name holds the time it was made at, so its owner tells of it.
bus = EventBus.of(events.EventBus.from_event_bus_name(stack, "Bus", "shop"))
stock = dynamodb.TableV2.from_table_attributes(
    stack,
    "Stock",
    table_name="stock",
    table_stream_arn=ssm.StringParameter.value_for_string_parameter(stack, "/shop/stock/stream"),
)
returns = sqs.Queue.from_queue_arn(
    stack, "Returns", stack.format_arn(service="sqs", resource="returns")
)
tills = kinesis.Stream.from_stream_arn(
    stack,
    "Tills",
    stack.format_arn(service="kinesis", resource="stream", resource_name="tills"),
)
carrier_key = ssm.StringParameter.from_secure_string_parameter_attributes(
    stack, "CarrierKey", parameter_name="/shop/carrier-key"
)

# With the runtime kit: what handlers import of it comes with them, and its packages in a layer.
service = PythonService(name="orders", source=SOURCE, requirements=SOURCE / "requirements.txt")
failures = FailureChain(stack, "Failures")
orders = Table(stack, "OrderTable", partition_key="id")
place = PythonFunction(stack, "PlaceOrder", service=service, entry="place_order")
orders.let_use(place, "dynamodb:PutItem", variable="ORDERS", attributes=["address"])
bus.let_publish(place, source="shop.orders")
api = BusinessApi(stack, "Api", allow_origins=["https://shop.example.com"])
api.route("POST /orders", place, authorizer=PUBLIC)

carrier = {"CARRIER_URL": "https://api.carrier.example.com"}
ship = PythonFunction(stack, "ShipOrder", service=service, entry="ship_order", environment=carrier)
let_read_parameter(carrier_key, ship, variable="CARRIER_KEY_PARAMETER")
orders.let_use(ship, "dynamodb:UpdateItem", variable="ORDERS", attributes=["shipments"])
bus.subscribe(
    stack,
    "OnOrderPlaced",
    source="shop.orders",
    detail_types=["OrderPlaced"],
    function=ship,
    failures=failures,
    once=IdempotencyTable(stack, "Once"),
)

# Without it: plain handlers, which know nothing of the library.
plain = PythonService(name="warehouse", source=SOURCE)


def in_the_warehouse(id_: str, entry: str, attribute: str) -> PythonFunction:
    """Return a function that counts something in an order."""
    function = PythonFunction(stack, id_, service=plain, entry=entry)
    orders.let_use(function, "dynamodb:UpdateItem", variable="ORDERS", attributes=[attribute])
    return function


QueueConsumer(
    stack,
    "OnReturn",
    queue=returns,
    function=in_the_warehouse("TakeBack", "take_back", "returns"),
    failures=failures,
    dead_letters_elsewhere=True,  # the warehouse looks there
)
StreamConsumer(
    stack,
    "OnStock",
    source=stock,
    function=in_the_warehouse("WatchStock", "watch_stock", "changes"),
    failures=failures,
    retry_attempts=2,
)
StreamConsumer(
    stack,
    "OnSale",
    source=tills,
    function=in_the_warehouse("CountSales", "count_sales", "sold"),
    failures=failures,
    retry_attempts=2,
)

alarms = AlarmTopic(stack, "Alarms", emails=["orders@shop.example.com"])
alarms.watch(failures.alarm, failures.age_alarm, api.alarm)
cdk.CfnOutput(stack, "Url", value=api.url)
cdk.CfnOutput(stack, "FailedEvents", value=failures.queue.queue_url)
cdk.CfnOutput(stack, "OrderTableName", value=orders.table_name)
app.synth()
