"""Where an app's resources answer on this machine."""

import aws_cdk as cdk
import pytest

from constructs_lib.blocks import LocalEndpoints


def test_an_app_for_this_machine_is_told_by_its_context() -> None:
    here = LocalEndpoints.from_context(cdk.App(context={"port": "4570"}))

    assert here == LocalEndpoints(port=4570)
    assert LocalEndpoints.from_context(cdk.App()) is None


def test_every_address_follows_from_the_port() -> None:
    here = LocalEndpoints(port=4566)

    assert here.emulator == "http://localhost:4566"
    assert here.site == "http://localhost:4567"
    assert here.beside == "http://127.0.0.1:4568"
    assert here.mail == ("127.0.0.1", 4569)
    assert here.api("a1") == "http://localhost:4566/_aws/execute-api/a1/$default"
    assert here.rest_api("a1", "prod") == "http://localhost:4566/restapis/a1/prod/_user_request_"
    assert here.socket("a1") == "ws://localhost:4566/_aws/execute-api/a1/live"
    assert here.connections("a1", "v1") == "http://127.0.0.1:4566/_aws/execute-api/a1/v1"


@pytest.mark.parametrize("port", [0, 80, 65_533])
def test_a_port_without_next_ones_is_refused(port: int) -> None:
    with pytest.raises(ValueError, match=f"port must be between 1024 and 65532, got {port}"):
        LocalEndpoints(port=port)


def test_a_context_that_is_no_port_is_refused() -> None:
    with pytest.raises(ValueError, match="the context's port must be a whole number, got 'x'"):
        LocalEndpoints.from_context(cdk.App(context={"port": "x"}))
