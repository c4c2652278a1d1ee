"""Numbers with their units, as a sentence says them."""

import math

SIZES = ((1e12, "trillion"), (1e9, "billion"), (1e6, "million"), (1e3, "thousand"), (1.0, ""))


def size_of(value: float) -> tuple[float, str]:
    """The largest of thousand, million, billion and trillion that fits into a value, and its word.

    >>> size_of(2.4e7)
    (1000000.0, 'million')
    """
    return next(((size, word) for size, word in SIZES if abs(value) >= size), SIZES[-1])


def number(value: float, decimals: int) -> str:
    """A number with thousands set apart, and no minus before zero.

    >>> number(1684.2, 0), number(-0.02, 1)
    ('1,684', '0.0')
    """
    text = f"{value:,.{decimals}f}"
    return text.removeprefix("-") if not any(digit in text for digit in "123456789") else text


def count(how_many: int, noun: str, plural: str = "") -> str:
    """A whole number of things.

    >>> count(1, "leak"), count(2000, "agency", "agencies")
    ('1 leak', '2,000 agencies')
    """
    return f"{how_many:,} {noun if how_many == 1 else plural or f'{noun}s'}"


def decimals_of(value: float) -> int:
    """How many decimals give a number from 1 to 1,000 three digits."""
    return 2 if abs(value) < 10 else 1 if abs(value) < 100 else 0


def money(value: float, like: float | None = None) -> str:
    """US dollars, in the unit and with the decimals that suit this value, or one beside which it stands.

    >>> money(2.361e7), money(2e5, like=-2.361e7), money(512)
    ('US$ 23.6 million', 'US$ 0.2 million', 'US$ 512')
    """
    scale = value if like is None else like
    size, word = size_of(scale)
    return f"US$ {number(value / size, decimals_of(scale / size) if word else 0)} {word}".rstrip()


def percent(share: float, decimals: int = 0) -> str:
    """A share.

    >>> percent(0.125)
    '12 %'
    """
    return f"{number(100 * share, decimals)} %"


def days(value: float) -> str:
    """Days, whole where they are.

    >>> days(14.0), days(1), days(8.25)
    ('14 days', '1 day', '8.2 days')
    """
    text = f"{value:,.0f}" if math.isclose(value, round(value), abs_tol=0.05) else f"{value:,.1f}"
    return f"{text} day" if text == "1" else f"{text} days"


def beyond_critical(capability: float) -> str:
    """Where a capability stands relative to the critical level.

    >>> beyond_critical(-1.25), beyond_critical(0.0)
    ('1.2 months short of critical', 'at the critical level')
    """
    if abs(capability) < 0.05:
        return "at the critical level"
    return f"{abs(capability):.1f} months {'beyond' if capability > 0 else 'short of'} critical"
