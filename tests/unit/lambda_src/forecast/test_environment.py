"""What each function must be given as environment variables; the stack's test asks the same."""

import pytest

from tests.unit.lambda_src.environment import LAMBDA_SRC, variables_read_by

NEEDED = {
    "fetch_forecast": {"EVENT_BUS_NAME", "FORECAST_TABLE", "WEATHER_URL"},
    "get_forecast": {"FORECAST_TABLE"},
}


def test_every_handler_of_the_forecast_is_listed_here() -> None:
    handlers = LAMBDA_SRC / "forecast" / "handlers"

    assert set(NEEDED) == {
        module.stem
        for module in handlers.glob("*.py")
        if "\nhandler = " in module.read_text(encoding="utf-8")
    }


@pytest.mark.parametrize(("name", "variables"), NEEDED.items())
def test_a_handler_reads_no_other_variables(name: str, variables: set[str]) -> None:
    assert variables_read_by(f"forecast.handlers.{name}") == variables
