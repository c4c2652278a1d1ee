"""Claim cards: one sentence of a comparison with all that makes its number again, so that somebody else can check it."""

import math
import shlex
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from lockgate.experiments.provenance import (
    command_line,
    comparison_provenance,
    content_hash,
    lockgate_version,
    policy_content,
    random_numbers,
    sources_hash,
    without_place,
    world_content,
)
from lockgate.experiments.results.changes import at_point, label, world_changes
from lockgate.experiments.results.ratios import relative
from lockgate.experiments.results.verdict import Verdict, verdicts
from lockgate.experiments.study.study import written_parameter
from lockgate.experiments.sweep.plan import DECIDES_ROWS
from lockgate.experiments.text.comparison import CHANGES, DELAYED, harm_sentence, money_span, said_change
from lockgate.experiments.text.numbers import count, money, numeral, printable
from lockgate.experiments.text.wording import HARM, Statistics, Wording, finite, percent_span, signed_percent, verdict_cell
from lockgate.scenarios import World
from lockgate.sim.model.outcomes import OUTCOMES
from lockgate.sim.model.parameters import PARAMETERS
from lockgate.sim.model.policy import Policy

if TYPE_CHECKING:
    from lockgate.experiments.results.results import Results

FORMAT = 1
ENDS = ("mean", "low", "high")
CLAIMED = {"release_delay_days": DELAYED, **CHANGES}  # outcomes that claims are made of, beside harm, and how they are told


@dataclass(frozen=True)
class Claim:
    """What may be said of one outcome under a policy against a reference, and all that is needed to make it again.

    `verdict` has the mean difference in the outcome's unit, its 95 % interval, and what may be said; `percent` has the same as shares of
    the reference's mean (NaN where it has none). Policies and world hold what they set; `hashes` are of the text of the model (`model`),
    of all code that decides rows (`code`), and of every lever and parameter, set or not (`scenario`).
    """

    sentence: str
    outcome: str
    policy: Policy
    reference: Policy
    world: World
    draws: int
    seed: int
    horizon_days: int
    fixed: bool
    verdict: Verdict
    percent: Mapping[str, float]
    hashes: Mapping[str, str]
    version: str
    random_numbers: str
    command: str

    def content(self) -> dict[str, Any]:
        """The card as plain content, which JSON can hold."""
        found = {name: None if isinstance(value, float) and math.isnan(value) else value for name, value in self.verdict.content().items()}
        known = any(finite(value) for value in self.percent.values())
        share = {name: value if finite(value) else None for name, value in self.percent.items()} if known else None
        return {
            "lockgate_claim": FORMAT,
            "sentence": self.sentence,
            "outcome": self.outcome,
            "found": {"percent": share, **found},
            "policy": written_policy(self.policy),
            "reference": written_policy(self.reference),
            "world": written_world(self.world),
            "draws": self.draws,
            "seed": self.seed,
            "horizon_days": self.horizon_days,
            "fixed": self.fixed,
            "hashes": dict(self.hashes),
            "version": self.version,
            "random_numbers": self.random_numbers,
            "command": self.command,
        }

    @classmethod
    def of(cls, content: Any) -> "Claim":
        """The claim that a card tells of. Raises `InputError` where it is none that can be checked: a card may come from anybody."""
        from lockgate.experiments.report.claim_card import claim_of

        return claim_of(content)

    @property
    def shown(self) -> str:
        """The sentence that its numbers make."""
        base = label(self.reference, self.horizon_days)
        words = Wording(self.horizon_days, self.draws, self.fixed)
        where = f"Under {label(self.policy, self.horizon_days)}, in {count(self.draws, words.noun)} of {world_said(self.world)}"
        statistics = self.statistics()
        if self.outcome == HARM:
            said = harm_sentence(statistics, base, words)
        else:
            said = f"{said_change({self.outcome: statistics}, self.outcome)}, against {base}"
        few = "Preliminary. " if self.verdict.preliminary else ""
        return printable(f"{few}{where} over {self.horizon_days} days: {said}.")

    @property
    def rows(self) -> list[tuple[str, str]]:
        """The card as a reader meets it: what each line is, and what it says."""
        drawn = f"{count(self.draws, 'draw')}, seed {self.seed}, {count(self.horizon_days, 'day')}"
        made = ", ".join(f"{name} {known}" for name, known in self.hashes.items())
        return [
            ("Claim", self.sentence),
            ("Verdict", verdict_cell(self.verdict)),
            ("Difference", number_said(self)),
            ("World", f"{world_said(self.world)}; {drawn}{', at central values' if self.fixed else ''}"),
            ("Made by", f"lockgate {self.version}, random numbers {self.random_numbers}; {made}"),
            ("Command", self.command),
        ]

    def statistics(self) -> Statistics:
        """The difference as a summary has it."""
        nonzero = {"share": self.verdict.less + self.verdict.more}
        return {"difference": {**self.verdict.content(), "relative": self.percent, "nonzero": nonzero}}


def written_policy(policy: Policy) -> dict[str, Any]:
    """All that a policy sets; levers that it does not set are as the model has them."""
    return {"name": policy.name, "levers": dict(policy.levers), "timeline": [[day, dict(step)] for day, step in policy.timeline]}


