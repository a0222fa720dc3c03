"""The live feed of readings: an on-demand stream from the door to the store, meter by meter."""

from aws_cdk import Duration
from constructs import Construct

from constructs_lib.blocks import FailureChain, StreamConsumer
from constructs_lib.primitives import PythonFunction, Stream

FIVE_MINUTES = Duration.minutes(5)


class LiveFeed(Construct):
    """A stream whose records are stored one after the other; what cannot be stored fails alone.

    :param take: puts what meters send into the stream.
    :param store: stores it.
    :param failures: where records end that cannot be stored.
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        /,
        *,
        take: PythonFunction,
        store: PythonFunction,
        failures: FailureChain,
    ) -> None:
        super().__init__(scope, id_)
        self.stream = Stream(self, "Stream")
        self.stream.let_put(take, variable="FEED_STREAM")
        StreamConsumer(
            self,
            "Storing",
            source=self.stream,
            function=store,
            failures=failures,
            batch_size=100,
            parks_after=FIVE_MINUTES,
        )
