"""The ledger of assumptions: for each policy, influence on its difference times weakness of the evidence, the most of concern first."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from lockgate.experiments.answers.cases import HARM, cases_of, compared, outcome_of
from lockgate.experiments.answers.drivers.driver import WEAKNESS, Driver
from lockgate.experiments.answers.drivers.driver_words import listed
from lockgate.experiments.answers.drivers.drivers import influences_of, kind_of, refuse_what_tells_nothing
from lockgate.experiments.answers.drivers.index import shares
from lockgate.experiments.results.results import Results
from lockgate.experiments.text.numbers import number
from lockgate.sim.model.outcomes import OUTCOMES
from lockgate.sim.model.parameters import PARAMETERS

if TYPE_CHECKING:
    import pandas as pd

SAID = 3


@dataclass(frozen=True)
class Ledger:
    """Assumptions with an influence on each policy's difference from the reference in an outcome, in order of concern."""

    outcome: str
    reference: str
    entries: tuple[tuple[str, Driver], ...]  # with the policy

    def sentences(self) -> list[str]:
        """For each policy, the assumptions of most concern."""
        said, name = [], OUTCOMES[self.outcome].short
        for policy in dict.fromkeys(policy for policy, _ in self.entries):
            first = [driver for mine, driver in self.entries if mine == policy][:SAID]
            named = [f"{one.name} ({shares(one.alone)}, evidence {one.grade}: {number(one.concern, 2)})" for one in first]
            said.append(f"{policy}: of most concern (influence times weakness of the evidence) for its {name} {are(named)}.")
        return said or [f"No assumption has an influence on {name} against {self.reference} that can be told from chance."]

    def frame(self) -> "pd.DataFrame":
        """One row a policy and assumption, the one of most concern first."""
        import pandas as pd

        return pd.DataFrame(self.content()["entries"], columns=["policy", "input", "influence", "grade", "weakness", "concern", "source"])

    def content(self) -> dict[str, Any]:
        """The same as plain content."""
        rows = [
            {
                "policy": policy, "input": one.name, "influence": one.influence, "grade": one.grade,
                "weakness": WEAKNESS[one.grade], "concern": one.concern, "source": PARAMETERS[one.name].source,
            }
            for policy, one in self.entries
        ]  # fmt: skip
        return {"outcome": self.outcome, "reference": self.reference, "entries": rows}


def are(named: list[str]) -> str:
    """Subjects with their verb.

    >>> are(["a"]), are(["a", "b"])
    ('is a', 'are a and b')
    """
    return f"{'is' if len(named) == 1 else 'are'} {listed(named)}"


def assumption_ledger(results: Results, outcome: str = HARM) -> Ledger:
    """The ledger of all policies of a study against the reference. Raises `InputError` as `drivers` does."""
    compared(results)
    cases, kind = cases_of(results), kind_of(results)
    refuse_what_tells_nothing(results, cases, kind)
    values = outcome_of(results, outcome)
    found = influences_of(results, cases, values[:, 1:] - values[:, :1], kind)
    entries = [(policy, driver) for policy, each in zip(results.names[1:], found, strict=True) for driver in each if driver.concern > 0.0]
    entries.sort(key=lambda entry: (-entry[1].concern, entry[0], entry[1].name))
    return Ledger(outcome, results.names[0], tuple(entries))
