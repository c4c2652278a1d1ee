"""Drivers in words."""

from lockgate.experiments.answers.drivers.driver import Driver, PolicyDrivers
from lockgate.experiments.answers.drivers.index import shares
from lockgate.experiments.text.numbers import money, number, percent
from lockgate.sim.model.outcomes import OUTCOMES

SAID = 3  # drivers in a sentence


def told(one: PolicyDrivers, outcome: str, reference: str, method: str) -> list[str]:
    """What drives one policy's difference: in all, its sign, its size, and luck."""
    name = OUTCOMES[outcome].short
    if one.same == 1.0:
        return [f"{one.policy}: {name} is the same as under {reference} in every case, so nothing drives a difference."]
    if not one.found:
        first = f"{one.policy}: no input has an influence on the difference in {name} from {reference} that can be told from chance."
    else:
        said = listed([item(driver, outcome) for driver in one.found[:SAID]])
        first = f"{one.policy}: the difference in {name} from {reference} hangs most on {said}."
    second = f"Interplay: {listed([f'{a} with {b} ({shares(i)})' for a, b, i in one.pairs[:SAID]])}." if one.pairs else ""
    return [sentence for sentence in (first, second, sign_words(one), size_words(one), one.luck.sentence()) if sentence]


def item(driver: Driver, outcome: str) -> str:
    """A driver with its share and the grade of its evidence."""
    if driver.effect is not None:
        effect = driver.effect
        size, low, high = (amount(value, OUTCOMES[outcome].unit, effect.size) for value in (effect.size, effect.low, effect.high))
        said = f"{size} [{low} to {high}] on average from one end of its range to the other"
    elif driver.total is not None:
        said = f"{shares(driver.alone)} of the variance alone, {shares(driver.total)} with all that it acts with"
    else:
        said = f"{shares(driver.alone)} of the variance"
    return f"{driver.name} ({said}{f'; evidence {driver.grade}' if driver.grade else ''})"


def amount(value: float, unit: str, like: float) -> str:
    """A value of an outcome with its unit, beside one that it stands next to."""
    return money(value, like) if unit == "US$" else f"{number(value, 2)} {unit}".rstrip()


def sign_words(one: PolicyDrivers) -> str:
    """What decides on which side of the reference a case falls."""
    counted = f"less in {percent(one.less)} of cases, the same in {percent(one.same)}, more in {percent(one.more)}"
    if not one.less or not one.more:
        return f"Its sign turns in no case: {counted}."
    named = ranked(one, "sign")
    what = f"turns most on {named}" if named else "turns on no input that can be told from chance"
    return f"Its sign ({counted}) {what}."


def size_words(one: PolicyDrivers) -> str:
    """What decides how large the difference is, whichever its sign."""
    named = ranked(one, "size")
    return f"Its size, whatever the sign, hangs most on {named}." if named else ""


def ranked(one: PolicyDrivers, of: str) -> str:
    """The drivers of the sign or of the size, the first few."""
    found = sorted(((getattr(driver, of), driver.name) for driver in one.drivers), key=lambda pair: (-pair[0].share, pair[1]))
    return listed([f"{name} ({shares(index)})" for index, name in found[:SAID] if index.share > 0.0])


def listed(items: list[str]) -> str:
    """Things in a row.

    >>> listed(["a", "b", "c"]), listed(["a"])
    ('a, b and c', 'a')
    """
    return f"{', '.join(items[:-1])} and {items[-1]}" if len(items) > 1 else "".join(items)
