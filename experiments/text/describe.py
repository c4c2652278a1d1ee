"""What a name stands for, in plain words: a policy, a world, a study, a parameter, a lever, an outcome, or the order of a day."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, Literal

from lockgate.experiments.study.load import held, list_studies, load_study
from lockgate.experiments.text.policy import described
from lockgate.scenarios import list_policies, list_worlds, load_policy, load_world
from lockgate.scenarios.files import MOST_TOML_BYTES, read_limited, toml_tables
from lockgate.scenarios.load import lineage
from lockgate.scenarios.notation import shown
from lockgate.scenarios.schema import Kind
from lockgate.sim.bounds import digits, span
from lockgate.sim.errors import InputError, nearest
from lockgate.sim.model.outcomes import OUTCOMES, Outcome
from lockgate.sim.model.parameters import GRADES, PARAMETERS, THEMES, Parameter
from lockgate.sim.model.policy import LEVERS, Policy

FileKind = Literal["policy", "world", "study"]
OF_A_STUDY = {"policies", "worlds", "design", "uncertainties", "switches", "dates", "stop"}  # what only a study has
DAY = "day"


@dataclass(frozen=True)
class Description:
    """What a name stands for. A fact is a text, a number, or a table: a list of rows with the same keys."""

    kind: str
    name: str
    meaning: str
    facts: Mapping[str, Any] = field(default_factory=dict)

    def content(self) -> dict[str, Any]:
        """All of it, as JSON has it."""
        return {"kind": self.kind, "name": self.name, "meaning": self.meaning, **self.facts}


def describe(name: str) -> list[Description]:
    """Everything that a name, or a path to a file, stands for. An InputError names the nearest known name."""
    if name.endswith(".toml") or "/" in name or "\\" in name:
        makers = {"policy": described_policy, "world": described_world, "study": described_study}
        return [makers[kind_of(name)](name)]
    found = [make(name) for names, make in known() if name in names]
    if found and name not in LEVERS:  # levers and outcomes may share a name
        return found
    found += [described_outcome(OUTCOMES[name])] if name in OUTCOMES else []
    if found:
        return found
    names = [*(each for group, _ in known() for each in group), *OUTCOMES]
    raise InputError(f"unknown name {name!r}, `lockgate list` names all but outcomes{nearest(name, names)}")


def kind_of(path: str) -> FileKind:
    """Whether a file is that of a policy, a world or a study, by its tables; by its look where it cannot be read as TOML."""
    file = Path(path)
    if not file.exists():
        raise InputError(f"{path}: no such file; name the TOML file of a policy, a world or a study")
    content = b""
    try:
        content = read_limited(file, MOST_TOML_BYTES)
        tables = toml_tables(content)
    except InputError:
        return kind_by_look(content)
    if tables.keys() & OF_A_STUDY:
        return "study"
    is_policy, is_world = bool(tables.keys() & {"levers", "timeline"}), "parameters" in tables
    if is_policy and is_world:
        raise InputError(f"{path} has tables of a policy ([levers], [[timeline]]) and of a world ([parameters]); make it two files")
    if not is_policy and not is_world and tables:
        return kind_of_parent(path, tables.get("extends"))
    return "world" if is_world else "policy"


def kind_by_look(content: bytes) -> FileKind:
    """The kind that a file seems to be of."""
    if any(line.split(b"=")[0].strip(b" \t[]").decode(errors="replace") in OF_A_STUDY for line in content.splitlines()):
        return "study"
    return "world" if b"[parameters" in content else "policy"


def kind_of_parent(path: str, extends: object) -> FileKind:
    """The kind of a file without tables of its own: that of the built-in scenario that it extends."""
    if extends in list_policies():
        return "policy"
    if extends in list_worlds():
        return "world"
    wanted = "neither [levers] nor [[timeline]], as a policy has, nor [parameters], as a world has, nor policies, as a study has"
    raise InputError(f"{path} has {wanted}; add one of them")


def known() -> list[tuple[Any, Callable[[str], Description]]]:
    """Groups of names, and what describes a name of each."""
    return [
        (list_policies(), described_policy),
        (list_worlds(), described_world),
        (list_studies(), described_study),
        (PARAMETERS, described_parameter),
        (LEVERS, described_lever),
        ((DAY,), described_day),
    ]


def summary_of(kind: Kind, name: str) -> str:
    """The one sentence that a policy or world says of itself, without the rest of it."""
    return lineage(kind, name)[-1].content.summary


def background(kind: Kind, name: str) -> dict[str, str]:
    """The story of a policy or world, and what it builds on."""
    content = lineage(kind, name)[-1].content
    facts = {"story": content.story.strip(), "builds on": content.extends}
    return {label: text for label, text in facts.items() if text}


def described_policy(name: str) -> Description:
    """A policy: what it sets, and when it changes that."""
    policy = load_policy(name)
    sets = [row_of(lever, value) for lever, value in policy.levers.items()]
    timeline = [{"day": day, **row_of(lever, value)} for day, step in policy.timeline for lever, value in step.items()]
    facts: dict[str, Any] = {"does": described(policy), **background("policy", name)}
    facts |= {"sets": sets or "nothing: every lever is at its default", "then": timeline}
    return Description("policy", policy.name, policy.summary, {label: fact for label, fact in facts.items() if fact})


def row_of(name: str, value: Any) -> dict[str, Any]:
    """A lever as a policy sets it."""
    lever = LEVERS[name]
    return {"lever": name, "value": value, "default": lever.default, "meaning": with_unit(lever.meaning, lever.unit)}


def with_unit(meaning: str, unit: str) -> str:
    """A meaning and its unit, unless that says nothing."""
    said = unit in ("yes or no", "choice") or meaning.lower().startswith(unit)
    return meaning if said else f"{meaning} [{unit}]"


def described_world(name: str) -> Description:
    """A world: which parameters differ from the table."""
    world = load_world(name)
    changed = [
        {"parameter": known, "value": level(here), "default": level(PARAMETERS[known]), "meaning": with_unit(here.meaning, here.unit)}
        for known, here in world.parameters.items()
        if here != PARAMETERS[known]
    ]
    differs = changed or "in nothing: it is the table of parameters itself"
    facts = {**background("world", name), "differs": differs, "sampled": f"{len(world.sampled)} of {len(world.parameters)} parameters"}
    return Description("world", world.name, world.summary, facts)


def described_study(name: str) -> Description:
    """A study: whom it compares where, what it varies and how, and how many runs that is."""
    study = load_study(name)
    seen = ", ".join(study.outcomes) if len(study.outcomes) < len(OUTCOMES) else f"all {len(study.outcomes)}"
    settings = ", ".join(f"{key} {shown(value)}" for key, value in study.design.items() if key != "kind")
    unvaried = ", with all that is not varied at its central value" if study.fixed else ""
    stop = study.stop
    facts = {
        "story": study.story.strip(),
        "policies": ", ".join(policy.name for policy in study.policies) + " (the first is the reference)",
        "worlds": ", ".join(world.name for world in study.worlds),
        "design": str(study.design["kind"]) + (f" ({settings})" if settings else ""),
        "points": f"{study.point_count:,}",
        "draws": f"{study.draws:,} at each point{unvaried}",
        "held": ", ".join(f"{key} = {shown(value)}" for key, value in held(name).items()),
        "runs": f"{study.run_count:,}{', or fewer' if stop else ''}, of {study.horizon_days} days each, seed {study.seed}",
        "outcomes": seen,
        "weekly series": ", ".join(study.series),
        "stops": f"{stop}" if stop else "",
        "varied": [
            {"name": factor.column, "over": str(factor), "meaning": with_unit(factor.meaning, factor.unit)} for factor in study.factors
        ],
    }
    return Description("study", study.name, study.summary, {label: fact for label, fact in facts.items() if fact})


def level(parameter: Parameter) -> str:
    """The central value of a parameter, and its prior."""
    return plain_value(parameter) + (f" ({parameter.prior_text})" if parameter.prior else "")


def plain_value(parameter: Parameter) -> str:
    """The central value as a world's file says it."""
    if parameter.choices:
        return next(choice.label for choice in parameter.choices if choice == parameter.default)
    return str(parameter.default).lower() if parameter.type is bool else digits(parameter.default)


