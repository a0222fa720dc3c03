"""What is counted is a line of the log, in the form that CloudWatch makes metrics of."""

import json

import pytest

from blockwork.runtime import metrics


def test_counting_writes_a_metric_of_the_function_into_the_log(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("AWS_LAMBDA_FUNCTION_NAME", "dev-publish")
    monkeypatch.setenv("POWERTOOLS_SERVICE_NAME", "vouchers")

    metrics.count("VouchersFailed")

    (line,) = capsys.readouterr().out.splitlines()
    written = json.loads(line)
    (directive,) = written["_aws"]["CloudWatchMetrics"]
    assert directive["Namespace"] == "Blockwork"
    assert directive["Dimensions"] == [["FunctionName"]]
    assert [(one["Name"], one["Unit"]) for one in directive["Metrics"]] == [
        ("VouchersFailed", "Count")
    ]
    assert (written["FunctionName"], written["VouchersFailed"]) == ("dev-publish", 1)
    assert written["_aws"]["Timestamp"] > 0
