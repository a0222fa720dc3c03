"""What each function must be given as environment variables; the stack's test asks the same."""

import pytest

from tests.unit.lambda_src.environment import LAMBDA_SRC, variables_read_by

NEEDED = {
    "refresh_tokens": {"USER_POOL_CLIENT_ID"},
    "list_users": {"USER_POOL_ID", "SIGNING_KEY_ARN"},
    "get_profile": {"USERS_TABLE"},
    "replace_profile": {"USERS_TABLE"},
    "get_permissions": {"USERS_TABLE", "USER_POOL_ID"},
    "replace_permissions": {"USERS_TABLE", "USER_POOL_ID"},
    "create_ticket": {"TICKETS_TABLE"},
    "pre_sign_up": {"BLOCKED_EMAIL_DOMAINS"},
    "post_confirmation": {"USERS_TABLE"},
    "pre_token_generation": {"USERS_TABLE", "BLOCKED_EMAIL_DOMAINS"},
    "find_gone_users": {"USERS_TABLE", "USER_POOL_ID", "EVENT_BUS_NAME"},
    "delete_account": {"USER_POOL_ID", "EVENT_BUS_NAME"},
    "forget_user": {"USERS_TABLE"},
    "list_subscribers": {"USERS_TABLE"},
    "describe_subscribers": {"USERS_TABLE", "SIGNING_KEY_ARN", "UNSUBSCRIBE_URL"},
    "show_unsubscribe": {"SIGNING_KEY_ARN", "SITE_URL"},
    "unsubscribe": {"USERS_TABLE", "SIGNING_KEY_ARN", "SITE_URL"},
    "index_subscribers": {"USERS_TABLE"},
    "publish_changes": {"EVENT_BUS_NAME", "FAILURE_TOPIC_ARN", "PATIENCE_SECONDS"},
}


def test_every_function_of_identity_is_listed_here() -> None:
    handlers = LAMBDA_SRC / "identity" / "handlers"

    assert set(NEEDED) == {
        module.stem
        for module in handlers.glob("*.py")
        if "\nhandler = " in module.read_text(encoding="utf-8")
    }


@pytest.mark.parametrize(("function", "variables"), NEEDED.items())
def test_a_function_reads_no_other_variables(function: str, variables: set[str]) -> None:
    assert variables_read_by(f"identity.handlers.{function}") == variables
