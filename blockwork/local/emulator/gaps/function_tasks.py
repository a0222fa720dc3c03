"""What a task that invokes a function gets when it is throttled, or does not want to wait.

AWS fails a task whose function is throttled with Lambda.TooManyRequestsException, and does not wait
for one that it invokes with the type `Event`
(https://docs.aws.amazon.com/step-functions/latest/dg/connect-lambda.html). Stock knows no such
error, so that no Retry has it, and waits for every function. Closed in front of the call.
"""

from typing import Any

from ministack.services import lambda_svc, stepfunctions

from blockwork.local.emulator.gaps._execution import Error

INVOKE = "arn:aws:states:::lambda:invoke"
THROTTLED = "TooManyRequestsException"


def close() -> None:
    """Name what throttles, and hand over what nobody waits for."""
    stock_call, stock_invoke = stepfunctions._call_lambda, stepfunctions._invoke_resource

    def call(function: Any, event: Any) -> Any:
        try:
            return stock_call(function, event)
        except Error as error:
            if error.error == "Lambda.Unknown" and THROTTLED in error.cause:
                raise Error(f"Lambda.{THROTTLED}", error.cause) from None
            raise

    def invoke(resource: str, asked: Any) -> Any:
        if resource != INVOKE or asked.get("InvocationType") != "Event":
            return stock_invoke(resource, asked)
        reference = stepfunctions._resolve_lambda_function_ref(asked["FunctionName"], True)
        function, config, name = lambda_svc._get_func_record_for_ref(reference)
        if function is None or config is None:
            raise Error("Lambda.ResourceNotFoundException", f"Function not found: {name}")
        record = lambda_svc._execution_record_for_config(function, config)
        lambda_svc.invoke_async_with_retry(record, asked.get("Payload"))
        return {"StatusCode": 202}

    stepfunctions._call_lambda = call
    stepfunctions._invoke_resource = invoke
