"""What the model says, in ten sentences: does restricting a release lower misuse, for how long, and at which cost in competition.

Each sentence comes with its interval, its verdict, the structures of the model in which it holds, and the command that makes it again.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from lockgate.experiments.answers.assumptions.structures import structures
from lockgate.experiments.answers.cases import HARM
from lockgate.experiments.answers.choice.choice import choice
from lockgate.experiments.answers.drivers.drivers import drivers
from lockgate.experiments.answers.flips.flips import flips
from lockgate.experiments.answers.mechanisms.mechanisms import mechanisms
from lockgate.experiments.answers.over_time.effect import effect
from lockgate.experiments.results.compare import compare
from lockgate.experiments.results.results import Results
from lockgate.experiments.results.verdict import Verdict, verdict
from lockgate.experiments.text.comparison import harm_sentence
from lockgate.experiments.text.numbers import number
from lockgate.experiments.text.wording import Wording
from lockgate.scenarios import load_policy, with_levers

OPEN, PREVIEW, LONGER, PROGRAMME, EVERYONE, WITHHOLD = (
    "open-release", "staged-preview", "preview-of-30-days", "partner-programme", "industry-programme", "withhold",
)  # fmt: skip
DAYS = 30
POLICIES = (OPEN, PREVIEW, PROGRAMME, "trusted-access", "mandatory-licence", EVERYONE, WITHHOLD)


@dataclass(frozen=True)
class Finding:
    """One sentence, with its verdict where it has one, the structures in which it holds, and the command that makes it again."""

    sentence: str
    verdict: str
    holds: str
    command: str

    def lines(self, place: int) -> list[str]:
        """As a page has it, at this place in the list."""
        parts = (f"Verdict: {self.verdict}.", f"Structures: {self.holds}", f"Again: `{self.command}`")
        return [f"{place}. {self.sentence}", *(f"   - {part}" for part in parts)]


class Findings:
    """The sentences, from so many draws of the default world."""

    def __init__(self, draws: int = 500, seed: int = 1) -> None:
        self.draws, self.seed = draws, seed

    @cached_property
    def main(self) -> Results:
        """The policies that the question is about, and a preview of thirty days."""
        longer = replace(with_levers(load_policy(PREVIEW), {"preview_days": DAYS}), name=LONGER)
        return compare([*POLICIES[:2], longer, *POLICIES[2:]], draws=self.draws, seed=self.seed)

    @cached_property
    def summary(self) -> Mapping[str, Any]:
        """What is known of it."""
        return self.main.summary()

    @property
    def words(self) -> Wording:
        """How its draws are spoken of."""
        return Wording(self.main.horizon_days, self.draws, False)

    def against(self, policy: str, reference: str) -> Results:
        """One policy beside another one, which is the reference."""
        chosen = self.main.where(policy=[reference, policy])
        order = [chosen.names.index(reference), chosen.names.index(policy)]
        return replace(chosen, selection=replace(chosen.selection, policies=chosen.selection.policies[order]))

    def all(self) -> Iterator[Finding]:
        """The ten sentences, in the order in which one asks."""
        yield self.harm(PROGRAMME, OPEN, "Where one lab limits its systems to partners")
        yield self.harm(PREVIEW, OPEN, "Where a government asks for a preview of 14 days, case by case,")
        yield self.longer()
        yield self.time(PROGRAMME)
        yield self.time(PREVIEW)
        yield self.harm(EVERYONE, OPEN, "Where a law binds every frontier lab to such a programme,")
        yield self.harm(EVERYONE, WITHHOLD, "With such a programme of all labs, and not one lab that withholds all covered systems,")
        yield self.lead(PROGRAMME)
        yield self.price(PROGRAMME)
        yield self.rests(PROGRAMME)

    def harm(self, policy: str, reference: str, where: str) -> Finding:
        """Whether there is less misuse."""
        pair = self.against(policy, reference)
        said = harm_sentence(pair.summary()["policies"][policy][HARM], reference, self.words)
        command = f"lockgate compare {reference} {policy} --draws {self.draws}"
        return Finding(f"{where} {there_is(said)}.", *self.verdict(pair, policy), command)

    def longer(self) -> Finding:
        """Whether a longer preview does more. A study compares the two, since one command has each policy once."""
        found = self.harm(LONGER, PREVIEW, f"Where it asks for {DAYS} days and not for 14,")
        levers = f"lockgate compare {OPEN} {PREVIEW} --draws {self.draws} --set preview_days="
        return replace(found, command=f"{levers}{DAYS}` beside `{levers}14")

    def verdict(self, pair: Results, policy: str, outcome: str = HARM) -> tuple[str, str]:
        """The verdict on a policy, and in which structures it holds."""
        found = structures(pair, policy, outcome)
        return word_of(found.overall), " ".join(found.sentences())

    def time(self, policy: str) -> Finding:
        """For how long it helps."""
        pair = self.against(policy, OPEN)
        first, *_, last = effect(pair, policy).sentences()
        text = f"{first} {last.split('. ')[0]}."
        return Finding(text, *self.verdict(pair, policy), self.answered(policy, "effect"))

    def compared(self, policy: str) -> str:
        """The command that compares a policy with open release."""
        return f"lockgate compare {OPEN} {policy} --draws {self.draws}"

    def answered(self, policy: str, parts: str) -> str:
        """The commands that give parts of the answer about it."""
        return f"{self.compared(policy)} --out {policy} && lockgate answer {policy} {parts}"

    def lead(self, policy: str) -> Finding:
        """What it costs in competition."""
        pair = self.against(policy, OPEN)
        said = [
            change_of(pair, "usable_lead_months", 1.0, "months of usable lead over open weights"),
            change_of(pair, "customers_lost_share", 100.0, "percentage points of its customers lost"),
        ]
        text = f"It costs the lab under {policy}, beside open release: {'; '.join(said)}."
        return Finding(text, *self.verdict(pair, policy, "usable_lead_months"), self.compared(policy))

    def price(self, policy: str) -> Finding:
        """At which price of a day it is worth its cost."""
        pair = self.against(policy, OPEN)
        *_, turn, own = choice(pair).prices.sentences()
        return Finding(f"{turn} {own}", *self.verdict(pair, policy), self.answered(policy, "choice"))

    def rests(self, policy: str) -> Finding:
        """What it rests on, and what would turn it."""
        pair = self.against(policy, OPEN)
        parts = drivers(pair, policy).sentences()[0], mechanisms(pair, policy).sentences()[3], flips(pair, policy).sentences()[0]
        command = self.answered(policy, "drivers mechanisms flips")
        return Finding(" ".join(parts), *self.verdict(pair, policy), command)


def there_is(said: str) -> str:
    """The words of a comparison as the end of a sentence."""
    return said if said.startswith(("leaning", "no ")) else f"there is {said}"


def word_of(found: Verdict) -> str:
    """A verdict and its direction."""
    return found.name if found.direction == "same" else f"{found.name}: {found.direction}"


def change_of(pair: Results, outcome: str, factor: float, unit: str) -> str:
    """How an outcome differs from the reference, with its interval and its verdict."""
    values = pair.outcome(outcome)
    found = verdict(outcome, values[:, 1], values[:, 0])
    mean, low, high = (number(factor * part, 1) for part in (found.mean, found.low, found.high))
    return f"{mean} {unit} (95 % interval {low} to {high}; {word_of(found)})"
