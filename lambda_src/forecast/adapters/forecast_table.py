"""The forecasts in a DynamoDB table: partition key `date`, one item a day."""

import os
from datetime import UTC, date
from typing import Self

import msgspec

from blockwork.runtime.tables import TableAdapter
from forecast.domain.forecast import Forecast, UnknownForecastError


class ForecastTable(TableAdapter):
    """The port `Forecasts` on DynamoDB."""

    @classmethod
    def from_environment(cls) -> Self:
        """Connect to the table which the variable FORECAST_TABLE names."""
        return cls.named(os.environ["FORECAST_TABLE"])

    def put(self, forecast: Forecast) -> None:
        """Write the whole day in one call: 20 kB, which only ever are read together."""
        self._client.put_item(
            TableName=self._name,
            Item={
                "date": {"S": forecast.day.isoformat()},
                "fetchedAt": {"S": forecast.fetched_at.astimezone(UTC).isoformat()},
                "forecast": {"S": msgspec.json.encode(forecast).decode()},
            },
        )

    def get(self, day: date) -> Forecast:
        """Return the forecast of a day."""
        answer = self._client.get_item(
            TableName=self._name,
            Key={"date": {"S": day.isoformat()}},
            ProjectionExpression="forecast",
            ConsistentRead=True,
        )
        if "Item" not in answer:
            raise UnknownForecastError(day)
        return msgspec.json.decode(answer["Item"]["forecast"]["S"], type=Forecast)
