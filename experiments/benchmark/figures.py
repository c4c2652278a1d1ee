"""The figures of a benchmark, as a table on the terminal and as a page."""

import json
import math
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

Content = Mapping[str, Any]


@dataclass(frozen=True)
class Target:
    """What is wanted of a figure."""

    low: float = -math.inf
    high: float = math.inf

    def met(self, value: float) -> bool:
        """Whether a value is within the bounds."""
        return self.low <= value <= self.high

    def __str__(self) -> str:
        if math.isinf(self.high):
            return f"at least {short(self.low)}"
        return f"at most {short(self.high)}" if math.isinf(self.low) else f"{short(self.low)} to {short(self.high)}"


@dataclass(frozen=True)
class Figure:
    """One number of the content, at a place of it such as `exponents.agents`."""

    name: str
    place: str
    unit: str
    target: Target | None = None

    def value(self, content: Content) -> float:
        """The number; NaN where it was not measured."""
        found = at(content, self.place)
        return math.nan if found is None else float(found)

    def range(self, content: Content) -> str:
        """From the least to the largest of its repeats, or nothing."""
        found = at(content["ranges"], self.place)
        return f"{short(found[0])}-{short(found[1])}" if found else ""

    def verdict(self, content: Content) -> str:
        """Whether its target is met, or nothing where it has none or was not measured."""
        value = self.value(content)
        if self.target is None or math.isnan(value):
            return ""
        return "yes" if self.target.met(value) else "NO"


def at(content: Content, place: str) -> Any:
    """What stands at a place of nested content, or None.

    >>> at({"a": {"1": 2.0}}, "a.1"), at({"a": {}}, "a.1")
    (2.0, None)
    """
    found: Any = content
    for name in place.split("."):
        found = found.get(name) if isinstance(found, Mapping) else None
    return found


def short(value: float | None) -> str:
    """A number with three digits, or as many as it has before the point; M: millions.

    >>> short(1234.5), short(35_134.6), short(34.56), short(0.0715), short(8.12e-5), short(7.71e7), short(None)
    ('1,234', '35,135', '34.6', '0.0715', '8.12e-05', '77.1 M', '-')
    """
    if value is None or math.isnan(value):
        return "-"
    if value == 0 or 1e-3 <= abs(value) < 100:
        return f"{value:.3g}"
    if abs(value) >= 1e6:
        return f"{value / 1e6:,.3g} M"
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.2e}"


def figures_of(content: Content) -> list[Figure]:
    """All figures, in the order in which they are shown. Those of the full form stand in both."""
    rates = [rate_of(threads) for threads in content["compiled_runs_per_second"]]
    return [*rates, *COMPARED, *GROWTH, *START]


def rate_of(threads: str) -> Figure:
    """Runs a second with so many threads."""
    target = Target(low=1_000) if threads == "2" else None
    return Figure(f"compiled, {threads} thread{'' if threads == '1' else 's'}", f"compiled_runs_per_second.{threads}", "runs/s", target)


COMPARED = (
    Figure("agent-days, 1 thread", "compiled_agent_days_per_second.1", "1/s"),
    Figure("agent-days, 2 threads", "compiled_agent_days_per_second.2", "1/s"),
    Figure("2 threads / 1 thread", "two_threads_over_one", "times"),
    Figure("slider move, 400 runs", "slider_move_seconds", "s", Target(high=0.5)),
    Figure("estimate, 100 runs", "first_estimate_seconds", "s", Target(high=0.15)),
    Figure("floor, an operation", "floor_operation_nanoseconds", "ns"),
    Figure("floor, idle agent-day", "floor_skip_nanoseconds", "ns"),
    Figure("floor, share of a run", "floor_share", "share"),
    Figure("Mesa driver", "mesa_runs_per_second", "runs/s"),
    Figure("batch_run, 2 processes", "batch_run_runs_per_second", "runs/s"),
    Figure("its start, not counted", "batch_run_start_seconds", "s"),
    Figure("compiled / Mesa", "compiled_over_mesa", "times"),
    Figure("compiled / batch_run", "compiled_over_batch_run", "times", Target(low=500)),
)
GROWTH = (
    Figure("exponent of agents", "exponents.agents", "", Target(0.95, 1.05)),
    Figure("exponent of days", "exponents.days", ""),
    Figure("exponent of runs", "exponents.runs", ""),
    Figure("million-actor run", "million_agents_seconds", "s", Target(high=8)),
    Figure("its peak memory", "million_agents_peak_mb", "MB", Target(high=500)),
    Figure("peak memory, 400 runs", "peak_mb", "MB"),
    Figure("a sweep's next run", "sweep_bytes_per_run", "bytes"),
    Figure("its inputs and results", "sweep_held_bytes_per_run", "bytes"),
)
START = (
    Figure("lockgate --help", "help_seconds", "s", Target(high=0.4)),
    Figure("compare, warm start", "warm_start_seconds", "s", Target(high=1.0)),
    Figure("compare, to its end", "warm_end_seconds", "s"),
    Figure("compare, cold start", "cold_start_seconds", "s", Target(high=10)),
)


