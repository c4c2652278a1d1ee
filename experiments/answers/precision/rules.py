"""Stop rules: what a comparison is to know before it needs no more draws, read from text."""

import math
import re
from dataclasses import dataclass

from lockgate.experiments.answers.cases import HARM
from lockgate.experiments.results.verdict import ENOUGH, Verdict
from lockgate.sim.bounds import shown
from lockgate.sim.errors import InputError, nearest
from lockgate.sim.model.outcomes import OUTCOMES

WIDTH = re.compile(r"width\s*\(\s*diff\.(?P<name>[^()]*?)\s*\)\s*<\s*(?P<value>[^\s%]+)\s*(?P<unit>%?)")
VERDICT = re.compile(r"verdict\s*(?:\(\s*diff\.(?P<name>[^()]*?)\s*\)\s*)?\s*clear")
ALLOWED = (
    '"width(diff.harm) < 5%" (of the mean under the reference), "width(diff.harm) < 2e6" (in the outcome\'s unit), "verdict clear" '
    'or "verdict(diff.delay) clear"'
)


@dataclass(frozen=True)
class Rule:
    """Ends a comparison once all policies differ clearly in an outcome, or once all of its differences are known well enough.

    Then the interval of each mean difference is narrower than `width`: a share of the mean under the reference where it is `relative`, and
    else in the outcome's unit. Without a `width` the verdict is to be clear. A policy under which no draw differs needs no more draws.
    """

    outcome: str
    width: float | None = None
    relative: bool = False

    def __str__(self) -> str:
        """The rule as it is written.

        >>> print(rule_of("width( diff.harm )<5 %"), rule_of("verdict clear"), sep="; ")
        width(diff.harm) < 5%; verdict(diff.harm) clear
        """
        name = f"diff.{word_of(self.outcome)}"
        if self.width is None:
            return f"verdict({name}) clear"
        return f"width({name}) < {f'{100.0 * self.width:g}%' if self.relative else f'{self.width:g}'.replace('e+0', 'e')}"

    def wanted(self, reference_mean: float) -> float | None:
        """The width that is wanted, in the outcome's unit; None where the verdict is to be clear."""
        return self.width * abs(reference_mean) if self.width is not None and self.relative else self.width

    def is_met(self, found: Verdict, reference_mean: float) -> bool:
        """Whether the difference of one policy is known well enough.

        It is not where its interval is not known, or rests on fewer than 50 draws that differ: of so few, where they are skewed and most
        draws do not differ at all, intervals miss the mean too often.
        """
        if found.word == "same":
            return True
        wanted = self.wanted(reference_mean)
        enough = found.draws * (1.0 - found.same) > ENOUGH - 0.5
        return enough and (found.is_clear if wanted is None else found.high - found.low < wanted)


def rule_of(text: str) -> Rule:
    """The rule that a text says. Raises `InputError` where it says none.

    >>> rule_of("width(diff.model_enabled_harm) < 2e6")
    Rule(outcome='model_enabled_harm', width=2000000.0, relative=False)
    """
    said = text.strip()
    if found := VERDICT.fullmatch(said):
        return Rule(HARM if found["name"] is None else outcome_called(found["name"], text))
    if found := WIDTH.fullmatch(said):
        relative = found["unit"] == "%"
        return Rule(outcome_called(found["name"], text), positive(found["value"], text) / (100.0 if relative else 1.0), relative)
    raise InputError(f"until = {shown(text)} must be {ALLOWED}")


def outcome_called(name: str, text: str) -> str:
    """The outcome of this name, or of this short word."""
    words = {word_of(known): known for known in OUTCOMES}
    outcome = name if name in OUTCOMES else words.get(name)
    if outcome is None:
        hint = nearest(name, [*words, *OUTCOMES])
        raise InputError(f"until = {shown(text)}: no outcome is called {shown(name)}; name one such as harm, delay or lead{hint}")
    if OUTCOMES[outcome].heavy_tail:
        raise InputError(f"until = {shown(text)}: the mean of {outcome} rests on few draws and has no interval; name another outcome")
    return outcome


def word_of(outcome: str) -> str:
    """The short word of an outcome, which has no blank; else its name.

    >>> word_of("usable_lead_months"), word_of("bans")
    ('lead', 'bans')
    """
    word = OUTCOMES[outcome].word
    return outcome if " " in word else word


def positive(value: str, text: str) -> float:
    """A number above 0."""
    try:
        number = float(value)
    except ValueError:
        number = math.nan
    if not 0.0 < number < math.inf:
        raise InputError(f"until = {shown(text)}: the width {shown(value)} must be a number above 0, such as 5% or 2e6")
    return number
