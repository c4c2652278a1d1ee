"""The generated parts of `docs/credibility.md`: `python -m tests.full.page` renews them from the record and the tests."""

import re
from pathlib import Path
from typing import Any

from experiments.credibility.record import recorded
from tests.relations.catalogue import table as relations

PAGE = Path(__file__).parents[2] / "docs" / "credibility.md"


def words(value: Any) -> str:
    """A figure as a reader wants it."""
    if isinstance(value, dict):
        return "; ".join(f"{name.replace('_', ' ')} {words(one)}" for name, one in value.items())
    if isinstance(value, list):
        return ", ".join(words(one) for one in value) or "none"
    return f"{value:,}" if isinstance(value, int | float) and not isinstance(value, bool) else str(value)


def figures() -> str:
    """Every figure of the record."""
    lines = ["| check | figure | value |", "|---|---|---|"]
    for check, found in recorded().items():
        lines += [f"| {check} | {name.replace('_', ' ')} | {words(value)} |" for name, value in found.items()]
    return "\n".join(lines)


PARTS = {"figures": figures, "relations": relations}


def renewed(page: str) -> str:
    """The page with its generated parts as they should be: each stands between `<!-- NAME -->` and `<!-- end -->`."""
    for name, part in PARTS.items():
        block = re.compile(rf"(?<=<!-- {name} -->\n).*?(?=\n<!-- end -->)", re.DOTALL)
        page, count = block.subn(lambda _match, part=part: part(), page)
        assert count == 1, f"docs/credibility.md needs one block <!-- {name} --> ... <!-- end -->"
    return page


if __name__ == "__main__":
    PAGE.write_text(renewed(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