HEADINGS = ("measured", "median", "unit", "min-max", "wanted", "met")
SERIES_HEADINGS = ("grows", "size", "seconds", "min-max", "peak MB")
SERIES = {"agents": "bad actors", "days": "days", "runs": "runs"}


def rows(content: Content) -> Iterator[tuple[str, ...]]:
    """One row for each figure."""
    for figure in figures_of(content):
        wanted = str(figure.target) if figure.target else ""
        shown = short(figure.value(content)), figure.unit, figure.range(content)
        yield figure.name, *shown, wanted, figure.verdict(content)


def series(content: Content) -> Iterator[tuple[str, ...]]:
    """One row for each point of each series."""
    for name, noun in SERIES.items():
        for row in content["scaling"][name]:
            low, high = row["seconds_range"]
            yield noun, f"{row['size']:,}", short(row["seconds"]), f"{short(low)}-{short(high)}", short(row["peak_mb"])


def sentences(content: Content) -> list[str]:
    """How far to trust the numbers, and what they were measured on."""
    made, times = content["provenance"], content["noise_ratio"]
    libraries = made["libraries"]
    return [
        f"Noise: the fastest single-thread repeat was {short(times)} times the slowest. Before it began, "
        f"{short(content['load_before'])} processes wanted a core: others slow two threads more than one. A dash was not measured.",
        f"{content['form'].capitalize()} form on {made['processor']}, {made['cores']} cores, {made['platform']}; lockgate "
        f"{made['lockgate']} (code {made['code']}), Python {made['python']}, numba {libraries['numba']}, numpy {libraries['numpy']}, "
        f"Mesa {libraries['mesa']}; {made['measured_at']}.",
    ]


PAGE = Path(__file__).parents[2] / "docs" / "speed.md"
BEGIN, END = "<!-- measured -->\n", "<!-- end of measured -->\n"


def block(content: Content) -> str:
    """Both tables and what they were measured on, in Markdown."""
    parts = [
        f"`{content['provenance']['command']}` printed this.",
        grid(HEADINGS, rows(content)),
        grid(SERIES_HEADINGS, series(content)),
        *sentences(content),
    ]
    return "\n\n".join(parts) + "\n"


def grid(headings: Sequence[str], body: Iterable[Sequence[str]]) -> str:
    """A table in Markdown.

    >>> print(grid(("a", "b"), [("1", "2")]))
    | a | b |
    |---|--:|
    | 1 | 2 |
    """
    rule = f"|---|{'--:|' * (len(headings) - 1)}"
    return "\n".join([f"| {' | '.join(headings)} |", rule, *(f"| {' | '.join(row)} |" for row in body)])


def filled(page: str, content: Content) -> str:
    """A page with the block between its markers."""
    before, _, rest = page.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}{block(content)}{END}{after}"


if __name__ == "__main__":
    PAGE.write_text(filled(PAGE.read_text(encoding="utf-8"), json.loads(Path(sys.argv[1]).read_text())), encoding="utf-8", newline="\n")
