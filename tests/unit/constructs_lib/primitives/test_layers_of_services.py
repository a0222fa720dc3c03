"""Which functions of a stack share a layer, and which do not."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import pytest
from aws_cdk import Stack
from aws_cdk import aws_lambda as lambda_
from aws_cdk.assertions import Template

from constructs_lib.primitives import BuildTarget, PythonFunction, PythonService
from tests.unit.constructs_lib.primitives.wheels import local_wheel, pinned

Lock = Callable[[str], Path]


@pytest.fixture
def lock(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Lock:
    """Return how to lock one package of that name."""
    monkeypatch.chdir(tmp_path)

    def lock(name: str) -> Path:
        file = tmp_path / f"{name}.txt"
        file.write_text(f"{pinned(local_wheel(tmp_path, name))}\n")
        return file

    return lock


def layers_of(stack: Stack) -> dict[str, list[str]]:
    """Return the layers of each function, as what they are called in the template."""
    functions = Template.from_stack(stack).find_resources("AWS::Lambda::Function")
    return {
        name.removesuffix(name[-8:]): [layer["Ref"] for layer in properties["Layers"]]
        for name, properties in ((name, each["Properties"]) for name, each in functions.items())
    }


def content(stack: Stack, layer: str) -> Any:
    return Template.from_stack(stack).find_resources("AWS::Lambda::LayerVersion")[layer][
        "Properties"
    ]["Content"]["S3Key"]


def test_services_of_one_stack_load_each_its_own_packages(
    stack: Stack, service: PythonService, lock: Lock
) -> None:
    orders = replace(service, requirements=lock("tiny"))
    billing = replace(service, name="billing", requirements=lock("small"))
    (service.source / "billing" / "bill.py").write_text("handler = print")

    PythonFunction(stack, "PlaceOrder", service=orders, entry="place_order")
    PythonFunction(stack, "Bill", service=billing, entry="bill")
    PythonFunction(stack, "BillAgain", service=billing, entry="bill")

    found = layers_of(stack)
    (of_orders,), (of_billing,) = found["PlaceOrder"], found["Bill"]
    first = cast(lambda_.LayerVersion, stack.node.find_child("Dependencies"))
    assert stack.resolve(first.layer_version_arn) == {"Ref": of_orders}
    assert content(stack, of_orders) != content(stack, of_billing)
    assert found["BillAgain"] == [of_billing]


def test_services_with_the_same_lock_and_target_share_its_layer(
    stack: Stack, service: PythonService, lock: Lock
) -> None:
    orders = replace(service, requirements=lock("tiny"))
    (service.source / "billing" / "bill.py").write_text("handler = print")

    PythonFunction(stack, "PlaceOrder", service=orders, entry="place_order")
    PythonFunction(stack, "Bill", service=replace(orders, name="billing"), entry="bill")
    other = replace(orders, name="shared", target=BuildTarget(python="3.12"))
    (service.source / "shared" / "count.py").write_text("handler = print")
    PythonFunction(stack, "Count", service=other, entry="count")

    found = layers_of(stack)
    assert found["PlaceOrder"] == found["Bill"] != found["Count"]


def test_layers_of_other_packages_are_never_one_whatever_they_are_called(
    stack: Stack, service: PythonService, lock: Lock
) -> None:
    made = {
        stack.resolve(service.layer(stack, "Printing", lock(name)).layer_version_arn)["Ref"]
        for name in ("tiny", "small", "large", "tiny")
    }

    assert len(made) == len({content(stack, layer) for layer in made}) == 3
