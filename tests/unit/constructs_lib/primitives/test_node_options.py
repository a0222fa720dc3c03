"""What a function in Node.js is not: its options, and bundles too large."""

import pytest
from aws_cdk import aws_lambda as lambda_

from constructs_lib.primitives import NodeFunction
from constructs_lib.primitives.function_options import NOT_FOR_NODE, FunctionOptions
from constructs_lib.primitives.node_build import refuse_too_large
from tests.unit.constructs_lib.primitives.signatures import assert_takes_all


def test_every_option_of_the_cdk_is_taken_or_refused_with_a_reason() -> None:
    assert_takes_all(NodeFunction, lambda_.Function, FunctionOptions, NOT_FOR_NODE)


def test_a_bundle_that_lambda_would_refuse_names_what_takes_most() -> None:
    told = {
        "bytes": 1_000,
        "inputs": {
            "node_modules/@big/one/a.js": {"bytesInOutput": 500},
            "node_modules/@big/one/b.js": {"bytesInOutput": 400},
            "orders/ship.ts": {"bytesInOutput": 100},
        },
    }
    refuse_too_large("orders/ship.ts", told, largest=1_000)

    with pytest.raises(ValueError, match=r"999 bytes, got 1,000 .*@big/one \(900\), orders/ship"):
        refuse_too_large("orders/ship.ts", told, largest=999)
