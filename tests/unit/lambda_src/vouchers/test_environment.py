"""What each function must be given as environment variables; the stack's test asks the same."""

import pytest

from tests.unit.lambda_src.environment import LAMBDA_SRC, variables_read_by

PAYING = {
    "VOUCHERS_TABLE",
    "PAYMENT_URL",
    "PAYMENT_KEY_PARAMETER",
    "SETTLE_QUEUE_URL",
    "SETTLE_SECONDS",
}
SHOWING = {"VOUCHERS_TABLE", "DOCUMENTS_BUCKET"}
PARKING = {"FAILURE_TOPIC_ARN", "PATIENCE_SECONDS"}
NEEDED = {
    "create_voucher": PAYING | {"VOUCHERS_AN_HOUR"},
    "list_vouchers": SHOWING | {"SIGNING_KEY_ARN"},
    "get_voucher": SHOWING,
    "settle_payment": PAYING | PARKING | {"PAYMENT_SECONDS", "DELIVERY_SECONDS"},
    "issue_voucher": SHOWING | PARKING,
    "publish_changes": {"EVENT_BUS_NAME"} | PARKING,
    "forget_user": {"VOUCHERS_TABLE"},
    "ask_for_mail": {"VOUCHERS_TABLE", "EVENT_BUS_NAME"},
    "mail_again": SHOWING | {"MAIL_SENDER", "IDEMPOTENCY_TABLE"},
    "mail_voucher": SHOWING | {"MAIL_SENDER", "IDEMPOTENCY_TABLE"},
}


def test_every_function_of_the_vouchers_is_listed_here() -> None:
    handlers = LAMBDA_SRC / "vouchers" / "handlers"

    assert set(NEEDED) == {
        module.stem
        for module in handlers.glob("*.py")
        if "\nhandler = " in module.read_text(encoding="utf-8")
    }


@pytest.mark.parametrize(("function", "variables"), NEEDED.items())
def test_a_function_reads_no_other_variables(function: str, variables: set[str]) -> None:
    assert variables_read_by(f"vouchers.handlers.{function}") == variables
