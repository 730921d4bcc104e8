"""How good an enhanced image is: the table of metrics, and what one image measures by them."""

from .measuring import Value, measure, opened
from .metric import Assets, Compared, Metric, Needs, NotMeasurable
from .table import METRICS, choose

__all__ = ["METRICS", "Assets", "Compared", "Metric", "Needs", "NotMeasurable", "Value", "choose", "measure", "opened"]
