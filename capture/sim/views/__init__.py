"""The procedural views, in the order in which the simulated camera shows them."""

from collections.abc import Callable

import numpy as np

from .canvas import Canvas
from .desk import desk
from .entrance import doorway, driveway
from .garden import garden
from .household import kitchen, still_life
from .living import carpet, sofa
from .playroom import toys
from .street import street
from .study import bookshelf, posters
from .wardrobe import wardrobe
from .window import window
from .workshop import workbench

View = Callable[[Canvas, np.random.Generator], None]

_IN_ORDER: tuple[View, ...] = (
    kitchen, street, bookshelf, garden, desk, window, wardrobe, driveway, toys, posters, still_life, doorway, carpet,
    workbench, sofa,
)  # fmt: skip
VIEWS: dict[str, View] = {view.__name__: view for view in _IN_ORDER}
"""What draws each view, by its name."""

__all__ = ["VIEWS", "Canvas", "View"]
