"""Loading a study: its file, checked by the schema; its policies and worlds; its factors and their points."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from importlib.resources import files
from os import PathLike
from pathlib import Path
from typing import Any, TypeVar

from lockgate.experiments.study.design import points
from lockgate.experiments.study.factor import Factor, Value, read_table
from lockgate.experiments.study.refusals import problem
from lockgate.experiments.study.schema import ROLES, LevelsOfPolicies, Span, SpanOfPolicies, StudyFile, file_schema
from lockgate.experiments.study.study import Stop, Study, changed
from lockgate.scenarios import World, load_policy, load_world, with_levers, with_parameters
from lockgate.scenarios.files import SUFFIX, Source, is_path, spelled
from lockgate.scenarios.notation import quoted, shown
from lockgate.scenarios.policy import add_steps, contradictory_orders
from lockgate.scenarios.schema import conforming
from lockgate.scenarios.world import contradictions
from lockgate.sim.errors import InputError, nearest
from lockgate.sim.model.parameters import PARAMETERS, Parameter, Uniform
from lockgate.sim.model.policy import LEVERS, Policy


def refuse_contradictions(study: Study) -> None:
    """Refuse parameters that do not go together somewhere in the hull of what varies, and orders that come in no possible order."""
    for world in study.worlds:
        for fault in contradictions(hull(world, study.factors, fixed=study.fixed)):
            raise InputError(f'world "{world.name}": {fault}')
    refuse_impossible_orders(study)


def hull(world: World, factors: Iterable[Factor], *, fixed: bool) -> dict[str, Parameter]:
    """The world's parameters, with a uniform prior from the smallest to the largest value of each that a study varies."""
    table = {name: replace(parameter, prior=None) if fixed else parameter for name, parameter in world.parameters.items()}
    for factor in factors:
        if factor.role != "parameter":
            continue
        if factor.prior is not None:
            table[factor.name] = world.parameters[factor.name]
            continue
        low, high = factor.ends
        known = PARAMETERS[factor.name]
        table[factor.name] = replace(known, default=known.cast(low), prior=Uniform(low, high) if low < high else None)
    return table


def refuse_impossible_orders(study: Study) -> None:
    """Refuse a restoration before anything was taken away, and the like, at any point. Orders are switches: only those matter."""
    orders = [factor for factor in study.factors if factor.role != "parameter" and LEVERS[factor.name].type is bool]
    columns = [study.points[factor.column] for factor in orders]
    first: dict[tuple[Value, ...], int] = {}
    for point, combination in enumerate(zip(*columns, strict=True) if columns else [()]):
        first.setdefault(combination, point)
    for combination, point in first.items():
        for policy in study.policies_at(point):
            for fault in contradictory_orders(steps_of(policy)):
                raise InputError(f'policy "{policy.name}"{said(policy.name, orders, combination)}: {fault}')


def steps_of(policy: Policy) -> list[tuple[int, dict[str, Value]]]:
    """What a policy sets on each day, in order."""
    schedule = {0: dict(policy.levers)}
    for day, step in policy.timeline:
        add_steps(schedule, {day: dict(step)})
    return sorted(schedule.items())


def said(policy: str, factors: Sequence[Factor], combination: Sequence[Value]) -> str:
    """The values of the factors that vary in a policy, as a sentence names them."""
    both = zip(factors, combination, strict=True)
    values = [f"{factor.column} = {factor.label(value)}" for factor, value in both if factor.concerns(policy)]
    return f" where {' and '.join(values)}" if values else ""


FOLDER = "studies"
STUDY: Any = "study"  # a kind of file beside those of scenarios, which know of no studies
Tables = Mapping[str, Any]
Member = TypeVar("Member", Policy, World)


def list_studies() -> tuple[str, ...]:
    """The names of the built-in studies, in alphabetical order.

    >>> "preview-length" in list_studies()
    True
    """
    folder = files("lockgate.experiments") / FOLDER
    return tuple(sorted(file.name.removesuffix(SUFFIX) for file in folder.iterdir() if file.name.endswith(SUFFIX)))


def find(name_or_path: str | PathLike[str]) -> Source:
    """The file that a user names: a built-in study, or a path."""
    name = spelled(STUDY, name_or_path)
    if is_path(name):
        return Source(STUDY, name, Path(name))
    if name not in list_studies():
        hint = f"`lockgate list` names all, and a path to a file ends in {SUFFIX}{nearest(name, list_studies())}"
        raise InputError(f"unknown study {shown(name)}, {hint}")
    return Source(STUDY, name, files("lockgate.experiments") / FOLDER / f"{name}{SUFFIX}")


def summary_of(name: str) -> str:
    """The one sentence that a study says of itself, without the rest of it."""
    return str(find(name).read().get("summary", ""))


