"""What was measured as rows of text: the figures, the series, and sentences about the machine."""

from collections.abc import Iterator

from experiments.benchmark.figures import Content, figures_of, short

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
