"""A function that cannot be loaded says why in its log.

AWS logs the exception and its stack where a module cannot be imported
(https://docs.aws.amazon.com/lambda/latest/dg/python-exceptions.html). Stock answers with the
exception's text, which lacks file and line, and logs nothing. Closed by what the process of the
handler has said before it ended.
"""

import threading
from typing import Any

from ministack.core.lambda_runtime import Worker
from ministack.services import lambda_svc

from blockwork.local.emulator.gaps._hooks import run_first_in_python_workers

TELL_OF_IMPORT = """
import sys, traceback


class _Starts:
    def __init__(self, stream):
        self._stream = stream

    def write(self, text):
        kind, error, trace = sys.exc_info()
        if error is not None and text.startswith('{"status": "error"') and '"trace": ' not in text:
            told = traceback.TracebackException(kind, error, trace)
            told.stack = traceback.StackSummary.from_list(
                [at for at in told.stack if "importlib" not in at[0] and at[0] != __file__]
            )
            print(f"[ERROR] Runtime.ImportModuleError: {error}", file=sys.__stderr__)
            print("".join(told.format()), file=sys.__stderr__)
            sys.__stderr__.flush()
        return self._stream.write(text)

    def flush(self):
        self._stream.flush()


sys.stdout = _Starts(sys.stdout)
"""

said = threading.local()


def close() -> None:
    """Take what a process has said from its failed start to the function's log."""
    spawn, execute = Worker._spawn, lambda_svc._execute_function_warm

    def telling_spawn(worker: Any) -> None:
        try:
            spawn(worker)
        except RuntimeError as error:
            said.lines = (worker.said and worker.said.taken()) or str(error)
            raise

    def telling_execute(*request: Any) -> dict[str, Any]:
        said.lines = ""
        result: dict[str, Any] = execute(*request)
        if result.get("error") and said.lines:
            result["log"] = "\n".join(filter(None, [result.get("log"), said.lines]))
        return result

    Worker._spawn, lambda_svc._execute_function_warm = telling_spawn, telling_execute
    run_first_in_python_workers(TELL_OF_IMPORT)
