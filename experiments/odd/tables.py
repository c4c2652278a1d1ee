"""The tables of entities, words, the order of a day, draws and invariants."""

import inspect
from collections.abc import Iterable

from experiments.odd.markdown import code, codes, sentence, table
from experiments.odd.source import drawing_rules, file_of, paragraphs, rules, rules_called_by
from sim import measures, outcomes, vocabulary
from sim.agents import DAY, KINDS
from sim.chance import Purpose
from sim.invariants import INVARIANTS
from sim.row import NEVER, NOBODY, NOTHING, Field, fields
from sim.tables import SINGLES, TABLES
from sim.vocabulary import Described
from sim.world import Plan

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
        step = by_name[(file, f"{act.__name__}.step" if name in KINDS else act.__name__)]
        how = "each in turn" if name in KINDS else "once"
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
