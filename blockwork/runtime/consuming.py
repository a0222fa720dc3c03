"""Functions that react to something, as Lambda handlers which lose nothing and repeat nothing.

`consume` and `consume_notice` are targets of EventBridge rules, `consume_stream` stands behind a
DynamoDB or Kinesis stream, `consume_queue` behind an SQS queue. The collaborators of each handler
are given as builders by name, as for `blockwork.runtime.http.http_handler`.
"""

import time
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, Protocol, TypeVar

import msgspec
from aws_lambda_powertools.utilities.typing import LambdaContext

from blockwork.runtime.collaborators import all_built_once, built_once
from blockwork.runtime.envelope import Event, InvalidEventError, read_event
from blockwork.runtime.observability import logger
from blockwork.runtime.records import ReadableRecord, record_id, waiting_since

Message = dict[str, Any]
Shape = TypeVar("Shape", bound=msgspec.Struct)


class Once(Protocol):
    """Remembers what has been done: a table in production, a set in unit tests."""

    def run(
        self, consumer: str, key: str, work: Callable[[], None], *, context: LambdaContext
    ) -> bool:
        """Do the work unless this consumer has done it under this key; return whether it did.

        Work that raises counts as not done. So does work that was cut off, once the invocation
        that did it must have ended.

        :raises Exception: what the work raises, and another one while the same work is being done
            elsewhere, so that Lambda tries again later.
        """
        ...


class AlwaysAgain:
    """The port `Once` for work that may be done again and again: remembers nothing."""

    def run(
        self, consumer: str, key: str, work: Callable[[], None], *, context: LambdaContext
    ) -> bool:
        """Do the work."""
        work()
        return True


class Parking(Protocol):
    """Where records go that cannot be handled: the failure chain, or a list in unit tests."""

    patience: float
    """How many seconds a failing record is tried again before it is parked."""

    def park(self, record: Mapping[str, Any], error: Exception, *, context: LambdaContext) -> None:
        """Keep a record with its error, so that it can be run again."""


def consume(
    kind: type[Event],
    react: Callable[..., None],
    *,
    once: Callable[[], Once] | None = None,
    **collaborators: Callable[[], object],
) -> Callable[[Message, LambdaContext], None]:
    """Return the Lambda handler of a rule's target that reacts to one of our events, once each.

    ::

        handler = consume(
            UserSignedUp, welcome, once=OnceTable.from_environment, mails=Mails.from_environment
        )

    A replayed event is handled like any other: what was done then is not done again. An event that
    does not fit or has another version raises `InvalidEventError` or `UnsupportedVersionError`;
    after Lambda's retries it is in the failure chain.

    :param react: called with the envelope and the collaborators by name.
    :param once: builds what remembers the events' ids. Default: nothing does, since doing it again
        changes nothing.
    """
    consumer = _name(react)
    remember, built = built_once(once or AlwaysAgain), all_built_once(collaborators)

    def handle(event: Message, context: LambdaContext) -> tuple[str, bool]:
        envelope = read_event(event, kind)
        logger.set_correlation_id(envelope.metadata.correlation_id)
        id_ = envelope.metadata.id
        work = partial(react, envelope, **built())
        return id_, remember().run(consumer, id_, work, context=context)

    return _rule_target(handle)


def consume_notice(
    shape: type[Shape],
    react: Callable[..., None],
    *,
    key: Callable[[Shape], str],
    once: Callable[[], Once],
    **collaborators: Callable[[], object],
) -> Callable[[Message, LambdaContext], None]:
    """Return the Lambda handler of a rule's target that reacts to an event of AWS, once each.

    :param shape: what is read of the event; fields it does not name are ignored.
    :param react: called with the `shape` and the collaborators by name.
    :param key: what makes two notices the same one.
    """
    consumer = _name(react)
    remember, built = built_once(once), all_built_once(collaborators)

    def handle(event: Message, context: LambdaContext) -> tuple[str, bool]:
        logger.set_correlation_id(str(event.get("id")))
        notice = _read(event, shape)
        id_ = key(notice)
        work = partial(react, notice, **built())
        return id_, remember().run(consumer, id_, work, context=context)

    return _rule_target(handle)


