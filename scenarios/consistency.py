"""What parameters must keep among themselves, wherever in their priors a study samples them."""

from collections.abc import Iterator, Mapping

from scenarios.prior import extent
from sim.bounds import digits
from sim.parameters import PAIRS, LogNormal, Parameter

Parameters = Mapping[str, Parameter]


def reach(parameter: Parameter) -> tuple[float, float]:
    """The smallest and the largest value that sampling can give it."""
    if parameter.prior is None:
        return parameter.default, parameter.default
    return parameter.bounds if isinstance(parameter.prior, LogNormal) else extent(parameter.prior)


def written(parameter: Parameter, value: float) -> str:
    """The parameter and one end of what it can be."""
    return (
        f"{parameter.name} = {digits(value)}" if parameter.prior is None else f"{parameter.name} (which varies, as far as {digits(value)})"
    )


def contradictions(table: Parameters) -> Iterator[str]:
    """One sentence for each pair of parameters that do not go together."""
    for pair in PAIRS:
        both = [table[name] for name in pair.names]
        ends = [reach(parameter)[end == "high"] for parameter, end in zip(both, pair.worst, strict=True)]
        if not pair.holds(*ends):
            one, other = map(written, both, ends)
            yield pair.sentence.format(one=one, other=other)