def load_study(name_or_path: str | PathLike[str]) -> Study:
    """The study of a built-in name, or of a TOML file. An `InputError` says in one sentence what cannot be run.

    >>> load_study("preview-length").policies[0].name
    'open-release'
    """
    source = find(name_or_path)
    tables = source.read()
    content = content_of(source, tables)
    try:
        return study_of(source, content, tables)
    except InputError as error:
        raise source.refused(str(error)) from None


def held(name_or_path: str | PathLike[str]) -> dict[str, Any]:
    """The levers, dates and parameters that a study sets to one value, as its file says them."""
    source = find(name_or_path)
    sections = held_settings(content_of(source, source.read()))
    return {name: value for settings in sections.values() for name, value in settings.items()}


def content_of(source: Source, tables: Tables) -> StudyFile:
    """The content of a file, as the schema has it."""
    try:
        return conforming(file_schema(), tables, problem)  # type: ignore[no-any-return]
    except InputError as error:
        raise source.refused(str(error)) from None


def study_of(source: Source, content: StudyFile, tables: Tables) -> Study:
    """The study that a checked file describes."""
    folder = source.file.parent if isinstance(source.file, Path) else Path()
    alone = held_settings(content)
    refuse_twice("outcomes", content.outcomes)
    refuse_twice("series", content.series)
    policies = members("policies", content.policies, folder, load_policy)
    worlds = members("worlds", content.worlds, folder, load_world)
    for lever, day in content.dates.given().items():
        refuse_date(lever, policies, named_policies("dates.", lever, day, policies))
    policies = tuple(changed(with_levers(policy, alone["levers"]), {}, alone["dates"]) for policy in policies)
    worlds = tuple(with_parameters(world, alone["uncertainties"] | alone["switches"]) for world in worlds)
    design = content.design.model_dump()
    if design["kind"] == "table":
        columns = read_table(folder / design["table"], design["table"])
        refuse_beside_a_table(content, columns, alone)
        factors = tuple(columns)
        values = {factor.column: column for factor, column in columns.items()}
        for factor in factors:
            if factor.role == "date":
                refuse_date(factor.name, policies)
    else:
        factors = tuple(factors_of(content, tables, policies, worlds))
        values = points(design, factors, content.seed)
    from lockgate.sim.model.outcomes import OUTCOMES  # loads the compiler

    study = Study(
        name=source.title,
        summary=content.summary,
        policies=policies,
        worlds=worlds,
        draws=content.draws,
        outcomes=tuple(content.outcomes or OUTCOMES),
        seed=content.seed,
        horizon_days=content.horizon_days,
        fixed=content.fixed,
        series=tuple(content.series),
        check=content.check,
        ceiling=content.ceiling,
        time_limit_seconds=content.time_limit_seconds,
        factors=factors,
        points=values,
        design=design,
        stop=stop_of(content),
        story=content.story,
    )
    refuse_contradictions(study)
    return study


def members(key: str, names: list[str], folder: Path, load: Callable[[str], Member]) -> tuple[Member, ...]:
    """The policies or worlds of these names, or paths relative to the study's folder; each has a name of its own."""
    loaded: dict[str, Member] = {}
    for index, name in enumerate(names):
        member = load(str(folder / name) if is_path(name) else name)
        if member.name in loaded:
            raise InputError(f"{key}[{index}] = {quoted(name)} is the second of the name {quoted(member.name)}, drop or rename one of them")
        loaded[member.name] = member
    return tuple(loaded.values())


def held_settings(content: StudyFile) -> dict[str, dict[str, Any]]:
    """By table, the settings that are one value, and so hold in the whole study."""
    given = {name: getattr(content, name).given() for name in ROLES}
    return {name: {key: value for key, value in settings.items() if not varies(value)} for name, settings in given.items()}


def varies(setting: object) -> bool:
    """Whether a setting is a factor's: levels, a range, or the prior."""
    return isinstance(setting, list | Span | LevelsOfPolicies) or setting == "prior"


def factors_of(content: StudyFile, tables: Tables, policies: Sequence[Policy], worlds: Iterable[World]) -> Iterable[Factor]:
    """What varies: parameters, then levers, then dates, each in the order of the file."""
    for section, role in ROLES.items():
        given = getattr(content, section).given()
        for name in tables.get(section, ()):
            blank: Any = Factor(role, name)  # type: ignore[arg-type]
            setting, place = given[name], "dates." if section == "dates" else ""
            named = named_policies(place, name, setting, policies)
            if isinstance(setting, list):
                yield with_levels(blank, setting, f"{place}{name}")
            elif isinstance(setting, LevelsOfPolicies):
                yield replace(with_levels(blank, setting.levels, f"{place}{name}.levels"), policies=named)
            elif isinstance(setting, Span):
                yield replace(with_range(blank, setting), policies=named)
            elif setting == "prior" and role == "parameter":
                yield Factor("parameter", name, prior=common_prior(name, worlds))


