"""`lockgate list`, `show`, `validate`, `schema` and `odd`: what can be simulated, how, and whether a file of one's own is right."""

import json
from collections.abc import Iterable, Mapping
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from lockgate.experiments.command.option import Json
from lockgate.experiments.command.screen import paragraph, print_json, print_table, print_text, results, warn_of
from lockgate.experiments.text.numbers import count, printable
from lockgate.sim.errors import InputError

if TYPE_CHECKING:
    from lockgate.experiments.text.describe import Description


class SchemaKind(StrEnum):
    """What a schema describes."""

    POLICY = "policy"
    WORLD = "world"
    STUDY = "study"


def list_(as_json: Json = False) -> None:
    """List all policies, worlds, studies, levers and parameters."""
    from lockgate.experiments.study.load import summary_of as summary_of_study
    from lockgate.experiments.text.describe import library, summary_of
    from lockgate.sim.model.parameters import THEMES
    from lockgate.sim.model.policy import LEVERS

    shelves = library()
    if as_json:
        print_json({kind: {name: make().content() for name, make in members.items()} for kind, members in shelves.items()})
        return
    console = results()
    print_named("Policies", {name: summary_of("policy", name) for name in shelves["policies"]})
    print_named("Worlds", {name: summary_of("world", name) for name in shelves["worlds"]})
    print_named("Studies", {name: summary_of_study(name) for name in shelves["studies"]})
    console.print("Levers, which policies set", style="bold")
    print_names(LEVERS)
    for theme, members in THEMES.items():
        console.print(f"Parameters: {theme}", style="bold")
        print_names(parameter.name for parameter in members)
    console.print("`lockgate show NAME` explains any of them, `lockgate show day` a day.")


def print_named(title: str, members: Mapping[str, str]) -> None:
    """Names, each with its sentence."""
    from rich.table import Table

    grid = Table.grid(padding=(0, 2, 0, 0))
    grid.add_column(no_wrap=True)
    grid.add_column()
    for name, summary in members.items():
        grid.add_row(f"  {name}", summary)
    console = results()
    console.print(title, style="bold")
    print_table(grid)
    console.print()


def print_names(names: Iterable[str]) -> None:
    """Names, as many on a line as there is room for."""
    console = results()
    console.print(paragraph(", ".join(names), console.width, "  "))
    console.print()


def show(
    name: Annotated[str, typer.Argument(metavar="NAME", help="A policy, world, study, parameter, lever or outcome; a file; or `day`.")],
    as_json: Json = False,
) -> None:
    """Explain any of these names, or an outcome."""
    from lockgate.experiments.text.describe import describe

    found = describe(name)
    if as_json:
        print_json(found[0].content() if len(found) == 1 else [each.content() for each in found])
        return
    for place, description in enumerate(found):
        if place:
            results().print()
        print_description(description)


def print_description(description: "Description") -> None:
    """A description as text, its tables below."""
    from rich.table import Table

    console = results()
    console.print(f"{printable(description.name)}  ({description.kind})", style="bold")
    console.print(paragraph(description.meaning, console.width))
    short = {label: fact for label, fact in description.facts.items() if not isinstance(fact, list)}
    if short:
        grid = Table.grid(padding=(0, 2, 0, 0))
        for label, fact in short.items():
            grid.add_row(f"  {label}", str(fact))
        console.print()
        print_table(grid)
    for label, fact in description.facts.items():
        if isinstance(fact, list):
            console.print()
            console.print(f"  {label}")
            print_table(grid_of(fact))


def grid_of(rows: list[dict[str, Any]]) -> Any:
    """Rows with the same keys as a table."""
    from rich import box
    from rich.table import Table

    from lockgate.scenarios.notation import shown

    table = Table(box=box.SIMPLE_HEAD, pad_edge=True, padding=(0, 1, 0, 1), show_edge=False)
    for key in rows[0]:
        table.add_column(key, no_wrap=key in ("lever", "parameter", "act", "day"))
    for row in rows:
        table.add_row(*(printable(value) if isinstance(value, str) else shown(value) for value in row.values()))
    return table


def validate(file: Annotated[Path, typer.Argument(metavar="FILE", help="The TOML file of a policy, a world or a study.")]) -> None:
    """Check the file of a policy, a world or a study."""
    from lockgate.experiments.text.describe import kind_of

    path = str(file) if file.suffix == ".toml" or file.parent != Path() else f"./{file}"
    said, idle = {"policy": said_of_policy, "world": said_of_world, "study": said_of_study}[kind_of(str(file))](path)
    print_text(f"{printable(str(file))} is valid: {said}.")
    warn_of(idle)


def said_of_policy(path: str) -> tuple[str, list[str]]:
    """What a valid policy is, in short; and what of it has no effect."""
    from lockgate.experiments.study.effects import without_effect
    from lockgate.scenarios import load_policy, load_world

    policy = load_policy(path)
    steps = [day for day, _ in policy.timeline]
    later = f", with changes on {'day' if len(steps) == 1 else 'days'} {', '.join(map(str, steps))}" if steps else ""
    return f"a policy that sets {count(len(policy.levers), 'lever')}{later}", without_effect([policy], [load_world("baseline")])


def said_of_world(path: str) -> tuple[str, list[str]]:
    """The same of a valid world."""
    from lockgate.scenarios import load_world
    from lockgate.sim.model.parameters import PARAMETERS

    changed = sum(parameter != PARAMETERS[name] for name, parameter in load_world(path).parameters.items())
    return f"a world that differs from the table in {count(changed, 'parameter')}", []


def said_of_study(path: str) -> tuple[str, list[str]]:
    """The same of a valid study."""
    from lockgate.experiments.study.effects import without_effect_in
    from lockgate.experiments.study.load import load_study

    study = load_study(path)
    policies = "1 policy" if len(study.policies) == 1 else f"{len(study.policies)} policies"
    size = f"{policies} in {count(len(study.worlds), 'world')} at {count(study.point_count, 'point')}, {count(study.draws, 'draw')}"
    return f"a study of {size}: {count(study.run_count, 'run')}{', or fewer' if study.stop else ''}", without_effect_in(study)


def schema(kind: Annotated[SchemaKind, typer.Argument(help="Which file it describes.")] = SchemaKind.POLICY) -> None:
    """Print the JSON schema of such a file, for editors."""
    from lockgate.experiments.study.schema import json_schema as schema_of_study
    from lockgate.scenarios import json_schema

    made = schema_of_study() if kind is SchemaKind.STUDY else json_schema("world" if kind is SchemaKind.WORLD else "policy")
    print_text(json.dumps(made, indent=1))


def odd(
    out: Annotated[Path | None, typer.Option("--out", metavar="FILE", help="Write the page to this file. [default: print it]")] = None,
) -> None:
    """Print the ODD protocol of the model, made from its code."""
    from lockgate.experiments.odd import page

    if out is None:
        print_text(page().removesuffix("\n"))
        return
    if out.is_dir():
        raise InputError(f"--out {out} is a folder; name a file, such as {out / 'odd.md'}")
    if not out.absolute().parent.is_dir():
        raise InputError(f"--out {out}: there is no folder {out.parent}; make it, or name a file in another")
    out.write_text(page(), encoding="utf-8", newline="\n")
