"""Orders: placed over HTTP, shipped by an event, and none that fails is lost."""

from pathlib import Path

import aws_cdk as cdk

from constructs_lib.blocks import PUBLIC, BusinessApi, EventBus, FailureChain
from constructs_lib.primitives import AlarmTopic, PythonFunction, PythonService

app = cdk.App()
stack = cdk.Stack(app, "Orders")
service = PythonService(name="orders", source=Path(__file__).parent / "src")
failures = FailureChain(stack, "Failures")
bus = EventBus(stack, "Bus")

place = PythonFunction(stack, "PlaceOrder", service=service, entry="place_order")
bus.let_publish(place, source="shop.orders")
api = BusinessApi(stack, "Api", allow_origins=["https://shop.example.com"])
api.route("POST /orders", place, authorizer=PUBLIC)
alarms = AlarmTopic(stack, "Alarms", emails=["orders@shop.example.com"])
alarms.watch(failures.alarm, failures.age_alarm, api.alarm)

bus.subscribe(
    stack,
    "OnOrderPlaced",
    source="shop.orders",
    detail_types=["OrderPlaced"],
    function=PythonFunction(stack, "ShipOrder", service=service, entry="ship_order"),
    failures=failures,
)
app.synth()