def written_world(world: World) -> dict[str, Any]:
    """The parameters that a world has otherwise than their table: values, and priors."""
    changed = {
        name: written_parameter(known)
        for name, known in world.parameters.items()
        if (known.default, known.prior) != (PARAMETERS[name].default, PARAMETERS[name].prior)
    }
    return {"name": world.name, "parameters": changed}


def world_said(world: World) -> str:
    """A world by its name, with what was changed of the built-in world of that name."""
    changed = list(world_changes(world))
    if not changed:
        return world.name
    return f"{world.name} ({'; '.join(changed) if len(changed) <= 2 else f'{len(changed)} parameters changed'})"


def hashes_of(policy: Policy, reference: Policy, world: World) -> dict[str, str]:
    """What decides a claim's numbers, in sixteen hexadecimal digits each: the model's text, all code, and the whole scenario."""
    scenario = [policy_content(policy), policy_content(reference), world_content(world)]
    return {"model": sources_hash(("sim/model",)), "code": sources_hash(DECIDES_ROWS), "scenario": content_hash(scenario)}


def claims_of(results: "Results", command: Sequence[str] | None = None) -> list[Claim]:
    """The claims of a comparison, or of one world of a study at one point: each policy against the first, in each outcome of claims.

    Outcomes of which some runs give a bound alone are left out. There are none where a card could not make them again: see
    `why_no_claims`. `command` are the words of the command that made the results, where they are not in a folder.
    """
    return list(found_claims(results, said_command(results, command))) if not why_no_claims(results) else []


def why_no_claims(results: "Results") -> str:
    """Why nobody could make these results again from a card, in a sentence; nothing where a card can be made."""
    if not results.is_comparison:
        return "A claim is of one world at one point; choose them first."
    if len(results.policies) < 2:
        return "A claim is of the difference between two policies; this is one alone."
    if results.kinds:
        return "Agents of the user's own took part, and a card cannot carry their code."
    if not np.array_equal(results.selection.draws, np.arange(results.draws)):
        return "Some draws were chosen among others, and a card makes all from the first on."
    return ""


def said_command(results: "Results", command: Sequence[str] | None) -> str:
    """The command that made results, without the folder that they went to; of a comparison in memory the call."""
    if command is not None:
        return command_line(without_place(command))
    told = next((by["command"] for by in reversed(results.provenance) if isinstance(by.get("command"), str)), None)
    if told is None:
        made: str = comparison_provenance(results)["command"]
        return made
    try:
        return command_line(without_place(shlex.split(told)))
    except ValueError:  # somebody's own text
        return "unknown"


def found_claims(results: "Results", command: str) -> Iterator[Claim]:
    """The claims of results, of which there are some."""
    reference, *others = results.policies
    point = int(results.selection.points[0])
    world = at_point(results.world, results.study.parameters_at(point) if results.study.factors else {})
    for place, policy in enumerate(others, 1):
        made = hashes_of(policy, reference, world)
        for outcome in (HARM, *CLAIMED):
            found = found_of(results, place, outcome)
            if found is None:
                continue
            said, percent = found
            drawn = (results.draws, results.seed, results.horizon_days, results.fixed)
            by = (made, lockgate_version(), random_numbers(), command)
            claim = Claim("", outcome, policy, reference, world, *drawn, said, percent, *by)
            yield replace(claim, sentence=claim.shown)


def found_of(results: "Results", place: int, outcome: str) -> tuple[Verdict, dict[str, float]] | None:
    """The verdict on an outcome under a policy against the first, and the difference in shares of the reference's mean.

    None where the study does not keep the outcome, or some runs give a bound of it alone.
    """
    known = OUTCOMES[outcome]
    kept = set(results.study.outcomes)
    if outcome not in kept or (known.censored_by and known.censored_by not in kept):
        return None
    if known.censored_by and (results.outcome(known.censored_by)[:, [0, place]] > 0.0).any():
        return None
    values = results.outcome(outcome)
    base = np.repeat(values[:, :1], values.shape[1], axis=1)  # all policies at once, as a summary has them: the same to the last bit
    share = dict.fromkeys(ENDS, math.nan)
    if known.unit == "US$":
        share = dict(zip(ENDS, (float(part[place]) for part in relative(values, base).values()), strict=True))
    return verdicts(outcome, values, base)[place], share


def number_said(claim: Claim) -> str:
    """The number of a claim and its interval: in percent where it has one, else in its unit."""
    if math.isfinite(claim.percent["mean"]):
        spread = f" ({percent_span(claim.percent)} %)" if math.isfinite(claim.percent["low"]) else ""
        return f"{signed_percent(claim.percent)}{spread}"
    ends = {name: getattr(claim.verdict, name) for name in ENDS}
    known = math.isfinite(ends["low"])
    if claim.outcome not in CLAIMED:
        return f"{money(ends['mean'])}{f' ({money_span(ends)})' if known else ''}"
    _, factor, unit = CLAIMED[claim.outcome]
    mean, low, high = (numeral(factor * ends[name], signed=name == "mean").replace("−", "-") for name in ENDS)
    return f"{mean} {unit}{f' ({low} to {high})' if known else ''}"
