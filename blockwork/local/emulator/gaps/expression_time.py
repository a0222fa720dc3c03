"""An expression of a state machine has its time, however much else the machine does.

AWS gives a JSONata expression a second
(https://docs.aws.amazon.com/step-functions/latest/dg/transforming-data.html), of machines that each
execution has as for itself. Stock counts a second by the clock, while all executions share one
interpreter: with fifty at work any of them can run out of time, and requests wait behind all of
them. Closed by counting what an expression computes itself, ten times as long since this engine is
so much slower than AWS's, and by evaluating one after the other.
"""

import threading
import time
from typing import Any

from ministack.services import stepfunctions

SLOWER = 10


def close() -> None:
    """Count the time of the thread, and let expressions take turns."""
    stock_engine = stepfunctions.jsonata.Jsonata.jsonata
    stock_evaluate = stepfunctions._evaluate_jsonata
    turn = threading.Lock()

    def engine(expression: str, **options: Any) -> Any:
        if options.get("timeout"):
            options["timeout"] *= SLOWER
        return stock_engine(expression, **options)

    def evaluate(*expression: Any, **given: Any) -> Any:
        with turn:
            return stock_evaluate(*expression, **given)

    stepfunctions.jsonata.timebox.Timebox.current_milli_time = staticmethod(
        lambda: int(time.thread_time() * 1000)
    )
    stepfunctions.jsonata.Jsonata.jsonata = staticmethod(engine)
    stepfunctions._evaluate_jsonata = evaluate
