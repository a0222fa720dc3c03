"""The carrier that fetches the shop's parcels, on the local stage."""

from blockwork.local.fakes import Answer, Fake, Place, Request


def carrier(place: Place) -> Fake:
    """Take every parcel that is asked for with the shop's key, once."""
    fake = Fake(place, key="api-key")

    @fake.route("POST /parcels", once=True)
    def take(request: Request) -> Answer:
        parcel = {"parcelId": f"P{len(fake.journal.entries()) + 1}", **request.json()}
        fake.journal.note(parcel)
        return Answer.of(201, parcel)

    @fake.route("GET /parcels", public=True)
    def taken(_request: Request) -> Answer:
        return Answer.of(200, fake.journal.entries())

    return fake
