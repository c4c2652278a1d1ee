"""What a headline rests on: a programme's change in harm with each mechanism taken out alone, and from one edition to the next."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from lockgate.experiments.evidence.expectations import DAYS, FOR_ALL_LABS, HARM
from lockgate.experiments.evidence.sampled_runs import Array, Estimate, SampledRuns, better_share, combined, mean, relative_parts
from lockgate.experiments.results.ensemble import Ensemble
from lockgate.scenarios import with_levers
from lockgate.sim.engine.run import simulate
from lockgate.sim.model.parameters import MECHANISMS, without

PROGRAMME = "partner-programme"


@dataclass(frozen=True)
class Row:
    """Harm of open release (US$), and the two programmes' change in it: in %, and the share of draws in which there is less."""

    name: str
    harm: Estimate
    alone: Estimate
    alone_better: Estimate
    all_labs: Estimate
    all_labs_better: Estimate


def row(name: str, sampled: SampledRuns, drawn: Ensemble) -> Row:
    """The three policies in the same draws."""
    one = sampled.edition.policy(PROGRAMME)
    policies = [sampled.edition.policy("open-release"), one, with_levers(one, FOR_ALL_LABS)]
    harm = simulate(drawn.worlds, policies, drawn.seeds, DAYS).outcomes[HARM]
    base = harm[:, 0]
    return Row(name, mean(base), *compared(harm[:, 1], base), *compared(harm[:, 2], base))


def compared(values: Array, base: Array) -> tuple[Estimate, Estimate]:
    """The change in %, and the share of draws in which it is a fall."""
    return combined(relative_parts(values, base)), better_share(values, base)


def decomposition(sampled: SampledRuns) -> Iterator[Row]:
    """The model as it is; without each mechanism alone; and without any."""
    neutral = {"as it is": {}, **{f"without {name}": without([name]) for name in MECHANISMS}, "without any of them": without(MECHANISMS)}
    for name, values in neutral.items():
        drawn = sampled.ensemble("baseline")
        for parameter, value in values.items():
            drawn.worlds[parameter] = value
        yield row(name, sampled, drawn)


def waterfall(sampled: SampledRuns, older: Mapping[str, Any]) -> Iterator[Row]:
    """From `older` values of parameters to none of them: mechanism by mechanism, in their order, and then what is left of them."""
    kept = dict(older)
    yield row("first edition", with_older(sampled, kept), with_older(sampled, kept).ensemble("baseline"))
    for name, mechanism in MECHANISMS.items():
        newer = kept.keys() & mechanism.neutral.keys()
        if newer:
            kept = {parameter: value for parameter, value in kept.items() if parameter not in newer}
            yield row(f"and {name}", with_older(sampled, kept), with_older(sampled, kept).ensemble("baseline"))
    yield row("and evidence read anew", sampled, sampled.ensemble("baseline"))


def with_older(sampled: SampledRuns, older: Mapping[str, Any]) -> SampledRuns:
    """The same draws in worlds with these values."""
    return SampledRuns(sampled.draws, sampled.seed, sampled.edition, {**older, **sampled.changes})
