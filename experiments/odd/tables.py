"""The tables of entities, words, the order of a day, draws and invariants."""

import inspect
import re
from collections.abc import Iterable, Sequence

from lockgate.experiments.odd.source import drawing_rules, file_of, paragraphs, rules, rules_called_by
from lockgate.sim.model import measures, outcomes, vocabulary
from lockgate.sim.model.agent import acts_by_alarms
from lockgate.sim.model.chance import Purpose
from lockgate.sim.model.day import DAY, KINDS
from lockgate.sim.model.invariants import INVARIANTS
from lockgate.sim.model.tables import SINGLES, TABLES
from lockgate.sim.model.vocabulary import Described
from lockgate.sim.model.world import Plan
from lockgate.sim.rules.row import NEVER, NOBODY, NOTHING, Field, fields

HEADING = re.compile(r"^(#{2,3}) (.+)$", re.MULTILINE)
FENCED = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)


def table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    r"""A table; bars and line breaks within a cell are escaped.

    >>> print(table(["a", "b"], [[1, "x|y"]]))
    | a | b |
    | --- | --- |
    | 1 | x\|y |
    """
    lines = [list(head), ["---"] * len(head), *([escaped(str(cell)) for cell in row] for row in rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def escaped(cell: str) -> str:
    """Text that stays within one cell."""
    return " ".join(cell.split()).replace("|", "\\|")


def code(text: object) -> str:
    """Text in the font of code."""
    return f"`{text}`"


def codes(texts: Iterable[object]) -> str:
    """Several of them."""
    return ", ".join(map(code, texts))


def sentence(text: str) -> str:
    """Text that begins with a capital letter, unless it begins with code, and ends with a full stop.

    >>> sentence("how soon")
    'How soon.'
    """
    return text[:1].upper() + text[1:] + ("" if text[-1:] in ".!?" else ".")


def anchor(heading: str) -> str:
    """The name by which a page links to one of its headings.

    >>> anchor("4.1 Basic principles"), anchor("`sim/engine/agenda.py`")
    ('41-basic-principles', 'simengineagendapy')
    """
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


def headings(text: str) -> list[tuple[int, str]]:
    """Level and text of the headings of levels 2 and 3, in order."""
    return [(len(marks), title) for marks, title in HEADING.findall(FENCED.sub("", text))]


def contents(text: str) -> str:
    """A table of contents: one line for each heading of level 2, and below it those of level 3, side by side."""
    lines: list[str] = []
    for level, title in headings(text):
        link = f"[{title}](#{anchor(title)})"
        if level == 2:
            lines.append(f"- {link}")
        else:
            lines[-1] += (" · " if "): [" in lines[-1] else ": ") + link
    return "\n".join(lines)


SPECIAL = {NEVER: "never", NOBODY: "none", int(NOTHING): "none"}
OTHERS = [kind for kind in dict.fromkeys((*TABLES.values(), *SINGLES.values(), Plan)) if kind not in KINDS.values()]
MEASURED = (outcomes.Outcomes, measures.Week)  # tables of their own, under observation


def words() -> list[type[Described]]:
    """The enumerations of the vocabulary."""
    return [kind for kind in vars(vocabulary).values() if inspect.isclass(kind) and issubclass(kind, Described) and kind is not Described]


def at_start(field: Field) -> str:
    """The starting value as a reader says it."""
    if (kind := word_of(field)) is not None:
        return kind(int(field.default)).label
    if field.type is bool:
        return "yes" if field.default else "no"
    return SPECIAL.get(int(field.default)) or f"{field.default:g}"


def word_of(field: Field) -> type[Described] | None:
    """The enumeration that a coded field takes its values from: its meaning begins with the name."""
    first = field.meaning.split(" ")[0]
    return next((kind for kind in words() if kind.__name__ == first), None)


def row_tables(kinds: Iterable[tuple[str, type]]) -> str:
    """A heading, a sentence and a table of fields for each kind of row."""
    return "\n\n".join(f"#### {title}\n\n{paragraphs(inspect.getdoc(kind))[0]}\n\n{field_table(kind)}" for title, kind in kinds)


def field_table(kind: type) -> str:
    """The fields of a kind of row."""
    rows = ([code(f.name), meaning_of(f), f.unit, f.type.__name__, at_start(f)] for f in fields(kind))
    return table(["field", "meaning", "unit", "type", "at start"], rows)


def meaning_of(field: Field) -> str:
    """What a field means; where it takes words of the vocabulary, a link to them."""
    kind = word_of(field)
    return field.meaning.replace(kind.__name__, f"[{kind.__name__}](#23-words)", 1) if kind else field.meaning


def agents() -> str:
    """Every kind of agent."""
    return row_tables((f"{kind.__name__}, in `{name}`", kind) for name, kind in KINDS.items())


def others() -> str:
    """Every row that is no agent."""
    return row_tables((kind.__name__, kind) for kind in OTHERS if kind not in MEASURED)


def vocabulary_tables() -> str:
    """Every word of the model with its number and meaning."""
    return "\n\n".join(
        f"#### {kind.__name__}\n\n{paragraphs(kind.__doc__)[0]}\n\n"
        + table(["word", "meaning", "number"], ([word.label, word.meaning, int(word)] for word in kind))
        for kind in words()
    )


def day() -> str:
    """The order of a day."""
    by_name = {(rule.file, rule.name): rule for rule in rules()}
    rows = []
    for name, act in DAY.items():
        file = file_of(act)
        if name in KINDS and acts_by_alarms(act):
            for field, alarm in act.alarms.items():
                acts = by_name[(file_of(alarm.act), alarm.act.__name__)]
                called = [alarm.plan.__name__, acts.name, *rules_called_by(acts)]
                rows.append([code(name), acts.sentence, f"each whose {code(field)} has come", codes(called), code(file)])
            continue
        step = by_name[(file, f"{act.__name__}.step" if name in KINDS else act.__name__)]
        how = "once" if name not in KINDS else f"each that is {code(act.acts_if)}" if act.acts_if else "each in turn"
        rows.append([code(name), step.sentence, how, codes(rules_called_by(step)) or "-", code(file)])
    return table(["step", "what", "how", "its rules, in the order of the text", "file"], rows)


def draws() -> str:
    """Every purpose of a random draw."""
    rows = []
    keys = ""
    for purpose in Purpose:
        meaning, _, key = purpose.meaning.partition(" [")
        keys = key.rstrip("]") or keys
        drawn = codes(drawing_rules().get(purpose.name, [])) or "sampling of worlds"
        rows.append([code(purpose.name), meaning, keys, drawn, int(purpose)])
    return table(["purpose", "what it decides", "who, count", "drawn in", "number"], rows)


def invariants() -> str:
    """What is checked every evening."""
    return table(["invariant", "what must hold"], ([i.name, sentence(i.sentence)] for i in INVARIANTS))
