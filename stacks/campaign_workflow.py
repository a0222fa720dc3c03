"""How a campaign comes to its end: the states, and what follows on what.

Between states travel ids, numbers and words of ours, never an address: executions keep a history.
"""

from dataclasses import dataclass

from aws_cdk import Duration
from aws_cdk import aws_stepfunctions as sfn
from constructs import Construct

from constructs_lib.blocks import CallbackTask, FunctionTask
from constructs_lib.primitives import PythonFunction

MOST_FAILURES = 3
"""How often a provider that has failed is asked to go on."""
MOST_LOOKS = 336
"""How often a provider that says nothing is asked: each half hour of a week."""
PREPARE = "PrepareAudience"
AT_ONCE = 5
"""Batches that are worked on at the same time."""
MOST_TRIES = 12
LONGEST_PAUSE = 300
"""A step is tried again for three quarters of an hour, as the stages on AWS are configured."""
WHO = {
    "campaignId": "{% $campaignId %}",
    "correlationId": "{% $correlationId %}",
}
BATCH = {**WHO, "batch": "{% $states.context.Map.Item.Value %}"}
UNUSUAL = "{% 'a step failed with ' & $states.errorOutput.Error %}"


@dataclass(frozen=True, kw_only=True)
class Steps:
    """The functions that do the steps, each named as its module."""

    prepare_audience: PythonFunction
    create_at_provider: PythonFunction
    hand_over_batch: PythonFunction
    send_campaign: PythonFunction
    wait_for_callback: PythonFunction
    look_up_status: PythonFunction
    close_campaign: PythonFunction
    account_for_batch: PythonFunction
    finish_campaign: PythonFunction


def campaign_definition(
    scope: Construct, steps: Steps, *, callback_within: Duration, retry_after: Duration
) -> sfn.IChainable:
    """Return the definition.

    :param callback_within: how long a callback is waited for before the provider is asked.
    :param retry_after: how long to wait before the first repetition of what failed; each further
        pause is twice as long.
    """
    return _Definition(scope, steps, callback_within, retry_after).begin


