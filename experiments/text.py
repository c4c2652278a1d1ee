"""Text of users and of files that came from elsewhere, as it can be shown."""

import re

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
