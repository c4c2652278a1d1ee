"""The examples in docstrings, module by module."""

import doctest
import importlib
import pkgutil

import pytest


def modules() -> list[str]:
    """Every module of the package; what starts the program when it is imported is none."""
    names = ["lockgate"]
    for part in ("sim", "scenarios", "experiments"):
        names.append(f"lockgate.{part}")
        path = importlib.import_module(names[-1]).__path__
        names += [found.name for found in pkgutil.walk_packages(path, f"lockgate.{part}.") if not found.name.endswith("__main__")]
    return names


@pytest.mark.parametrize("name", modules())
def test_examples(name: str) -> None:
    failed, _ = doctest.testmod(importlib.import_module(name), optionflags=doctest.NORMALIZE_WHITESPACE)
    assert failed == 0
