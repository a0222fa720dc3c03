"""PUT /meters/{meterId}: an administrator says whose meter it is."""

from typing import TypedDict

import msgspec
from shared.users import require, user_of

from blockwork.runtime.bodies import read_body
from blockwork.runtime.envelope import Id
from blockwork.runtime.http import Request, Response, http_handler
from readings.adapters.meter_table import MeterTable
from readings.domain.registry import Meters


class MeterBody(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """The body of a meter that is registered: whose it is."""

    user_id: Id


class RegisteredMeter(TypedDict):
    """A meter and whose it is."""

    meterId: Id
    userId: Id


def register_meter(request: Request, *, meters: Meters) -> Response[RegisteredMeter]:
    """Answer 200 with the meter as it is registered now, with all readings that it has."""
    require(user_of(request), "register", "meters")
    meter_id = request.path_id("meterId")
    body = read_body(request, MeterBody)
    meters.register(meter_id, user_id=body.user_id)
    answer: RegisteredMeter = {"meterId": meter_id, "userId": body.user_id}
    return Response.ok(answer)


handler = http_handler(register_meter, meters=MeterTable.from_environment)
