"""What a handler in Node.js says by `console` is a line of JSON, where its logs are JSON.

AWS's runtime turns `console.info("x")` into `{"timestamp", "level", "requestId", "message"}` if the
function's log format is JSON; what is written to standard output itself stays as it is
(https://docs.aws.amazon.com/lambda/latest/dg/nodejs-logging.html). Stock writes plain text. Closed
in the handlers' process, which is told the format as AWS tells it (AWS_LAMBDA_LOG_FORMAT).
"""

from typing import Any

from ministack.core.lambda_runtime import Worker

from blockwork.local.emulator.gaps._hooks import (
    replace_in_node_workers,
    run_first_in_node_workers,
)

SAYS_JSON = """
let _request = "";
if (process.env.AWS_LAMBDA_LOG_FORMAT === "JSON") {
  const { format } = require("util");
  const of = (error) => ({
    errorType: error.name, errorMessage: error.message, stackTrace: error.stack.split("\\n"),
  });
  const levels = { trace: "TRACE", debug: "DEBUG", log: "INFO", info: "INFO", warn: "WARN",
    error: "ERROR" };
  for (const [name, level] of Object.entries(levels))
    console[name] = (...said) => {
      const one = said.length === 1 && typeof said[0] === "object" ? said[0] : format(...said);
      const line = { timestamp: new Date().toISOString(), level, requestId: _request,
        message: one instanceof Error ? of(one) : one };
      process.stdout.write(JSON.stringify(line) + "\\n");
    };
}
"""
STOCK = "    const ctx = msg.ctx || {};\n"


def close() -> None:
    """Tell the process its log format, and each invocation's id."""
    stock = Worker._spawn

    def spawn(worker: Any) -> None:
        config = worker.config
        said = config.get("LoggingConfig") or {}
        if said.get("LogFormat") != "JSON" or not config.get("Runtime", "").startswith("nodejs"):
            stock(worker)
            return
        variables = (config.get("Environment") or {}).get("Variables") or {}
        told = {"AWS_LAMBDA_LOG_FORMAT": "JSON", **variables}
        worker.config = {**config, "Environment": {"Variables": told}}
        try:
            stock(worker)
        finally:
            worker.config = config

    Worker._spawn = spawn
    replace_in_node_workers(STOCK, f'{STOCK}    _request = ctx.request_id || "";\n')
    run_first_in_node_workers(SAYS_JSON)
