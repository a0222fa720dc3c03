"""A fake as an app has it."""

from blockwork.local.fakes import Answer, Fake, Place, Request


def carrier(place: Place) -> Fake:
    """A carrier with one van."""
    fake = Fake(place)

    @fake.route("GET /vans")
    def vans(_request: Request) -> Answer:
        return Answer.of(200, ["van"])

    return fake