class _Definition:
    """The states; those on the way to the end are made first, since others lead to them."""

    def __init__(
        self, scope: Construct, steps: Steps, callback_within: Duration, retry_after: Duration
    ) -> None:
        self._scope = Construct(scope, "States")
        self._steps = steps
        self._callback_within = callback_within
        self._retry_after = retry_after
        self._close = self._ending()
        self._unforeseen = self._end("Unforeseen", "FAILED", "{% $reason %}")
        self.begin = self._beginning()

    def _beginning(self) -> sfn.Pass:
        """Freeze the audience, hand it over, send."""
        begin = sfn.Pass.jsonata(
            self._scope,
            "Begin",
            assign={
                "campaignId": "{% $states.input.campaignId %}",
                "correlationId": "{% $states.input.correlationId %}",
                "batches": [],
                "failures": 0,
                "looks": 0,
                "handled": 0,
                "received": "",
                "reason": "",
            },
        )
        prepare = self._task(
            PREPARE,
            self._steps.prepare_audience,
            assign={"batches": "{% $states.result.Payload.batches %}"},
        )
        create = self._task("CreateAtProvider", self._steps.create_at_provider)
        hand_over = self._map("HandOver", self._steps.hand_over_batch, BATCH)
        self._catch(hand_over)
        send = self._task("Send", self._steps.send_campaign)
        begin.next(prepare)
        prepare.next(
            sfn.Choice.jsonata(self._scope, "IsPrepared")
            .when(_is("$states.input.cancelled"), self._end("CancelledBefore", "CANCELLED"))
            .when(_is("$states.input.done"), create)
            .otherwise(prepare)
        )
        create.next(hand_over)
        hand_over.next(send)
        send.next(self._waiting(send))
        return begin

    def _waiting(self, send: FunctionTask) -> sfn.Choice:
        """Wait for the provider's word, and judge it."""
        wait = CallbackTask(
            self._scope,
            "WaitForCallback",
            function=self._steps.wait_for_callback,
            payload={**WHO, "received": "{% $received %}"},
            timeout=self._callback_within,
            heartbeat=None,
            assign={"received": "{% $states.result.messageId %}"},
        )
        self._retry(wait)
        look = self._task(
            "LookUpStatus", self._steps.look_up_status, assign={"looks": "{% $looks + 1 %}"}
        )
        wait.add_catch(look, errors=["States.Timeout"])
        self._catch(wait)
        back_off = sfn.Wait.jsonata(
            self._scope,
            "BackOff",
            time=sfn.WaitTime.seconds(
                f"{{% {self._retry_after.to_seconds()} * $power(2, $failures) %}}"
            ),
            assign={
                "failures": "{% $failures + 1 %}",
                "handled": "{% $states.input.sequence %}",
            },
        )
        judge = (
            sfn.Choice.jsonata(self._scope, "WhatNow")
            .when(_says("cancelled"), self._end("Cancelled", "CANCELLED"))
            .when(_says("sent"), self._end("Sent", "SENT"))
            .when(
                # A word that was overtaken by another attempt.
                _is("$states.input.status = 'failed' and $states.input.sequence <= $handled"),
                wait,
            )
            .when(_is(f"$states.input.status = 'failed' and $failures < {MOST_FAILURES}"), back_off)
            .when(
                _says("failed"),
                self._end("Failed", "FAILED", f"the provider has failed {MOST_FAILURES + 1} times"),
            )
            .when(
                _is(f"$looks >= {MOST_LOOKS}"),
                self._end("Silent", "FAILED", "the provider has come to no end"),
            )
            .otherwise(wait)
        )
        wait.next(judge)
        look.next(judge)
        back_off.next(send)
        return judge

    def _ending(self) -> FunctionTask:
        """See to it that nobody is mailed any more, and account for everybody.

        What fails here is not caught: numbers that cannot be known are not made up, and the
        execution is redriven once they can be.
        """
        close = self._step(
            "Close",
            self._steps.close_campaign,
            payload={**WHO, "ending": "{% $ending %}"},
            assign={
                "ending": "{% $states.result.Payload.ending %}",
                "batches": "{% $states.result.Payload.batches %}",
            },
        )
        update = self._map(
            "UpdateAudience",
            self._steps.account_for_batch,
            {**BATCH, "ending": "{% $ending %}"},
        )
        finish = self._step(
            "Finish",
            self._steps.finish_campaign,
            payload={**WHO, "ending": "{% $ending %}", "reason": "{% $reason %}"},
        )
        close.next(update)
        update.next(finish)
        finish.next(sfn.Succeed.jsonata(self._scope, "Done"))
        return close

    def _end(self, id_: str, ending: str, reason: str = "") -> sfn.Pass:
        """Say how it is to end."""
        end = sfn.Pass.jsonata(self._scope, id_, assign={"ending": ending, "reason": reason})
        end.next(self._close)
        return end

    def _task(
        self, id_: str, function: PythonFunction, *, assign: dict[str, str] | None = None
    ) -> FunctionTask:
        """Do a step that leads to an end in good order if it fails for good."""
        task = self._step(id_, function, payload=WHO, assign=assign)
        self._catch(task)
        return task

    def _step(
        self,
        id_: str,
        function: PythonFunction,
        *,
        payload: dict[str, str] | None = None,
        assign: dict[str, str] | None = None,
    ) -> FunctionTask:
        task = FunctionTask(self._scope, id_, function=function, payload=payload, assign=assign)
        if id_ == PREPARE:
            task.add_retry(errors=["TooManyRecipientsError"], max_attempts=0)
        self._retry(task)
        return task

    def _map(self, id_: str, function: PythonFunction, item: dict[str, str]) -> sfn.Map:
        each = sfn.Map.jsonata(
            self._scope,
            id_,
            items=sfn.ProvideItems.jsonata("{% [$batches] %}"),  # also a single one is a list
            item_selector=item,
            max_concurrency=AT_ONCE,
            outputs={},
        )
        each.item_processor(self._step(f"{id_}Batch", function))
        return each

    def _retry(self, task: FunctionTask | CallbackTask) -> None:
        """Try again what the function raises."""
        task.add_retry(
            # All but a time-out, which of a callback means something else.
            errors=["States.TaskFailed"],
            interval=self._retry_after,
            max_delay=Duration.seconds(min(LONGEST_PAUSE, 5 * int(self._retry_after.to_seconds()))),
            max_attempts=MOST_TRIES,
            backoff_rate=2,
            jitter_strategy=sfn.JitterType.FULL,
        )

    def _catch(self, state: FunctionTask | CallbackTask | sfn.Map) -> None:
        state.add_catch(self._unforeseen, errors=["States.ALL"], assign={"reason": UNUSUAL})


def _is(condition: str) -> sfn.Condition:
    return sfn.Condition.jsonata(f"{{% {condition} %}}")


def _says(status: str) -> sfn.Condition:
    return _is(f"$states.input.status = '{status}'")
