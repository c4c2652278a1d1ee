"""What a calibration leaves: a world's file, all that it rests on, and draws that keep what ties parameters together."""

import json
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from lockgate.experiments.calibration.calibrate import POOLED, USED, Calibration
from lockgate.experiments.calibration.fact_error import DISCREPANCY, IMPLAUSIBLE
from lockgate.experiments.calibration.posterior import raw, values_of
from lockgate.experiments.evidence.facts import HELD_OUT
from lockgate.experiments.evidence.patterns import MEETS, Pattern
from lockgate.experiments.folder import Writer, write_folder, write_json, write_lines
from lockgate.experiments.provenance import (
    code_hash,
    command_line,
    content_hash,
    lockgate_version,
    provenance,
    without_place,
    world_content,
)
from lockgate.experiments.text.describe import level
from lockgate.experiments.text.numbers import printable
from lockgate.scenarios import World
from lockgate.scenarios.notation import shown, toml_key
from lockgate.sim.model.parameters import PARAMETERS, Choice, Parameter, Quantiles, Triangular, Uniform

if TYPE_CHECKING:
    import pyarrow as pa

FILE = "calibrated.toml"
JOINT = 1000  # draws in the table
FINE = 101  # quantiles of a prior that a file has no other form for


def asked_of(world: World, draws: int, waves: int, seed: int, discrepancy: float) -> dict[str, Any]:
    """What is asked."""
    return {
        "kind": "calibration",
        "world": {world.name: content_hash(world_content(world))},
        "draws": draws,
        "waves": waves,
        "seed": seed,
        "discrepancy": discrepancy,
    }


def asked(calibration: Calibration) -> dict[str, Any]:
    """What was asked."""
    return asked_of(calibration.base, calibration.draws, calibration.waves, calibration.seed, calibration.discrepancy)


def counted(patterns: Sequence[Pattern], use: str) -> dict[str, Any]:
    """How many facts of a use there are, how many are met, and the others."""
    chosen = [pattern for pattern in patterns if pattern.fact.use == use]
    missed = {pattern.fact.name: pattern.miss for pattern in chosen if pattern.verdict != MEETS}
    return {"facts": len(chosen), "met": len(chosen) - len(missed), "missed": missed}


def content(calibration: Calibration) -> dict[str, Any]:
    """All of it, as JSON has it."""
    found, posterior = calibration.fitted, calibration.fitted.posterior
    return {
        **asked(calibration),
        "simulated_draws": found.simulated,
        "weighted_draws": len(posterior.weights),
        "effective_draws": posterior.smoothed.effective,
        "k_hat": posterior.smoothed.k_hat,
        "reliable": posterior.smoothed.reliable,
        "agreeing": dict(found.agreeing),
        "discrepancies": DISCREPANCY,
        "implausible_beyond": IMPLAUSIBLE,
        "facts": [fact_content(each) for each in found.facts],
        "facts_of_all_draws_together": list(calibration.pooled),
        "moved": [
            {
                "name": each.name,
                "distance": each.distance,
                "before": level(calibration.base.parameters[each.name]),
                "after": level(calibration.world.parameters[each.name]),
            }
            for each in posterior.moved
        ],
        "correlations": [pair._asdict() for pair in posterior.correlations],
        "met": {
            time: {use: counted(patterns, use) for use in ("calibration", HELD_OUT)}
            for time, patterns in (("before", calibration.before), ("after", calibration.after))
        },
    }


def fact_content(found: Any) -> dict[str, Any]:
    """What became of a fact."""
    error = found.error
    return {
        "name": error.name,
        "use": found.use,
        "scale": "logarithm" if error.logarithmic else "as it is",
        "centre": error.unscaled(error.centre),
        "observed_sd": error.observed_sd,
        "model_sd": error.model_sd,
        "nearest": found.nearest,
        "implausibility_before": found.before,
        "implausibility_after": found.after,
        "emulator_explains": found.explained,
        "emulator_predicted": found.predicted,
    }


