"""Checking claims: their runs are made again, and what comes of them is set beside what the card says."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from lockgate.experiments.provenance import lockgate_version, random_numbers
from lockgate.experiments.report.claim import ENDS, Claim, claims_of, number_said
from lockgate.experiments.text.numbers import count, duration, listed, printable
from lockgate.experiments.text.wording import verdict_cell
from lockgate.sim.engine.plan import AGENT_DAYS_PER_SECOND, refuse_too_many_results
from lockgate.sim.errors import InputError
from lockgate.sim.model.parameters import Parameter

if TYPE_CHECKING:
    from lockgate.experiments.results.results import Results

Result = Literal["holds", "drifted", "fails"]
CLOSE = 1e-9  # relative: what another processor or library may differ by, and no digit shows
DIGITS = 3  # that sentences and charts show
MOST_SECONDS = 600.0  # of one core that is worked on a card without being told to
WORST: tuple[Result, ...] = ("holds", "drifted", "fails")


@dataclass(frozen=True)
class Checked:
    """A claim, and what came of making its runs again.

    `word` is *holds* where verdict, direction and the shown digits are the same (`exact`: to the last bit); *fails* where the claim may no
    longer be made: the direction has turned or gone, what was clear is not, what could not be told is clear, or the sentence of a card of
    this version is not the one that its numbers make; and *drifted* otherwise. `differing` names what made the card and is not what checks
    it: version, random numbers, hashes. `now` is what the runs say, None where they give a bound alone.
    """

    claim: Claim
    now: Claim | None
    word: Result
    exact: bool
    differing: tuple[str, ...]

    @property
    def said(self) -> str:
        """What came of it, in a sentence."""
        made = count(self.claim.draws, "draw")
        if not self.worded and self.claim.version == lockgate_version():
            return f"Fails: its sentence is not the one that its numbers make, which is: {self.claim.shown}"
        if self.now is None:
            return f"Fails: in some of {made} the run ends before the outcome is known, so that nothing may be said{self.because}."
        was, found = (f"{verdict_cell(each.verdict)}, {number_said(each)}" for each in (self.claim, self.now))
        if self.word == "holds":
            return f"Holds: {made} made again give {found}, {'to the last bit' if self.exact else 'to the shown digits'}{self.although}."
        what = "Drifted" if self.word == "drifted" else "Fails"
        moved = f", {self.moved}" if self.word == "drifted" else ""
        return f"{what}: the card says {was}; {made} made again give {found}{moved}{self.because}."

    @property
    def worded(self) -> bool:
        """Whether the card's sentence is the one that its numbers make. Another version may word it otherwise."""
        return self.claim.sentence == self.claim.shown

    @property
    def moved(self) -> str:
        """How far the number has moved."""
        then, now = self.claim.verdict, self.now.verdict if self.now else self.claim.verdict
        if not then.low <= now.mean <= then.high:
            return "outside of its own interval" if math.isfinite(then.low) else "another number"
        return "within its own interval"

    @property
    def because(self) -> str:
        """What may have caused a difference."""
        if self.differing:
            return f" (different here: {listed(self.differing)})"
        return " (version, code and scenario are the same: the card was changed, or another machine computes otherwise)"

    @property
    def although(self) -> str:
        """What is different, and changed nothing."""
        return f" (different here, without effect: {listed(self.differing)})" if self.differing else ""

    def content(self) -> dict[str, Any]:
        """The same as plain content."""
        now = self.now.content()["found"] if self.now else None
        return {
            "result": self.word,
            "exact": self.exact,
            "said": self.said,
            "sentence": printable(self.claim.sentence),
            "card": self.claim.content()["found"],
            "now": now,
            "differing": list(self.differing),
        }


def check(claim: Claim, *, threads: int | None = None, any_size: bool = False) -> Checked:
    """Make the runs of a claim again, in the same draws, and say whether it holds. Raises `InputError` for what `check_all` refuses."""
    return check_all([claim], threads=threads, any_size=any_size)[0]


