"""The ODD page: a description of the model in the standard order, its tables made from the code."""

from lockgate.experiments.odd.page import page

__all__ = ["page"]