def setting_text(parameter: Parameter) -> str:
    """What a world's file says of a parameter."""
    words = {float(value): label for label, value in parameter.labels.items()}
    prior = parameter.prior
    if prior is None:
        label = words.get(float(parameter.default), "")
        return shown(label) if parameter.choices else label or repr(parameter.default)
    match prior:
        case Choice(values, weights):
            told = {words[value]: f"{weight:.6g}" for value, weight in zip(values, weights, strict=True)}
        case Uniform() | Triangular():
            told = {name: repr(float(end)) for name, end in vars(prior).items()}
        case Quantiles(values):
            told = {"quantiles": str(list(values))}
        case _:
            ends = np.clip(np.linspace(0.0, 1.0, FINE), 1e-4, 1.0 - 1e-4)
            told = {"quantiles": str([raw(parameter, share) for share in ends.tolist()])}
    return f"{{ {', '.join(f'{toml_key(name)} = {value}' for name, value in told.items())} }}"


def world_lines(calibration: Calibration, command: Sequence[str]) -> list[str]:
    """The file of the calibrated world, whose story says how it was made."""
    lines = [
        f'summary = "The world {calibration.base.name} with the priors that agree with what was observed."',
        'story = """',
        *map(inside_quotes, story_lines(calibration, command)),
        '"""',
        "",
        "[parameters]",
    ]
    differing = {name: each for name, each in calibration.world.parameters.items() if each != PARAMETERS[name]}
    return lines + [f"{name} = {setting_text(each)}" for name, each in differing.items()]


def inside_quotes(line: str) -> str:
    r"""A line as it stands within quotes, for TOML as for JSON.

    >>> print(inside_quotes('a "b" \\ c'))
    a \"b\" \\ c
    """
    return json.dumps(printable(line), ensure_ascii=False)[1:-1]


def story_lines(calibration: Calibration, command: Sequence[str]) -> list[str]:
    """How the calibrated world was made: the command, what it began with, the facts, and how far to trust the weights."""
    found, base = calibration.fitted, calibration.base
    smoothed = found.posterior.smoothed
    used = [each.error.name for each in found.facts if each.use == USED]
    others = [f"{each.error.name} ({each.use})" for each in found.facts if each.use != USED]
    others += [f"{name} ({POOLED})" for name in calibration.pooled]
    held = [pattern for pattern in calibration.after if pattern.fact.use == HELD_OUT]
    met = counted(calibration.after, HELD_OUT)["met"]
    trust = f"{smoothed.effective:,.0f}, the tail of their weights has k = {smoothed.k_hat:.2f}"
    return [
        f"Made by: {command_line(without_place(command))}",
        f"With: lockgate {lockgate_version()}, code {code_hash()}; world {base.name}, content {content_hash(world_content(base))}",
        f"Facts used ({len(used)}): {', '.join(used)}.",
        f"Facts not used ({len(others)}): {', '.join(others) or 'none'}.",
        f"Facts held out ({len(held)}, of which {met} are met): {', '.join(pattern.fact.name for pattern in held)}.",
        f"{found.simulated:,} draws were simulated, seed {calibration.seed}; the weighted draws are worth {trust}"
        f"{'.' if smoothed.reliable else ': NOT RELIABLE.'}",
        "Each prior is that of a parameter alone, what ties parameters together is not in this file; other priors are as they were.",
    ]


def joint_table(calibration: Calibration) -> "pa.Table":
    """Draws of equal weight of all sampled parameters, which keep what ties them together."""
    import pyarrow as pa

    posterior = calibration.fitted.posterior
    values: Mapping[str, Any] = values_of(posterior, posterior.resampled(JOINT))
    return pa.table(dict(values))


def save_calibration(calibration: Calibration, folder: Path, command: Sequence[str]) -> Path:
    """Write a calibration to a folder, whole or not at all."""
    from lockgate.experiments.folder import write_table

    files: dict[str, Writer] = {
        FILE: partial(write_lines, world_lines(calibration, command)),
        "calibration.json": partial(write_json, content(calibration)),
        "joint.parquet": partial(write_table, joint_table(calibration)),
    }
    return write_folder(folder, files, {"study": asked(calibration), **provenance(command)})
