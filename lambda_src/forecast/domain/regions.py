"""The regions that the retailer supplies, each by the largest town in it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Region:
    """A part of the country with weather of its own.

    :param latitude: degrees north.
    :param longitude: degrees east.
    """

    name: str
    latitude: float
    longitude: float


REGIONS = (
    Region("East Anglia", 52.63, 1.30),
    Region("London", 51.51, -0.13),
    Region("Midlands", 52.48, -1.90),
    Region("North East", 54.98, -1.61),
    Region("North West", 53.48, -2.24),
    Region("Scotland", 55.86, -4.25),
    Region("South Coast", 50.91, -1.40),
    Region("South West", 51.45, -2.59),
    Region("Wales", 51.48, -3.18),
    Region("Yorkshire", 53.80, -1.55),
)
