"""What is wrong with a study, in one sentence: where, the value, what is allowed, what to do."""

from collections.abc import Iterable

from pydantic_core import ErrorDetails

from lockgate.experiments.study.schema import (
    DESIGNS,
    HEAD,
    KNOWN,
    ROLES,
    SOME,
    SWITCHES,
    UNCERTAINTIES,
    LevelsOfPolicies,
    Span,
    SpanOfPolicies,
    StopRule,
    StudyFile,
)
from lockgate.scenarios.notation import KeyPath, key_path, quoted, shown
from lockgate.scenarios.schema import Known, Table, key_path_of
from lockgate.scenarios.sentence import OUTSIDE, allowed, choices, unknown_key
from lockgate.sim.errors import nearest
from lockgate.sim.limits import LARGEST_SEED, MOST_POINTS
from lockgate.sim.model.policy import LEVERS

LISTS_OF_NAMES = {"outcomes", "series"}
IN_SOME = 'a list of names of policies of this study, such as ["staged-preview"], in which it varies'
TOP = {
    "summary": "one sentence in quotes",
    "story": "text in quotes",
    "policies": 'a list of names or paths, such as ["open-release", "mine.toml"], the first of them the reference',
    "worlds": 'a list of names or paths, such as ["baseline", "mine.toml"]',
    "seed": f"a whole number, 0 to {LARGEST_SEED} (number that all that is random follows from)",
    "outcomes": 'a list of outcomes, such as ["model_enabled_harm", "incidents"]',
    "series": 'a list of weekly series, such as ["harm", "incidents"]',
    "time_limit_seconds": "a number above 0 (seconds that one run may take)",
    "design": 'a table headed [design], such as kind = "lhs" and points = 64',
    "uncertainties": "a table headed [uncertainties], of parameters that are numbers",
    "switches": "a table headed [switches], of parameters that are switches or choices",
    "levers": "a table headed [levers]",
    "dates": "a table headed [dates], of levers that a timeline sets",
    "stop": 'a table headed [stop], such as outcome = "model_enabled_harm" and half_width_share = 0.1',
    "points": f"a whole number, 1 to {MOST_POINTS} (points, base samples of saltelli, trajectories of morris)",
    "second_order": "true or false (indices of pairs of factors too)",
    "levels": "an even number, 2 to 100 (levels of each factor)",
    "table": "the path of a CSV file, relative to the study, in quotes",
    "steps": f"a whole number, 2 to {MOST_POINTS} (levels, evenly spaced from low to high)",
    "outcome": "the name of an outcome in quotes",
    "half_width": "a number above 0 (half of the 95 % interval, in the outcome's unit)",
    "half_width_share": "a number above 0 (half of the 95 % interval, as a share of the reference's mean)",
    "every": "a whole number, 2 to 100000 (draws between two looks)",
}
HOMES = {
    **dict.fromkeys((name for kind in DESIGNS.values() for name in kind.model_fields), "in [design]"),
    **dict.fromkeys(StopRule.model_fields, "in [stop]"),
    **dict.fromkeys(StudyFile.model_fields, "at the head of the file, above every [table]"),
    **dict.fromkeys((*ROLES, "design", "stop"), "in a [table] of its own"),
    **dict.fromkeys(("extends", "timeline"), "in a policy of its own file"),
    "parameters": "in a world of its own file; a study has [uncertainties] and [switches]",
    **dict.fromkeys(LEVERS, "in [levers]"),
    **dict.fromkeys(UNCERTAINTIES, "in [uncertainties]"),
    **dict.fromkeys(SWITCHES, "in [switches]"),
}


def where(place: KeyPath) -> str:
    """A place as a sentence names it.

    >>> where(("uncertainties", "pace", 1)), where(("dates", "directive", "low")), where(("design", "points"))
    ('pace[1]', 'dates.directive.low', 'design.points')
    """
    return key_path(place[1:] if len(place) > 1 and place[0] in ROLES and place[0] != "dates" else place)


