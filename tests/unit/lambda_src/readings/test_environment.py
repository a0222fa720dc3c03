"""What each function must be given as environment variables; the stack's test asks the same."""

import pytest

from tests.unit.lambda_src.environment import LAMBDA_SRC, variables_read_by

IMPORTS, METERS, READINGS = {"IMPORTS_TABLE"}, {"METERS_TABLE"}, {"READINGS_TABLE"}
FILES, UPLOADS = {"FILES_BUCKET"}, {"UPLOADS_BUCKET"}
PAGES = {"SIGNING_KEY_ARN"}
PARKING = {"FAILURE_TOPIC_ARN", "PATIENCE_SECONDS"}
QUEUES = {"RANGES_QUEUE_URL", "FINISHING_QUEUE_URL"}
NEEDED = {
    "register_meter": METERS,
    "list_meters": METERS | PAGES,
    "list_readings": METERS | READINGS | PAGES,
    "take_readings": METERS | {"FEED_STREAM"},
    "store_readings": METERS | READINGS | PARKING,
    "create_import": IMPORTS | UPLOADS | {"UPLOADS_RULES"},
    "list_imports": IMPORTS | FILES | PAGES,
    "get_import": IMPORTS | FILES,
    "plan_import": IMPORTS | FILES | UPLOADS | QUEUES,
    "import_range": IMPORTS | FILES | METERS | READINGS | QUEUES | PARKING | {"WORK_SECONDS"},
    "finish_import": IMPORTS | FILES | UPLOADS | PARKING,
    "publish_changes": {"EVENT_BUS_NAME"} | PARKING,
    "forget_user": IMPORTS | FILES | UPLOADS | METERS | READINGS | {"RANGE_SECONDS"},
}


def test_every_function_of_the_readings_is_listed_here() -> None:
    handlers = LAMBDA_SRC / "readings" / "handlers"

    assert set(NEEDED) == {
        module.stem
        for module in handlers.glob("*.py")
        if "\nhandler = " in module.read_text(encoding="utf-8")
    }


@pytest.mark.parametrize(("function", "variables"), NEEDED.items())
def test_a_function_reads_no_other_variables(function: str, variables: set[str]) -> None:
    assert variables_read_by(f"readings.handlers.{function}") == variables
