"""The indices of a `morris` or `saltelli` study, at the end of its sweep: a short table for each policy."""

from pathlib import Path
from typing import TYPE_CHECKING

from lockgate.experiments.command.screen import paragraph, print_table, results
from lockgate.experiments.text.numbers import decimals_of, number, printable, scale

if TYPE_CHECKING:
    from lockgate.experiments.answers.drivers.driver import Driver, PolicyDrivers
    from lockgate.experiments.answers.drivers.drivers import Drivers
    from lockgate.experiments.study.study import Study

SHOWN = 8  # inputs of each policy


def print_indices(study: "Study", folder: Path) -> None:
    """Print what drives each policy's difference in the study's first outcome, where the design tells by indices of its own."""
    from lockgate.experiments import open_study
    from lockgate.experiments.answers.drivers.drivers import DESIGNED, drivers
    from lockgate.sim.model.outcomes import OUTCOMES

    if study.design["kind"] not in DESIGNED or len(study.policies) < 2:
        return
    found = drivers(open_study(folder, verify=False), outcome=study.outcomes[0])
    console = results()
    for one in found.policies:
        console.print()
        title = f"{found.method[0].upper()}{found.method[1:]}: what drives the difference in {OUTCOMES[found.outcome].short} under "
        console.print(paragraph(f"{title}{one.policy} from {found.reference}; 95 % intervals are over points:", console.width, others=""))
        print_policy(one, found)
        console.print(paragraph(one.luck.sentence(), console.width, others=""))


def print_policy(one: "PolicyDrivers", found: "Drivers") -> None:
    """One policy's table, and how many inputs it leaves out."""
    from rich import box
    from rich.table import Table

    from lockgate.sim.model.outcomes import OUTCOMES

    largest = max((driver.effect.size for driver in one.drivers if driver.effect), default=1.0)
    unit, factor = scale(OUTCOMES[found.outcome].unit, largest)
    console, columns, decimals = results(), heads(found, unit), decimals_of(largest / factor)
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False)
    table.add_column("input")
    for head in (*columns, "evidence"):
        table.add_column(head, justify="right")
    for driver in one.found[:SHOWN]:
        table.add_row(printable(driver.name), *cells(driver, factor, decimals), driver.grade or "-")
    if one.found:
        print_table(table)
    left, without = max(0, len(one.found) - SHOWN), len(one.drivers) - len(one.found)
    if left:
        console.print(paragraph(f"... and {left} more with an influence that can be told from chance.", console.width, others=""))
    if without:
        console.print(
            paragraph(f"No influence that can be told from chance: {without} of {len(one.drivers)} inputs.", console.width, others="")
        )


def heads(found: "Drivers", unit: str) -> tuple[str, ...]:
    """The columns of indices."""
    if found.method != "elementary effects":
        return "first order", "total"
    return f"mean effect (mu*){f', {unit}' if unit else ''}", "interval", "spread (sigma)"


def cells(driver: "Driver", factor: float, decimals: int) -> tuple[str, ...]:
    """A driver's indices as text."""
    from lockgate.experiments.answers.drivers.index import shares

    effect = driver.effect
    if effect is None:
        return tuple(shares(index) for index in (driver.alone, driver.total) if index)
    size, low, high, spread = (number(value / factor, decimals) for value in (effect.size, effect.low, effect.high, effect.spread))
    return size, f"{low} to {high}", spread
