"""Numbers, and any other values, as text."""

import math
import re
from collections.abc import Callable, Sequence

MOST_DECIMALS, NEAREST = 4, 12  # by which ends of intervals are told apart, and from 0
SIZES = ((1e12, "trillion"), (1e9, "billion"), (1e6, "million"), (1e3, "thousand"), (1.0, ""))
# As readers are told them: the unit, and how many of the model's units it is. All others are told as they are.
UNITS = {"share": ("%", 0.01), "months of frontier progress": ("months", 1.0), "count": ("", 1.0)}


def size_of(value: float) -> tuple[float, str]:
    """The largest of thousand, million, billion and trillion that fits into a value, and its word.

    >>> size_of(2.4e7)
    (1000000.0, 'million')
    """
    return next(((size, word) for size, word in SIZES if abs(value) >= size), SIZES[-1])


def scale(unit: str, largest: float) -> tuple[str, float]:
    """The unit in which values are told of which the largest is so large, and how many of the model's units it is.

    >>> scale("US$", 3e7), scale("days", 12.0), scale("share", 0.2)
    (('US$ million', 1000000.0), ('days', 1.0), ('%', 0.01))
    """
    if unit != "US$":
        return UNITS.get(unit, (unit, 1.0))
    size, word = size_of(largest)
    return f"US$ {word}".rstrip(), size


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


def listed(names: Sequence[str]) -> str:
    """Names as a sentence lists them.

    >>> listed(["a"]), listed(["a", "b"]), listed(["a", "b", "c"])
    ('a', 'a and b', 'a, b and c')
    """
    return " and ".join(filter(None, (", ".join(names[:-1]), *names[-1:])))


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


def share_number(share: float) -> str:
    """A share of draws in whole percent, in which few are not none.

    >>> share_number(0.0), share_number(0.005), share_number(0.85), share_number(0.995)
    ('0', '<1', '85', '>99')
    """
    return "<1" if 0.0 < share <= 0.005 else ">99" if 0.995 <= share < 1.0 else number(100.0 * share, 0)


def of_draws(share: float) -> str:
    """The same with its unit.

    >>> of_draws(0.002), of_draws(0.85)
    ('<1 %', '85 %')
    """
    return f"{share_number(share)} %"


def decimals_apart(low: float, high: float, decimals: int, told: Callable[[float, int], str] = number) -> int:
    """How many decimals, no fewer than these, show an interval as it is: no end is told as 0 where it is without it, nor as the other end.

    `told` is how they are told. Ends that differ by less than four decimals tell are told alike.

    >>> decimals_apart(0.02, 1.3, 1), decimals_apart(-0.02, 1.3, 1), decimals_apart(-4.0, -0.3, 1), decimals_apart(-0.34, -0.26, 1)
    (2, 1, 1, 2)
    """
    near = min(abs(low), abs(high))
    if near > 0.0 and (low > 0.0 or high < 0.0):
        decimals = max(decimals, min(NEAREST, math.ceil(-math.log10(1.99 * near))))
    while low < high and decimals < MOST_DECIMALS and told(low, decimals) == told(high, decimals):
        decimals += 1
    return decimals


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


def duration(seconds: float) -> str:
    """A time in the unit that suits it.

    >>> duration(0.4), duration(45), duration(600), duration(7200), duration(400_000)
    ('1 s', '45 s', '10 min', '2.0 h', '4.6 days')
    """
    if seconds < 90:
        return f"{max(1.0, seconds):.0f} s"
    if seconds < 5400:
        return f"{seconds / 60:.0f} min"
    return f"{seconds / 3600:.1f} h" if seconds < 2 * 86_400 else f"{seconds / 86_400:.1f} days"


def storage(megabytes: float) -> str:
    """Bytes in the unit that suits them.

    >>> storage(0.25), storage(42), storage(2500)
    ('250 kB', '42 MB', '2.5 GB')
    """
    if megabytes < 1:
        return f"{number(1000 * megabytes, 0)} kB"
    if megabytes >= 1000:
        return f"{megabytes / 1000:.1f} GB"
    return f"{number(megabytes, 0 if megabytes >= 10 else 1)} MB"


def brief(value: float, unit: str) -> str:
    """A value in few characters, without its unit.

    >>> brief(0.125, "share"), brief(2.4e7, "US$"), brief(0.0, "US$"), brief(0.0194, "incidents"), brief(66.0, "days")
    ('12', '24.0 M', '0', '0.019', '66')
    """
    if unit == "share":
        return percent(value, 1 if 0.0 < value < 0.1 else 0).removesuffix(" %")
    if unit == "US$":
        _, text, *size = money(value).split()
        return " ".join([text, *("k" if word == "thousand" else word[0].upper() for word in size)])
    if value == round(value) or abs(value) >= 1000:
        return number(value, 0)
    return f"{value:.2g}" if abs(value) < 0.1 else number(value, decimals_of(value))


def numeral(value: float, *, signed: bool = False) -> str:
    """A number in three digits, with a true minus, as charts have it.

    >>> numeral(-1234.5), numeral(0.12345, signed=True), numeral(0.0, signed=True)
    ('−1,234', '+0.123', '0')
    """
    if not math.isfinite(value):
        return "–"
    text = f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}" if abs(value) >= 1e-3 else "0"
    return ("+" if signed and value > 0 and text != "0" else "") + text.replace("-", "−")


def ticked(value: float, place: object = None) -> str:
    """A tick's label, with a true minus."""
    return f"{value:,.10g}".replace("-", "−")


UNUSUAL = re.compile(r"[^ -~]")
# Letters and marks by their category, and yet drawn as nothing.
INVISIBLE = re.compile("[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2800\u3164\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef]")


def printable(text: str) -> str:
    r"""The text on one line, with a visible escape for what steers a terminal, is not seen, or is no character at all.

    >>> print(printable("\x1b[31mred\n"))
    \x1b[31mred\n
    """
    return UNUSUAL.sub(lambda found: found[0] if is_seen(found[0]) else escaped(found[0]), text)


def printable_lines(text: str) -> str:
    r"""The same for text of several lines: line breaks stay, and a tab is a blank.

    >>> print(printable_lines("one\n\ttwo\r"))
    one
     two\r
    """
    return "\n".join(map(printable, text.replace("\t", " ").split("\n")))


def is_seen(character: str) -> bool:
    """Whether a character is drawn, and steers nothing."""
    return character.isprintable() and not INVISIBLE.match(character)


def escaped(character: str) -> str:
    r"""A character as Python writes it; a byte of a file's name that is no text as that byte.

    >>> print(escaped("\u202e"), escaped("\udcff"))
    \u202e \xff
    """
    if "\udc80" <= character <= "\udcff":
        return f"\\x{ord(character) - 0xDC00:02x}"
    return character.encode("unicode_escape").decode("ascii")