def described_parameter(name: str) -> Description:
    """A parameter: its value, how uncertain it is, and from where it comes."""
    parameter = PARAMETERS[name]
    facts: dict[str, Any] = {"theme": next(theme for theme, members in THEMES.items() if parameter in members)}
    if parameter.choices:
        choices = [{"choice": choice.label, "meaning": choice.meaning} for choice in parameter.choices]
        facts |= {"value": plain_value(parameter), "choices": choices}
    elif parameter.type is bool:
        facts |= {"value": plain_value(parameter), "range": "true or false"}
    else:
        facts |= {"value": f"{plain_value(parameter)} {parameter.unit}", "range": span(*parameter.bounds)}
    facts["prior"] = parameter.prior_text or "none: studies keep the value"
    facts["evidence"] = f"grade {parameter.grade}, {GRADES[parameter.grade]}"
    facts["source"] = parameter.source
    facts["set it"] = f"--set {name}={plain_value(parameter)}, or in [parameters] of a world"
    return Description("parameter", name, parameter.meaning, facts)


def described_lever(name: str) -> Description:
    """A lever: what it may be, and which policies set it."""
    lever = LEVERS[name]
    switch = lever.type is bool
    value = str(lever.default).lower() if switch else f"{digits(lever.default)} {lever.unit}"
    users = [policy for policy in list_policies() if sets(load_policy(policy), name)]
    facts = {
        "value": f"{value}, unless a policy sets it",
        "range": "true or false" if switch else span(*lever.bounds),
        "holds": "on its day only" if lever.once else "until a later step changes it",
        "set by": ", ".join(users) or "none of the built-in policies",
        "set it": f"--set {name}={value.split(' ')[0]}, or in [levers] of a policy",
    }
    return Description("lever", name, lever.meaning, facts)


def sets(policy: Policy, name: str) -> bool:
    """Whether a policy sets a lever, at first or later."""
    return name in policy.levers or any(name in step for _, step in policy.timeline)


def described_outcome(outcome: Outcome) -> Description:
    """An outcome: what it counts, and its unit."""
    return Description("outcome", outcome.name, outcome.help, {"unit": outcome.unit})


def described_day(name: str) -> Description:
    """The order of a day, from the one place that says it."""
    from lockgate.sim.model.day import DAY as ORDER
    from lockgate.sim.model.day import KINDS

    acts = [
        {"act": step, "meaning": act.__doc__.splitlines()[0], "how": "each in turn" if step in KINDS else "once"}
        for step, act in ORDER.items()
    ]
    return Description("order", name, "What happens on each day, in this order.", {"acts": acts})


def library() -> dict[str, dict[str, Callable[[], Description]]]:
    """All that can be listed, by kind; a description is made when it is asked for."""
    return {
        "policies": {name: partial(described_policy, name) for name in list_policies()},
        "worlds": {name: partial(described_world, name) for name in list_worlds()},
        "studies": {name: partial(described_study, name) for name in list_studies()},
        "parameters": {name: partial(described_parameter, name) for name in PARAMETERS},
        "levers": {name: partial(described_lever, name) for name in LEVERS},
    }
