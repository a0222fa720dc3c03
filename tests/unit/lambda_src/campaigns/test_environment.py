"""What each function must be given as environment variables; the stack's test asks the same."""

import pytest

from tests.unit.lambda_src.environment import LAMBDA_SRC, variables_read_by

TABLE = {"CAMPAIGNS_TABLE"}
PROVIDER = TABLE | {"CAMPAIGN_URL", "PROVIDER_KEY_PARAMETER", "CALLBACK_URL"}
AUDIENCE = TABLE | {"LIST_SUBSCRIBERS_FUNCTION", "DESCRIBE_SUBSCRIBERS_FUNCTION"}
CALLBACKS = {"CALLBACKS_TABLE"}
PARKING = {"FAILURE_TOPIC_ARN", "PATIENCE_SECONDS"}
NEEDED = {
    "create_campaign": TABLE,
    "list_campaigns": TABLE | {"SIGNING_KEY_ARN"},
    "get_campaign": TABLE,
    "cancel_campaign": TABLE | CALLBACKS,
    "get_audience": {"LIST_SUBSCRIBERS_FUNCTION"},
    "campaign_status": TABLE | CALLBACKS | {"WEBHOOK_KEYS_PARAMETER", "REPLAYS_TABLE"},
    "start_campaign": {"WORKFLOW_ARN"} | PARKING,
    "publish_changes": {"EVENT_BUS_NAME"} | PARKING,
    "prepare_audience": AUDIENCE,
    "create_at_provider": PROVIDER,
    "hand_over_batch": AUDIENCE | PROVIDER,
    "send_campaign": PROVIDER,
    "wait_for_callback": CALLBACKS,
    "look_up_status": PROVIDER,
    "close_campaign": PROVIDER,
    "account_for_batch": PROVIDER,
    "finish_campaign": TABLE | CALLBACKS,
}


def test_every_function_of_the_campaigns_is_listed_here() -> None:
    handlers = LAMBDA_SRC / "campaigns" / "handlers"

    assert set(NEEDED) == {
        module.stem
        for module in handlers.glob("*.py")
        if "\nhandler = " in module.read_text(encoding="utf-8")
    }


@pytest.mark.parametrize(("function", "variables"), NEEDED.items())
def test_a_function_reads_no_other_variables(function: str, variables: set[str]) -> None:
    assert variables_read_by(f"campaigns.handlers.{function}") == variables
