"""The answers of a study as methods: `results.answer.effect()` and so on."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from lockgate.experiments.answers.cases import HARM
from lockgate.sim.search_path import installed_first

if TYPE_CHECKING:
    from lockgate.experiments.answers.assumptions.structures import Structures
    from lockgate.experiments.answers.choice.choice import Choice
    from lockgate.experiments.answers.divergence.divergence import Divergence
    from lockgate.experiments.answers.divergence.examples import Example
    from lockgate.experiments.answers.drivers.drivers import Drivers
    from lockgate.experiments.answers.flips.flip_map import FlipMap
    from lockgate.experiments.answers.flips.flips import Flips
    from lockgate.experiments.answers.flips.threshold import Threshold
    from lockgate.experiments.answers.knowing.knowing import Knowing
    from lockgate.experiments.answers.knowing.ledger import Ledger
    from lockgate.experiments.answers.mechanisms.mechanisms import Mechanisms
    from lockgate.experiments.answers.over_time.effect import Effect
    from lockgate.experiments.answers.page import Page
    from lockgate.experiments.answers.precision.precision import Precision
    from lockgate.experiments.answers.worst.worst import WorstWorlds
    from lockgate.experiments.results.results import Results


class Answers:
    """What a decision needs from results, one method for each question.

    Where no policy is named it is the second; the first is the reference that it is compared with. Each answer says itself in
    `sentences()`, and as plain content in `content()`. Each raises `InputError` where the runs do not tell, and says which would.
    """

    def __init__(self, results: "Results") -> None:
        self._results = results

    @installed_first
    def effect(self, policy: str | None = None) -> "Effect":
        """For how long it helps, when that is used up, and what is left at the end."""
        from lockgate.experiments.answers.over_time.effect import effect

        return effect(self._results, policy)

    @installed_first
    def structures(self, policy: str | None = None, outcome: str = HARM) -> "Structures":
        """In which sampled structures of the model the verdict holds."""
        from lockgate.experiments.answers.assumptions.structures import structures

        return structures(self._results, policy, outcome)

    @installed_first
    def drivers(self, policy: str | None = None, outcome: str = HARM) -> "Drivers":
        """What drives the difference: its variance, its sign and its size; of all policies unless one is named."""
        from lockgate.experiments.answers.drivers.drivers import drivers

        return drivers(self._results, policy, outcome)

    @installed_first
    def flips(self, policy: str | None = None, outcome: str = HARM) -> "Flips":
        """Where the policy does harm: boxes and branches of inputs that held in draws which they were not found in."""
        from lockgate.experiments.answers.flips.flips import flips

        return flips(self._results, policy, outcome)

    @installed_first
    def flip_map(self, x: str | None = None, y: str | None = None, policy: str | None = None, outcome: str = HARM) -> "FlipMap":
        """Less, unclear and more over two inputs; by default the two with most influence on the sign."""
        from lockgate.experiments.answers.flips.flip_map import flip_map

        return flip_map(self._results, x, y, policy, outcome)

    @installed_first
    def threshold(self, name: str, policy: str | None = None, outcome: str = HARM) -> "Threshold":
        """The value of one input at which the mean difference changes its sign."""
        from lockgate.experiments.answers.flips.threshold import threshold

        return threshold(self._results, name, policy, outcome)

    @installed_first
    def mechanisms(
        self, policy: str | None = None, outcome: str = HARM, names: Sequence[str] | None = None, draws: int | None = None
    ) -> "Mechanisms":
        """Through which mechanisms it acts: Shapley shares in the same draws, which are run again without some of them."""
        from lockgate.experiments.answers.mechanisms.mechanisms import mechanisms

        return mechanisms(self._results, policy, outcome, names, draws)

    @installed_first
    def divergence(self, policy: str | None = None, draw: int | None = None) -> "Divergence":
        """How two paired runs part: the first event that differs, and the chain from it to the outcome; by default of a typical draw."""
        from lockgate.experiments.answers.divergence.divergence import divergence

        return divergence(self._results, policy, draw)

    @installed_first
    def typical(self, policy: str | None = None) -> "Example":
        """The draw nearest the median difference."""
        from lockgate.experiments.answers.divergence.examples import typical

        return typical(self._results, policy)

    @installed_first
    def backfired(self, policy: str | None = None) -> "Example | None":
        """A draw in which the policy does harm, nearest their median; None where there is none."""
        from lockgate.experiments.answers.divergence.examples import backfired

        return backfired(self._results, policy)

    @installed_first
    def choice(self, by: str | Sequence[str] | None = None, price: float = 0.0, below: float | None = None) -> "Choice":
        """Which policy to choose: the frontier of harm, benefit forgone and delay, the price of a day, and regret."""
        from lockgate.experiments.answers.choice.choice import choice

        return choice(self._results, by=by, price=price, below=below)

    @installed_first
    def worth_of_knowing(
        self, policies: Sequence[str] | None = None, price_of_a_day: float | None = None, preview: str | None = None
    ) -> "Knowing":
        """What perfect information on each parameter is worth for the choice, and what waiting for a preview is."""
        from lockgate.experiments.answers.knowing.knowing import worth_of_knowing

        return worth_of_knowing(self._results, policies, price_of_a_day=price_of_a_day, preview=preview)

    @installed_first
    def ledger(self, outcome: str = HARM) -> "Ledger":
        """The assumptions by influence times weakness of evidence."""
        from lockgate.experiments.answers.knowing.ledger import assumption_ledger

        return assumption_ledger(self._results, outcome)

    @installed_first
    def worst_worlds(self, policy: str | None = None, most: int = 10, by: str = "harm") -> "WorstWorlds":
        """The worst worlds by harm, or by `"difference"`: exceedance, expected shortfall, and a card for each."""
        from lockgate.experiments.answers.worst.worst import worst_worlds

        return worst_worlds(self._results, policy, most, by)  # type: ignore[arg-type]  # checked there

    @installed_first
    def precision(self, rule: str = "width(diff.harm) < 5%") -> "Precision":
        """How many draws would meet a rule, and how many a clear verdict takes."""
        from lockgate.experiments.answers.precision.precision import precision

        return precision(self._results, rule)

    @installed_first
    def page(self, policy: str | None = None, parts: Sequence[str] | None = None, tell: Callable[[str], Any] = lambda said: None) -> "Page":
        """All of these that the runs allow, on one page, and what further runs would settle."""
        from lockgate.experiments.answers.parts import page

        return page(self._results, policy, parts, tell)
