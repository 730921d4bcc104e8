"""The low-light image itself."""

from ..method import Facts, Image, Method, Plane, Sees


class Input(Method):
    """Leaves the image as it is: the floor of every table."""

    facts = Facts("Input", Sees.LOW, licence="Apache-2.0", source="the low-light image", trained=False)

    def enhance(self, low: Image, nire: Plane | None) -> Image:
        """Return a copy of I."""
        return low.copy()