def consume_stream(
    kind: type[ReadableRecord],
    react: Callable[..., None],
    *,
    parking: Callable[[], Parking],
    now: Callable[[], float] = time.time,
    **collaborators: Callable[[], object],
) -> Callable[[Message, LambdaContext], Message]:
    """Return the Lambda handler behind a stream, for partial batch responses.

    ::

        handler = consume_stream(
            TableChange, issue, parking=FailureTopic.from_environment, orders=…
        )

    Records are handled in their order. At the first that fails the batch ends, and Lambda goes on
    from it, until it is older than the parking's patience or cannot be read at all; then it is
    parked and the next one's turn. The same record may come more than once.

    :param kind: `TableChange` or `StreamMessage`.
    :param react: called with a `kind` and the collaborators by name.
    """
    built = all_built_once(collaborators)

    def run(record: Message) -> None:
        react(kind.from_record(record), **built())

    return _batch_handler(run, built_once(parking), now, in_order=True)


def consume_queue(
    shape: type[Shape],
    react: Callable[..., None],
    *,
    parking: Callable[[], Parking],
    now: Callable[[], float] = time.time,
    **collaborators: Callable[[], object],
) -> Callable[[Message, LambdaContext], Message]:
    """Return the Lambda handler behind a queue of JSON bodies, for partial batch responses.

    A message that fails is tried again by SQS, until it is older than the parking's patience or
    cannot be read at all; then it is parked. The same message may come more than once.

    :param shape: what each body is; fields it does not name are ignored.
    :param react: called with the `shape` and the collaborators by name.
    """
    built = all_built_once(collaborators)

    def run(record: Message) -> None:
        try:
            body = msgspec.json.decode(record["body"])
        except (msgspec.DecodeError, RecursionError) as error:
            raise InvalidEventError(f"the body must be JSON: {error}") from error
        react(_read(body, shape), **built())

    return _batch_handler(run, built_once(parking), now, in_order=False)


def _rule_target(
    handle: Callable[[Message, LambdaContext], tuple[str, bool]],
) -> Callable[[Message, LambdaContext], None]:
    """Log what became of an event: one line."""

    @logger.inject_lambda_context(clear_state=True)
    def handler(event: Message, context: LambdaContext) -> None:
        started = time.perf_counter()
        logger.append_keys(event=event.get("detail-type"), replay=event.get("replay-name"))
        try:
            id_, done = handle(event, context)
        except Exception:
            logger.exception("the event was not handled")
            raise
        outcome = "done" if done else "done before"
        logger.info("event", id=id_, outcome=outcome, duration_ms=_since(started))

    return handler


def _batch_handler(
    run: Callable[[Message], None],
    parking: Callable[[], Parking],
    now: Callable[[], float],
    *,
    in_order: bool,
) -> Callable[[Message, LambdaContext], Message]:
    """Run every record, and report those that Lambda shall hand over again."""

    def outcome(record: Message, context: LambdaContext, *, parked: bool) -> str:
        try:
            run(record)
        except Exception as error:
            logger.exception("the record was not handled")
            if parked:
                raise
            hopeless = isinstance(error, InvalidEventError)
            if not hopeless and now() - waiting_since(record) < parking().patience:
                return "failed"
            return _park(parking(), record, error, context)
        return "done"

    @logger.inject_lambda_context(clear_state=True)
    def handler(event: Message, context: LambdaContext) -> Message:
        failures = []
        for record in event["Records"]:
            started = time.perf_counter()
            id_ = record_id(record)
            logger.set_correlation_id(id_)
            # A record that was parked and is redriven must fail openly: it is in the chain already.
            result = outcome(record, context, parked=event.get("parked", False))
            logger.info("record", id=id_, outcome=result, duration_ms=_since(started))
            if result == "failed":
                failures.append({"itemIdentifier": id_})
                if in_order:
                    break
        return {"batchItemFailures": failures}

    return handler


def _park(parking: Parking, record: Message, error: Exception, context: LambdaContext) -> str:
    try:
        parking.park(record, error, context=context)
    except Exception:
        # Then Lambda keeps it, and puts it where the event source mapping says in the end.
        logger.exception("the record could not be parked")
        return "failed"
    return "parked"


def _read(value: object, shape: type[Shape]) -> Shape:
    try:
        return msgspec.convert(value, shape)
    except msgspec.ValidationError as error:
        raise InvalidEventError(f"{shape.__name__} does not fit: {error}") from error


def _name(react: Callable[..., None]) -> str:
    """Name a consumer by where its code is: a function's name in AWS may change, this stays."""
    return f"{react.__module__}.{react.__qualname__}"


def _since(started: float) -> float:
    return round((time.perf_counter() - started) * 1000, 1)
