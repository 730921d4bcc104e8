"""Where the cameras are, as the command line or the user's file says."""

from nirecap.errors import UsageMistake

from .configuration import read_configuration
from .place import Place


def place_of(text: str | None) -> Place | None:
    """Read `LATITUDE,LONGITUDE`, else the place of the user's file; None where neither is given.

    Raises:
        UsageMistake: it is no place on the globe.

    >>> place_of("52.5,13.4")
    Place(latitude=52.5, longitude=13.4)
    """
    if text is None:
        return read_configuration().place
    latitude, comma, longitude = text.partition(",")
    try:
        return Place(float(latitude), float(longitude if comma else "nan"))
    except ValueError:
        raise UsageMistake(f"{text!r} is no place; write it like --place 52.5,13.4 (north and east)") from None
