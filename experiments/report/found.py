"""What the sections of a report rest on, each worked out once: the answers about one policy, and why there is none."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeVar

import numpy as np

from lockgate.experiments.answers.cases import HARM, Array, Cases, cases_of, compared
from lockgate.experiments.answers.divergence.divergence import kinds_of
from lockgate.experiments.answers.divergence.examples import Example, backfired, typical
from lockgate.experiments.answers.drivers.drivers import Drivers, drivers
from lockgate.experiments.answers.flips.flip_map import FlipMap, flip_map
from lockgate.experiments.answers.flips.flips import Flips, flips
from lockgate.experiments.answers.over_time.effect import Effect, effect
from lockgate.experiments.answers.parts import Asked
from lockgate.experiments.results.compliance import ASKED, COMPLIED, compliance_of
from lockgate.experiments.results.pairing import estimates_of
from lockgate.experiments.results.ratios import ACCESS, break_even_summary
from lockgate.experiments.results.results import Results
from lockgate.experiments.results.source import InMemory
from lockgate.experiments.results.verdict import Verdict, verdict
from lockgate.experiments.text.numbers import printable
from lockgate.experiments.text.wording import Wording
from lockgate.sim.engine.kinds import Kinds
from lockgate.sim.errors import InputError
from lockgate.sim.model.outcomes import HEADLINES, OUTCOMES
from lockgate.sim.model.policy import Policy

T = TypeVar("T")
TOLD = (*HEADLINES, *(known for name in HEADLINES if (known := OUTCOMES[name].censored_by)), "benefit_forgone")


@dataclass(frozen=True, eq=False)
class Found:
    """Answers about one policy against the first, in the cell that a page speaks of: the first world, at the middle point.

    What the runs do not allow is None, and `missing` says why, in a sentence.
    """

    asked: Asked

    @classmethod
    def of(cls, results: Results, policy: str | None = None) -> "Found":
        """What is to be found about a policy (default: the second). Raises `InputError` where there is none to compare with another."""
        place, _ = compared(results, policy)
        return cls(Asked(results, results.names[place], brief=True))

    @property
    def results(self) -> Results:
        """All results."""
        return self.asked.results

    @cached_property
    def cell(self) -> Results:
        """Those of one world at one point."""
        return self.asked.cell

    @property
    def place(self) -> int:
        """The place of the policy among those selected."""
        return self.cell.names.index(self.asked.policy)

    @property
    def policy(self) -> Policy:
        """The policy, with its levers in the cell."""
        return self.cell.policies[self.place]

    @property
    def label(self) -> str:
        """What the policy is called."""
        return printable(self.cell.labels[self.place])

    @property
    def reference(self) -> str:
        """What the reference is called."""
        return printable(self.cell.labels[0])

    @property
    def words(self) -> Wording:
        """How draws are spoken of."""
        return Wording(self.cell.horizon_days, self.cell.draws, self.cell.fixed)

    @cached_property
    def missing(self) -> dict[str, str]:
        """Why something was not found, by name; filled on the way."""
        return {}

    def attempt(self, name: str, make: Callable[[], T]) -> T | None:
        """What is made, or None where the runs do not allow it."""
        try:
            return make()
        except InputError as error:
            self.missing[name] = capital(f"{str(error).removesuffix('.')}.")
            return None

    def prepare(self) -> None:
        """Work out what several threads are about to ask for."""
        _ = self.missing, self.cell, self.harm, self.cases, cases_of(self.cell)

    @cached_property
    def estimates(self) -> dict[str, dict[str, Any]]:
        """`POLICY -> OUTCOME -> estimates` as a summary has them, of those outcomes of the report that the study keeps."""
        kept = tuple(name for name in TOLD if name in self.cell.study.outcomes)
        return estimates_of(self.cell.names, self.cell.outcomes(kept))

    @cached_property
    def compliance(self) -> dict[str, dict[str, float]]:
        """What came of requests to labs, by policy; empty where that is not kept."""
        kept = {ASKED, COMPLIED} <= set(self.cell.study.outcomes)
        return compliance_of(self.cell.names, self.cell.outcomes((ASKED, COMPLIED))) if kept else {}

    @cached_property
    def break_even(self) -> dict[str, dict[str, float]]:
        """What a day of access may be worth, by policy; empty where access forgone is not kept."""
        kept = ACCESS in self.cell.study.outcomes
        return break_even_summary(self.cell.names, self.harm, self.cell.outcome(ACCESS)) if kept else {}

    @property
    def own_kinds(self) -> Kinds:
        """The kinds of agents with which runs are made again. Raises `InputError` where a folder names some: it has no code to run."""
        if self.results.kinds and not isinstance(self.results.source, InMemory):
            raise InputError("other kinds of agents took part, and their code is not in the folder, so no run can be made again")
        return kinds_of(self.cell)

    def keeps(self, *names: str) -> bool:
        """Whether the study keeps these outcomes."""
        return set(names) <= set(self.cell.study.outcomes)

    @cached_property
    def harm(self) -> Array:
        """Model-enabled harm, (D, P), US$."""
        return self.cell.outcome(HARM)

    @cached_property
    def verdict(self) -> Verdict:
        """The verdict on harm."""
        return verdict(HARM, self.harm[:, self.place], self.harm[:, 0])

    @property
    def whole(self) -> float:
        """The mean harm under the reference, of which percentages are; NaN where there is none."""
        good = np.isfinite(self.harm[:, [0, self.place]]).all(axis=1)
        mean = float(self.harm[good, 0].mean()) if good.any() else 0.0
        return mean if mean > 0.0 else float("nan")

    @cached_property
    def effect(self) -> Effect | None:
        """The effect over time."""
        return self.attempt("effect", lambda: effect(self.cell, self.asked.policy))

    @cached_property
    def drivers(self) -> Drivers | None:
        """What decides the difference."""
        return self.attempt("drivers", lambda: drivers(self.results, self.asked.policy))

    @cached_property
    def flips(self) -> Flips | None:
        """Where the policy does harm."""
        return self.attempt("flips", lambda: flips(self.results, self.asked.policy))

    @cached_property
    def flip_map(self) -> FlipMap | None:
        """The map of the two inputs with the most influence on the sign; of a study, over what was varied."""
        x, y = self.varied
        return self.attempt("flip_map", lambda: flip_map(self.results, x, y, policy=self.asked.policy))

    @property
    def varied(self) -> tuple[str | None, str | None]:
        """The axes of the map: what the design varies, where it varies two things or one; else those of most influence."""
        names = [factor.column for factor in self.results.study.factors if factor.column in self.cases.inputs]
        return (names[0], names[1]) if len(names) == 2 else (names[0], None) if len(names) == 1 else (None, None)

    @property
    def cases(self) -> Cases:
        """The cases of all results."""
        return cases_of(self.results)

    @cached_property
    def typical(self) -> Example | None:
        """The draw nearest the median."""
        return self.attempt("typical", lambda: typical(self.cell, self.asked.policy))

    @cached_property
    def backfired(self) -> Example | None:
        """A draw in which the policy does harm."""
        return self.attempt("backfired", lambda: backfired(self.cell, self.asked.policy))


def capital(text: str) -> str:
    """The text as the beginning of a sentence.

    >>> capital("no draw")
    'No draw'
    """
    return text[:1].upper() + text[1:]
