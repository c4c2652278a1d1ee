"""What a user did wrong, said in one sentence."""

import difflib
from collections.abc import Iterable


class InputError(ValueError):
    """Input that cannot be used. Its text says what, the value, what is allowed, and what to do."""


class RuleError(TypeError):
    """A rule that cannot be compiled. Its text says which, where, why, and what to write instead."""


def nearest(name: str, known: Iterable[str]) -> str:
    """A hint at the known name that looks most like this one, or nothing.

    >>> nearest("paces", ["pace", "labs"])
    '; did you mean "pace"?'
    """
    close = difflib.get_close_matches(name, list(known), n=1, cutoff=0.5)
    return f'; did you mean "{close[0]}"?' if close else ""
















