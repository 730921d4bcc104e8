"""Where the cameras are: what dusk and dawn follow from."""

from dataclasses import dataclass
from typing import Annotated

from pydantic import ConfigDict, Field

from nirecap.errors import UsageMistake


@dataclass(frozen=True)
class Place:
    """A place on the globe in degrees; north and east are positive.

    Raises:
        UsageMistake: not on the globe.
    """

    __pydantic_config__ = ConfigDict(extra="forbid", allow_inf_nan=False)
    latitude: Annotated[float, Field(ge=-90, le=90)]
    longitude: Annotated[float, Field(ge=-180, le=180)]

    def __post_init__(self) -> None:
        if not (abs(self.latitude) <= 90 and abs(self.longitude) <= 180):  # also not for nan
            raise UsageMistake(
                f"{self.latitude:g}, {self.longitude:g} is no place; give latitude -90 to 90, longitude -180 to 180"
            )