def named_policies(place: str, name: str, setting: object, policies: Sequence[Policy]) -> tuple[str, ...]:
    """The policies that a setting is of, in the study's order; none where it is of all."""
    named = setting.policies if isinstance(setting, LevelsOfPolicies | SpanOfPolicies) else None
    known = [policy.name for policy in policies]
    refuse_twice(f"{place}{name}.policies", named or [])
    for index, policy in enumerate(named or []):
        if policy not in known:
            said = f"is no policy of this study, which has {', '.join(known)}{nearest(policy, known)}"
            raise InputError(f"{place}{name}.policies[{index}] = {shown(policy)} {said}")
    chosen = tuple(policy for policy in known if policy in (named or known))
    return () if len(chosen) == len(known) else chosen


def with_levels(blank: Factor, setting: list[Any], place: str) -> Factor:
    """The factor over a list of levels, all different."""
    refuse_twice(place, setting)
    codes = blank.known.labels if isinstance(blank.known, Parameter) and blank.known.choices else {}
    return Factor(blank.role, blank.name, tuple(blank.cast(codes.get(level, level)) for level in setting))


def refuse_twice(place: str, entries: list[Any]) -> None:
    """Refuse a list that names something twice."""
    seen = set()
    for index, entry in enumerate(entries):
        if entry in seen:
            raise InputError(f"{place}[{index}] = {shown(entry)} is listed twice, drop one of them")
        seen.add(entry)


def with_range(blank: Factor, span: Span) -> Factor:
    """The factor over a range."""
    if not span.low < span.high:
        raise InputError(f"{blank.name} = {shown(span.given())} must have low < high, give one value to hold it")
    return Factor(blank.role, blank.name, low=span.low, high=span.high, steps=span.steps or 0)


def common_prior(name: str, worlds: Iterable[World]) -> Any:
    """The prior that a parameter has in all worlds of the study."""
    priors = {world.name: world.parameters[name].prior for world in worlds}
    known = PARAMETERS[name]
    levels = [label == "true" for label in known.labels] if known.type is bool else list(known.labels)
    instead, example = ("a list", shown(levels)) if known.labels else ("a range", "{ low = 1, high = 3 }")
    for world, prior in priors.items():
        if prior is None:
            raise InputError(f'{name} = "prior" has no prior in world {quoted(world)}, give {instead} such as {example}')
    if len(set(priors.values())) > 1:
        said = " and ".join(f"{world.parameters[name].prior_text} in {quoted(world.name)}" for world in worlds)
        raise InputError(f'{name} = "prior" differs between worlds ({said}), give {instead} or make it one study for each')
    return next(iter(priors.values()))


def refuse_date(lever: str, policies: Iterable[Policy], named: Sequence[str] = ()) -> None:
    """Refuse a date that moves no step, or one of several; where policies are named, in any of these."""
    steps = {policy.name: [day for day, step in policy.timeline if lever in step] for policy in policies}
    for name in named:
        if not steps[name]:
            raise InputError(f"dates.{lever}.policies: {quoted(name)} has no step of its timeline that sets {lever}, name others")
    for name, days in ((name, days) for name, days in steps.items() if not named or name in named):
        if len(days) > 1:
            said = f"policy {quoted(name)} sets it on days {', '.join(map(str, days))}"
            raise InputError(f"dates.{lever} would move one of several steps, {said}, a date needs exactly one")
    if not any(steps.values()):
        dated = sorted({name for policy in policies for _, step in policy.timeline for name in step})
        known = f"those of this study set {', '.join(dated)}" if dated else "those of this study have no timeline"
        raise InputError(f"dates.{lever} moves nothing, no policy has a step of its timeline that sets {lever}, {known}")


def refuse_beside_a_table(content: StudyFile, columns: Iterable[Factor], alone: Mapping[str, Mapping[str, Any]]) -> None:
    """Refuse what varies outside the table of points, and what the table varies but the study holds."""
    for section in ROLES:
        for name in getattr(content, section).given():
            if name not in alone[section]:
                raise InputError(f"{name} in [{section}] must be one value beside a table of points, which has all that varies, drop it")
    for factor in columns:
        for section in (section for section, role in ROLES.items() if role == factor.role and factor.name in alone[section]):
            raise InputError(f"{factor.name} is held in [{section}] and varied by the table of points, drop one of them")


def stop_of(content: StudyFile) -> Stop | None:
    """The stop rule, which looks at one outcome that is kept, and at one width."""
    rule = content.stop
    if rule is None:
        return None
    widths = [name for name in ("half_width", "half_width_share") if getattr(rule, name) is not None]
    if len(widths) != 1:
        raise InputError(f"[stop] has {' and '.join(widths) or 'no width'}, it must have exactly one of half_width and half_width_share")
    if content.outcomes and rule.outcome not in content.outcomes:
        raise InputError(f"stop.outcome = {quoted(rule.outcome)} must be one of the outcomes that are kept, add it to outcomes")
    if len(content.policies) < 2:
        raise InputError("[stop] looks at differences to the first policy, add a second policy or drop it")
    return Stop(rule.outcome, rule.half_width, rule.half_width_share, rule.every)
