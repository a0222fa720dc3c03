"""What functions log can be followed as it comes.

CloudWatch is asked for log events group by group, a few requests a second (quotas of
`FilterLogEvents` and `StartLiveTail`); so is the emulator, which would do little else for an app of
fifty functions. Not a gap of its behaviour but a shorter way: each line goes, besides into its
log group, into `logs/functions.jsonl` in the folder of the local stage, for
:mod:`blockwork.local.logs`. A full file becomes `functions.1.jsonl`; an older one goes.
"""

import itertools
import json
import logging
import os
import threading
import time
from pathlib import Path
from typing import Any

from ministack.services import lambda_svc

from blockwork.local.logs import FILE, OLDER_FILE

MOST_BYTES = 8_000_000

logger = logging.getLogger("function_lines")
writing = threading.Lock()


def close() -> None:
    """Write down what each invocation has logged, after stock has."""
    stock = lambda_svc._emit_lambda_logs
    logs = Path(os.environ["STATE_DIR"]).parent / "logs"

    def emit(func: Any, request_id: str, log_text: str, *result: Any, **options: Any) -> None:
        stock(func, request_id, log_text, *result, **options)
        config = func.get("config") or func
        if log_text:
            try:
                _append(logs, config.get("FunctionName", ""), request_id, log_text)
            except OSError:
                logger.exception("cannot write %s", logs / FILE)

    lambda_svc._emit_lambda_logs = emit


def _append(logs: Path, function: str, request: str, text: str) -> None:
    now = time.time()
    records = [
        json.dumps({"time": now, "function": function, "request": request, "text": part})
        for part in _parts(text.splitlines())
    ]
    with writing:
        file = logs / FILE
        if file.exists() and file.stat().st_size > MOST_BYTES:
            file.replace(logs / OLDER_FILE)
        logs.mkdir(parents=True, exist_ok=True)
        with file.open("a", encoding="utf-8") as opened:
            opened.write("".join(f"{record}\n" for record in records))


def _parts(lines: list[str]) -> list[str]:
    """Return each object of JSON by itself, and what stands between two as one text."""
    found: list[str] = []
    for is_json, part in itertools.groupby(lines, lambda line: line.startswith("{")):
        together = list(part)
        found += together if is_json else ["\n".join(together)]
    return found
