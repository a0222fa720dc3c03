"""Orders: placed over HTTP, shipped by an event, and none that fails is lost."""

from pathlib import Path

import aws_cdk as cdk
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets

from constructs_lib.blocks import BusinessApi, EventBus, FailureChain
from constructs_lib.primitives import PythonFunction, PythonService

app = cdk.App()
stack = cdk.Stack(app, "Orders")
service = PythonService(name="orders", source=Path(__file__).parent / "src")
failures = FailureChain(stack, "Failures")
bus = EventBus(stack, "Bus").bus

place = PythonFunction(
    stack,
    "PlaceOrder",
    service=service,
    entry="place_order",
    environment={"BUS": bus.event_bus_name},
)
bus.grant_put_events_to(place)
api = BusinessApi(stack, "Api", allow_origins=["https://shop.example.com"])
api.route("POST /orders", place)

ship = PythonFunction(
    stack, "ShipOrder", service=service, entry="ship_order", on_failure=failures.destination()
)
events.Rule(
    stack,
    "OrderPlaced",
    event_bus=bus,
    event_pattern=events.EventPattern(detail_type=["OrderPlaced"]),
    targets=[targets.LambdaFunction(ship, dead_letter_queue=failures.queue)],
)
app.synth()
