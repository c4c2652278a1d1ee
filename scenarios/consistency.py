"""What parameters must keep among themselves, wherever in their priors a study samples them."""

from collections.abc import Iterator, Mapping

from scenarios.prior import extent
from sim.parameters import LogNormal, Parameter

Table = Mapping[str, Parameter]


def reach(parameter: Parameter) -> tuple[float, float]:
    """The smallest and the largest value that sampling can give it."""
    if parameter.prior is None:
        return parameter.default, parameter.default
    return parameter.bounds if isinstance(parameter.prior, LogNormal) else extent(parameter.prior)


def written(parameter: Parameter, value: float) -> str:
    """The parameter and one end of what it can be."""
    return f"{parameter.name} = {value:.10g}" if parameter.prior is None else f"{parameter.name} (which varies, as far as {value:.10g})"


def contradictions(table: Table) -> Iterator[str]:
    """One sentence for each pair of parameters that do not go together."""
    least, most = table["rival_gap_min_months"], table["rival_gap_max_months"]
    if reach(least)[1] > reach(most)[0]:
        yield f"{written(least, reach(least)[1])} must not be above {written(most, reach(most)[0])}, lower the one or raise the other"
    covered, open_weights = table["covered_customer_share"], table["open_customer_share"]
    if reach(covered)[1] + reach(open_weights)[1] >= 1.0:
        yield f"{together(covered, open_weights)} must be below 1 (share of customers), leave some to the rivals"
    spies, insiders = table["spy_share"], table["insider_share"]
    if reach(spies)[1] + reach(insiders)[1] > 1.0:
        yield f"{together(spies, insiders)} must be at most 1 (share of bad actors), lower one of them"


def together(one: Parameter, other: Parameter) -> str:
    """The sum of two shares at their largest."""
    return f"{written(one, reach(one)[1])} and {written(other, reach(other)[1])} together"
