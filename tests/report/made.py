"""Reports of small comparisons, each made once."""

from functools import cache

from lockgate.experiments.report.report import report, report_content
from lockgate.experiments.results.compare import compare
from tests.planted import WORLD
from tests.report.tree import tree

NAMES = ("open-release", "staged-preview", "partner-programme")
DAYS, DRAWS = 120, 60


@cache
def comparison(names=NAMES, draws=DRAWS, fixed=False):
    """A comparison of small worlds."""
    return compare(list(names), WORLD, draws, horizon_days=DAYS, fixed=fixed)


@cache
def content(policy=None):
    """Its report as plain data."""
    return report_content(comparison(), policy)


@cache
def text():
    """The file."""
    return report(comparison())


@cache
def page():
    """The file as a tree."""
    return tree(text())


def section(found, name):
    """A section by its name."""
    return next(each for each in found.sections if each.name == name)