def other_ways(known: Known, section: str) -> str:
    """What may stand in the place of one value."""
    if choices(known):
        return ', a list of these, or "prior"' if section == "switches" else ", or a list of these"
    return ", a list of these, or a range { low = 1, high = 3 }" + (', or "prior"' if section == "uncertainties" else "")


def names_at(error: ErrorDetails, place: KeyPath) -> tuple[str, Iterable[str]]:
    """What the keys beside this one are called, and those that are allowed."""
    match place:
        case ("uncertainties" | "switches", _):
            return "parameter", KNOWN[str(place[0])]
        case ("levers" | "dates", _):
            return "lever", LEVERS
        case ("design", _):
            return "key", DESIGNS[str(error["loc"][1])[1:-1]].model_fields
        case ("stop", _):
            return "key", StopRule.model_fields
        case (_, _, _):
            return "key", keys_of_setting(error, place).model_fields
    return "key", StudyFile.model_fields


def keys_of_setting(error: ErrorDetails, place: KeyPath) -> type[Table]:
    """What has the keys that a table for one factor may have."""
    if place[0] not in ("levers", "dates"):
        return Span
    return LevelsOfPolicies if SOME in error["loc"] else SpanOfPolicies


def unknown_setting(error: ErrorDetails, place: KeyPath) -> str:
    """The sentence for a key that the schema does not have."""
    what, names = names_at(error, place)
    name, subject = str(place[-1]), f"{where(place)} = {shown(error['input'])}"
    if place[0] == "design" and (kinds := [kind for kind, design in DESIGNS.items() if name in design.model_fields]):
        return f"{subject} is no known key of this kind of design, drop it or choose {' or '.join(map(quoted, kinds))}"
    return unknown_key(subject, name, what, names, HOMES if len(place) < 3 else {})


def unknown_design(error: ErrorDetails) -> str:
    """The sentence for a kind of design that there is not."""
    kind = error["input"]["kind"]
    return f"design.kind = {shown(kind)} is no known kind, allowed are {', '.join(DESIGNS)}{nearest(str(kind), DESIGNS)}"


def unknown_name(place: KeyPath, value: object) -> str:
    """The sentence for an outcome or a weekly series that there is not."""
    from lockgate.sim.model.measures import WEEKLY  # loads the compiler
    from lockgate.sim.model.outcomes import OUTCOMES

    names = WEEKLY if place[0] == "series" else OUTCOMES
    what = f"weekly series, allowed are {', '.join(names)}" if place[0] == "series" else "outcome, see `lockgate show incidents` for one"
    return f"{where(place)} = {shown(value)} is no known {what}{nearest(str(value), names)}"


def problem(error: ErrorDetails) -> str:
    """The sentence for one error of the schema, without the file."""
    place, kind = key_path_of(error), error["type"]
    section, last = str(place[0]), str(place[-1])
    if kind == "extra_forbidden":
        return unknown_setting(error, place)
    if kind in ("union_tag_invalid", "union_tag_not_found"):
        return unknown_design(error)
    if kind == "literal_error" and (section in LISTS_OF_NAMES or place == ("stop", "outcome")):
        return unknown_name(place, error["input"])
    subject = f"{where(place)} is missing, it" if kind == "missing" else f"{where(place)} = {shown(error['input'])}"
    if section not in ROLES or len(place) < 2:
        return f"{subject} must be {allowed(HEAD[section], kind) if section in HEAD else TOP.get(last) or TOP[section]}"
    return f"{subject} must {wanted(section, place, kind)}"


def wanted(section: str, place: KeyPath, kind: str) -> str:
    """What a factor, or a part of what is said of it, must be."""
    known, part = KNOWN[section][str(place[1])], place[2:]
    if "policies" in part:
        return f"be {IN_SOME}"
    if kind == "too_short":
        return "have one level or more, or be left out"
    if part == ("steps",):
        return f"be {TOP['steps']}"
    if part == ("levels",):
        return f"be a list of levels, each {allowed(known, kind)}"
    others = other_ways(known, section) if not part and kind not in OUTSIDE else ""
    return f"be {allowed(known, kind)}{others}"