def check_all(claims: Sequence[Claim], *, threads: int | None = None, any_size: bool = False) -> list[Checked]:
    """Check claims, those of the same runs together.

    Raises `InputError`, before any run, where they ask for more than about ten minutes of one core, unless any size is allowed: a card may
    come from anybody.
    """
    groups: dict[str, list[Claim]] = {}
    for claim in claims:
        groups.setdefault(runs_of(claim), []).append(claim)
    firsts = [group[0] for group in groups.values()]
    if not any_size and (seconds := sum(map(seconds_of, firsts))) > MOST_SECONDS:
        raise InputError(
            f"the runs of {count(len(claims), 'claim')} take about {duration(seconds)} of one core, "
            f"and {duration(MOST_SECONDS)} are allowed; check them with --any-size if you trust where they come from"
        )
    for first in firsts:
        refuse_too_many_results(2 * first.draws, first.horizon_days)
    made = {key: made_again(group[0], threads) for key, group in groups.items()}
    return [checked(claim, made[runs_of(claim)]) for claim in claims]


def runs_of(claim: Claim) -> str:
    """The same for two claims if and only if they are of the same runs."""
    parts = claim.content()
    return repr([parts[name] for name in ("policy", "reference", "world", "draws", "seed", "horizon_days", "fixed")])


def seconds_of(claim: Claim) -> float:
    """About how long the runs of a claim take on one core, at most."""
    agents = sum(most(claim.world.parameters[name]) for name in ("organisations", "bad_actors"))
    return 2.0 * claim.draws * claim.horizon_days * (agents + 10.0) / AGENT_DAYS_PER_SECOND


def most(parameter: Parameter) -> float:
    """The most that a parameter can be."""
    from lockgate.scenarios.world import reach

    return float(reach(parameter)[1])


def made_again(claim: Claim, threads: int | None) -> "Results":
    """The runs of a claim."""
    from lockgate.experiments.results.compare import compare

    return compare(
        [claim.reference, claim.policy], claim.world, claim.draws, claim.seed, horizon_days=claim.horizon_days, fixed=claim.fixed,
        threads=threads, ceiling=False,
    )  # fmt: skip


def checked(claim: Claim, results: "Results") -> Checked:
    """A claim beside the runs that were made again."""
    now = next((one for one in claims_of(results) if one.outcome == claim.outcome), None)
    made = [("version", claim.version, lockgate_version()), ("random numbers", claim.random_numbers, random_numbers())]
    if now is not None:
        made += [(name, claim.hashes[name], now.hashes[name]) for name in claim.hashes]
    differing = tuple(f"{name} {printable(there)}, not {here}" for name, there, here in made if there != here)
    return Checked(claim, now, result(claim, now), now is not None and numbers(claim) == numbers(now), differing)


def result(claim: Claim, now: Claim | None) -> Result:
    """What became of a claim."""
    if now is None or (claim.version == lockgate_version() and claim.sentence != claim.shown):
        return "fails"
    then, found = claim.verdict, now.verdict
    lost = then.direction not in {"same", found.direction}
    if lost or (then.is_clear and not found.is_clear) or (then.direction == "same" and found.is_clear):
        return "fails"
    same = (then.name, then.direction) == (found.name, found.direction)
    return "holds" if same and all(alike(*pair) for pair in zip(numbers(claim), numbers(now), strict=True)) else "drifted"


def numbers(claim: Claim) -> list[float | None]:
    """All numbers of a claim: the difference, in its unit and in percent, and in how many draws there is less and more."""
    shares: Mapping[str, float] = claim.percent
    every = [*(getattr(claim.verdict, name) for name in (*ENDS, "less", "same", "more")), *(shares[name] for name in ENDS)]
    return [None if math.isnan(value) else float(value) for value in every]


def alike(one: float | None, other: float | None) -> bool:
    """Whether two numbers are the same in the digits that are shown.

    >>> alike(1.2341, 1.2342), alike(1.23, 1.24), alike(None, None), alike(None, 0.0)
    (True, False, True, False)
    """
    if one is None or other is None:
        return one is other
    return math.isclose(one, other, rel_tol=CLOSE, abs_tol=1e-12) or f"{one:.{DIGITS}g}" == f"{other:.{DIGITS}g}"


def worst(found: Sequence[Checked]) -> Result:
    """The worst of what came of several claims."""
    return WORST[max(WORST.index(one.word) for one in found)]
